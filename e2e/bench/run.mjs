// Everything the builder is measured by, printed in one run: `node e2e/bench/run.mjs [layout] [yaml] [canvas] [page]`.
//
// COUNTERSIGN_BINARY and COUNTERSIGN_SITE name a release build, as the tests have it; ROUNDS (3) and SIZES (1000,5000) can
// be set. The peers are those of package.json. Nothing here passes or fails: it prints, and people judge.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { closeBrowser, newPage } from "../support/browser.mjs";
import { addAuthenticator } from "../support/passkey.mjs";
import { startServer } from "../support/server.mjs";
import { addCluster, setUp } from "../support/setup.mjs";
import { canvas, draft } from "./canvas.mjs";
import { graph } from "./graph.mjs";
import { layout } from "./layout.mjs";
import { inWasm, transfer, vitals } from "./page.mjs";
import { machine, ours } from "./said.mjs";
import { yaml } from "./yaml.mjs";

const parts = process.argv.length > 2 ? process.argv.slice(2) : ["layout", "yaml", "page", "canvas"];
const rounds = Number(process.env.ROUNDS ?? 3);
const sizes = (process.env.SIZES ?? "1000,5000").split(",").map(Number);
const folder = await mkdtemp(path.join(tmpdir(), "countersign-bench-"));

/** Where our layout puts the boxes, for the canvas when no layout was measured. */
async function placed() {
  const drawn = {};
  for (const count of sizes) {
    const file = path.join(folder, `graph-${count}.json`);
    const made = graph(count);
    await writeFile(file, JSON.stringify(made));
    drawn[count] = { ...made, centres: (await ours(["layout", file, "1"])).centres };
  }
  return drawn;
}

async function inBrowser() {
  const server = await startServer();
  try {
    const page = await newPage(server.url);
    await addAuthenticator(page);
    await setUp(page, server);
    await addCluster(page);
    if (parts.includes("page")) {
      await transfer({ page, server });
      for (const count of sizes) {
        const address = await draft(page, { ...graph(count) });
        await inWasm({ page, address, count, rounds });
        await vitals({ page, server, address, count });
      }
    }
    if (parts.includes("canvas")) await canvas({ page, drawn: await placed(), rounds });
  } finally {
    await closeBrowser();
    await server.stop();
  }
}

console.log(machine());
try {
  if (parts.includes("layout")) await layout({ sizes, rounds, folder });
  if (parts.includes("yaml")) await yaml({ rounds, folder });
  if (parts.includes("page") || parts.includes("canvas")) await inBrowser();
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${machine()}`);
