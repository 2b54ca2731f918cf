// Completion by what the server knows of the chart or the object.
import { pickedCompletion, startCompletion } from "@codemirror/autocomplete";
import { el, shown } from "../_review/element.js";
import { placeOf, untilKnown } from "./asking.js";
import { isAsked, written } from "./offer.js";

/** A completion that somebody waits for asks again only so long. */
const PAUSES = [300, 600, 1200];

export function offerKnown(ask) {
  return async (context) => {
    const { state, pos } = context;
    const line = state.doc.lineAt(pos);
    if (!isAsked(line.text.slice(0, pos - line.from), context.explicit)) return null;
    const given = new AbortController();
    context.addEventListener("abort", () => given.abort());
    const at = { text: state.doc.toString(), ...placeOf(state.doc, pos) };
    let answer;
    await untilKnown(() => ask("assist", at, given.signal), given.signal, (one) => (answer = one), PAUSES);
    if (context.aborted || !answer?.completions.length) return null;
    return { from: line.from + answer.from_column - 1, options: answer.completions.map(option), validFor: /^[\w.\-/]*$/ };
  };
}

function option(offer) {
  const { label, detail, doc, kind, required } = offer;
  return {
    label,
    detail,
    type: kind === "key" ? "property" : "enum",
    boost: required ? 2 : 0,
    info: doc ? () => el("p", "cm-about-doc", shown(doc)) : undefined,
    apply(view, picked, from, to) {
      const { insert, over } = written(offer, view.state.sliceDoc(to, view.state.doc.lineAt(to).to));
      view.dispatch({
        changes: { from, to: to + over, insert },
        selection: { anchor: from + insert.length },
        annotations: pickedCompletion.of(picked),
        userEvent: "input.complete",
        scrollIntoView: true,
      });
      // Behind a key its value is next.
      if (/\s$/.test(insert)) startCompletion(view);
    },
  };
}
