// In and out: what others wrote is shown before it becomes a draft, and what goes out comes back the same.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, open, setUp } from "../support/setup.mjs";

const RELEASE = `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: podinfo, namespace: web}
spec: {interval: 1h, url: "https://stefanprodan.github.io/podinfo"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, namespace: web}
spec:
  chart: {spec: {chart: podinfo, version: 6.7.1, sourceRef: {kind: HelmRepository, name: podinfo}}}
  kubeConfig: {secretRef: {name: elsewhere}}
  values:
    # said on the first page
    ui: {message: "<b>hello</b>"}
    redis: {password: canary-plaintext}
`;

const result = (page) => page.getByRole("region", { name: "What it becomes" });

async function saved(page, name) {
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  await page.keyboard.press("Escape");
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

scene("what is pasted is shown, becomes a draft, leaves as stack.yaml and comes back the same", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/");
  await page.getByRole("link", { name: "import what you have" }).first().click();
  await page.getByLabel("Or paste").fill(RELEASE);
  await page.getByRole("textbox", { name: "Name" }).fill("web");
  await page.getByRole("button", { name: "Show what it becomes" }).click();
  await result(page).getByText("podinfo 6.7.1").waitFor();
  await result(page).getByText("HelmRelease web/podinfo spec.kubeConfig", { exact: true }).waitFor();
  await result(page).getByRole("heading", { name: "Secrets to set" }).waitFor();
  await result(page).getByText("1 thing could not be carried over").waitFor();
  assert.doesNotMatch(await page.content().then((html) => html.split("data-import-result")[1]), /canary-plaintext/);
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "import");

  await page.getByRole("button", { name: "Make the draft of web" }).click();
  await page.getByRole("treeitem", { name: "podinfo", exact: true }).waitFor();
  const source = await saved(page, "stack.yaml");
  assert.equal(source.name, "stack.yaml");
  assert.match(source.text, /# said on the first page\n/);
  const picture = await saved(page, "A picture");
  assert.match(picture.text, /^<svg [\s\S]*>podinfo<\/text>/);

  await open(page, "/import");
  await page.getByLabel("Files").setInputFiles({ name: "stack.yaml", mimeType: "text/plain", buffer: Buffer.from(source.text) });
  await page.getByRole("button", { name: "Show what it becomes" }).click();
  await result(page).getByText("All of it is carried over as it is.").waitFor();
  await result(page).getByText("podinfo 6.7.1").waitFor();
  await result(page).getByText("is open on nl-dev-1 already").waitFor();
  await page.getByRole("button", { name: "Make the draft of web" }).click();
  await page.getByRole("treeitem", { name: "podinfo", exact: true }).waitFor();
  assert.deepEqual(await saved(page, "stack.yaml"), source);
});

scene("what cannot be read says where and why", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/import");
  await page.getByRole("button", { name: "Show what it becomes" }).click();
  await page.getByText("Choose files, name an address, or paste text.").waitFor();
  await page.getByLabel("Or paste").fill("a: &a [x]\nb: [*a, *a]\n");
  await page.getByRole("button", { name: "Show what it becomes" }).click();
  await page.locator("#field-files-error").getByText(/pasted\.yaml line 1, .*anchors/).waitFor();
  await result(page).getByText("pasted.yaml:1").waitFor();
  await assertAccessible(page);
  page.problems = page.problems.filter((one) => !one.includes("422"));
});

scene("an application of one's own is added by a form and edited as YAML after", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "empty", name: "shop" });
  await open(page, `/clusters/nl-dev-1/stacks/shop?draft=${draft.id}`);
  await page.getByRole("link", { name: "Add application" }).first().click();
  await hydrated(page);
  assert.equal(await page.getByRole("textbox", { name: "Namespace" }).inputValue(), "shop");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("web");
  await page.getByRole("textbox", { name: "Image" }).fill("ghcr.io/acme/shop");
  await page.getByRole("spinbutton", { name: "Port" }).fill("8080");
  await page.getByRole("textbox", { name: "Host" }).fill("shop.example.com");
  await page.getByRole("textbox", { name: "Environment" }).fill("LOG_LEVEL=info\nMOTTO=a=b");
  await page.getByRole("textbox", { name: "Secrets" }).fill("DB_PASSWORD");
  await page.getByRole("button", { name: "Add to the draft" }).click();
  await page.getByText("State the image's tag or digest").waitFor();
  page.problems = page.problems.filter((one) => !one.includes("422"));
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "application");
  await page.getByRole("textbox", { name: "Image" }).fill("ghcr.io/acme/shop:1.4.2");
  await page.getByRole("button", { name: "Add to the draft" }).click();
  await page.getByRole("treeitem", { name: "web", exact: true }).waitFor();
  const { content } = await call(page, "GET", `drafts/${draft.id}`);
  const { text } = content.components[0].content.manifest;
  assert.deepEqual([...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind), ["Secret", "Deployment", "Service", "Ingress"]);
  assert.match(text, /name: MOTTO\n\s+value: "?a=b"?\n/);
  assert.match(text, /DB_PASSWORD: "?\$\{\{ secrets\.web_db_password \}\}"?\n/);
});
