// The import page: files or pasted text go to the API, and what comes back is shown before anything is made of it.
import { clear, complete, once, say, send, show } from "./_form.js";

const form = document.querySelector("form[data-import]");
const result = document.querySelector("[data-import-result]");
const template = document.querySelector("template[data-import-stack]");

/** What the server reads at most, of a stack.yaml. */
const MOST = 16 * 2 ** 20;

// A browser that can send folders keeps their paths, by which files find each other.
if (form) form.elements.folder.webkitdirectory = true;

const KINDS = [
  ["lost", "Not carried over"],
  ["secret", "Secrets to set: their values were not kept"],
  ["changed", "Carried over in another form"],
];
const FORMATS = { stack: "stack.yaml", manifests: "manifests", flux: "Flux", argo_cd: "Argo CD", import_cluster: "ImportCluster" };

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Everything comes from people's files: text, never markup. */
function noteItem(note) {
  const item = element("li", "desk-item");
  const words = element("div");
  const title = element("p", "desk-title");
  title.append([note.object, note.path].filter(Boolean).join(" ") || "All of it");
  words.append(title, element("p", "", `${note.reason} ${note.hint}`));
  const where = element("p", "desk-meta mono", [note.file, note.line].filter(Boolean).join(":"));
  item.append(where, words);
  return item;
}

function notesSheet(kind, title, notes) {
  const sheet = element("section", "sheet mt");
  sheet.dataset.notes = kind;
  sheet.setAttribute("aria-labelledby", `h-notes-${kind}`);
  const head = element("header", "sheet-head");
  const heading = element("h2", "sheet-title", title);
  heading.id = `h-notes-${kind}`;
  head.append(heading, element("span", "sheet-note", String(notes.length)));
  const list = element("ul", "desk-list notes");
  list.append(...notes.map(noteItem));
  sheet.append(head, list);
  return sheet;
}

/** Where it is one of several, the others wait here. */
async function make(cluster, stack, { button, place, isOneOf }) {
  place.hidden = true;
  try {
    const made = await send("POST", `clusters/${encodeURIComponent(cluster)}/drafts`, { start: "source", text: stack.source });
    const [on, name, id] = [made.cluster, made.stack, made.id].map(encodeURIComponent);
    const address = `/clusters/${on}/stacks/${name}?draft=${id}`;
    if (!isOneOf) return location.assign(address);
    const link = element("a", "btn", `Open the draft of ${stack.name}`);
    link.href = address;
    button.replaceWith(link);
    link.focus();
  } catch (problem) {
    say(place, problem);
  }
}

/** Where and what: one line of a finding. */
function findingItem(finding) {
  const item = element("li", finding.level === "block" ? "callout callout--failing" : "callout callout--waiting");
  say(item, { detail: finding.reason, hint: finding.hint });
  return item;
}

function stackSheet(cluster, stack, place, stacks) {
  const sheet = template.content.cloneNode(true);
  const find = (part) => sheet.querySelector(`[data-${part}]`);
  find("name").textContent = stack.name;
  find("name").id = `h-stack-${place}`;
  sheet.firstElementChild.setAttribute("aria-labelledby", `h-stack-${place}`);
  const parts = [count(stack.components.length, "component"), count(stack.edges, "edge")];
  if (stack.variables.length) parts.push(count(stack.variables.length, "variable"));
  find("counts").textContent = parts.join(", ");
  for (const component of stack.components) {
    const item = element("li");
    item.append(element("strong", "", component.name), ` ${component.what}`);
    find("components").append(item);
  }
  find("secrets").textContent = stack.secrets.length ? `It uses ${count(stack.secrets.length, "secret")}: ${stack.secrets.join(", ")}.` : "";
  find("findings").append(...stack.findings.map(findingItem));
  const button = find("make");
  const around = { button, place: find("problem"), isOneOf: stacks.length > 1 };
  button.setAttribute("aria-label", `Make the draft of ${stack.name}`);
  if (stack.findings.some((finding) => finding.level === "block")) button.remove();
  else button.addEventListener("click", () => once(button, () => make(cluster, stack, around)));
  return sheet;
}

const notesSheets = (notes) =>
  KINDS.map(([kind, title]) => [kind, title, notes.filter((note) => note.kind === kind)])
    .filter(([, , own]) => own.length)
    .map(([kind, title, own]) => notesSheet(kind, title, own));

function present(cluster, preview) {
  const lost = preview.notes.filter((note) => note.kind === "lost").length;
  const told = [`Read as ${FORMATS[preview.format]}: ${count(preview.stacks.length, "stack")}.`];
  if (!preview.notes.length) told.push("All of it is carried over as it is.");
  else told.push(lost ? `${count(lost, "thing")} could not be carried over; each is listed below.` : "Nothing is lost; what changes is listed below.");
  const read = element("p", "mt", told.join(" "));
  read.tabIndex = -1;
  result.replaceChildren(read, ...preview.stacks.map((stack, place) => stackSheet(cluster, stack, place, preview.stacks)), ...notesSheets(preview.notes));
  result.hidden = false;
  result.scrollIntoView({ block: "start" });
  read.focus({ preventScroll: true });
}

const isText = (file) => /\.(ya?ml|json)$/i.test(file.name);

async function files() {
  const { files: chosen, folder, text } = form.elements;
  const all = [...chosen.files, ...[...folder.files].filter(isText)];
  const bytes = all.reduce((sum, file) => sum + file.size, text.value.length);
  if (bytes > MOST) throw { at: "files", detail: `These are ${Math.ceil(bytes / 2 ** 20)} MiB; an import has at most ${MOST / 2 ** 20}. Import them in parts.` };
  const read = await Promise.all(all.map(async (file) => ({ path: file.webkitRelativePath || file.name, text: await file.text() })));
  if (text.value.trim()) read.push({ path: "pasted.yaml", text: text.value });
  return read;
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  result.hidden = true;
  if (!complete(form)) return;
  once(event.submitter ?? form.querySelector("[type=submit]"), async () => {
    const { cluster, format, name, url } = form.elements;
    try {
      const read = await files();
      if (!read.length && !url.value.trim()) return show(form, { at: "files", detail: "Choose files, name an address, or paste text." });
      const wanted = { files: read, cluster: cluster.value };
      if (url.value.trim()) wanted.url = url.value.trim();
      if (format.value) wanted.format = format.value;
      if (name.value.trim()) wanted.name = name.value.trim();
      present(cluster.value, await send("POST", "imports", wanted));
    } catch (problem) {
      result.replaceChildren(...notesSheets(problem.more?.notes ?? []));
      result.hidden = !problem.more?.notes;
      show(form, problem.code === "malformed" ? { at: "name", detail: problem.detail.replace(/ at line \d+ column \d+$/, ".") } : problem);
    }
  });
});
