// The ways to see one text: as it is written, among all values of the chart, and as a form.
import { el } from "../_review/element.js";
import { reveal } from "./changing.js";
import { form } from "./form.js";
import { tabs } from "./tabs.js";
import { build, onlyRead } from "./view.js";
import { whole } from "./whole.js";

export function panels(host, { ask, change, view, known, label, readOnly, text }) {
  const own = () => view.state.doc.toString();
  const isChart = label === "Values";
  const said = isChart ? el("p", "editor-said", "Only what differs from the chart's own values.") : null;
  const goTo = (line) => {
    all.select("text");
    reveal(view, line);
  };
  const around = { ask, change, text: own, facts: known, readOnly };
  const others = [form(around)];
  const readable = (place, extensions) => build(place, "", [onlyRead(true), extensions]);
  if (isChart) others.unshift(whole({ ...around, goTo, build: readable }));
  const names = isChart ? [["all", "All values"], ["form", "Form"]] : [["form", "Form"]];
  const show = (one) => () => {
    for (const other of others) if (other !== one) other.hidden();
    one?.shown();
  };
  const all = tabs("Ways to see the text", [
    { id: "text", label, panel: el("div", {}, said, text), shown: show(null) },
    ...others.map((one, at) => ({ id: names[at][0], label: names[at][1], panel: one.panel, shown: show(one) })),
  ]);
  host.replaceChildren(all.list, ...all.panels);
  return {
    text: () => all.select("text"),
    moved: () => others.forEach((one) => one.moved()),
    stop: () => others.forEach((one) => one.stop()),
  };
}
