// Layered graphs of any size, always the same for the same size, and how often a drawing of one crosses itself.

/** Numbers that look like chance and come again (mulberry32). */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Half the root of `count` layers, at least five; each box below one of the layer before, most of them near by; half as
 * many edges again, one in seven of them long. The ids say nothing of the layers.
 */
export function graph(count) {
  const random = chance(count);
  const pick = (from, to) => from + Math.floor(random() * (to - from));
  const layers = Math.max(5, Math.ceil(Math.sqrt(count) / 2));
  const from = (layer) => Math.floor((layer * count) / layers);
  const layerOf = (node) => {
    const layer = Math.floor((node * layers) / count);
    return from(layer + 1) <= node ? layer + 1 : layer;
  };
  const known = new Set();
  const edges = [];
  const add = (on, node) => {
    const key = on * count + node;
    if (!known.has(key)) edges.push([on, node]);
    known.add(key);
  };
  /** A box of an earlier layer, four times of five near the same place in its row. */
  const parent = (node, layer) => {
    const [begin, end] = [from(layer), from(layer + 1)];
    const own = layerOf(node);
    const share = (node - from(own)) / (from(own + 1) - from(own));
    if (random() >= 0.8) return pick(begin, end);
    return Math.min(end - 1, Math.max(begin, begin + Math.round(share * (end - begin)) + pick(-3, 4)));
  };
  for (let node = from(1); node < count; node += 1) add(parent(node, layerOf(node) - 1), node);
  while (edges.length < count * 1.5) {
    const node = pick(from(1), count);
    const above = layerOf(node);
    add(parent(node, random() < 0.15 ? pick(0, above) : above - 1), node);
  }
  const ids = Array.from({ length: count }, (_, node) => node);
  for (let at = count - 1; at > 0; at -= 1) {
    const other = pick(0, at + 1);
    [ids[at], ids[other]] = [ids[other], ids[at]];
  }
  return { count, edges: edges.map(([on, node]) => [ids[on], ids[node]]) };
}

/** Straight lines between the middles of boxes that cross; two that share a box do not count. */
export function crossings({ edges }, centres) {
  const lines = edges.map(([a, b]) => {
    const [[ax, ay], [bx, by]] = [centres[a], centres[b]];
    return { a, b, ax, ay, bx, by, left: Math.min(ax, bx), right: Math.max(ax, bx), top: Math.min(ay, by), bottom: Math.max(ay, by) };
  });
  lines.sort((one, other) => one.top - other.top);
  const side = (line, x, y) => Math.sign((line.bx - line.ax) * (y - line.ay) - (line.by - line.ay) * (x - line.ax));
  let found = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const one = lines[at];
    for (let next = at + 1; next < lines.length && lines[next].top <= one.bottom; next += 1) {
      const other = lines[next];
      if (other.left > one.right || other.right < one.left) continue;
      if (one.a === other.a || one.a === other.b || one.b === other.a || one.b === other.b) continue;
      if (side(one, other.ax, other.ay) * side(one, other.bx, other.by) < 0 && side(other, one.ax, one.ay) * side(other, one.bx, one.by) < 0) found += 1;
    }
  }
  return found;
}
