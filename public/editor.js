// The YAML editor: CodeMirror, loaded only by pages that edit values or a manifest.
//
// mount(el, text, onChange, { label, readOnly, address, fix }) gives { set, get, focus, reveal, diagnostics, facts, reachable, destroy }.
// If this module cannot be loaded, the page keeps its plain <textarea>.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { Transaction } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { about } from "./_editor/about.js";
import { asking, placeOf } from "./_editor/asking.js";
import { changing, reveal } from "./_editor/changing.js";
import { offerNames } from "./_editor/completion.js";
import { expressions, facts, learn } from "./_editor/expression.js";
import { foot } from "./_editor/foot.js";
import { judging } from "./_editor/judged.js";
import { offerKnown } from "./_editor/offered.js";
import { panels } from "./_editor/panels.js";
import { smallestEdit } from "./_editor/text.js";
import { build, onlyRead } from "./_editor/view.js";

export function mount(el, text, onChange, { label = "YAML editor", readOnly = false, address = "", fix } = {}) {
  const ask = asking(address);
  const under = foot();
  const place = document.createElement("div");
  place.className = "editor";
  const known = () => view.state.field(facts);

  const view = build(place, text, [
    EditorView.contentAttributes.of({ "aria-label": label }),
    lintGutter(),
    history(),
    indentOnInput(),
    indentUnit.of("  "),
    closeBrackets(),
    expressions,
    about(ask),
    autocompletion({ override: [offerNames(known), offerKnown(ask)], activateOnTypingDelay: 150 }),
    onlyRead(readOnly),
    // Escape then Tab leaves the editor: nobody is trapped by the keyboard.
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        judge.moved(update.changes);
        beside.moved();
        if (!update.transactions.every((one) => one.annotation(Transaction.remote))) onChange(update.state.doc.toString());
      }
      if (update.docChanged || update.selectionSet) under.at(placeOf(update.state.doc, update.state.selection.main.head));
    }),
    keymap.of(readOnly ? [] : [indentWithTab]),
    // The page mends what stands on the caret's line.
    keymap.of([{ key: "Mod-.", run: ({ state }) => Boolean(fix) && (fix(placeOf(state.doc, state.selection.main.head).line), true) }]),
  ]);

  const judge = judging(view, ask, under.tell);
  const beside = panels(el, { ask, change: changing(view, address), view, known, label, readOnly, text: [place, under.dom] });
  under.at({ line: 1, column: 1 });

  return {
    /** Replaces the text without telling `onChange`; the caret stays where the text around it did. */
    set(next) {
      const edit = smallestEdit(view.state.doc.toString(), next);
      if (edit) view.dispatch({ changes: edit, annotations: [Transaction.remote.of(true), Transaction.addToHistory.of(false)] });
    },
    get: () => view.state.doc.toString(),
    focus: () => view.focus(),
    reveal: (line) => (beside.text(), reveal(view, line)),
    /** Of the draft's check: { message, severity: error | warning | info, line }. */
    diagnostics(list) {
      judge.check(Array.from(list ?? []));
      // Another chart, or another component, may tell more.
      judge.soon();
    },
    /** What is known of expressions, as facts.js has it. */
    facts(next) {
      view.dispatch({ effects: learn.of(next) });
      beside.moved();
    },
    /** Whether the server has this component and answers. */
    reachable(yes) {
      ask.reachable(yes);
      if (!yes) return;
      judge.soon();
      beside.moved();
    },
    destroy() {
      judge.stop();
      beside.stop();
      view.destroy();
      el.replaceChildren();
    },
  };
}
