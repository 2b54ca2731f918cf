// Problems in the text: what the schemas say now, and what the draft's check found, in one list.
import { setDiagnostics } from "@codemirror/lint";
import { latest, untilKnown } from "./asking.js";
import { merged } from "./merge.js";
import { spanOf } from "./span.js";

const PAUSE = 350;

/** `told(known)` hears how much is known of the text. */
export function judging(view, ask, told) {
  let [found, checked] = [[], []];
  const draw = () => view.dispatch(setDiagnostics(view.state, merged(checked, found)));
  const soon = latest(PAUSE, (signal) => {
    const text = view.state.doc;
    return untilKnown(
      () => ask("problems", { text: text.toString() }, signal),
      signal,
      ({ problems, known }) => {
        const place = ({ line, column, end_line: endLine, end_column: endColumn, severity, message }) => ({
          ...spanOf(text, { line, column, endLine, endColumn }),
          severity,
          message,
        });
        found = problems.map(place);
        draw();
        told(known);
      },
    );
  });
  return {
    soon,
    stop: soon.stop,
    /** Of the draft's check: { message, severity, line }. */
    check(list) {
      const { doc } = view.state;
      checked = list.map(({ message, severity, line }) => {
        const indent = line <= doc.lines ? Math.max(doc.line(line).text.search(/\S/), 0) : 0;
        return { ...spanOf(doc, { line, column: indent + 1 }), severity, message };
      });
      draw();
    },
    /** What was typed moves what is known until the next answer. */
    moved(changes) {
      const along = (one) => ({ ...one, from: changes.mapPos(one.from, 1), to: Math.max(changes.mapPos(one.to, -1), changes.mapPos(one.from, 1)) });
      [found, checked] = [found.map(along), checked.map(along)];
      soon();
    },
  };
}
