// Two people at one draft, and a server that is killed between their edits: no edit is lost, none is overwritten unasked.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

const WEB = `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  components:
    - name: first
      namespace: web
      manifest: |
        # What visitors read.
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: first
        data:
          title: Shop
          colour: blue
    - name: second
      namespace: web
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: second}
`;

const item = (page, name) => page.getByRole("treeitem", { name, exact: true });
const saved = (page) => page.getByText(/^autosaved \d\d:\d\d$/).waitFor();
const manifest = (page) => page.getByRole("textbox", { name: "Manifest" });
const content = async (page, draft) => (await call(page, "GET", `drafts/${draft}`)).content.components;
const text = async (page, draft) => (await content(page, draft))[0].content.manifest.text;

/** Another person with a key of their own. */
async function comeIn(page, another, name, full) {
  const grants = [{ role: "editor", on: { kind: "organisation" } }];
  const link = await call(page, "POST", "people", { name, full_name: full, grants });
  const { page: theirs } = await another();
  await theirs.goto(link.url);
  await theirs.getByRole("button", { name: /passkey/i }).first().click();
  await theirs.getByText("Your passkey is registered.").waitFor();
  return theirs;
}

async function setNamespace(page, component, namespace) {
  await item(page, component).click();
  await page.getByLabel("Namespace").fill(namespace);
  await page.getByLabel("Namespace").press("Enter");
}

scene("two people edit one draft at once, are asked where they meet, and lose nothing when the server is killed", async ({ server, page, another }) => {
  await setUp(page, server);
  await addCluster(page);
  const draft = (await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB })).id;
  const bo = await comeIn(page, another, "bo", "Bo Lind");
  const address = `/clusters/nl-dev-1/stacks/web?draft=${draft}`;
  await open(page, address);
  await open(bo, address);
  await page.getByText("also here: Bo Lind").waitFor();
  await bo.getByText("also here: Maren Solberg").waitFor();

  // On different components: each sees the other's without a reload, and who did it.
  await item(page, "first").click();
  await setNamespace(bo, "second", "other");
  await page.getByText(/^Bo Lind put second into the namespace other/).waitFor();
  await item(page, "second").click();
  assert.equal(await page.getByLabel("Namespace").inputValue(), "other");
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "together");

  // In one text, on different lines, while both are typing.
  await item(page, "first").click();
  await item(bo, "first").click();
  const before = await text(page, draft);
  await Promise.all([manifest(page).fill(before.replace("Shop", "Market")), manifest(bo).fill(before.replace("blue", "green"))]);
  await Promise.all([saved(page), saved(bo)]);
  const both = before.replace("Shop", "Market").replace("blue", "green");
  for (const one of [page, bo]) await one.locator(".cm-content").getByText("title: Market").waitFor();
  for (const one of [page, bo]) await one.locator(".cm-content").getByText("colour: green").waitFor();
  assert.equal(await text(page, draft), both, "comments and all");

  // On the same field: the first edit of two goes through, and the one that waited behind it does not pass over hers.
  await bo.context().setOffline(true);
  await setNamespace(bo, "first", "shop-bo");
  await setNamespace(bo, "second", "from-bo");
  await bo.getByText("Not saved, 2 edits kept here").waitFor();
  await setNamespace(page, "second", "from-maren");
  await saved(page);
  await bo.context().setOffline(false);
  await bo.getByText("Maren Solberg changed second: namespace meanwhile.").waitFor();
  assert.deepEqual((await content(page, draft)).map((one) => one.namespace), ["shop-bo", "from-maren"]);
  await pictures(bo, "together-conflict");
  await bo.getByRole("button", { name: "Keep mine" }).click();
  await saved(bo);
  await page.getByText(/^Bo Lind put second into the namespace from-bo/).waitFor();

  // Killed: both go on, and what they do is there once it answers.
  await server.kill();
  await setNamespace(page, "first", "while-away");
  await page.getByText("Not saved, 1 edit kept here").waitFor();
  await page.getByText("What you edit is kept in this browser").waitFor();
  await pictures(page, "together-away");
  await bo.getByText("No answer from the server").first().waitFor();
  await item(bo, "second").click();
  await manifest(bo).fill("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\ndata: {a: b}\n");
  await bo.getByText("Not saved, 1 edit kept here").waitFor();
  await server.restart();
  await Promise.all([saved(page), saved(bo)]);
  await bo.getByText(/^Maren Solberg put first into the namespace while-away/).waitFor();
  await page.getByText(/^Bo Lind changed second's manifest/).waitFor();

  const held = await content(page, draft);
  assert.deepEqual(held.map((one) => one.namespace), ["while-away", "from-bo"]);
  assert.equal(held[0].content.manifest.text, both);
  assert.match(held[1].content.manifest.text, /data: \{a: b\}/);
  for (const one of [page, bo]) {
    await item(one, "first").click();
    assert.equal(await one.getByLabel("Namespace").inputValue(), "while-away");
    await item(one, "second").click();
    assert.equal(await one.getByLabel("Namespace").inputValue(), "from-bo");
    await one.locator(".cm-content").getByText("data: {a: b}").waitFor();
    forgive(one);
  }
});

/** Refused connections and a 409 are what this is about. */
function forgive(page) {
  page.problems = page.problems.filter((problem) => !/ERR_CONNECTION|ERR_INTERNET|ERR_INCOMPLETE|ERR_EMPTY|ERR_FAILED|409/.test(problem));
}

const kept = (page) =>
  page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith("countersign-edits")).map(([, text]) => text));

scene("what was edited while the server was away is sent after its page was closed, but what may be a secret stays on the page", async ({ server, page, another }) => {
  await setUp(page, server);
  await addCluster(page);
  const draft = (await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB })).id;
  const bo = await comeIn(page, another, "bo", "Bo Lind");
  const address = `/clusters/nl-dev-1/stacks/web?draft=${draft}`;
  await open(page, address);
  const before = await text(page, draft);
  await item(page, "first").click();
  await page.locator(".cm-content").getByText("title: Shop").waitFor();
  await server.kill();
  await setNamespace(page, "second", "kept");
  await item(page, "first").click();
  await manifest(page).fill(before.replace("Shop", "Market"));
  await page.getByText("Not saved, 2 edits kept here").waitFor();
  assert.match((await kept(page)).join(), /Market/);
  await item(page, "second").click();
  await manifest(page).fill("apiVersion: v1\nkind: Secret\nmetadata: {name: second}\nstringData: {word: canary-9fK2}\n");
  await page.getByText("kept on this page alone, so leave it open").waitFor();
  await page.getByText("Not saved, 3 edits kept here").waitFor();
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])), /canary/);
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "together-kept");
  forgive(page);
  const context = page.context();
  await page.close();

  // Somebody else is first: the person who comes back is asked.
  await server.restart();
  const theirs = [{ change: "set_namespace", component: "second", namespace: "from-bo" }];
  await bo.goto("/record");
  await call(bo, "POST", `drafts/${draft}/changes`, { base_revision: 1, change_id: "bo-1", changes: theirs });
  const again = await context.newPage();
  await open(again, address);
  await again.getByText("2 edits that were not saved when their page was left are taken up from this browser.").waitFor();
  await again.getByText("Bo Lind changed second: namespace meanwhile.").waitFor();
  await pictures(again, "together-taken-up");
  await again.getByRole("button", { name: "Keep theirs" }).click();
  await saved(again);
  const held = await content(again, draft);
  assert.equal(held[0].content.manifest.text, before.replace("Shop", "Market"));
  assert.equal(held[1].namespace, "from-bo");
  assert.deepEqual(await kept(again), []);
});

scene("an edit whose answer was lost is done once, and what was typed after it is not taken for it", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  const draft = (await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB })).id;
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${draft}`);
  const before = await text(page, draft);
  await page.route("**/changes", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await item(page, "first").click();
  await manifest(page).fill(before.replace("Shop", "Sho"));
  await page.getByText("Not saved, 1 edit kept here").waitFor();
  assert.match(await text(page, draft), /title: Sho\n/, "it has arrived");
  await manifest(page).fill(before.replace("Shop", "Shoes"));
  await page.getByText("Not saved, 2 edits kept here").waitFor();
  await page.unroute("**/changes");
  await saved(page);
  assert.equal(await text(page, draft), before.replace("Shop", "Shoes"));
  assert.equal((await call(page, "GET", `drafts/${draft}`)).revision, 3);
  forgive(page);
});
