// What the check finds is mended where it stands: by a button beside it, or by the key for the first fix.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { begin, canvas, content, saved } from "../support/canvas.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { countersign, plan } from "../support/review.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

const addon = (repository, name, version, values) => ({ namespace: name, content: { addon: { chart: { repository, name, version }, release: {}, values } } });
const certManager = addon("https://charts.jetstack.io", "cert-manager", "v1.21.1", "crds:\n  enabled: true\n");
const issuer = (depends_on = []) => ({ depends_on, content: { manifest: { text: "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata:\n  name: le\nspec: {}\n" } } });
const web = (name, host) => addon("https://charts.example.com", name, "1.0.0", `ingress:\n  enabled: true # for people\n  hosts:\n    - host: ${host}\n`);

const item = (page, name) => page.getByRole("treeitem", { name, exact: true });
const said = (page, words) => page.waitForFunction((words) => document.querySelector(".builder > [role=status]").textContent.includes(words), words);
const problem = (page, words) => page.locator(".problem", { hasText: words });
const fix = (page, title) => page.locator(".problems").getByRole("button", { name: title });
const text = async (page, id, name) => {
  const { content: has } = (await content(page, id)).find((one) => one.id === name);
  return has.addon?.values ?? has.manifest.text;
};

async function byKey(page, name, words) {
  await item(page, name).click();
  await canvas(page).focus();
  await page.keyboard.press("Control+.");
  await said(page, words);
  await saved(page);
}

async function undo(page) {
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await saved(page);
}

scene("a custom resource gets the edge from what defines it, or the chart that does, and one undo takes either back", async ({ server, page }) => {
  const id = await begin(page, server, { "cert-manager": certManager, letsencrypt: issuer() });
  await problem(page, "letsencrypt does not wait for it").getByRole("button", { name: "Add edge from cert-manager" }).waitFor();
  await problem(page, "letsencrypt does not wait for it").getByText("line 2").waitFor();
  await item(page, "letsencrypt").click();
  await page.locator(".dock").getByRole("button", { name: "Add edge from cert-manager" }).waitFor();
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "fixes");
  await byKey(page, "letsencrypt", "Fixed: Add edge from cert-manager.");
  await page.locator('[data-edge="letsencrypt-waits-for-cert-manager"]').waitFor({ state: "attached" });
  assert.equal(await problem(page, "does not wait for it").count(), 0);
  await undo(page);
  await problem(page, "does not wait for it").waitFor();
  assert.deepEqual((await content(page, id)).find((one) => one.id === "letsencrypt").depends_on, []);

  // Nobody defines it: the chart comes with the edge, and with what makes it bring its definitions.
  await item(page, "cert-manager").click();
  await canvas(page).focus();
  await page.keyboard.press("Delete");
  await problem(page, "Nothing in the stacks of this cluster is known to define ClusterIssuer").waitFor();
  await saved(page);
  await fix(page, "Add cert-manager, with an edge").click();
  await item(page, "cert-manager").waitFor();
  await problem(page, "is known to define ClusterIssuer").waitFor({ state: "detached" });
  await saved(page);
  assert.equal(await text(page, id, "cert-manager"), "crds:\n  enabled: true\n");
  assert.deepEqual((await content(page, id)).find((one) => one.id === "letsencrypt").depends_on, ["cert-manager"]);
  await undo(page);
  await item(page, "cert-manager").waitFor({ state: "detached" });
});

scene("a host that is used twice is told at both places, and the key changes it at the chosen one", async ({ server, page }) => {
  const id = await begin(page, server, { shop: web("shop", "shop.example.com"), blog: web("blog", "shop.example.com") });
  await problem(page, "shop.example.com is used by shop and by blog").waitFor();
  await problem(page, "shop.example.com is used by blog and by shop").waitFor();
  await byKey(page, "blog", "Fixed: Change it to blog.example.com.");
  await page.locator(".problem", { hasText: "is used by" }).waitFor({ state: "detached" });
  assert.equal(await text(page, id, "blog"), "ingress:\n  enabled: true # for people\n  hosts:\n    - host: blog.example.com\n");
  await undo(page);
  await problem(page, "shop.example.com is used by blog and by shop").waitFor();
  await page.locator(".problem", { hasText: "is used by blog" }).getByRole("button", { name: "Remove it from blog" }).click();
  await page.locator(".problem", { hasText: "is used by" }).first().waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.id === "canvas", null, { timeout: 5000 });
});

scene("a literal secret is sealed and its place taken by an expression, with the key on its line, and stands nowhere any more", async ({ server, page }) => {
  const values = "ingress:\n  hosts: [shop.example.com]\nadmin:\n  user: root\n  password: \"canary-hunter2\" # by hand\n";
  const id = await begin(page, server, { grafana: addon("https://charts.example.com", "grafana", "1.0.0", values), other: web("other", "shop.example.com") });
  await item(page, "grafana").click();
  const editor = page.getByRole("textbox", { name: "Values" });
  await page.locator(".cm-lint-marker").first().waitFor();
  // From the list of problems to the line itself.
  await problem(page, "password").getByRole("button", { name: /^grafana/ }).click();
  await page.locator(".cm-activeLine", { hasText: "password" }).waitFor();
  assert.ok(await editor.evaluate((node) => node.contains(document.activeElement)), "the editor has the focus");
  await page.keyboard.press("Control+.");
  const dialog = page.getByRole("dialog", { name: "Move to a secret" });
  await dialog.waitFor();
  await pictures(page, "move-to-secret");
  await assertAccessible(page);
  assert.equal(await dialog.getByLabel("Name").inputValue(), "grafana_password");

  // Where it cannot be stored, nothing is changed.
  await page.route("**/api/v1/secrets", (route) => (route.request().method() === "PUT" ? route.abort() : route.continue()));
  await dialog.getByRole("button", { name: "Seal it" }).click();
  await dialog.getByRole("alert").or(dialog.locator(".callout")).first().waitFor();
  assert.equal(await text(page, id, "grafana"), values);
  await page.unroute("**/api/v1/secrets");

  // A name that is taken is not taken over.
  await call(page, "PUT", "secrets", { scope: { kind: "stack", cluster: "nl-dev-1", stack: "web" }, name: "mine", value: "before" });
  await dialog.getByLabel("Name").fill("mine");
  await dialog.getByRole("button", { name: "Seal it" }).click();
  await dialog.getByText("is set there already").waitFor();
  assert.equal(await text(page, id, "grafana"), values);

  await dialog.getByLabel("Name").fill("grafana_password");
  await dialog.getByRole("button", { name: "Seal it" }).click();
  await dialog.waitFor({ state: "hidden" });
  await saved(page);
  assert.equal(await text(page, id, "grafana"), values.replace("canary-hunter2", "${{ secrets.grafana_password }}"));
  await page.locator(".cm-line", { hasText: "secrets.grafana_password" }).waitFor();
  const set = await call(page, "GET", "secrets?cluster=nl-dev-1&stack=web");
  assert.deepEqual(set.map((one) => one.name).sort(), ["grafana_password", "mine"]);
  assert.equal(await problem(page, "password").count(), 0);
  assert.ok(!JSON.stringify(await call(page, "GET", `drafts/${id}`)).includes("canary-hunter2"));
  assert.ok(!(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).includes("canary-hunter2"), "kept by the browser");

  // The key on another line mends what stands there.
  await page.locator(".cm-line", { hasText: "hosts" }).click();
  await page.keyboard.press("Control+.");
  await page.locator(".cm-line", { hasText: "grafana.example.com" }).waitFor();
  assert.ok(await editor.evaluate((node) => node.contains(document.activeElement)), "the focus stays in the editor");
  await undo(page);
  await page.locator(".cm-line", { hasText: "shop.example.com" }).waitFor();
  // A page that still has something to save asks before it is left.
  while ((await text(page, id, "grafana")) !== values.replace("canary-hunter2", "${{ secrets.grafana_password }}")) await page.waitForTimeout(50);
  await saved(page);
  await open(page, page.url());
  assert.ok(!(await page.content()).includes("canary-hunter2"));
  page.problems = page.problems.filter((one) => !/secrets|ERR_FAILED/.test(one));
});

scene("the palette does a fix by its name", async ({ server, page }) => {
  const id = await begin(page, server, { d: { content: { manifest: { text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: d\n  namespace: web\ndata:\n  at: ${{ vars.nowhere }}\n" } } } });
  await fix(page, "Declare nowhere").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search or run a command" }).waitFor();
  await page.keyboard.type("declare");
  await page.getByRole("option", { name: /Declare nowhere/ }).click();
  await said(page, "Fixed: Declare nowhere.");
  await saved(page);
  assert.deepEqual((await call(page, "GET", `drafts/${id}`)).content.variables.map((one) => one.name), ["nowhere"]);
});

const claim = (size) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: ${size} # for a year
`;

scene("a claim that would shrink gets its recorded size back by the key, and who may only look is offered nothing", async ({ server, page, another }) => {
  await setUp(page, server);
  await addCluster(page);
  await countersign(page, await plan(page, "clusters/nl-dev-1/plans"));
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "empty", name: "web" });
  const component = { id: "db", name: "db", namespace: "web", depends_on: [], timeout: null, layout: null, content: { manifest: { text: claim("20Gi") } } };
  const { revision } = await call(page, "POST", `drafts/${draft.id}/changes`, { base_revision: 1, change_id: "begin", changes: [{ change: "add_component", component }] });
  await countersign(page, await plan(page, `drafts/${draft.id}/plans`, { revision }));

  const next = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "record", stack: "web" });
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${next.id}`);
  await item(page, "db").click();
  const line = page.locator(".cm-line", { hasText: "20Gi" });
  await line.click();
  await page.keyboard.press("End");
  for (let count = 0; count < "20Gi # for a year".length; count += 1) await page.keyboard.press("Backspace");
  await page.keyboard.type("8Gi");
  await problem(page, "The claim of db would shrink from 20Gi to 8Gi").waitFor();
  await fix(page, "Set it back to 20Gi").waitFor();
  await pictures(page, "fix-claim");
  await byKey(page, "db", "Fixed: Set it back to 20Gi.");
  await problem(page, "would shrink").waitFor({ state: "detached" });
  assert.match(await text(page, next.id, "db"), /storage: 20Gi\n/);
  await undo(page);
  await problem(page, "would shrink").waitFor();

  const guest = await another();
  const { url } = await call(page, "POST", "people", { name: "eva", full_name: "Eva Lind", grants: [{ role: "auditor", on: { kind: "organisation" } }] });
  await guest.page.goto(url);
  await guest.page.getByRole("button", { name: "Register a passkey" }).click();
  await guest.page.getByText("Your passkey is registered.").waitFor();
  await open(guest.page, `/clusters/nl-dev-1/stacks/web?draft=${next.id}`);
  await problem(guest.page, "would shrink").waitFor();
  assert.equal(await guest.page.locator(".fixes").count(), 0);
  await item(guest.page, "db").click();
  await canvas(guest.page).focus();
  await guest.page.keyboard.press("Control+.");
  assert.match(await text(page, next.id, "db"), /storage: 8Gi\n/);
});
