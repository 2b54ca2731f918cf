// The fields that most people set, as a form. Each is saved when it is left or Enter is pressed.
import { el, icon, shown } from "../_review/element.js";
import { latest } from "./asking.js";
import { beside, keyOf, typed } from "./fields.js";

const PAUSE = 250;

/** `text()` and `facts()` give what is there now; `change` is as of changing.js. */
export function form({ ask, change, text, facts, readOnly }) {
  const note = el("p", { class: "editor-said", role: "status" }, "The fields are being read.");
  const place = el("div", "editor-fields");
  const panel = el("div", "editor-form", note, place);
  let [rows, wanted] = [new Map(), false];

  const soon = latest(PAUSE, async (signal) => {
    const answer = await ask("form", { text: text() }, signal);
    if (signal.aborted) return;
    if (!answer) {
      if (rows.size === 0) say("The server does not answer; the text under the first tab can be edited.");
      return;
    }
    say(answer.note ?? (readOnly ? "You may look at this draft, and change nothing in it." : ""));
    const same = answer.fields.length === rows.size && answer.fields.every((field) => rows.has(keyOf(field)));
    if (!same) build(answer.fields);
    for (const field of answer.fields) rows.get(keyOf(field)).show(field);
  });

  function say(words) {
    note.textContent = shown(words);
    note.hidden = words === "";
  }

  function build(fields) {
    const at = [...rows].find(([, row]) => row.input === document.activeElement)?.[0];
    rows = new Map(fields.map((field, number) => [keyOf(field), row(field, `editor-field-${number}`)]));
    const parts = Array.from(grouped(fields), ([group, members]) => {
      const inside = members.map((field) => rows.get(keyOf(field)).dom);
      return group ? el("fieldset", "editor-group", el("legend", {}, shown(group)), inside) : el("div", "editor-group", inside);
    });
    place.replaceChildren(...parts);
    rows.get(at)?.input.focus();
  }

  function row(first, id) {
    let [field, sent] = [first, null];
    const input = el("input", {
      class: "input input--mono",
      id,
      type: "text",
      spellcheck: "false",
      autocomplete: "off",
      inputmode: first.kind === "number" ? "numeric" : undefined,
      "aria-describedby": `${id}-beside ${id}-error`,
    });
    input.readOnly = readOnly;
    const hint = el("span", {});
    const error = el("p", { class: "field-error", id: `${id}-error`, role: "alert" });
    error.hidden = true;
    const wrong = (words) => {
      error.replaceChildren(icon("fail"), el("span", {}, words));
      error.hidden = words === "";
      if (words) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    };
    const save = async () => {
      const value = input.value.trim();
      if (readOnly || value === (sent ?? field.value ?? "")) return;
      sent = value;
      try {
        await change({ document: field.document, path: field.path, value: typed(value, field.kind) });
        wrong("");
      } catch (problem) {
        wrong(shown([problem.detail, problem.hint].filter(Boolean).join(" ")));
        sent = null;
      }
    };
    input.addEventListener("change", save);
    input.addEventListener("keydown", (event) => event.key === "Enter" && save());
    const show = (next) => {
      const isTyping = input === document.activeElement && input.value.trim() !== (sent ?? field.value ?? "");
      [field, sent] = [next, null];
      if (!isTyping && error.hidden) input.value = field.value ?? "";
      input.placeholder = field.default ?? "";
      input.classList.toggle("input--expression", field.is_expression);
      hint.textContent = shown(beside(field, facts()));
    };
    const path = el("p", { class: "field-hint", id: `${id}-beside` }, el("code", {}, shown(first.path)), " ", hint);
    return { input, show, dom: el("div", "field", el("label", { class: "field-label", for: id }, shown(first.label)), input, error, path) };
  }

  return {
    panel,
    shown: () => ((wanted = true), soon()),
    hidden: () => (wanted = false),
    moved: () => wanted && soon(),
    stop: soon.stop,
  };
}

function grouped(fields) {
  const groups = new Map();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return groups;
}
