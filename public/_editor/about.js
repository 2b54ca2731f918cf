// What a word of the text means: under the mouse, and on a key at the caret, said to screen readers too.
import { forEachDiagnostic, nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, closeHoverTooltips, hasHoverTooltips, hoverTooltip, keymap, showTooltip } from "@codemirror/view";
import { el, icon, shown } from "../_review/element.js";
import { placeOf } from "./asking.js";

const show = StateEffect.define();

/** The card of a key; it goes with the next move. */
const card = StateField.define({
  create: () => null,
  update(card, transaction) {
    const told = transaction.effects.findLast((effect) => effect.is(show));
    if (told) return told.value;
    return transaction.docChanged || transaction.selection ? null : card;
  },
  provide: (field) => showTooltip.from(field),
});

function drawnCard(hover, problems = []) {
  const { path, kind, default: standard, doc, one_of: choices = [] } = hover ?? {};
  const facts = [kind, standard === undefined ? "" : `default ${standard}`].filter(Boolean).join(", ");
  return el(
    "div",
    { class: "cm-about", role: "tooltip" },
    hover && el("p", "cm-about-top", el("code", {}, shown(path)), " ", el("span", "faint", shown(facts))),
    problems.map(({ message, severity }) => el("p", `cm-about-problem cm-about-problem--${severity}`, icon(severity === "error" ? "fail" : "warn"), el("span", {}, shown(message)))),
    doc && el("p", "cm-about-doc", shown(doc)),
    choices.length > 0 && el("p", "cm-about-doc", `One of ${choices.map(shown).join(", ")}.`),
  );
}

const tooltip = (pos, end, dom) => ({ pos, end, above: false, create: () => ({ dom }) });

function problemsAt(state, pos) {
  const found = [];
  const line = state.doc.lineAt(pos);
  forEachDiagnostic(state, (one, from, to) => from <= line.to && to >= line.from && found.push(one));
  return found;
}

function say(view, pos, dom) {
  const told = [...dom.children].map((part) => part.textContent).join(". ");
  view.dispatch({ effects: [show.of(tooltip(pos, undefined, dom)), EditorView.announce.of(told)] });
}

/** `ask` is as of asking.js. */
export function about(ask) {
  let running = new AbortController();
  const hoverAt = async (view, pos) => {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const answer = await ask("assist", { text: view.state.doc.toString(), ...placeOf(view.state.doc, pos) }, signal);
    return signal.aborted ? null : answer?.hover;
  };
  const explain = (view) => {
    const { head } = view.state.selection.main;
    hoverAt(view, head).then((hover) => {
      if (view.state.selection.main.head !== head) return;
      const problems = problemsAt(view.state, head);
      if (hover || problems.length > 0) say(view, head, drawnCard(hover, problems));
      else view.dispatch({ effects: EditorView.announce.of("Nothing is known of what stands here.") });
    });
    return true;
  };
  // The problem itself is shown by the move; it is said as well.
  const go = (way) => (view) => {
    way(view);
    const told = problemsAt(view.state, view.state.selection.main.head).map((one) => one.message);
    view.dispatch({ effects: EditorView.announce.of(told.join(" ") || "There is no problem in this text.") });
    return true;
  };
  const close = (view) => {
    const isShown = view.state.field(card) !== null;
    if (!isShown && !hasHoverTooltips(view.state)) return false;
    view.dispatch({ effects: isShown ? show.of(null) : closeHoverTooltips });
    return true;
  };
  return [
    card,
    hoverTooltip(async (view, pos) => {
      const { doc } = view.state;
      const word = view.state.wordAt(pos) ?? { from: pos, to: pos };
      const hover = await hoverAt(view, pos);
      // In a text that changed meanwhile the place may be gone.
      return hover && view.state.doc === doc ? tooltip(word.from, word.to, drawnCard(hover)) : null;
    }),
    keymap.of([
      { key: "Mod-i", run: explain, preventDefault: true },
      { key: "F8", run: go(nextDiagnostic), shift: go(previousDiagnostic) },
      { key: "Escape", run: close },
    ]),
  ];
}
