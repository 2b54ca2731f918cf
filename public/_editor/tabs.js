// Tabs over the editor: arrows, Home and End go along, and what they reach is shown.
import { el } from "../_review/element.js";

/** Each entry: { id, label, panel, shown }. `shown` is called whenever its panel comes into sight. */
export function tabs(label, entries) {
  const buttons = entries.map(({ id, label, panel }) => {
    panel.id = `editor-panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `editor-tab-${id}`);
    return el("button", { class: "tab", type: "button", role: "tab", id: `editor-tab-${id}`, "aria-controls": panel.id }, label);
  });
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": label }, buttons);
  let current;
  const select = (at) => {
    const before = current;
    current = at;
    for (const [number, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(number === at));
      button.tabIndex = number === at ? 0 : -1;
      entries[number].panel.hidden = number !== at;
    }
    if (before !== at) entries[at].shown?.();
  };
  list.addEventListener("click", ({ target }) => {
    const at = buttons.indexOf(target.closest("[role=tab]"));
    if (at >= 0) select(at);
  });
  list.addEventListener("keydown", (event) => {
    const last = buttons.length - 1;
    const to = { ArrowLeft: current === 0 ? last : current - 1, ArrowRight: current === last ? 0 : current + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    select(to);
    buttons[to].focus();
  });
  select(0);
  return { list, panels: entries.map((one) => one.panel), select: (id) => select(entries.findIndex((one) => one.id === id)) };
}
