// The overview and the record, from the first visit to the first draft.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, open, setUp } from "../support/setup.mjs";

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

scene("the first visit shows three steps, and an example becomes a draft", async ({ server, page }) => {
  await setUp(page, server);
  await open(page, "/");
  await page.getByRole("heading", { name: "Three steps to the first record" }).waitFor();
  await looked(page, "first-run");
  await addCluster(page);
  await open(page, "/");
  await page.getByRole("radio", { name: /^monitoring/ }).check();
  await looked(page, "first-run-examples");
  await page.getByRole("button", { name: "Make the draft" }).click();
  await page.waitForURL("**/clusters/nl-dev-1/stacks/monitoring?draft=*");
  await open(page, "/");
  await page.getByRole("heading", { name: "On your desk" }).waitFor();
  await page.getByText("Draft only").waitFor();
  await looked(page, "overview");
});

scene("a stack of a name that cannot be is refused at the field", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/");
  await page.getByLabel("Name", { exact: true }).fill("../x");
  await page.getByRole("button", { name: "Make the draft" }).click();
  await page.locator("#field-name-error").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "../x");
  page.problems = page.problems.filter((one) => !one.includes("422"));
});

scene("an empty record says so, and a filter that matches nothing can be cleared", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/record");
  await page.getByText("The book is empty").waitFor();
  await looked(page, "record-empty");
  await page.getByLabel("Cluster", { exact: true }).selectOption("nl-dev-1");
  await page.waitForURL("**/record?cluster=nl-dev-1");
  await page.getByRole("link", { name: "Clear the filter" }).click();
  await page.getByText("The book is empty").waitFor();
});

scene("a page that is not there is a 404 that leads on", async ({ server, page }) => {
  await setUp(page, server);
  const answer = await page.goto("/nowhere/at/all");
  assert.equal(answer.status(), 404);
  await hydrated(page);
  await page.getByRole("link", { name: "Open the overview" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  page.problems = page.problems.filter((one) => !one.includes("404"));
});

scene("the theme is switched, and kept when the page is loaded again", async ({ server, page }) => {
  await setUp(page, server);
  await open(page, "/");
  await page.getByRole("button", { name: "Switch light or dark" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await open(page, "/record");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  assert.equal((await call(page, "GET", "session")).person.name, "maren");
});
