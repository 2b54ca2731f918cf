// The release is one file: moved to an empty folder, it serves every page with all it loads.
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { startServer } from "../support/server.mjs";

const BINARY = process.env.COUNTERSIGN_RELEASE_BINARY;
const skip = BINARY ? false : "the release is not built: run by `cargo xtask test --release`";

test("the binary alone serves its pages and everything that they load", { skip }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "countersign-alone-"));
  const binary = path.join(folder, "countersign");
  await copyFile(BINARY, binary);
  const server = await startServer({ binary, cwd: folder, env: { COUNTERSIGN_SITE: "" } });
  try {
    assert.deepEqual(await readdir(folder), ["countersign"]);
    const asked = new Set();
    const queue = ["/setup"];
    while (queue.length > 0) {
      const address = queue.pop();
      if (asked.has(address)) continue;
      asked.add(address);
      const answer = await fetch(server.url + address);
      assert.equal(answer.status, 200, address);
      if (address.startsWith("/assets/")) assert.match(answer.headers.get("cache-control"), /immutable/, address);
      if (!/wasm|svg/.test(answer.headers.get("content-type"))) queue.push(...((await answer.text()).match(/\/assets\/[\w.-]+\.[0-9a-f]{16}\.\w+/g) ?? []));
    }
    for (const kind of ["css", "js", "svg"]) assert.ok([...asked].some((one) => one.endsWith(`.${kind}`)), `nothing of kind ${kind}`);
    for (const logical of ["builder.wasm", "settings.wasm", "builder.js", "settings.js", "editor.js", "read.js"]) {
      const answer = await fetch(`${server.url}/assets/${logical}`);
      assert.equal(answer.status, 200, logical);
      assert.ok((await answer.arrayBuffer()).byteLength > 500, logical);
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
