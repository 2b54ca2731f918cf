// Offers the names of variables and secrets inside ${{ }}.

/** `names` is read at each completion, so a page may fill it later. */
export function offerNames(names) {
  return (context) => {
    const open = context.matchBefore(/\$\{\{\s*[A-Za-z0-9_.]*/);
    if (!open) return null;
    const typed = open.text.match(/[A-Za-z0-9_.]*$/)[0];
    const after = context.state.sliceDoc(context.pos, context.pos + 8);
    const end = after.startsWith("}}") ? " " : /^\s*\}\}/.test(after) ? "" : " }}";
    const option = (scope, type) => (name) => ({ label: `${scope}.${name}`, apply: `${scope}.${name}${end}`, type });
    return {
      from: context.pos - typed.length,
      options: [...names.vars.map(option("vars", "variable")), ...names.secrets.map(option("secrets", "constant"))],
      validFor: /^[A-Za-z0-9_.]*$/,
    };
  };
}
