// The record of a cluster whose binding was countersigned.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

scene("a countersigned binding is entry 0001, with its signer and the commands that verify it", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/settings/clusters/nl-dev-1");
  await page.getByRole("button", { name: "Review binding plan" }).click();
  await page.waitForURL("**/review/*");
  const sign = page.getByRole("button", { name: "Countersign & deploy" });
  await page.waitForFunction(() => !document.querySelector("[data-sign]").disabled);
  await Promise.all([page.waitForEvent("load"), sign.click()]);
  await page.getByText("Countersigned").first().waitFor();
  await page.waitForLoadState("load");
  await page.evaluate(async () => {
    const entries = async () => (await (await fetch("/api/v1/record")).json()).items.length;
    for (const end = Date.now() + 20_000; (await entries()) === 0; ) if (Date.now() > end) throw new Error("nothing was recorded in 20 s");
  });
  await open(page, "/record");
  await page.getByRole("link", { name: "0001" }).waitFor();
  await page.getByRole("button", { name: "Open record 0001" }).click();
  await page.getByRole("heading", { name: "Signatures" }).waitFor();
  await page.getByText("How to verify it without us").click();
  await looked(page, "record");
  await page.getByRole("link", { name: "0001" }).click();
  await page.waitForURL("**/record/nl-dev-1/1");
  await page.getByRole("heading", { name: "0001 binding of nl-dev-1" }).waitFor();
  await looked(page, "record-entry");
  await open(page, "/");
  await looked(page, "overview-bound");
  const { items } = await call(page, "GET", "record");
  assert.equal(items[0].signers[0].countersigned, true);
});
