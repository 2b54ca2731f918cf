// Marks ${{ vars.name }} and ${{ secrets.name }} wherever they stand in a value.
import { Decoration, MatchDecorator, ViewPlugin } from "@codemirror/view";

// `$${{` is the escape for a literal `${{`, so a dollar before the expression takes its meaning away.
const EXPRESSION = /(?<!\$)\$\{\{\s*(vars|secrets)\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}/g;

const variable = Decoration.mark({ class: "cm-expression" });
const secret = Decoration.mark({ class: "cm-expression cm-expression--secret" });

const marks = new MatchDecorator({
  regexp: EXPRESSION,
  decoration: (match) => (match[1] === "secrets" ? secret : variable),
});

export const expressions = ViewPlugin.define(
  (view) => ({
    decorations: marks.createDeco(view),
    update(update) {
      this.decorations = marks.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);
