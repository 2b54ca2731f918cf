// Changes one value of the text by the server, so that comments, order and quoting stay.
import { isolateHistory } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { Refused, send } from "../_form.js";
import { smallestEdit } from "./text.js";

/** `change({ document, path, value })` gives the line where it stands now; it throws what the server refused it with. */
export function changing(view, address) {
  return async (what) => {
    for (let turn = 0; turn < 3; turn += 1) {
      const text = view.state.doc.toString();
      const edited = await send("POST", `${address}/edited`, { text, ...what });
      // Somebody typed meanwhile: the same again, in what stands there now.
      if (view.state.doc.toString() !== text) continue;
      const edit = smallestEdit(text, edited.text);
      if (edit && !view.state.readOnly) view.dispatch({ changes: edit, annotations: isolateHistory.of("full"), userEvent: "input.value" });
      return edited.line;
    }
    throw new Refused({ detail: "The text changes faster than this can be put into it.", hint: "Try again." });
  };
}

/** Puts the caret on a line (from 1) and scrolls it into sight. */
export function reveal(view, line) {
  const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  const indent = Math.max(at.text.search(/\S/), 0);
  view.dispatch({ selection: { anchor: at.from + indent }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  view.focus();
}
