// The document's sections, drawn from the checked plan alone.
import { count, el, icon, shown, value, words } from "./element.js";

const code = (text, kind = "") => el("code", kind, text);
const folded = (summary, ...inside) => el("details", "fold", el("summary", {}, summary), ...inside);
const quiet = (text) => el("p", "sheet-body muted", text);
const table = (label, kind, heads, bodies) =>
  el("div", { class: "ledger-scroll", tabindex: "0", role: "region", "aria-label": label },
    el("table", kind, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), bodies));

function brief({ brief, title, why, ticket }) {
  const opens = /^https?:\/\//.test(ticket ?? "");
  const link = ticket && (opens ? el("a", { href: ticket, rel: "external noopener noreferrer", target: "_blank" }, shown(ticket)) : shown(ticket));
  return el("div", "sheet-body stack-y",
    el("ul", "brief", brief.map((sentence) => el("li", {}, shown(sentence)))),
    title && el("p", {}, el("strong", {}, shown(title))),
    why && el("p", "why measure", shown(why)),
    ticket && el("p", {}, "Ticket ", link));
}

const LEVELS = {
  block: ["guard-row guard-row--attention", "blocked", "block", "Blocks"],
  confirm: ["guard-row guard-row--attention", "blocked", "minus", "Confirm"],
  warn: ["guard-row guard-row--warn", "waiting", "warn", "Warning"],
  pass: ["guard-row", "reconciled", "ok", "Pass"],
};

function guard({ code: name, level, reason, at = {}, confirm, hint }) {
  const [row, state, glyph, word] = LEVELS[level];
  const place = [at.component, at.path].filter(Boolean).join(" · ");
  return el("div", row,
    el("span", {}, el("span", `state state--${state}`, icon(glyph), word)),
    el("span", "guard-name", words(name)),
    el("div", "guard-why",
      el("p", {}, el("strong", {}, shown(reason)), ...(hint ? [" ", el("span", "muted", shown(hint))] : []), ...(confirm ? [" Type ", code(shown(confirm)), " on the slip to go on."] : [])),
      place && el("p", "value-note", code(shown(place)))));
}

function guards({ findings }) {
  const of = (level) => findings.filter((finding) => finding.level === level);
  const passed = of("pass");
  const open = ["block", "confirm", "warn"].flatMap(of);
  return [
    el("div", "guard-list", open.map(guard)),
    passed.length && folded(passed.length === 1 ? "1 guard passes" : `${passed.length} guards pass`, el("div", "guard-list", passed.map(guard))),
  ];
}

const steps = (plan) => plan.order.flatMap((wave) => wave.steps);
const DOES = { add: "new", change: "changed", remove: "removed", let_go: "let go", nothing: "" };

function author({ kind, name }) {
  if (kind === "agent") return el("span", "by by--agent", el("span", "by-mark", icon("pencil")), shown(name));
  const parts = name.split(/[ ._-]/).filter(Boolean);
  const initials = [parts[0], parts.length > 1 && parts.at(-1)].filter(Boolean).map((part) => [...part][0].toUpperCase()).join("");
  return el("span", "by", el("span", { class: "by-mark", "aria-hidden": "true" }, initials), shown(name));
}

function values(plan) {
  if (!plan.values.length) return quiet("No value changes.");
  const groups = Map.groupBy ? Map.groupBy(plan.values, (one) => one.component) : plan.values.reduce((map, one) => map.set(one.component, [...(map.get(one.component) ?? []), one]), new Map());
  const side = (text, kind) => (text === undefined ? el("span", "faint", "not set") : code(value(text), kind));
  const row = (one) => el("tr", {},
    el("td", {}, el("span", "value-path", shown(one.path))),
    el("td", {}, side(one.before, "was")),
    el("td", {}, side(one.after, "now"), one.template && el("div", "value-note", "from ", code(shown(one.template)))),
    el("td", {}, plan.writers.filter((writer) => one.by?.includes(writer.id)).map((writer) => el("div", {}, author(writer)))));
  return table("Values that change", "ledger ledger--values", ["Field", "Recorded", "Draft", "Written by"], [...groups].map(([id, list]) => {
    const step = steps(plan).find((one) => one.component === id);
    const name = id === undefined ? (plan.stack ? "Stack" : "Cluster") : (step?.name ?? id);
    return el("tbody", {}, el("tr", "value-group", el("th", { colspan: "4", scope: "rowgroup" }, el("span", "value-node", name), " ", DOES[step?.does] ?? "")), list.map(row));
  }));
}

function variables({ variables }) {
  if (!variables.length) return quiet("This plan uses no variable.");
  const rung = () => ["i", "i", "i", "i"].map((tag) => el(tag));
  return table("Variables", "ledger", ["Variable", "Value", "Comes from", "Instead of", "Used in"], el("tbody", {}, variables.map((one) => el("tr", {},
    el("th", { scope: "row" }, code(one.name)),
    el("td", "emph", code(value(one.value))),
    el("td", {}, el("span", { class: "ladder", "data-from": one.from }, el("span", { class: "ladder-steps", "aria-hidden": "true" }, rung()), one.from)),
    el("td", "muted", (one.shadowed ?? []).map((shadow) => el("div", {}, code(value(shadow.value)), " ", shadow.from))),
    el("td", "muted", (one.used_by ?? []).join(", "))))));
}

const SECRET = { missing: ["missing", "ic-blocked"], present: ["present", "muted"], new: ["new", "ic-draft"], changed: ["changed", "ic-draft"], same: ["unchanged", "muted"] };

function secrets({ secrets, recipients }) {
  const rows = secrets.map((one) => el("tr", {},
    el("th", { scope: "row" }, code(one.name)),
    el("td", {}, one.state !== "missing" && el("span", "sealed", icon("lock"), "sealed")),
    el("td", {}, el("span", SECRET[one.state][1], SECRET[one.state][0])),
    el("td", "muted", one.from === "stack" ? "this stack" : (one.from ?? "")),
    el("td", "muted", (one.used_by ?? []).join(", "))));
  return [
    rows.length ? table("Secrets", "ledger", ["Secret", "Value", "Against the record", "Set for", "Used in"], el("tbody", {}, rows)) : quiet("This plan uses no secret."),
    recipients.length && el("div", "sheet-body", el("p", "muted", "Can decrypt what is sealed for this cluster:"), el("ul", {}, recipients.map((key) => el("li", {}, code(shown(key), "wrap"))))),
  ];
}

const NO_HELM = "This server has no Helm, so nobody knows what the charts make of these values: unknown, not rendered. Once helm is on the server's PATH, or named with --helm, and it was started anew, plan again.";
const LEFT_OUT = "Not shown: values of Secrets, definitions in a chart's crds folder. What a chart makes up anew each time differs here though nothing changed. The cluster's own Helm renders again.";

/** The list alone: each text is fetched, checked and drawn when somebody opens it. */
function rendered(plan) {
  if (!plan.preview) return [];
  if (plan.preview.helm === undefined) return el("p", "sheet-body", NO_HELM);
  const same = ({ before, after }) => before && after && before.sha256 === after.sha256;
  const release = (one) => {
    const name = steps(plan).find((step) => step.component === one.component)?.name ?? one.component;
    if (one.unknown !== undefined) return el("p", { class: "sheet-body", "data-unrendered": one.component }, el("strong", {}, name), " unknown, not rendered. ", el("span", "muted", shown(one.unknown)));
    const state = !one.before ? el("span", "state state--draft", "new") : !one.after ? el("span", "state state--failing", "goes away") : same(one) && el("span", "state", "the same objects");
    return el("details", { class: "file", "data-rendered": one.component },
      el("summary", "file-toggle", icon("right", "twist"), el("span", "file-path", el("span", "file-name", name)), state, stat(one.added ?? 0, one.removed ?? 0), el("span", "proof")),
      el("div", { class: "diff", role: "region", "aria-label": `Rendered manifests of ${name}`, tabindex: "0" }, quiet("Being fetched and checked…")));
  };
  return [plan.preview.releases.map(release), el("p", "sheet-body faint", LEFT_OUT)].flat();
}

/** A chart may make hundreds of objects; what matters most stands first. */
const EFFECTS = 12;
const STEP = { add: ["plus", "ic-reconciled", "new"], change: ["nib", "ic-draft", "changes"], remove: ["trash", "ic-failing", "goes away"], let_go: ["minus", "ic-waiting", "is let go, runs on"], nothing: ["ok", "faint", "stays"] };
const BECOMES = { will_be_deleted: ["will be deleted", "ic-failing"], stays_behind: ["stays behind", "ic-waiting"], unknown: ["unknown, not rendered", "muted"] };

function order({ order, effects }) {
  const step = ({ name, does }) => el("li", does === "nothing" ? "same" : "", icon(STEP[does][0], STEP[does][1]), el("span", does === "remove" ? "strike" : "", name), el("span", "faint", STEP[does][2]));
  const wave = ({ steps }, at) => el("li", "wave-col", el("h3", {}, el("b", {}, String(at + 1)), steps.every((one) => one.does === "nothing") && "nothing changes"), el("ul", {}, steps.map(step)));
  const becomes = ({ what, object: { kind, namespace, name }, note }) => el("li", {},
    code(shown(namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`)), " ", el("strong", BECOMES[what][1], BECOMES[what][0]), note && el("span", "muted", ` ${shown(note)}`));
  const [first, more] = [effects.slice(0, EFFECTS), effects.slice(EFFECTS)];
  const rest = more.length && el("details", "fold fold--quiet", el("summary", {}, `Show the other ${count(more.length, "object")}`), el("ul", "stack-y", more.map(becomes)));
  return [
    order.length ? el("ol", "waves-list", order.map(wave)) : quiet("Nothing starts: this plan changes files only."),
    effects.length && el("div", "sheet-body", el("ul", { class: "stack-y", "aria-label": "What becomes of objects" }, first.map(becomes)), rest),
  ];
}

/** Production is filled ink; usual names have a style each, others are drawn like staging. */
export function environment(name) {
  const kind = /^(dev|development|test|sandbox)$/.test(name) ? "dev" : /^prod(uction)?(-|$)/.test(name) ? "production" : "staging";
  return el("span", `env env--${kind}`, name);
}

function drafted({ writers, author: by }) {
  const of = (kind) => writers.filter((writer) => writer.kind === kind).map((writer) => shown(writer.name)).join(", ");
  const [people, agents] = [of("person"), of("agent")];
  const caption = people ? (agents ? `Drafted, with ${people}` : `Drafted by ${people}`) : agents ? "Drafted" : `Drafted by ${shown(by.name)}`;
  return [
    agents && el("div", "signature signature--pencil", el("span", "signature-name", icon("pencil"), agents), el("div", "signature-line")),
    el("p", "signature-caption", caption),
  ];
}

export const SECTIONS = { brief, guards, values, rendered, variables, secrets, order, drafted };

/** What stands beside a heading and counts. */
export function notes(plan) {
  const of = (level) => plan.findings.filter((finding) => finding.level === level).length;
  const said = (number, one, many) => number && `${number} ${number === 1 ? one : many}`;
  return {
    guards: [said(of("block"), "blocks", "block"), said(of("confirm"), "needs you", "need you"), said(of("warn"), "warning", "warnings"), `${of("pass")} pass`].filter(Boolean).join(", "),
    values: plan.values.length ? count(plan.values.length, "value") : "",
    ...(plan.preview && { rendered: plan.preview.helm === undefined ? "not rendered" : `By Helm ${shown(plan.preview.helm)}, for this cluster's values` }),
    files: `${count(changed(plan).length, "file")}, byte for byte what will be committed`,
  };
}

export function title({ kind, cluster, stack }) {
  if (kind === "stack_removal" && stack) return `Review the removal of ${stack.name} from ${cluster.name}`;
  if (stack) return `Review ${stack.name} for ${cluster.name}`;
  return { roster: `Review who signs for ${cluster.name}`, adopt: `Review what ${cluster.name} adopts` }[kind] ?? `Review the binding of ${cluster.name}`;
}

export function about(plan) {
  const said = [];
  if (plan.draft) said.push(plan.draft.based_on === undefined ? `Draft rev ${plan.draft.revision}, the first of this stack here.` : `Draft rev ${plan.draft.revision} against record ${String(plan.draft.based_on).padStart(4, "0")}.`);
  const of = (does) => steps(plan).filter((step) => step.does === does).length;
  const verbs = [["add", "adds"], ["change", "changes"], ["remove", "removes"], ["let_go", "lets go of"]].filter(([does]) => of(does));
  const counts = verbs.map(([does, verb], at) => (at ? `${verb} ${of(does)}` : `${words(verb)} ${count(of(does), "component")}`));
  if (counts.length) said.push(`${counts.join(", ")}.`);
  said.push(`Deploying writes ${count(changed(plan).length, "file")} in one commit.`);
  return said.join(" ");
}

const digest = (side) => side && `${side.mode} ${side.sha256}`;
export const changed = (plan) => plan.files.filter((file) => digest(file.before) !== digest(file.after));

export function stat(added, removed) {
  return el("span", "diffstat", added && el("span", "p", `+${added}`), added && " ", removed && el("span", "m", `−${removed}`));
}

/** The lines of one file; what is folded is made when somebody unfolds it. */
export function diff(found) {
  const rows = [];
  for (const hunk of found) {
    let { before, after } = hunk;
    const first = after;
    rows.push(() => el("div", "ln hunk", el("span"), el("span"), el("span"), el("span", {}, `@@ line ${first}`)));
    for (const [sign, text] of hunk.lines) {
      const kind = { "+": "ln add", "-": "ln del", " ": "ln" }[sign];
      const [from, to] = [sign === "+" ? "" : String(before), sign === "-" ? "" : String(after)];
      rows.push(() => el("div", kind, el("span", {}, from), el("span", {}, to), el("span", {}, { "+": "+", "-": "−", " ": "" }[sign]), el("span", {}, shown(text))));
      if (sign !== "+") before++;
      if (sign !== "-") after++;
    }
  }
  const made = (some) => some.map((row) => row());
  if (rows.length <= 60) return made(rows);
  const rest = folded(`Show the other ${rows.length - 60} lines`);
  rest.addEventListener("toggle", () => rest.append(...made(rows.slice(60))), { once: true });
  return [...made(rows.slice(0, 60)), rest];
}
