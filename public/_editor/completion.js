// Offers the names of variables and secrets inside ${{ }}.

/** `facts` gives what is known now: a page may learn more later. */
export function offerNames(facts) {
  return (context) => {
    const open = context.matchBefore(/\$\{\{\s*[A-Za-z0-9_.]*/);
    if (!open) return null;
    const typed = open.text.match(/[A-Za-z0-9_.]*$/)[0];
    const after = context.state.sliceDoc(context.pos, context.pos + 8);
    const end = after.startsWith("}}") ? " " : /^\s*\}\}/.test(after) ? "" : " }}";
    const option = (scope, type) => (name) => ({ label: `${scope}.${name}`, apply: `${scope}.${name}${end}`, type });
    const { vars, secrets } = facts();
    return {
      from: context.pos - typed.length,
      options: [...vars.map(option("vars", "variable")), ...Object.keys(secrets).map(option("secrets", "constant"))],
      validFor: /^[A-Za-z0-9_.]*$/,
    };
  };
}
