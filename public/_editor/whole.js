// All values: the chart's with one's own laid over them. A line is taken over by Enter or its button, not by a mere click.
import { EditorView, keymap } from "@codemirror/view";
import { el, shown } from "../_review/element.js";
import { about } from "./about.js";
import { latest, untilKnown } from "./asking.js";
import { expressions, learn } from "./expression.js";
import { keyColumn } from "./line.js";
import { isOwn, ownLines, setOwn } from "./own.js";
import { smallestEdit } from "./text.js";

const PAUSE = 250;

/** `build(place, extensions)` makes a view that is only read; `goTo(line)` leads to one's own text. */
export function whole({ ask, change, text, facts, goTo, build, readOnly }) {
  const note = el("p", { class: "editor-said", role: "status" }, "The chart's values are being read.");
  const place = el("div", "editor");
  const panel = el("div", {}, note, place);
  let [view, wanted] = [null, false];
  place.hidden = true;

  const take = (view) => {
    press(view);
    return true;
  };

  async function press(view) {
    const line = view.state.doc.lineAt(view.state.selection.main.head);
    const column = keyColumn(line.text);
    if (column === null || (readOnly && !isOwn(view.state, line))) return;
    const answer = await ask("assist", { text: view.state.doc.toString(), line: line.number, column });
    const path = answer?.hover?.path;
    if (!path) return say("This line cannot be taken over by itself.");
    try {
      goTo(await change({ path, of_chart: true }));
    } catch (problem) {
      say([problem.detail, problem.hint].filter(Boolean).join(" "));
    }
  }

  function say(words) {
    note.textContent = shown(words);
  }

  const soon = latest(PAUSE, (signal) => untilKnown(() => ask("defaults", { text: text() }, signal), signal, draw));

  function draw({ text: whole, own, beside = [], count, known }) {
    place.hidden = whole === undefined;
    if (whole === undefined) return say(known.sentence);
    const values = count === 1 ? "1 value" : `${count} values`;
    const left = beside.length > 0 ? ` The chart's text has no place for ${beside.join(", ")}; it holds all the same.` : "";
    say(`${values} of the chart, with yours marked. Enter ${readOnly ? "goes to yours" : "takes a line over"}.${left}`);
    view ??= build(place, [
      expressions,
      ownLines(press, readOnly),
      about(ask),
      keymap.of([{ key: "Enter", run: take }]),
      EditorView.contentAttributes.of({ "aria-label": "All values" }),
    ]);
    const edit = smallestEdit(view.state.doc.toString(), whole);
    view.dispatch({ changes: edit ?? undefined, effects: [setOwn.of(own), learn.of(facts())] });
  }

  return {
    panel,
    shown: () => ((wanted = true), soon()),
    hidden: () => (wanted = false),
    moved: () => wanted && soon(),
    stop() {
      soon.stop();
      view?.destroy();
    },
  };
}
