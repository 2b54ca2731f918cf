// What of a list answers to a few typed letters, the best first.

/** How well `word` answers: 0 begins the label, 1 begins a word of it, 2 stands in it, 3 stands beside it, 4 its letters in order. */
function worth(word, label, beside) {
  const at = label.indexOf(word);
  if (at === 0) return 0;
  if (at > 0) return /[\s/_.-]/.test(label[at - 1]) ? 1 : 2;
  if (beside.includes(word)) return 3;
  let from = 0;
  for (const letter of word) {
    from = label.indexOf(letter, from) + 1;
    if (!from) return null;
  }
  return word.length > 1 ? 4 : null;
}

/** Null where one of the words is not answered. */
function score(words, { label, beside = "" }) {
  const [inLabel, inBeside] = [label.toLowerCase(), beside.toLowerCase()];
  let sum = 0;
  for (const word of words) {
    const one = worth(word, inLabel, inBeside);
    if (one === null) return null;
    sum += one;
  }
  return sum;
}

/**
 * Items { group, label, beside } as groups [{ group, items }], the group of the best answer first. Equally good ones keep
 * their order, and each group shows `most`.
 */
export function rank(items, typed, most = 6) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.map((item) => ({ item, score: score(words, item) })).filter((one) => one.score !== null);
  found.sort((a, b) => a.score - b.score);
  const groups = new Map();
  for (const { item } of found) {
    const items = groups.get(item.group) ?? groups.set(item.group, []).get(item.group);
    if (items.length < most) items.push(item);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}
