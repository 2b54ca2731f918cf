// A page is usable before its wasm has arrived: what is typed, chosen and sent until then is not lost.
import assert from "node:assert/strict";
import { scene } from "../support/scene.mjs";
import { hydrated, setUp } from "../support/setup.mjs";

/** Keeps the page's wasm back until the returned function is called. */
async function withoutWasm(page) {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

scene("what is typed into a form before its wasm runs stays, and counts", async ({ server, page }) => {
  await setUp(page, server);
  const release = await withoutWasm(page);
  await page.goto("/settings/clusters/new");
  await page.getByLabel("Name", { exact: true }).fill("nl-dev-1");
  await page.getByLabel("Environment").selectOption({ index: 1 });
  const environment = await page.getByLabel("Environment").inputValue();
  await page.getByLabel("Recipients").fill("age1nonsense");
  await page.getByLabel("Name", { exact: true }).press("Enter");
  assert.equal(new URL(page.url()).search, "", "a form sent too early is no address with its fields in it");
  assert.equal(await page.locator("#field-recipients-error").count(), 0);
  release();
  await hydrated(page);
  await page.locator("#field-recipients-error").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "nl-dev-1");
  assert.equal(await page.getByLabel("Environment").inputValue(), environment);
  assert.equal(await page.getByLabel("Recipients").inputValue(), "age1nonsense");
  page.problems = page.problems.filter((one) => !one.includes("422"));
});

scene("a box ticked before the wasm runs is ticked for good", async ({ server, page }) => {
  await setUp(page, server);
  const release = await withoutWasm(page);
  await page.goto("/settings/environments");
  const box = page.getByLabel("Four eyes in dev");
  const before = await box.isChecked();
  await box.click();
  release();
  await hydrated(page);
  await page.getByText("dev: saved").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("Four eyes in dev").isChecked(), !before);
});
