// Differences between two texts, line by line: the shortest script of Myers, in hunks with three lines around.

/** Beyond so many differences the shortest script is not worth its time: all of one side goes, all of the other comes. */
const MOST = 1500;
const AROUND = 3;

const split = (text) => (text === "" ? [] : text.match(/[^\n]*\n|[^\n]+$/g));

/** `[[sign, line], …]` with the signs ` `, `-` and `+`. */
export function script(before, after) {
  const [a, b] = [split(before), split(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const kept = (lines) => lines.map((line) => [" ", line]);
  return [...kept(a.slice(0, head)), ...shortest(left, right), ...kept(a.slice(a.length - tail))];
}

function shortest(a, b) {
  const all = [...a.map((line) => ["-", line]), ...b.map((line) => ["+", line])];
  if (!a.length || !b.length) return all;
  const reached = { 1: 0 };
  const trace = [];
  for (let edits = 0; edits <= Math.min(a.length + b.length, MOST); edits++) {
    trace.push({ ...reached });
    for (let k = -edits; k <= edits; k += 2) {
      let x = k === -edits || (k !== edits && reached[k - 1] < reached[k + 1]) ? reached[k + 1] : reached[k - 1] + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) [x, y] = [x + 1, y + 1];
      reached[k] = x;
      if (x >= a.length && y >= b.length) return walkBack(trace, a, b);
    }
  }
  return all;
}

function walkBack(trace, a, b) {
  const out = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reached = trace[edits];
    const k = x - y;
    const from = k === -edits || (k !== edits && reached[k - 1] < reached[k + 1]) ? k + 1 : k - 1;
    const fromX = edits ? reached[from] : 0;
    const fromY = edits ? fromX - from : 0;
    while (x > fromX && y > fromY) out.push([" ", a[(y--, --x)]]);
    if (edits) out.push(x === fromX ? ["+", b[--y]] : ["-", a[--x]]);
  }
  return out.reverse();
}

/** `[{ before, after, lines }, …]`, line numbers from 1. */
export function hunks(before, after) {
  const out = [];
  let open = null;
  let [old, now] = [1, 1];
  const lines = script(before, after);
  const near = lines.map(() => false);
  lines.forEach(([sign], at) => {
    if (sign !== " ") for (let i = Math.max(0, at - AROUND); i <= Math.min(lines.length - 1, at + AROUND); i++) near[i] = true;
  });
  lines.forEach(([sign, line], at) => {
    if (near[at]) {
      if (!open) out.push((open = { before: old, after: now, lines: [] }));
      open.lines.push([sign, line.replace(/\n$/, "")]);
    } else open = null;
    if (sign !== "+") old++;
    if (sign !== "-") now++;
  });
  return out;
}
