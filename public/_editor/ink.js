// Colours of the syntax, given as classes so that the tokens of both themes decide.
import { tagHighlighter, tags } from "@lezer/highlight";

export const inks = tagHighlighter([
  { tag: tags.definition(tags.propertyName), class: "tok-key" },
  { tag: tags.propertyName, class: "tok-key" },
  { tag: [tags.string, tags.special(tags.string), tags.content], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.meta, tags.separator, tags.punctuation, tags.labelName, tags.typeName], class: "tok-meta" },
]);
