// The catalog: a chart is found, looked into and added to a draft; repositories of one's own come and go.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { packed } from "../support/chart.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, open, setUp } from "../support/setup.mjs";

const README = "# Web\n\nServes *pages*. <script>document.title = 'taken'</script>\n\n[docs](https://docs.example.com) [bad](javascript:alert(1))\n\n![beacon](https://evil.example/x.png)\n";

/** A Helm repository of one chart in two versions. */
async function chartHost() {
  const archive = (version) =>
    packed({
      "web/Chart.yaml": `apiVersion: v2\nname: web\nversion: ${version}\ndescription: Serves pages\n`,
      "web/README.md": README,
      "web/values.yaml": `# how many\nreplicas: 1\nnote: from ${version}\n`,
    });
  const entry = (version) => `    - {version: ${version}, description: Serves pages, appVersion: "9", created: "2026-01-02T03:04:05Z", urls: [web-${version}.tgz]}\n`;
  const index = `apiVersion: v1\nentries:\n  web:\n${entry("1.1.0")}${entry("1.0.0")}`;
  const server = createServer((request, response) => {
    const version = request.url.match(/^\/web-(.+)\.tgz$/)?.[1];
    response.end(version ? archive(version) : index);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

async function draft(page, name) {
  await addCluster(page);
  return call(page, "POST", "clusters/nl-dev-1/drafts", { start: "empty", name });
}

const INSIDE = { serve: { args: ["--allow-inside", "127.0.0.1"] } };

scene("a chart is found by what it gives while one types, and waits in the draft for what it needs", async ({ server, page }) => {
  await setUp(page, server);
  // A test asks nobody on the internet.
  await page.route("**/catalog/inside?*", (route) => route.abort());
  const made = await draft(page, "web");
  await open(page, `/catalog?draft=${made.id}`);
  await page.getByRole("heading", { name: "Certificates", exact: true }).waitFor();
  await looked(page, "catalog");
  await page.getByRole("searchbox", { name: "Find a chart" }).fill("database");
  await page.waitForURL("**/catalog?query=database&draft=*");
  await page.locator(".chart-row").getByRole("link", { name: "cloudnative-pg", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "cloudnative-pg" }).waitFor();
  // What is known stays where nothing comes of asking.
  await page.getByRole("link", { name: "Ask its repository" }).waitFor();
  await looked(page, "chart without its repository");
  // The answer is lost once; what is sent again is the same edit.
  await page.route("**/changes", async (route) => (await route.fetch(), route.abort()), { times: 1 });
  await page.getByRole("button", { name: "Add to the draft" }).click();
  await page.getByText("The server cannot be reached.").waitFor();
  page.problems = [];
  await page.getByRole("button", { name: "Add to the draft" }).click();
  await page.waitForURL("**/clusters/nl-dev-1/stacks/web?draft=*");
  await page.getByRole("treeitem", { name: "cloudnative-pg", exact: true }).waitFor();
  assert.equal((await call(page, "GET", `drafts/${made.id}`)).content.components.length, 1);

  const catalog = await call(page, "GET", "catalog");
  const needs = catalog.find((one) => one.needs.includes("database"));
  assert.ok(needs, "the catalog holds something that needs a database");
  await open(page, `/catalog/chart?${new URLSearchParams({ repository: needs.chart.repository, name: needs.chart.name, draft: made.id })}`);
  assert.equal(await page.getByLabel(/^cloudnative-pg gives database/).isChecked(), true);
  await page.getByRole("button", { name: "Add to the draft" }).click();
  await page.waitForURL("**/clusters/nl-dev-1/stacks/web?draft=*");
  const now = await call(page, "GET", `drafts/${made.id}`);
  assert.deepEqual(now.content.components.at(-1).depends_on, ["cloudnative-pg"]);
  page.problems = [];
});

scene(
  "a repository of one's own is fetched, its chart is shown without what strangers wrote into it, and added; then it goes",
  async ({ server, page }) => {
    const host = await chartHost();
    try {
      await setUp(page, server);
      const made = await draft(page, "site");
      await open(page, "/catalog/repositories");
      await page.getByText("No repository of your own").waitFor();
      await page.getByLabel("Name", { exact: true }).fill("Not A Name");
      await page.getByLabel("Address").fill(host.url);
      await page.getByRole("button", { name: "Add repository" }).click();
      await page.locator("#field-name-error").waitFor();
      await page.getByLabel("Name", { exact: true }).fill("platform");
      await page.getByRole("button", { name: "Add repository" }).click();
      await page.getByRole("row", { name: /platform/ }).getByText("ready").waitFor();
      page.problems = page.problems.filter((one) => !one.includes("422"));
      await looked(page, "chart repositories");

      await open(page, `/catalog?query=web&draft=${made.id}`);
      await page.locator(".chart-row", { hasText: "platform" }).getByRole("link", { name: "web", exact: true }).click();
      await page.getByRole("heading", { name: "README" }).waitFor();
      await page.getByText("note: from 1.1.0").waitFor();
      assert.notEqual(await page.title(), "taken");
      const prose = page.locator(".prose");
      assert.deepEqual(await prose.locator("script, img").count(), 0);
      assert.deepEqual(await prose.getByRole("link").allInnerTexts(), ["docs"]);
      await looked(page, "chart");
      await page.getByText("1.1.0 is shown below").waitFor();
      await page.getByRole("link", { name: "1.0.0", exact: true }).click();
      await page.getByText("note: from 1.0.0").waitFor();
      assert.equal(await page.getByRole("textbox", { name: "Version" }).inputValue(), "1.0.0");
      await page.getByLabel("Name", { exact: true }).fill("front");
      await page.getByRole("button", { name: "Add to the draft" }).click();
      await page.waitForURL("**/clusters/nl-dev-1/stacks/site?draft=*");
      await page.getByRole("treeitem", { name: "front", exact: true }).waitFor();
      const now = await call(page, "GET", `drafts/${made.id}`);
      assert.deepEqual(now.content.components[0].content.addon.chart, { repository: host.url, name: "web", version: "1.0.0" });

      // A newer version is seen on the box, read as a difference, and taken.
      await hydrated(page);
      await page.getByRole("article", { name: /^front.*1\.1\.0 is available/ }).waitFor();
      await page.getByRole("treeitem", { name: "front", exact: true }).click();
      const changes = page.getByRole("link", { name: "What changes in its values" });
      const from = page.url();
      await open(page, await changes.getAttribute("href"));
      const values = page.getByRole("region", { name: "Default values that change" });
      await values.getByText("note: from 1.1.0").waitFor();
      await values.getByText("note: from 1.0.0").waitFor();
      await looked(page, "chart versions compared");
      await open(page, from);
      await page.getByRole("treeitem", { name: "front", exact: true }).click();
      await page.getByRole("button", { name: "Use 1.1.0" }).click();
      await changes.waitFor({ state: "detached" });
      await page.waitForFunction(async (id) => {
        const { content } = await (await fetch(`/api/v1/drafts/${id}`)).json();
        return content.components[0].content.addon.chart.version === "1.1.0";
      }, made.id);

      await open(page, "/catalog/repositories");
      page.once("dialog", (dialog) => dialog.accept());
      await page.getByRole("button", { name: "Remove: platform" }).click();
      await page.getByText("No repository of your own").waitFor();
    } finally {
      host.stop();
    }
  },
  INSIDE,
);
