// What the page knows of expressions: { vars: [name], values: { name: [value, from] }, missing: [name], secrets: { name: is set } }.

/** `$${{` is the escape for a literal `${{`, so a dollar before the expression takes its meaning away. */
export const expression = () => /(?<!\$)\$\{\{\s*(vars|secrets)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

export const NOTHING = { vars: [], values: {}, missing: [], secrets: {} };

/** What one name resolves to: { kind: value | secret | missing, text, title }; null where nobody has said yet. A secret's value is never here. */
export function meaning(scope, name, facts) {
  if (scope === "secrets") {
    if (!Object.hasOwn(facts.secrets, name)) return null;
    return facts.secrets[name] ? { kind: "secret", text: "secret, set", title: "Its value is not shown." } : lost("missing", "This secret has no value here.");
  }
  if (facts.missing.includes(name)) return lost("missing", "No value on this cluster.");
  if (!Object.hasOwn(facts.values, name)) return null;
  const [text, from] = facts.values[name];
  return { kind: "value", text, title: `${text} (${from})` };
}

const lost = (text, title) => ({ kind: "missing", text, title });

/** A text with its expressions replaced; null where one of them is not known. */
export function resolvedText(text, facts) {
  let known = true;
  const out = text.replace(expression(), (_, scope, name) => {
    const found = meaning(scope, name, facts);
    known &&= found !== null;
    return found?.kind === "value" ? found.text : `(${found?.text})`;
  });
  return known && out !== text ? out : null;
}
