// The review page: checks the plan byte for byte, draws it anew from the checked bytes, and only then lets a person sign.
import { say, send } from "./_form.js";
import { assert, fromBase64url, impossible } from "./passkey.js";
import { count, el, icon } from "./_review/element.js";
import { hunks } from "./_review/lines.js";
import { allTyped, challenge, same, sameWords, sha256, wordsOf } from "./_review/proof.js";
import { SECTIONS, about, changed, diff, environment, notes, stat, title } from "./_review/sections.js";

const page = document.querySelector("[data-review]");
const find = (selector) => page?.querySelector(selector);
const all = (selector) => [...(page?.querySelectorAll(selector) ?? [])];
const { review: id, sha256: expected, draft, cluster, stack, kind, unsettled } = page?.dataset ?? {};
const button = find("[data-sign]");
const why = find("[data-why]");
const armed = Boolean(page && "armed" in page.dataset && button);
const words = all("[data-typed]").map((input) => input.dataset.typed);
const password = find("[data-password]");

/** The bytes that were checked, and whether anything speaks against signing them. */
let plan = null;
let against = null;
let busy = false;

class Mismatch extends Error {}

async function bytes(path) {
  const response = await fetch(`/api/v1/plans/${encodeURIComponent(id)}/${path}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`The server answers ${response.status} for ${path}.`);
  return new Uint8Array(await response.arrayBuffer());
}

function mark(place, state, text) {
  if (!place) return;
  place.className = `proof${state ? ` proof--${state}` : ""}`;
  place.replaceChildren(icon({ ok: "ok", bad: "fail" }[state] ?? "wait"), el("span", {}, text));
}

const proof = (section) => find(`[data-proof="${section}"]`);

/** Why the button is what it is; it wakes only when everything holds. */
function settle() {
  if (!armed) return;
  const impediment =
    against ??
    (!plan && "This browser is checking the plan byte for byte…") ??
    null;
  const waiting = impediment || (!allTyped(words, all("[data-typed]").map((input) => input.value)) && "Type the words above to go on.")
    || (password && !password.value && "Give your password to go on.");
  button.disabled = Boolean(waiting) || busy;
  const text = busy ? (password ? "Your password is being checked…" : "Waiting for your passkey…") : waiting || (password ? "Deploys with your password: the record will read “not countersigned”." : "Asks for your passkey, then commits. No shortcut and no agent reaches this button.");
  if (why.textContent !== text) why.textContent = text;
}

/** Something is not what it should be: nobody signs this here. */
function disarm(reason, ...places) {
  against = reason;
  for (const place of places) mark(place, "bad", "does not match");
  const said = find("[data-problem]");
  if (said) say(said, { message: reason, hint: "Nothing was signed. Reload the page; if it stays so, tell whoever runs this server before anybody signs." });
  settle();
}

async function checkPlan() {
  const found = await bytes("plan.json");
  if ((await sha256(found)) !== expected) throw new Mismatch("The plan that arrived is not the plan this page was made for.");
  const read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(found));
  if (armed && !sameWords(wordsOf(read), words)) throw new Mismatch("The words to be typed are not those of the plan.");
  find('[data-fact="title"]').textContent = title(read);
  find('[data-fact="about"]').textContent = about(read);
  find('[data-fact="target"]').replaceChildren(environment(read.cluster.environment), ` ${read.cluster.name}`);
  find('[data-fact="repository"]').replaceChildren(el("code", "wrap", read.repository.url), ` ${read.repository.branch}`);
  const sum = (of) => changed(read).reduce((total, file) => total + (file[of] ?? 0), 0);
  find('[data-fact="size"]').replaceChildren(`${count(changed(read).length, "file")}, `, stat(sum("added"), sum("removed")));
  for (const [section, draw] of Object.entries(SECTIONS)) {
    const body = find(`[data-body="${section}"]`);
    // A plan that changes no release has nothing rendered, and the page no place for it.
    if (section === "rendered" && !body && !read.preview) continue;
    body.replaceChildren(...[draw(read)].flat().filter(Boolean));
    mark(proof(section), "ok", "checked in this browser");
  }
  for (const [section, note] of Object.entries(notes(read))) find(`[data-note="${section}"]`).textContent = note;
  for (const release of read.preview?.releases ?? []) unfolds(release);
  return { bytes: found, read };
}

/** Rendered texts are long and no part of the commit: each is fetched and checked when somebody opens it. */
function unfolds(release) {
  const place = all("[data-rendered]").find((one) => one.dataset.rendered === release.component);
  place?.addEventListener("toggle", async () => {
    const [state, body] = [place.querySelector(".proof"), place.querySelector(".diff")];
    const named = { path: `What is rendered of ${release.component}` };
    try {
      const [before, after] = await Promise.all([side(named, release.before), side(named, release.after)]);
      const drawn = diff(hunks(before, after));
      body.replaceChildren(...(drawn.length ? drawn : [el("p", "sheet-body muted", "The same objects before and after.")]));
      mark(state, "ok", "checked");
    } catch (error) {
      mark(state, "bad", "does not match");
      disarm(error instanceof Mismatch ? error.message.replace("is not the file", "is not the text") : `${named.path} could not be checked: ${error.message}`);
    }
  }, { once: true });
}

async function side(file, digest) {
  if (!digest) return "";
  const found = await bytes(`files/${digest.sha256}`);
  if ((await sha256(found)) !== digest.sha256) throw new Mismatch(`${file.path} is not the file that the plan names.`);
  return new TextDecoder().decode(found);
}

async function checkFile(file) {
  const place = all("[data-file]").find((one) => one.dataset.file === file.path);
  const state = place?.querySelector("[data-file-proof]");
  try {
    const [before, after] = await Promise.all([side(file, file.before), side(file, file.after)]);
    if (!place) throw new Mismatch(`This page does not show ${file.path}, which the plan changes.`);
    const drawn = diff(hunks(before, after));
    place.querySelector(".diff").replaceChildren(...(drawn.length ? drawn : [el("p", "sheet-body muted", "Only its mode changes.")]));
    place.querySelector(".diffstat").replaceWith(stat(file.added, file.removed));
    mark(state, "ok", "checked");
  } catch (error) {
    mark(state, "bad", "does not match");
    throw error;
  }
}

async function checkFiles(read) {
  const files = changed(read);
  const shown = all("[data-file]").map((one) => one.dataset.file);
  const extra = shown.find((path) => !files.some((file) => file.path === path));
  if (extra) throw new Mismatch(`This page shows ${extra}, which the plan does not change.`);
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) await checkFile(file);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  mark(proof("files"), "ok", "checked in this browser");
}

async function check() {
  if (!globalThis.crypto?.subtle) return disarm(impossible() ?? "This browser cannot compute hashes here, so nothing can be checked.");
  let checked;
  try {
    checked = await checkPlan();
  } catch (error) {
    return disarm(error instanceof Mismatch ? error.message : `The plan could not be checked: ${error.message}`, ...Object.keys(SECTIONS).map(proof), proof("files"));
  }
  try {
    await checkFiles(checked.read);
  } catch (error) {
    return disarm(error instanceof Mismatch ? error.message : `The files could not be checked: ${error.message}`, proof("files"));
  }
  if (checked.read.findings.some((finding) => finding.level === "block")) against = "A guard blocks this plan.";
  else if (Date.parse(checked.read.not_after) <= Date.now()) against = "This plan has expired. Plan again.";
  plan = checked.bytes;
  if (armed && !password && impossible()) against = impossible();
  settle();
}

async function sign() {
  const typed = all("[data-typed]").map((input) => input.value.trim());
  if (password) return send("POST", `plans/${id}/approvals`, { by: "password", password: password.value, typed });
  const ceremony = await send("POST", `plans/${id}/ceremony`, {});
  const blob = await challenge(plan);
  if (!same(fromBase64url(ceremony.challenge), blob)) {
    disarm("The server asks for a signature over something other than this plan.");
    return null;
  }
  const approval = await assert(blob, ceremony.allow_credentials, ceremony.rp_id);
  return send("POST", `plans/${id}/approvals`, { ...approval, typed });
}

button?.addEventListener("click", async () => {
  if (button.disabled || busy || against || !plan) return;
  busy = true;
  find("[data-problem]").hidden = true;
  settle();
  try {
    if (await sign()) return location.reload();
  } catch (problem) {
    say(find("[data-problem]"), problem);
  }
  busy = false;
  settle();
});

for (const input of [...all("[data-typed]"), password].filter(Boolean)) input.addEventListener("input", settle);

/** Asked every two seconds until the outcome is known; then the page shows it. */
async function follow() {
  const first = await send("GET", `deployments/${unsettled}`).catch(() => null);
  const next = async () => {
    const now = await send("GET", `deployments/${unsettled}`).catch(() => null);
    if (now && (!["intended", "unclear"].includes(now.state) || (first && now.state !== first.state))) return location.reload();
    setTimeout(next, 2000);
  };
  if (first && !["intended", "unclear"].includes(first.state)) location.reload();
  else setTimeout(next, 2000);
}

function act(selector, work) {
  const pressed = find(selector);
  pressed?.addEventListener("click", async () => {
    pressed.disabled = true;
    try {
      location.assign(await work(pressed));
    } catch (problem) {
      pressed.disabled = false;
      const place = find("[data-problem]");
      if (place) say(place, problem);
    }
  });
}

/** A removal has no draft that would keep what was said of it: the plan itself does. */
async function removal() {
  const { why, ticket, findings } = await send("GET", `plans/${id}/plan.json`);
  return { why, ticket: ticket ?? "", together: findings.some((finding) => finding.code === "unordered_removal") };
}

act("[data-plan-again]", async () => {
  const on = `clusters/${cluster}`;
  const path = { cluster: `${on}/plans`, roster: `${on}/roster-plans`, stack_removal: `${on}/stacks/${stack}/removal-plans` }[kind] ?? `drafts/${draft}/plans`;
  const body = draft ? { revision: (await send("GET", `drafts/${draft}`)).revision } : kind === "stack_removal" ? await removal() : {};
  return `/review/${(await send("POST", path, body)).id}`;
});

act("[data-discard]", async () => {
  await send("DELETE", `drafts/${draft}`);
  return "/";
});

// The frame's menu is brought to life by wasm elsewhere.
document.querySelector("#account-menu button")?.addEventListener("click", async () => {
  await send("DELETE", "session").catch(() => null);
  location.assign("/login");
});

if (page) {
  if (unsettled) follow();
  settle();
  check();
}
