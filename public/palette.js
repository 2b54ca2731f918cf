// The palette: goes anywhere and does anything that the person may do, but countersign and deploy.
//
// Three sources: what this page offers (its buttons, and its wasm, asked by the event `palette:ask`), the places that the API
// names, and charts while somebody types. Of the page on which people sign nothing is offered.
import { send } from "./_form.js";
import { rank } from "./_rank.js";

const HERE = "On this page";
const PLACES = "Go to";
const RANKS = ["auditor", "editor", "operator", "admin"];

const dialog = document.createElement("dialog");
dialog.className = "palette";
dialog.id = "palette";
dialog.setAttribute("aria-label", "Command palette");
const field = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", spellcheck: false, placeholder: "Go to or do…" });
for (const [name, value] of Object.entries({
  role: "combobox",
  "aria-label": "Search or run a command",
  "aria-expanded": "true",
  "aria-controls": "palette-list",
  "aria-autocomplete": "list",
})) {
  field.setAttribute(name, value);
}
const list = document.createElement("ul");
list.id = "palette-list";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Results");
const tally = document.createElement("p");
tally.className = "palette-tally";
tally.setAttribute("role", "status");
const row = document.createElement("p");
row.className = "palette-input";
row.append(icon("search"), field);
dialog.append(row, list, tally);
document.body.append(dialog);

let here = [];
let places = [];
let charts = [];
let shown = [];
let at = 0;

function icon(name) {
  const sheet = document.querySelector("svg use")?.getAttribute("href").replace(/#.*/, "") ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", `${sheet}#i-${name}`);
  svg.append(use);
  return svg;
}

/** Through a link of the page, so that its wasm or the browser takes the way that each link takes. */
function follow(href) {
  const link = Object.assign(document.createElement("a"), { href, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

const place = (icon, label, href, beside = "") => ({ group: PLACES, icon, label, beside, act: () => follow(href) });

const PRESSABLE = "main :is(button, a.btn, a.menu-item)";
/** The page on which people sign is pressed by nobody but themselves. */
const isForSigning = () => location.pathname.startsWith("/review/");
/** Offered otherwise, or part of a layer. */
const NOT_OFFERED = "dialog, .problems, [role=tree], #canvas, [role=listbox], [aria-hidden=true], [hidden]";

const nameOf = (one) => (one.dataset.do ?? one.getAttribute("aria-label") ?? one.textContent).trim().replace(/\s+/g, " ");

/** What this page offers now. */
function ofThisPage() {
  const offered = [];
  window.dispatchEvent(new CustomEvent("palette:ask", { detail: offered }));
  const own = offered.map(([group, icon, label, beside, key, number]) => ({
    group,
    icon,
    label,
    beside,
    key,
    act: () => window.dispatchEvent(new CustomEvent("palette:do", { detail: number })),
  }));
  const seen = new Set(own.map(({ label }) => label));
  const pressable = (isForSigning() ? [] : [...document.querySelectorAll(PRESSABLE)])
    .filter((one) => !one.disabled && one.getAttribute("aria-disabled") !== "true" && !one.closest(NOT_OFFERED))
    .map((one) => ({ group: HERE, icon: one.dataset.doIcon ?? "right", label: nameOf(one), act: () => one.click() }))
    .filter(({ label }) => label && !seen.has(label) && seen.add(label));
  return [...own, ...pressable];
}

/** The role that lets most, wherever it counts; the server decides at each place. */
function rankOf({ person }) {
  return Math.max(-1, ...(person?.grants ?? []).map((grant) => RANKS.indexOf(grant.role)));
}

const four = (number) => String(number).padStart(4, "0");

function ofThePlatform(session, overview, record) {
  const found = [];
  for (const item of overview.desk) {
    if (item.plan) found.push(place("nib", item.title, `/review/${encodeURIComponent(item.plan)}`, `review, ${item.cluster}`));
  }
  for (const row of overview.stacks) {
    for (const cell of row.cells) {
      const href = `/clusters/${encodeURIComponent(cell.cluster)}/stacks/${encodeURIComponent(row.stack)}`;
      if (cell.entry) found.push(place("stack", row.stack, href, `stack on ${cell.cluster}`));
      for (const draft of cell.drafts) {
        const words = `draft rev ${draft.revision} of ${row.stack} on ${cell.cluster}`;
        found.push(place("draft", draft.title || row.stack, `${href}?draft=${encodeURIComponent(draft.id)}`, words));
      }
    }
  }
  for (const cluster of overview.clusters) {
    found.push(place("cluster", cluster.name, `/settings/clusters/${encodeURIComponent(cluster.name)}`, `cluster, ${cluster.environment}`));
  }
  found.push(
    place("stack", "Overview", "/"),
    place("helm", "Catalog", "/catalog", "charts"),
    place("helm", "Chart repositories", "/catalog/repositories", "Helm, OCI"),
    place("book", "Record", "/record", "history, entries"),
    place("gear", "Clusters", "/settings/clusters", "settings"),
    place("gear", "Environments", "/settings/environments", "settings, four eyes"),
    place("gear", "Variables", "/settings/variables", "settings"),
    place("secret", "Secrets", "/settings/secrets", "settings"),
    place("gear", "People", "/settings/people", "settings, roles"),
    place("key", "Your account", "/settings/account", "settings, keys, passkey"),
  );
  for (const entry of record.items) {
    const href = `/record/${encodeURIComponent(entry.cluster)}/${entry.number}`;
    found.push({ ...place("book", `Record ${four(entry.number)}, ${entry.title}`, href, entry.cluster), group: "Record" });
  }
  const may = rankOf(session);
  const doing = (icon, label, href, beside) => ({ ...place(icon, label, href, beside), group: "Do" });
  if (may >= 1 && overview.clusters.length) {
    found.push(doing("plus", "New stack…", "/#new-stack"), doing("download", "Import a stack…", "/import", "stack.yaml, Flux, Argo CD, manifests"));
  }
  if (may >= 3) found.push(doing("plus", "Add a cluster…", "/settings/clusters/new", "bind a repository"));
  found.push(
    { group: "Do", icon: "moon", label: "Switch light or dark", beside: "theme", act: () => document.querySelector("[data-theme-toggle]")?.click() },
    { group: "Do", icon: "right", label: "Log out", act: () => document.querySelector("[data-log-out]")?.click() },
  );
  return found;
}

async function learn() {
  const asked = await Promise.all([send("GET", "session"), send("GET", "overview"), send("GET", "record")]).catch(() => null);
  if (asked) places = ofThePlatform(...asked);
  draw(asked ? "" : "The server cannot be reached: only this page's own actions are listed.");
}

/** Only the newest answer counts. */
let chartsAsked = 0;
let later;

function lookForCharts(typed) {
  clearTimeout(later);
  const mine = ++chartsAsked;
  if (typed.length < 2) {
    charts = [];
    return;
  }
  later = setTimeout(async () => {
    const found = await send("GET", `catalog?query=${encodeURIComponent(typed)}`).catch(() => []);
    if (mine !== chartsAsked) return;
    charts = found.slice(0, 4).map((one) => ({
      group: "Charts",
      icon: "helm",
      label: one.name,
      beside: one.purpose,
      act: () => follow(`/catalog/chart?${new URLSearchParams({ repository: one.chart.repository, name: one.chart.name })}`),
    }));
    draw();
  }, 80);
}

const KEYS = [
  ["Go to or do", "Ctrl K or ⌘ K"],
  ["Keys that hold everywhere", "?"],
  ["The first filter or search of the page", "/"],
  ["Next region of the page, with Shift the one before", "F6"],
  ["Close the topmost layer", "Esc"],
];

function draw(trouble = "") {
  const typed = field.value.trim();
  const keys = KEYS.map(([label, key]) => ({ group: "Keys", icon: "keyboard", label, beside: "?", key, act: () => {} }));
  const groups = typed === "?" ? [{ group: "Keys", items: keys }] : rank([...here, ...places, ...(typed ? keys : [])], typed);
  if (charts.length && typed.length > 1) groups.push({ group: "Charts", items: charts });
  const chosen = shown[at]?.label;
  shown = groups.flatMap(({ items }) => items);
  at = Math.max(0, typed ? 0 : shown.findIndex(({ label }) => label === chosen));
  let number = 0;
  list.replaceChildren(
    ...groups.flatMap(({ group, items }) => {
      const head = document.createElement("li");
      head.className = "palette-group";
      head.setAttribute("role", "presentation");
      head.textContent = group;
      return [head, ...items.map((item) => option(item, number++))];
    }),
  );
  tally.textContent = trouble || (shown.length ? "" : `Nothing answers to “${typed}”.`);
  mark();
}

function option(item, number) {
  const one = document.createElement("li");
  one.id = `palette-${number}`;
  one.setAttribute("role", "option");
  const label = document.createElement("span");
  label.className = "palette-label";
  label.textContent = item.label;
  one.append(icon(item.icon), label);
  if (item.beside) {
    const beside = document.createElement("span");
    beside.className = "palette-beside";
    beside.textContent = item.beside;
    one.append(beside);
  }
  if (item.key) {
    const key = document.createElement("kbd");
    key.className = "push";
    key.textContent = item.key;
    one.append(key);
  }
  // Before the field loses its focus.
  one.addEventListener("pointerdown", (event) => event.preventDefault());
  one.addEventListener("click", () => pick(number));
  return one;
}

function mark() {
  for (const one of list.querySelectorAll("[role=option]")) one.setAttribute("aria-selected", String(one.id === `palette-${at}`));
  field.setAttribute("aria-activedescendant", shown.length ? `palette-${at}` : "");
  document.getElementById(`palette-${at}`)?.scrollIntoView({ block: "nearest" });
}

function pick(number) {
  const item = shown[number];
  if (!item) return;
  dialog.close();
  item.act();
}

field.addEventListener("input", () => {
  lookForCharts(field.value.trim());
  draw();
});

field.addEventListener("keydown", (event) => {
  const count = shown.length;
  if (event.key === "ArrowDown" && count) at = (at + 1) % count;
  else if (event.key === "ArrowUp" && count) at = (at + count - 1) % count;
  else if (event.key === "Enter") pick(at);
  else return;
  event.preventDefault();
  if (dialog.open) mark();
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

// Keys of the page below mean nothing while it is open.
dialog.addEventListener("keydown", (event) => event.stopPropagation());

/** Opens it, or closes it where it is open. */
export function toggle(typed = "") {
  if (dialog.open) {
    dialog.close();
    return;
  }
  here = ofThisPage();
  charts = [];
  at = 0;
  field.value = typed;
  dialog.showModal();
  field.focus();
  draw();
  learn();
}
