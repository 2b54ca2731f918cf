// The builder as a page: what its first visit transfers, its layout in wasm, and the vitals on a slow machine and line.
import { newPage } from "../support/browser.mjs";
import { call, open } from "../support/setup.mjs";
import { median, table } from "./said.mjs";

async function alike(page, server) {
  const fresh = await newPage(server.url);
  await fresh.context().addCookies(await page.context().cookies());
  return { fresh, client: await fresh.context().newCDPSession(fresh) };
}

/** Everything that crosses the wire with nothing cached, headers included. */
export async function transfer({ page, server }) {
  const { id } = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "example", example: "homelab" });
  const { fresh, client } = await alike(page, server);
  await client.send("Network.enable");
  const [names, rows] = [new Map(), []];
  client.on("Network.responseReceived", ({ requestId, response }) => names.set(requestId, `${new URL(response.url).pathname} ${response.headers["content-encoding"] ?? ""}`));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => rows.push([names.get(requestId), encodedDataLength]));
  // The builder listens to its draft for as long as it is open: there would be no end to wait for.
  await fresh.route("**/api/v1/drafts/*/events?*", (route) => route.fulfill({ status: 204 }));
  await open(fresh, `/clusters/nl-dev-1/stacks/homelab?draft=${id}`);
  await fresh.waitForLoadState("networkidle");
  await fresh.context().close();
  const total = rows.reduce((sum, [, bytes]) => sum + bytes, 0);
  const kb = (bytes) => (bytes / 1000).toFixed(1);
  table("First visit of the builder, homelab open: KB over the wire", ["", "KB"], [...rows.sort((a, b) => b[1] - a[1]).map(([name, bytes]) => [name, kb(bytes)]), ["together", kb(total)]]);
}

/** Arranging anew from afar, where two shapes are all that is drawn: layout in wasm and what follows it in the page. */
export async function inWasm({ page, address, count, rounds }) {
  await open(page, address);
  await page.locator("#canvas").focus();
  await page.keyboard.press("f");
  await page.locator(".far-boxes").waitFor();
  const times = await page.evaluate(async (rounds) => {
    const times = [];
    for (let round = 0; round <= rounds; round += 1) {
      const begun = performance.now();
      document.getElementById("canvas").dispatchEvent(new KeyboardEvent("keydown", { key: "t", bubbles: true, cancelable: true }));
      await new Promise((done) => setTimeout(done));
      times.push(performance.now() - begun);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    return times;
  }, rounds * 3);
  console.log(`\nArrange by wave in the page (wasm), ${count} components: first ${times[0].toFixed(0)} ms, then ${median(times.slice(1)).toFixed(0)} ms (median of ${rounds * 3})`);
}

/** LCP, layout shift and the longest interaction, CPU four times slower, 10 Mbit/s. */
export async function vitals({ page, server, address, count }) {
  const { fresh, client } = await alike(page, server);
  await client.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await client.send("Network.enable");
  await client.send("Network.emulateNetworkConditions", { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 });
  await fresh.addInitScript(() => {
    globalThis.seen = { lcp: 0, shift: 0, events: [] };
    const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, durationThreshold: 16 });
    watch("largest-contentful-paint", (entry) => (globalThis.seen.lcp = entry.startTime));
    watch("layout-shift", (entry) => (globalThis.seen.shift += entry.hadRecentInput ? 0 : entry.value));
    watch("event", (entry) => entry.interactionId && globalThis.seen.events.push([entry.name, entry.duration]));
  });
  fresh.setDefaultTimeout(60_000);
  await open(fresh, address);
  const alive = await fresh.evaluate(() => performance.now());
  const lcp = await fresh.evaluate(() => globalThis.seen.lcp);
  await fresh.locator("#canvas").focus();
  for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "+", "-", "f", "0", "e"]) {
    await fresh.keyboard.press(key);
    await fresh.waitForTimeout(300);
  }
  const { shift, events } = await fresh.evaluate(() => globalThis.seen);
  await fresh.context().close();
  const worst = events.sort((a, b) => b[1] - a[1])[0] ?? ["none over 16 ms", 0];
  console.log(`\nVitals with ${count} components, CPU 4 times slower, 10 Mbit/s: LCP ${lcp.toFixed(0)} ms, taken over after ${alive.toFixed(0)} ms, layout shift ${shift.toFixed(3)}, longest of ten keys ${worst[1].toFixed(0)} ms (${worst[0]})`);
}
