// What a field of the form means: as it is sent, and what is said beside it.
import { resolvedText } from "./facts.js";

/** One field among those of its text. */
export const keyOf = ({ document, path }) => `${document} ${path}`;

/** Empty is no value: what the chart says holds again. */
export function typed(text, kind) {
  const value = text.trim();
  if (value === "") return undefined;
  return kind === "number" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

export function beside(field, facts) {
  const resolved = field.is_expression ? resolvedText(field.value ?? "", facts) : null;
  const said = [];
  if (resolved !== null) said.push(`is ${resolved} here`);
  if (field.default !== undefined && field.default !== field.value) said.push(`default ${field.default}`);
  return said.join(", ");
}
