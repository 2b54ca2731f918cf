// What charts make of their values, on the review page: a real Helm, and a chart repository of our own.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { packed } from "../support/chart.mjs";
import { pictures } from "../support/picture.mjs";
import { checked, countersign, plan } from "../support/review.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, setUp } from "../support/setup.mjs";

const CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  colour: {{ .Values.colour | quote }}\n";
const CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
const MANY = "{{ range until 20 }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: page-{{ . }}}\n{{ end }}";

const TEMPLATES = { "1.0.0": { config: CONFIG, claim: CLAIM, many: MANY }, "1.1.0": { config: CONFIG } };

function archive(version) {
  const files = Object.entries(TEMPLATES[version]).map(([name, text]) => [`shop/templates/${name}.yaml`, text]);
  return packed({ "shop/Chart.yaml": `apiVersion: v2\nname: shop\nversion: ${version}\n`, "shop/values.yaml": "colour: red\n", ...Object.fromEntries(files) });
}

async function repository() {
  const entries = Object.keys(TEMPLATES).map((version) => `{version: ${version}, urls: [shop-${version}.tgz]}`);
  const server = createServer((request, response) => {
    const version = request.url.match(/^\/shop-(.+)\.tgz$/)?.[1];
    response.end(version ? archive(version) : `entries: {shop: [${entries.join(", ")}]}\n`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

const stack = (url, version) => `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: shop}
spec:
  components:
    - name: shop
      namespace: shop
      addon:
        chart: {repository: "${url}", name: shop, version: ${version}}
        values: |
          colour: blue
`;

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

async function bound(page, server) {
  await setUp(page, server);
  await addCluster(page);
  await countersign(page, await plan(page, "clusters/nl-dev-1/plans"));
}

const planned = async (page, start) => {
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", start);
  return { draft, id: await plan(page, `drafts/${draft.id}/plans`, { revision: draft.revision }) };
};

scene("an upgrade shows what its chart makes before and after, and asks for what is lost by name", async ({ server, page }) => {
  const charts = await repository();
  try {
    await bound(page, server);
    await call(page, "POST", "chart-repositories", { name: "house", url: charts.url });
    const first = await planned(page, { start: "source", text: stack(charts.url, "1.0.0") });
    await page.goto(`/review/${first.id}`);
    await checked(page);
    await page.getByText(/^By Helm v\d/).waitFor();
    const release = page.locator('[data-rendered="shop"]');
    await release.locator("summary").first().click();
    await release.locator(".proof--ok").waitFor();
    await release.getByText(/^Show the other \d+ lines$/).click();
    await release.getByText("colour: blue").waitFor();
    await looked(page, "rendered-first");
    await countersign(page, first.id);

    const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "record", stack: "shop" });
    const change = { change: "set_chart_version", component: "shop", version: "1.1.0" };
    const edited = await call(page, "POST", `drafts/${draft.id}/changes`, { base_revision: draft.revision, change_id: "one", changes: [change] });
    const id = await plan(page, `drafts/${draft.id}/plans`, { revision: edited.revision });
    await page.goto(`/review/${id}`);
    await checked(page);
    const order = page.locator("#order");
    await order.getByText("PersistentVolumeClaim shop/data").waitFor();
    await order.getByText("Show the other 9 objects").click();
    await order.getByText("ConfigMap shop/page-9").waitFor();
    assert.equal(await page.getByLabel("Type data to confirm").count(), 1);
    await page.locator('[data-rendered="shop"] summary').first().click();
    await page.locator('[data-rendered="shop"] .proof--ok').waitFor();
    await looked(page, "rendered-upgrade");
    await countersign(page, id);
  } finally {
    charts.stop();
  }
}, { serve: { args: ["--allow-inside", "127.0.0.1"], env: { COUNTERSIGN_HELM: "helm" } } });

scene("a text that is not the one the plan names is not drawn, and nobody signs", async ({ server, page }) => {
  const charts = await repository();
  try {
    await bound(page, server);
    await call(page, "POST", "chart-repositories", { name: "house", url: charts.url });
    const { id } = await planned(page, { start: "source", text: stack(charts.url, "1.1.0") });
    const { preview } = await call(page, "GET", `plans/${id}/plan.json`);
    await page.route(`**/files/${preview.releases[0].after.sha256}`, (route) => route.fulfill({ body: "colour: green\n" }));
    await page.goto(`/review/${id}`);
    await checked(page);
    const release = page.locator('[data-rendered="shop"]');
    await release.locator("summary").first().click();
    await release.locator(".proof--bad").waitFor();
    assert.equal(await page.getByText("colour: green").count(), 0);
    await page.getByText("is not the text that the plan names").first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Countersign & deploy" }).isDisabled(), true);
  } finally {
    charts.stop();
  }
}, { serve: { args: ["--allow-inside", "127.0.0.1"], env: { COUNTERSIGN_HELM: "helm" } } });

scene("without Helm the page says what that means and what to do", async ({ server, page }) => {
  await bound(page, server);
  const { id } = await planned(page, { start: "source", text: stack("https://charts.example.com", "1.0.0") });
  const html = await (await page.request.get(`/review/${id}`)).text();
  assert.ok(html.includes("This server has no Helm"));
  await page.goto(`/review/${id}`);
  await checked(page);
  await page.locator("#rendered").getByText("unknown, not rendered").waitFor();
  await looked(page, "rendered-without-helm");
});
