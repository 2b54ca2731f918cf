// Where a line of YAML says something.

/** The column (from 1) of a line's key or entry; null on an empty line, a comment, or a mark between documents. */
export function keyColumn(text) {
  const lead = text.match(/^\s*(?:- +)*/)[0].length;
  const rest = text.slice(lead);
  return rest === "" || rest.startsWith("#") || /^(---|\.\.\.)(\s|$)/.test(text) ? null : lead + 1;
}
