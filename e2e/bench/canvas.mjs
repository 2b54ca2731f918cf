// The canvas in Chromium: frames while it is panned, elements and the first paint, ours beside React Flow in turns.
import { createServer } from "node:http";
import { build } from "esbuild";
import { newPage } from "../support/browser.mjs";
import { call, open } from "../support/setup.mjs";
import { median, quantile, table } from "./said.mjs";

const PAN_MS = 3000;

/** Pans by the wheel, a little each frame, there and back; gives what each frame took. */
async function pan(page, selector) {
  const frames = await page.evaluate(
    ([selector, length]) =>
      new Promise((done) => {
        const under = document.querySelector(selector);
        const { x, y, width, height } = under.getBoundingClientRect();
        const frames = [];
        const begun = performance.now();
        let before = begun;
        const step = (now) => {
          frames.push(now - before);
          before = now;
          if (now - begun > length) return done(frames.slice(2));
          const way = Math.floor((now - begun) / 500) % 2 ? -1 : 1;
          under.dispatchEvent(new WheelEvent("wheel", { deltaX: 14 * way, deltaY: 9 * way, clientX: x + width / 2, clientY: y + height / 2, bubbles: true, cancelable: true }));
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    [selector, PAN_MS],
  );
  return { fps: (frames.length * 1000) / frames.reduce((sum, one) => sum + one, 0), p50: quantile(frames, 0.5), p95: quantile(frames, 0.95) };
}

const elements = (page) => page.evaluate(() => document.querySelectorAll("body *").length);

/** A draft of this graph; gives its address. */
export async function draft(page, { count, edges }) {
  const on = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) on[to].push(`c-${from}`);
  const manifest = (at) => `      manifest: |\n        apiVersion: v1\n        kind: ConfigMap\n        metadata:\n          name: c-${at}\n`;
  const components = on.map((list, at) => `    - name: c-${at}\n      namespace: web\n${list.length ? `      dependsOn: [${list}]\n` : ""}${manifest(at)}`);
  const text = `apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata:\n  name: of-${count}\nspec:\n  components:\n${components.join("")}`;
  const { id } = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text });
  return `/clusters/nl-dev-1/stacks/of-${count}?draft=${id}`;
}

async function ours(page, address, fitted) {
  const begun = performance.now();
  await open(page, address);
  await page.locator("#canvas").focus();
  const first = performance.now() - begun;
  // As the peer has it: the drawing fitted, or at its full size.
  await page.keyboard.press(fitted ? "f" : "0");
  await page.waitForTimeout(500);
  const size = await page.locator("#canvas").boundingBox();
  return { ...(await pan(page, "#canvas")), first, elements: await elements(page), size };
}

async function bundled() {
  const made = await build({ entryPoints: [new URL("react_flow.jsx", import.meta.url).pathname], bundle: true, minify: true, write: false, outdir: "out", jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' } });
  const of = (ending) => made.outputFiles.find((file) => file.path.endsWith(ending)).text;
  const [script, style] = [of(".js"), of(".css")];
  const html = `<!doctype html><meta charset="utf-8"><style>${style} html,body,#root{margin:0;width:100%;height:100%}</style><div id="root"></div><script src="/flow.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === "/flow.js";
    response.setHeader("content-type", isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
    response.end(isScript ? script : html);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

async function reactFlow(url, drawn, { fitted, onlyVisible, size }) {
  const page = await newPage(url, { width: Math.round(size.width), height: Math.round(size.height) });
  page.setDefaultTimeout(180_000);
  try {
    await page.goto("/");
    const first = await page.evaluate(([drawn, options]) => globalThis.begin(drawn, options), [drawn, { fitted, onlyVisible }]);
    await page.waitForTimeout(500);
    return { ...(await pan(page, ".react-flow__pane")), first, elements: await elements(page) };
  } finally {
    await page.context().close();
  }
}

/** `drawn` is a graph with the middles that our layout gave its boxes; both draw the same picture at the same size. */
export async function canvas({ page, drawn, rounds }) {
  const flow = await bundled();
  try {
    for (const [count, one] of Object.entries(drawn)) {
      const address = await draft(page, one);
      for (const fitted of [true, false]) {
        const runs = { ours: [], "React Flow": [], "React Flow, only what is in sight": [] };
        for (let round = 0; round < rounds; round += 1) {
          const own = await ours(page, address, fitted);
          runs.ours.push(own);
          await page.goto("about:blank");
          for (const onlyVisible of [false, true]) {
            runs[onlyVisible ? "React Flow, only what is in sight" : "React Flow"].push(await reactFlow(flow.url, one, { fitted, onlyVisible, size: own.size }));
          }
          await page.goto("/");
        }
        const of = (list, what) => median(list.map((run) => run[what]));
        const rows = Object.entries(runs).map(([name, list]) => [name, of(list, "fps").toFixed(1), of(list, "p50").toFixed(0), of(list, "p95").toFixed(0), of(list, "first").toFixed(0), of(list, "elements")]);
        const { width, height } = runs.ours[0].size;
        table(`Panned for ${PAN_MS / 1000} s, ${count} components, ${fitted ? "fitted" : "full size"}, ${Math.round(width)} × ${Math.round(height)}, medians of ${rounds} (first paint: ours from the address on, the whole page; React Flow from render on)`, ["", "frames/s", "frame p50 ms", "p95 ms", "first paint ms", "elements"], rows);
      }
    }
  } finally {
    flow.stop();
  }
}
