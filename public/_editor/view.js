// What every view of YAML has, whether it is written in or only read.
import { bracketMatching, foldGutter, foldKeymap, syntaxHighlighting } from "@codemirror/language";
import { defaultKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { inks } from "./ink.js";

/** The page's nonce, so that the editor's own style element passes a strict policy. */
function nonce() {
  return document.querySelector("script[nonce]")?.nonce ?? "";
}

/** What comes first of the keys wins: what a view adds stands before what all have. */
export function build(parent, doc, extensions) {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        EditorView.cspNonce.of(nonce()),
        EditorView.contentAttributes.of({ spellcheck: "false" }),
        extensions,
        lineNumbers(),
        foldGutter(),
        drawSelection(),
        bracketMatching(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: false }),
        yaml(),
        syntaxHighlighting(inks),
        keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
      ],
    }),
  });
}

/** Nothing can be changed, but the caret goes everywhere: to read, copy, and ask what something is. */
export const onlyRead = (yes) => EditorState.readOnly.of(yes);
