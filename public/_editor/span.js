// Where a finding stands in the text: from lines and columns (from 1), or from offsets.

/** Findings come from a text that may be older than the editor's: everything is clamped into it. */
export function spanOf(doc, { line, column = 1, endLine, endColumn, from, to }) {
  if (line === undefined) {
    const start = clamp(from ?? 0, 0, doc.length);
    return { from: start, to: clamp(to ?? start, start, doc.length) };
  }
  const first = doc.line(clamp(line, 1, doc.lines));
  const start = clamp(first.from + column - 1, first.from, first.to);
  if (endLine === undefined && endColumn === undefined) return { from: start, to: first.to };
  const last = doc.line(clamp(endLine ?? line, first.number, doc.lines));
  const end = endColumn === undefined ? last.to : clamp(last.from + endColumn - 1, last.from, last.to);
  return { from: start, to: Math.max(start, end) };
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
