// Two lists of problems as one: what both say of the same line is said once.

export function merged(checked, found) {
  const same = (one) => (other) => one.message === other.message && Math.abs(one.from - other.from) <= 200 && one.from <= other.to && other.from <= one.to;
  return [...checked, ...found.filter((one) => !checked.some(same(one)))].sort((a, b) => a.from - b.from || a.to - b.to);
}
