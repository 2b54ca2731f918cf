// Layout: ours beside dagre and elkjs on the same graphs, in turns.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { crossings, graph } from "./graph.mjs";
import { median, ours, table } from "./said.mjs";

const run = promisify(execFile);
const LIMIT_MS = 120_000;
const PEERS = ["elkjs", "dagre longest-path", "dagre"];
const WARM = 20;

/** What one engine made of a graph; `null` when it took longer than the limit. */
async function draw(engine, file) {
  if (engine === "ours, native") {
    const { ms, after, moved, centres } = await ours(["layout", file, `${WARM}`]);
    return { ms: median(ms.slice(1)), first: ms[0], after: median(after.slice(1)), moved, centres };
  }
  try {
    const { stdout } = await run(process.execPath, ["--stack-size=8000", new URL("peer.mjs", import.meta.url).pathname, engine, file], { timeout: LIMIT_MS, maxBuffer: 1 << 28 });
    return JSON.parse(stdout);
  } catch (error) {
    if (error.killed) return null;
    throw error;
  }
}

/** Gives the centres of ours by size, for the canvas. */
export async function layout({ sizes, rounds, folder }) {
  const centres = {};
  for (const count of sizes) {
    const drawn = graph(count);
    const file = path.join(folder, `graph-${count}.json`);
    await writeFile(file, JSON.stringify(drawn));
    const runs = new Map(["ours, native", ...PEERS].map((engine) => [engine, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [engine, made] of runs) if (!made.includes(null)) made.push(await draw(engine, file));
    }
    const own = runs.get("ours, native");
    centres[count] = { ...drawn, centres: own[0].centres };
    const rows = [...runs].map(([engine, made]) => {
      const done = made.filter(Boolean);
      if (done.length === 0) return [engine, `over ${LIMIT_MS / 1000} s, stopped`, "", "", "0"];
      const ms = median(done.map((one) => one.ms));
      const ratio = ms / median(own.map((one) => one.ms));
      return [engine, ms.toFixed(1), `${ratio.toFixed(ratio < 10 ? 1 : 0)}x`, crossings(drawn, done[0].centres), `${done.length}`];
    });
    table(`Layout of ${count} components, ${drawn.edges.length} edges: ms (median), against ours, crossings of straight lines between middles`, ["engine", "ms", "ratio", "crossings", "runs"], rows);
    console.log(`ours: first call ${median(own.map((one) => one.first)).toFixed(1)} ms; after one component more ${median(own.map((one) => one.after)).toFixed(1)} ms, boxes moved outside its row: ${own[0].moved}`);
  }
  return centres;
}
