// All values: which lines are one's own, and the button of the line where the caret is.
import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType } from "@codemirror/view";
import { el } from "../_review/element.js";
import { keyColumn } from "./line.js";

/** Line numbers, from 1. */
export const setOwn = StateEffect.define();

const mark = Decoration.line({ class: "cm-own" });

const lines = StateField.define({
  create: () => RangeSet.empty,
  update(found, { effects, changes, newDoc }) {
    const told = effects.findLast((effect) => effect.is(setOwn));
    if (!told) return found.map(changes);
    return RangeSet.of(told.value.filter((line) => line <= newDoc.lines).map((line) => mark.range(newDoc.line(line).from)));
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function isOwn(state, { from }) {
  let found = false;
  state.field(lines).between(from, from, () => ((found = true), false));
  return found;
}

class Button extends WidgetType {
  constructor(words, press) {
    super();
    Object.assign(this, { words, press });
  }

  eq(other) {
    return other.words === this.words;
  }

  toDOM() {
    const button = el("button", { class: "cm-take", type: "button", tabindex: "-1" }, this.words);
    // The focus stays in the text.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", this.press);
    return button;
  }
}

/** `press(view)` is what Enter does too. */
export function ownLines(press, readOnly) {
  const draw = (view) => {
    const { state } = view;
    const line = state.doc.lineAt(state.selection.main.head);
    const words = isOwn(state, line) ? "Go to it" : "Take over";
    if (!view.hasFocus || keyColumn(line.text) === null || (readOnly && words === "Take over")) return Decoration.none;
    return Decoration.set(Decoration.widget({ widget: new Button(words, () => press(view)), side: 1 }).range(line.to));
  };
  const button = ViewPlugin.define(
    (view) => ({
      decorations: draw(view),
      update(update) {
        this.decorations = draw(update.view);
      },
    }),
    { decorations: (plugin) => plugin.decorations },
  );
  return [lines, button];
}
