// What a page costs on a cold cache: bytes as they cross the wire, headers and all, in the form the release build has them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, setUp } from "../support/setup.mjs";

const SITE = process.env.COUNTERSIGN_RELEASE_SITE;
const serve = { env: SITE ? { COUNTERSIGN_SITE: SITE } : {} };
const without = SITE ? false : "the release pages are not built: run by `cargo xtask test`";

/** In KB of 1000 bytes, rounded up from what was measured; docs/performance.md says what is in them. */
const BUDGET = {
  "/login": 40,
  "/": 40,
  "/record": 40,
  review: 60,
  "/settings/clusters": 490,
  "/settings/variables": 490,
  builder: 650,
};

/** Everything one visit loads, by somebody whose browser holds nothing but the session. */
async function visit(page, another, address) {
  const { page: fresh } = await another();
  await fresh.context().addCookies(await page.context().cookies());
  const client = await fresh.context().newCDPSession(fresh);
  await client.send("Network.enable");
  const [urls, sizes] = [new Map(), []];
  client.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, new URL(response.url).pathname));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.push([urls.get(requestId), encodedDataLength]));
  // The builder listens to its draft for as long as it is open: there would be no end to wait for.
  await fresh.route("**/api/v1/drafts/*/events?*", (route) => route.fulfill({ status: 204 }));
  await fresh.goto(address);
  await fresh.waitForLoadState("networkidle");
  return { fresh, sizes, total: sum(sizes) };
}

const sum = (sizes) => sizes.reduce((total, [, bytes]) => total + bytes, 0);

/** The files of a plan are fetched to be hashed, once the page is there to be read. */
const ofThePlan = ([url]) => /^\/api\/v1\/plans\//.test(url);

const shown = ({ sizes, total }) =>
  [...sizes, ["together", total]].map(([url, bytes]) => `${(bytes / 1000).toFixed(1).padStart(8)} KB  ${url}`).join("\n");

function assertWithin(name, visited) {
  console.log(`${name}\n${shown(visited)}`);
  assert.ok(visited.total <= BUDGET[name] * 1000, `${name} costs more than ${BUDGET[name]} KB\n${shown(visited)}`);
}

/** A cluster and a draft of the homelab example. */
async function homelab(page, server) {
  await setUp(page, server);
  await addCluster(page);
  return call(page, "POST", "clusters/nl-dev-1/drafts", { start: "example", example: "homelab" });
}

scene(
  "what is read loads no wasm and stays within its budget, the review of homelab too",
  async ({ server, page, another }) => {
    const draft = await homelab(page, server);
    const plan = (await call(page, "POST", `drafts/${draft.id}/plans`, { revision: draft.revision })).id;
    for (const [name, address] of [["/"], ["/record"], ["review", `/review/${plan}`]]) {
      const visited = await visit(page, another, address ?? name);
      const own = visited.sizes.filter((one) => !ofThePlan(one));
      assertWithin(name, { sizes: own, total: sum(own) });
      assert.deepEqual(visited.sizes.filter(([url]) => /\.wasm$/.test(url)), []);
    }
    await page.context().clearCookies();
    assertWithin("/login", await visit(page, another, "/login"));
  },
  { serve },
);

scene(
  "builder and settings stay within their budgets, and the release's wasm takes them over",
  async ({ server, page, another }) => {
    if (without) return;
    const draft = await homelab(page, server);
    const addresses = [["/settings/clusters"], ["/settings/variables"], ["builder", `/clusters/nl-dev-1/stacks/homelab?draft=${draft.id}`]];
    for (const [name, address] of addresses) {
      const visited = await visit(page, another, address ?? name);
      await hydrated(visited.fresh);
      assertWithin(name, visited);
    }
  },
  { serve },
);

scene(
  "a hashed file is kept for a year and compressed ahead; by its plain name it is asked about each time",
  async ({ page }) => {
    const manifest = await readFile(path.join(SITE ?? process.env.COUNTERSIGN_SITE, "manifest.tsv"), "utf8");
    const files = manifest.trim().split("\n").map((line) => line.split("\t"));
    assert.ok(files.length > 10);
    const ask = async (file, coding) => (await page.request.fetch(`/assets/${file}`, { headers: { "accept-encoding": coding } })).headers();
    for (const [logical, file, media] of files) {
      for (const coding of ["br", "gzip"]) {
        const headers = await ask(file, coding);
        assert.equal(headers["cache-control"], "public, max-age=31536000, immutable", file);
        assert.equal(headers["content-encoding"], coding, file);
        assert.equal(headers["content-type"], media);
        assert.match(headers.vary, /accept-encoding/i);
      }
      assert.equal((await ask(file, "identity"))["content-encoding"], undefined);
      assert.equal((await ask(logical, "br"))["cache-control"], "no-cache", logical);
    }
  },
  { serve },
);

test("the budgets of pages with wasm were measured on the release build", { skip: without }, () => {});
