// The stack builder: adding, wiring, typing, and that all of it is saved.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

/** An empty draft, open in the builder. */
async function begin(page, server, components = []) {
  await setUp(page, server);
  await addCluster(page);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "empty", name: "web" });
  if (components.length > 0) {
    const changes = components.map((id) => ({ change: "add_component", component: manifest(id) }));
    await call(page, "POST", `drafts/${draft.id}/changes`, { base_revision: draft.revision, change_id: "begin", changes });
  }
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${draft.id}`);
  return draft.id;
}

function manifest(id) {
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${id}\n  namespace: web\n`;
  return { id, name: id, namespace: "web", depends_on: [], timeout: null, layout: null, content: { manifest: { text } } };
}

async function saved(page) {
  await page.getByText(/^autosaved \d\d:\d\d$/).waitFor();
}

function item(page, name) {
  return page.getByRole("treeitem", { name, exact: true });
}

scene("an addon and a manifest are added, wired and typed, and a fresh page shows the same", async ({ server, page }) => {
  const id = await begin(page, server);
  await page.getByRole("button", { name: "Add addon" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("podinfo");
  await dialog.getByLabel("Repository").fill("oci://ghcr.io/stefanprodan/charts");
  await dialog.getByLabel("Chart").fill("podinfo");
  await dialog.getByLabel("Version").fill("6.7.1");
  await dialog.getByLabel("Namespace").fill("web");
  await dialog.getByRole("button", { name: "Add to the draft" }).click();
  await item(page, "podinfo").waitFor();
  await page.getByRole("button", { name: "Add manifest" }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("settings");
  await dialog.getByRole("button", { name: "Add to the draft" }).click();
  await item(page, "settings").click();
  await page.getByRole("textbox", { name: "Manifest" }).fill("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: web\n");
  await item(page, "podinfo").click();
  await page.getByLabel("Wait for", { exact: true }).selectOption({ label: "settings" });
  await page.getByRole("button", { name: "Do not wait for settings" }).waitFor();
  await saved(page);
  const draft = await call(page, "GET", `drafts/${id}`);
  const podinfo = draft.content.components.find((one) => one.id === "podinfo");
  assert.deepEqual(podinfo.depends_on, ["settings"]);
  assert.match(draft.content.components.find((one) => one.id === "settings").content.manifest.text, /kind: ConfigMap/);
  await open(page, `/clusters/nl-dev-1/stacks/web`);
  await item(page, "podinfo").click();
  await page.getByRole("button", { name: "Do not wait for settings" }).waitFor();
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "builder");
});

scene("keys alone connect two components, and an edge that closes a cycle is refused", async ({ server, page }) => {
  const id = await begin(page, server, ["first", "second"]);
  const canvas = page.getByRole("application");
  await canvas.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("c");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await saved(page);
  const edges = (draft) => draft.content.components.flatMap((one) => one.depends_on.map((on) => `${one.id} ${on}`));
  const drawn = edges(await call(page, "GET", `drafts/${id}`));
  assert.equal(drawn.length, 1);
  const [waits, on] = drawn[0].split(" ");
  await item(page, waits).click();
  await canvas.focus();
  await page.keyboard.press("c");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByText("That would make a cycle").first().waitFor();
  await item(page, on).click();
  assert.equal(await page.getByLabel("Wait for", { exact: true }).locator("option:not([disabled])").count(), 1);
  assert.deepEqual(edges(await call(page, "GET", `drafts/${id}`)), drawn);
});

scene("a mouse draws an edge from port to box, and Delete removes what is chosen", async ({ server, page }) => {
  const id = await begin(page, server, ["first", "second"]);
  const box = async (name) => page.locator(`#node-${name}`).boundingBox();
  const [from, to] = [await box("first"), await box("second")];
  await page.mouse.move(from.x + from.width / 2, from.y + from.height - 1);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 6 });
  await page.mouse.up();
  await item(page, "second").click();
  await page.getByRole("button", { name: "Do not wait for first" }).waitFor();
  await item(page, "first").click();
  await page.keyboard.press("Delete");
  await item(page, "first").waitFor({ state: "detached" });
  await saved(page);
  const draft = await call(page, "GET", `drafts/${id}`);
  assert.deepEqual(draft.content.components.map((one) => [one.id, one.depends_on]), [["second", []]]);
});

scene("edits survive a server that does not answer, and are saved once it does", async ({ server, page }) => {
  const id = await begin(page, server, ["first"]);
  await page.route("**/api/v1/drafts/*/changes", (route) => route.abort());
  await item(page, "first").click();
  await page.getByLabel("Namespace").fill("other");
  await page.getByLabel("Namespace").press("Enter");
  await page.getByText("Not saved, 1 edit kept here").waitFor();
  await page.unroute("**/api/v1/drafts/*/changes");
  await page.getByRole("button", { name: "Try now" }).click();
  await saved(page);
  assert.equal((await call(page, "GET", `drafts/${id}`)).content.components[0].namespace, "other");
  page.problems = page.problems.filter((one) => !/changes|ERR_FAILED/.test(one));
});

scene("two people who change the same are asked which edit holds", async ({ server, page }) => {
  const id = await begin(page, server, ["first"]);
  const { revision } = await call(page, "GET", `drafts/${id}`);
  const changes = [{ change: "set_namespace", component: "first", namespace: "theirs" }];
  await item(page, "first").click();
  await page.getByLabel("Namespace").fill("mine");
  // It is heard of while the field is being filled in, and moves nothing there.
  await call(page, "POST", `drafts/${id}/changes`, { base_revision: revision, change_id: "elsewhere", changes });
  await page.getByText(/put first into the namespace theirs/).waitFor();
  await page.locator("#node-first").getByText("theirs").waitFor();
  assert.equal(await page.getByLabel("Namespace").inputValue(), "mine");
  await page.getByLabel("Namespace").press("Enter");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await saved(page);
  assert.equal((await call(page, "GET", `drafts/${id}`)).content.components[0].namespace, "mine");
  page.problems = page.problems.filter((one) => !one.includes("409"));
});
