// The palette: goes anywhere, does what the page can, and never signs.
import assert from "node:assert/strict";
import { assertAccessible } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, open, setUp } from "../support/setup.mjs";

const field = (page) => page.getByRole("combobox", { name: "Search or run a command" });
const options = (page) => page.locator("#palette-list [role=option]");

async function ask(page, typed) {
  await page.keyboard.press("Control+k");
  await field(page).waitFor();
  await page.locator("#palette-list").getByText("Switch light or dark").or(page.locator("#palette-list").getByText("Catalog")).first().waitFor();
  await page.keyboard.type(typed);
}

scene("from any page the palette leads to any place and does what the person may do", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "example", example: "monitoring" });
  await open(page, "/record");

  await ask(page, "grafana");
  await page.getByRole("option", { name: /^grafana Dashboards/i }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);

  await ask(page, "monitoring");
  await assertAccessible(page);
  await pictures(page, "palette");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/clusters/nl-dev-1/stacks/monitoring?draft=${draft.id}`);
  await hydrated(page);

  // On the builder it knows the components and what can be done with what is chosen.
  await ask(page, "prometheus");
  await pictures(page, "palette-builder");
  await page.getByRole("option", { name: /^(kube-)?prometheus/ }).first().click();
  await page.locator("#inspect-first").waitFor();
  await ask(page, "duplicate");
  await page.keyboard.press("Enter");
  await page.getByText("autosaved").waitFor();
  await page.waitForFunction(async ([id, before]) => (await (await fetch(`/api/v1/drafts/${id}`)).json()).content.components.length === before + 1, [
    draft.id,
    draft.content.components.length,
  ]);

  // What is not there is not offered: no word of signing, in whatever way one types it.
  await ask(page, "review draft");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/review/**");
  for (const typed of ["countersign", "deploy", "sign"]) {
    await ask(page, typed);
    assert.deepEqual(await options(page).filter({ hasText: /countersign|deploy|^sign/i }).allTextContents(), [], typed);
    await page.keyboard.press("Escape");
  }

  // A dialog of another page, and the keys.
  await ask(page, "new stack");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "New stack" }).waitFor();
  await page.keyboard.press("Escape");
  await open(page, "/catalog");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find-charts");
  await page.keyboard.press("F6");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".topbar, .sidebar, main")));
  await page.keyboard.press("?");
  await page.getByRole("option", { name: /Next region/ }).waitFor();
});

scene("an auditor is offered nothing that would be refused", async ({ server, page, another }) => {
  await setUp(page, server);
  await addCluster(page);
  const { page: eva } = await another();
  const { url } = await call(page, "POST", "people", { name: "eva", full_name: "Eva Lind", grants: [{ role: "auditor", on: { kind: "organisation" } }] });
  await eva.goto(url);
  await eva.getByRole("button", { name: "Register a passkey" }).click();
  await eva.getByText("Your passkey is registered.").waitFor();
  await open(eva, "/");
  await ask(eva, "a");
  const offered = await options(eva).allTextContents();
  assert.ok(offered.length > 3);
  for (const typed of ["new stack", "import", "add a cluster"]) {
    await field(eva).fill(typed);
    assert.deepEqual(await options(eva).filter({ hasText: /…/ }).allTextContents(), [], typed);
  }
});
