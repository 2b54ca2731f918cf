// The YAML editor: CodeMirror, loaded only by pages that edit values or a manifest.
//
// mount(el, text, onChange) gives { set, get, focus, reveal, diagnostics, offer, readOnly, destroy }.
// If this module cannot be loaded, the page keeps its plain <textarea>.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { offerNames } from "./_editor/completion.js";
import { expressions } from "./_editor/expression.js";
import { inks } from "./_editor/ink.js";
import { spanOf } from "./_editor/span.js";
import { smallestEdit } from "./_editor/text.js";

/** The page's nonce, so that the editor's own style element passes a strict policy. */
function nonce() {
  return document.querySelector("script[nonce]")?.nonce ?? "";
}

export function mount(el, text, onChange, options = {}) {
  const names = { vars: [], secrets: [] };
  const editable = new Compartment();
  const locked = (yes) => [EditorState.readOnly.of(yes), EditorView.editable.of(!yes)];

  const view = new EditorView({
    parent: el,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce()),
        EditorView.contentAttributes.of({ "aria-label": options.label ?? "YAML editor", spellcheck: "false" }),
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: false }),
        yaml(),
        syntaxHighlighting(inks),
        expressions,
        autocompletion({ override: [offerNames(names)] }),
        editable.of(locked(options.readOnly ?? false)),
        // Escape then Tab leaves the editor: nobody is trapped by the keyboard.
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...lintKeymap,
          ...foldKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
          // The page mends what stands on the caret's line.
          { key: "Mod-.", run: ({ state }) => Boolean(options.fix) && (options.fix(state.doc.lineAt(state.selection.main.head).number), true) },
        ]),
        EditorView.updateListener.of((update) => {
          const typed = update.docChanged && !update.transactions.every((t) => t.annotation(Transaction.remote));
          if (typed) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });

  return {
    /** Replaces the text without telling `onChange`; the caret stays where the text around it did. */
    set(next) {
      const edit = smallestEdit(view.state.doc.toString(), next);
      if (edit) view.dispatch({ changes: edit, annotations: [Transaction.remote.of(true), Transaction.addToHistory.of(false)] });
    },
    get: () => view.state.doc.toString(),
    focus: () => view.focus(),
    /** Puts the caret on a line (from 1) and scrolls it into sight. */
    reveal(line) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from;
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    /** Each finding: { message, severity?: error | warning | info, line?, column?, endLine?, endColumn?, from?, to? }. */
    diagnostics(list) {
      const found = Array.from(list ?? [], (one) => ({
        ...spanOf(view.state.doc, one),
        severity: one.severity ?? "error",
        message: String(one.message),
      }));
      view.dispatch(setDiagnostics(view.state, found));
    },
    /** Names to offer inside ${{ }}: { vars: [...], secrets: [...] }. */
    offer(next) {
      names.vars = Array.from(next?.vars ?? []);
      names.secrets = Array.from(next?.secrets ?? []);
    },
    readOnly: (yes) => view.dispatch({ effects: editable.reconfigure(locked(yes)) }),
    destroy: () => view.destroy(),
  };
}
