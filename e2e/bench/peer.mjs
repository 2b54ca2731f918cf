// One layout by one engine in a process of its own: `node peer.mjs ENGINE GRAPH.json` prints its time and where the boxes stand.
import { readFileSync } from "node:fs";

const [, , engine, file] = process.argv;
const { count, edges } = JSON.parse(readFileSync(file, "utf8"));
const [WIDTH, HEIGHT] = [212, 98];

const ENGINES = {
  async dagre(ranker) {
    const { default: dagre } = await import("@dagrejs/dagre");
    const drawing = new dagre.graphlib.Graph();
    drawing.setGraph(ranker ? { ranker } : {});
    drawing.setDefaultEdgeLabel(() => ({}));
    for (let node = 0; node < count; node += 1) drawing.setNode(`${node}`, { width: WIDTH, height: HEIGHT });
    for (const [on, node] of edges) drawing.setEdge(`${on}`, `${node}`);
    const begun = performance.now();
    dagre.layout(drawing);
    const ms = performance.now() - begun;
    return { ms, centres: Array.from({ length: count }, (_, node) => drawing.node(`${node}`)).map(({ x, y }) => [x, y]) };
  },
  async elkjs() {
    const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
    const elk = new Elk();
    const children = Array.from({ length: count }, (_, node) => ({ id: `${node}`, width: WIDTH, height: HEIGHT }));
    const lines = edges.map(([on, node], at) => ({ id: `e${at}`, sources: [`${on}`], targets: [`${node}`] }));
    const layoutOptions = { "elk.algorithm": "layered", "elk.direction": "DOWN", "elk.edgeRouting": "POLYLINE" };
    const begun = performance.now();
    const drawn = await elk.layout({ id: "root", layoutOptions, children, edges: lines });
    const ms = performance.now() - begun;
    const centres = [];
    for (const { id, x, y } of drawn.children) centres[Number(id)] = [x + WIDTH / 2, y + HEIGHT / 2];
    return { ms, centres };
  },
};

const [name, option] = engine.split(" ");
process.stdout.write(JSON.stringify(await ENGINES[name](option)));
