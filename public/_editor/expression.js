// Marks ${{ vars.name }} and ${{ secrets.name }} wherever they stand in a value, and shows behind each what it resolves to.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, MatchDecorator, ViewPlugin, WidgetType } from "@codemirror/view";
import { el, shown } from "../_review/element.js";
import { NOTHING, expression, meaning } from "./facts.js";

const LONGEST = 48;

export const learn = StateEffect.define();

/** What the page knows of expressions. */
export const facts = StateField.define({
  create: () => NOTHING,
  update: (known, { effects }) => effects.findLast((effect) => effect.is(learn))?.value ?? known,
});

/** Beside the text, not in it: it is neither selected nor copied, and the caret goes past it. */
class Meaning extends WidgetType {
  constructor({ kind, text, title }) {
    super();
    Object.assign(this, { kind, text, title });
  }

  eq(other) {
    return other.kind === this.kind && other.text === this.text && other.title === this.title;
  }

  toDOM() {
    const text = shown(this.text);
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    return el("span", { class: `cm-meaning cm-meaning--${this.kind}`, title: shown(this.title) }, cut);
  }

  ignoreEvent() {
    return false;
  }
}

const variable = Decoration.mark({ class: "cm-expression" });
const secret = Decoration.mark({ class: "cm-expression cm-expression--secret" });

const marks = new MatchDecorator({
  regexp: expression(),
  decorate(add, from, to, [, scope, name], view) {
    add(from, to, scope === "secrets" ? secret : variable);
    const found = meaning(scope, name, view.state.field(facts));
    if (found) add(to, to, Decoration.widget({ widget: new Meaning(found), side: 1 }));
  },
});

const drawn = ViewPlugin.define(
  (view) => ({
    decorations: marks.createDeco(view),
    update(update) {
      const learnt = update.startState.field(facts) !== update.state.field(facts);
      this.decorations = learnt ? marks.createDeco(update.view) : marks.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

export const expressions = [facts, drawn];
