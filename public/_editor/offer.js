// What the server says may stand at the caret, as an edit of the text around it.

/** Whether to ask at all: on request, or once a word has begun; inside ${{ }} the page itself knows the names. */
export function isAsked(before, explicit) {
  if (/\$\{\{[^}]*$/.test(before)) return false;
  return explicit || /[\w.\-/]$/.test(before);
}

/** What is written for an offer: over a key that stands there already only its name, for its colon and value are there. */
export function written({ insert, kind }, after) {
  const rest = kind === "key" ? after.match(/^[\w.\-/]*(?=\s*:(\s|$))/) : null;
  return rest ? { insert: insert.replace(/:\s*(-\s*)?$/, ""), over: rest[0].length } : { insert, over: 0 };
}
