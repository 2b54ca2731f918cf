// The text of a component: completed, explained and judged from what its chart or its kind says; all values, and the form.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { content, saved } from "../support/canvas.mjs";
import { packed } from "../support/chart.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

const VALUES = `# -- How many run.
replicas: 1
# -- How it answers: fast, or slow and cheap.
mode: slow
ingress:
  # -- Reached from outside.
  enabled: false
  # -- Under which name.
  host: ""
persistence:
  # -- Of the volume. It can grow, not shrink.
  size: 10Gi
`;

const SCHEMA = JSON.stringify({
  additionalProperties: false,
  required: ["replicas"],
  properties: {
    replicas: { type: "integer", minimum: 1 },
    mode: { enum: ["fast", "slow"] },
    ingress: { type: "object", properties: { enabled: { type: "boolean" }, host: { type: "string" } } },
    persistence: { type: "object", properties: { size: { type: "string" } } },
  },
});

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sites.example.com}
spec:
  group: example.com
  names: {kind: Site, plural: sites}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer, description: How large it is drawn.}}}}
`;

/** A Helm repository of one chart, which answers once it is let. */
async function chartHost() {
  const archive = packed({ "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "web/values.yaml": VALUES, "web/values.schema.json": SCHEMA, "web/crds/site.yaml": CRD });
  const index = "apiVersion: v1\nentries:\n  web:\n    - {version: 1.0.0, urls: [web-1.0.0.tgz]}\n";
  const server = createServer((request, response) => response.end(request.url.endsWith(".tgz") ? archive : index));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

const DEPLOYMENT = `# Ours, not a chart's.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: web
spec:
  replicas: "\${{ vars.count }}" # as many as the environment says
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
        - name: 'app'  # quoted on purpose
          image: "nginx:1.27"
          resources:
            requests: {memory: '64Mi'}
`;

const OWN = "# Why two: the night shift.\nreplicas: 2\ningress:\n  host: www.${{ vars.domain }}";

const stack = (url) => `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  variables:
    domain: {type: string, default: nordhavn.example}
    count: {type: number, default: 2}
    missing_one: {type: string, required: true}
  components:
    - name: site
      namespace: web
      addon:
        chart: {repository: "${url}", name: web, version: 1.0.0}
        values: |
${OWN.replace(/^/gm, "          ")}
    - name: app
      namespace: web
      manifest: |
${DEPLOYMENT.replace(/^/gm, "        ").trimEnd()}
    - name: house
      namespace: web
      manifest: |
        apiVersion: example.com/v1
        kind: Site
        metadata: {name: house, namespace: web}
        spec:
          size: 3
`;

const INSIDE = { serve: { args: ["--allow-inside", "127.0.0.1"] } };
const item = (page, name) => page.getByRole("treeitem", { name, exact: true });
const textbox = (page, name) => page.getByRole("textbox", { name, exact: true });
const foot = (page) => page.locator(".editor-foot");
const marks = (page, severity) => page.locator(`.cm-lintRange-${severity}`);
const textOf = async (page, draft, id) => (await content(page, draft)).find((one) => one.id === id).content;

/** The draft of this file, open in the builder, with its chart known. */
async function begin(page, server, host) {
  await setUp(page, server);
  await addCluster(page);
  await call(page, "POST", "chart-repositories", { name: "house", url: host.url });
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: stack(host.url) });
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${draft.id}`);
  return draft.id;
}

const inspects = (name, body) =>
  scene(
    name,
    async (around) => {
      const host = await chartHost();
      try {
        await body({ ...around, draft: await begin(around.page, around.server, host) });
      } finally {
        host.stop();
      }
    },
    INSIDE,
  );

/** The caret behind the last character. */
async function atEnd(page, label) {
  await textbox(page, label).focus();
  await page.keyboard.press("Control+End");
}

/** Waits until the draft holds this text. */
async function holds(page, draft, id, text) {
  let held;
  for (let turn = 0; turn < 50; turn += 1) {
    const { addon, manifest } = await textOf(page, draft, id);
    held = (addon?.values ?? manifest.text).trimEnd();
    if (held === text.trimEnd()) return;
    await page.waitForTimeout(100);
  }
  assert.equal(held, text.trimEnd());
}

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

inspects("values are completed by keys, explained, and judged by the chart's schema until they are mended", async ({ page, draft }) => {
  await item(page, "site").click();
  await foot(page).getByText("Schema: web 1.0.0.").waitFor();

  // As one types, and what it is beside it.
  await atEnd(page, "Values");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Home");
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.press("Delete");
  await page.keyboard.type("mo");
  const mode = page.getByRole("option", { name: /^mode/ });
  await mode.waitFor();
  await mode.getByText("default slow").waitFor();
  await page.getByText("How it answers: fast, or slow and cheap.").waitFor();
  await pictures(page, "inspector-completion");
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  // Its value is offered at once.
  await page.getByRole("option", { name: /^fast/ }).waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.type("f");
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  await textbox(page, "Values").getByText("mode: fast").waitFor();

  // On request, in another map; what is there already is not offered.
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Space");
  await page.getByRole("option", { name: /^persistence/ }).waitFor();
  assert.equal(await page.getByRole("option", { name: /^replicas/ }).count(), 0);
  await page.keyboard.press("Escape");

  // A problem stands where it is, is reached by F8, and goes when it is mended.
  await page.keyboard.type("replica: 2");
  await marks(page, "error").getByText("replica").waitFor();
  await page.locator(".cm-lint-marker-error").waitFor();
  await page.keyboard.press("F8");
  const card = page.locator(".cm-about");
  const problem = page.locator(".cm-tooltip .cm-diagnosticText");
  await problem.getByText("`replica` is not known here. Did you mean `replicas`?").waitFor();
  await page.locator(".cm-announced").getByText("Did you mean `replicas`?").waitFor({ state: "attached" });
  await pictures(page, "inspector-problem");
  await page.keyboard.press("Escape");
  await problem.waitFor({ state: "detached" });
  await page.keyboard.press("Control+Shift+M");
  await page.getByRole("listbox", { name: "Diagnostics" }).getByText("is not known here").waitFor();
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Shift+Home");
  await page.keyboard.insertText("persistence:\n  size: 20Gi");
  await marks(page, "error").waitFor({ state: "detached" });
  await page.locator(".cm-lint-marker-error").waitFor({ state: "detached" });

  // What a word means: by the mouse, and by a key.
  await textbox(page, "Values").getByText("replicas").hover();
  await card.getByText("How many run.").waitFor();
  await card.getByText("whole number, default 1").waitFor();
  await page.mouse.move(0, 0);
  await card.waitFor({ state: "detached" });
  await page.keyboard.press("Control+i");
  await card.getByText("Of the volume. It can grow, not shrink.").waitFor();
  await page.locator(".cm-announced").getByText("It can grow, not shrink.").waitFor({ state: "attached" });
  await looked(page, "inspector-values");
  await page.keyboard.press("Escape");
  await saved(page);
  const { addon } = await textOf(page, draft, "site");
  assert.match(addon.values, /^# Why two: the night shift\.\nreplicas: 2\n[^]*\nmode: fast\npersistence:\n {2}size: 20Gi/);
});

inspects("an expression shows what it resolves to in the draft's environment, and that is no part of the text", async ({ page, draft }) => {
  await item(page, "site").click();
  const inlay = page.locator(".cm-meaning");
  await inlay.getByText("nordhavn.example", { exact: true }).waitFor();
  await atEnd(page, "Values");
  await page.keyboard.insertText("\nnote: ${{ vars.missing_one }} ${{ secrets.token }}");
  await saved(page);
  await page.locator(".cm-meaning--missing").first().waitFor();
  assert.deepEqual(await inlay.allTextContents(), ["nordhavn.example", "missing", "missing"]);
  await call(page, "PUT", "secrets", { scope: { kind: "environment", environment: "dev" }, name: "token", value: "never-shown" });
  await page.keyboard.insertText(" ");
  await page.locator(".cm-meaning--secret").getByText("secret, set").waitFor();
  await page.keyboard.press("Control+a");
  const selected = await page.evaluate(() => getSelection().toString());
  assert.ok(!selected.includes("secret, set") && !selected.includes("nordhavn.example"), selected);
  await saved(page);
  assert.ok(!(await textOf(page, draft, "site")).addon.values.includes("nordhavn.example"));
});

inspects("all values stand with the chart's comments; a line is taken over by a key, and one's own leads back", async ({ page, draft }) => {
  await item(page, "site").click();
  await page.getByRole("tab", { name: "Values", exact: true }).focus();
  await page.keyboard.press("ArrowRight");
  const all = textbox(page, "All values");
  await all.getByText("Of the volume. It can grow, not shrink.").waitFor();
  await page.getByText("5 values of the chart, with yours marked.").waitFor();
  assert.deepEqual(await page.locator(".cm-own").allTextContents(), ["replicas: 2", "  host: \"www.${{ vars.domain }}nordhavn.example\""]);
  await all.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("ArrowUp");
  await page.getByRole("button", { name: "Take over" }).waitFor();
  await looked(page, "inspector-all");
  await page.keyboard.press("Enter");
  // Back in one's own text, where the value now stands.
  await page.locator(".cm-content[aria-label=Values]:focus").waitFor();
  await page.locator("#editor-panel-text .cm-activeLine").getByText('size: "10Gi"').waitFor();
  await holds(page, draft, "site", `${OWN}\npersistence:\n  size: "10Gi"`);
  const { addon } = await textOf(page, draft, "site");

  // A mere click takes nothing; its button does, and one's own line leads to where it stands.
  await page.getByRole("tab", { name: "All values" }).click();
  await page.locator(".cm-own").getByText("10Gi").waitFor();
  await all.getByText("mode").click();
  await page.getByRole("button", { name: "Take over" }).waitFor();
  assert.equal((await textOf(page, draft, "site")).addon.values, addon.values);
  await all.getByText("replicas").click();
  await page.getByRole("button", { name: "Go to it" }).click();
  await page.locator(".cm-content[aria-label=Values]:focus").waitFor();
  await page.locator("#editor-panel-text .cm-activeLine").getByText("replicas: 2").waitFor();
  assert.equal((await textOf(page, draft, "site")).addon.values, addon.values);
});

inspects("manifests are judged by Kubernetes' schema and by a custom resource's", async ({ page }) => {
  await item(page, "app").click();
  await foot(page).getByText("Schema: Deployment.").waitFor();
  await textbox(page, "Manifest").getByText("selector").click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("pau");
  await page.getByRole("option", { name: /^paused/ }).waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: /^true/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.type("often");
  await marks(page, "error").getByText("often").waitFor();
  await page.keyboard.press("Shift+Home");
  await page.keyboard.press("Delete");
  await marks(page, "error").waitFor({ state: "detached" });

  await item(page, "house").click();
  await foot(page).getByText("Schema: Site.").waitFor();
  await textbox(page, "Manifest").getByText("size").hover();
  await page.locator(".cm-about").getByText("How large it is drawn.").waitFor();
  await atEnd(page, "Manifest");
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("\n  sise: 4\n");
  await marks(page, "error").getByText("sise").waitFor();
  // The check's own finding stands among them, and comes first.
  await marks(page, "warning").first().waitFor();
  await page.keyboard.press("F8");
  await page.keyboard.press("F8");
  await page.locator(".cm-tooltip .cm-diagnosticText").getByText("Did you mean `size`?").waitFor();
});

inspects("a field of the form changes one value, keeps comments and quotes, and is taken back by one undo", async ({ page, draft }) => {
  await item(page, "app").click();
  await page.getByRole("tab", { name: "Form" }).click();
  const replicas = page.getByRole("textbox", { name: "Replicas" });
  await replicas.waitFor();
  assert.equal(await replicas.inputValue(), "${{ vars.count }}");
  await page.getByText("is 2 here").waitFor();
  const memory = page.getByRole("textbox", { name: "Memory requested" });
  assert.equal(await memory.inputValue(), "64Mi");
  await looked(page, "inspector-form");
  await memory.fill("128Mi");
  await memory.press("Enter");
  const changed = DEPLOYMENT.replace("'64Mi'", "'128Mi'");
  await holds(page, draft, "app", changed);
  assert.ok(await memory.evaluate((input) => input === document.activeElement));
  await replicas.fill("4");
  await replicas.press("Tab");
  await holds(page, draft, "app", changed.replace('"${{ vars.count }}"', "4"));
  await page.getByText("is 2 here").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await holds(page, draft, "app", changed);
  await page.waitForFunction(() => document.querySelector("#editor-panel-form input").value.includes("vars.count"));
  await page.getByRole("button", { name: "Undo" }).click();
  await holds(page, draft, "app", DEPLOYMENT);

  // A chart that nobody described says so.
  await item(page, "site").click();
  await page.getByRole("tab", { name: "Form" }).click();
  await page.getByText("This chart is not in the catalog").waitFor();
});

inspects("an auditor reads all of it and changes none of it", async ({ page, another, draft }) => {
  const grants = [{ role: "auditor", on: { kind: "organisation" } }];
  const link = await call(page, "POST", "people", { name: "audrey", full_name: "Audrey Lind", grants });
  const { page: theirs } = await another();
  await theirs.goto(link.url);
  await theirs.getByRole("button", { name: /passkey/i }).first().click();
  await theirs.getByText("Your passkey is registered.").waitFor();
  await open(theirs, `/clusters/nl-dev-1/stacks/web?draft=${draft}`);
  await item(theirs, "site").click();
  await foot(theirs).getByText("Schema: web 1.0.0.").waitFor();
  await textbox(theirs, "Values").focus();
  await theirs.keyboard.press("Control+Home");
  await theirs.keyboard.press("ArrowDown");
  await theirs.keyboard.type("x");
  await theirs.keyboard.press("Control+i");
  await theirs.locator(".cm-about").getByText("How many run.").waitFor();
  await theirs.getByRole("tab", { name: "All values" }).click();
  await textbox(theirs, "All values").getByText("mode").click();
  await theirs.keyboard.press("Enter");
  assert.equal(await theirs.getByRole("button", { name: "Take over" }).count(), 0);
  await item(theirs, "app").click();
  await theirs.getByRole("tab", { name: "Form" }).click();
  assert.equal(await theirs.getByRole("textbox", { name: "Replicas" }).getAttribute("readonly"), "");
  await looked(theirs, "inspector-read-only");
  await holds(page, draft, "site", OWN);
});
