// The quiet line under the editor: how much is known of the text, and where the caret is.
import { el, shown } from "../_review/element.js";

export function foot() {
  const [known, caret] = [el("span", "editor-known"), el("span", "push")];
  const notes = el("ul", "editor-notes");
  notes.hidden = true;
  return {
    dom: el("div", "editor-foot", el("p", {}, known, caret), notes),
    tell({ sentence, notes: all = [] }) {
      known.textContent = shown(sentence);
      notes.replaceChildren(...all.map((note) => el("li", {}, shown(note))));
      notes.hidden = all.length === 0;
    },
    at({ line, column }) {
      caret.textContent = `Ln ${line}, Col ${column}`;
    },
  };
}
