// The record moves while a draft is drawn: said, compared field by field, chosen by a person, and nothing is lost.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, open, setUp } from "../support/setup.mjs";

const WEB = `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  variables:
    greeting: {type: string, default: hello}
  components:
    - name: settings
      namespace: web
      manifest: |
        # What visitors read.
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        data:
          greeting: \${{ vars.greeting }}
          title: Shop
          colour: blue
`;

/** Signs the plan on its page and waits for the entry. */
async function countersign(page, plan) {
  await page.goto(`/review/${plan}`);
  await page.locator('[data-proof="files"].proof--ok').waitFor();
  await page.getByRole("button", { name: "Countersign & deploy" }).click();
  await page.getByText(/^Recorded as № \d{4}$/).waitFor();
}

const frozen = async (page, path, body) => (await call(page, "POST", path, body ?? {})).id;

async function planned(page, draft) {
  const { revision } = await call(page, "GET", `drafts/${draft}`);
  return frozen(page, `drafts/${draft}/plans`, { revision });
}

const began = async (page, start) => (await call(page, "POST", "clusters/nl-dev-1/drafts", start)).id;

async function set(page, draft, values) {
  const { revision } = await call(page, "GET", `drafts/${draft}`);
  const change = ([key, value]) => ({ change: "set_value", component: "settings", path: `[0].data.${key}`, value });
  const edit = { base_revision: revision, change_id: `set-${revision}`, changes: Object.entries(values).map(change) };
  await call(page, "POST", `drafts/${draft}/changes`, edit);
}

/** № 1 binds the cluster, № 2 holds the stack. */
async function recorded(page, server) {
  await setUp(page, server);
  await addCluster(page);
  await countersign(page, await frozen(page, "clusters/nl-dev-1/plans"));
  await countersign(page, await planned(page, await began(page, { start: "source", text: WEB })));
}

/** Another draft of the stack becomes the next entry. */
async function move(page, values) {
  const other = await began(page, { start: "record", stack: "web" });
  await set(page, other, values);
  await countersign(page, await planned(page, other));
}

const text = async (page, draft) => (await call(page, "GET", `drafts/${draft}`)).content.components[0].content.manifest.text;
const stack = (draft) => `/clusters/nl-dev-1/stacks/web?draft=${draft}`;

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

scene("the record moves while the builder is open: each conflict is chosen, the rest is merged, and both are deployed", async ({ server, page }) => {
  await recorded(page, server);
  const draft = await began(page, { start: "record", stack: "web" });
  await set(page, draft, { title: "My shop", colour: "green" });
  // The passkey is at the first window; the draft is open in a second one.
  const desk = await page.context().newPage();
  await open(desk, stack(draft));
  await desk.getByRole("treeitem", { name: "settings", exact: true }).waitFor();
  await move(page, { title: "Their shop", greeting: "good night" });

  await desk.getByRole("button", { name: "Review draft" }).click();
  await desk.getByText("The record moved to № 0003 while you worked").waitFor();
  await desk.getByText("In one place both changed the same: you choose.").waitFor();
  await looked(desk, "draft-behind");

  await desk.getByRole("button", { name: "Rebase", exact: true }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByText("manifest.data.title").waitFor();
  for (const words of ["Shop", "Their shop", "My shop"]) await dialog.getByText(words, { exact: true }).waitFor();
  await looked(desk, "conflict");
  await dialog.getByRole("button", { name: "One place left" }).click({ force: true });
  assert.match(await text(page, draft), /title: My shop/, "nothing is written before a side is chosen");
  await dialog.getByLabel("Take the record's").check();
  await dialog.getByRole("button", { name: "Rebase", exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
  await desk.getByText("The record moved").waitFor({ state: "detached" });
  await desk.getByRole("link", { name: "record 0003" }).waitFor();

  const merged = await text(page, draft);
  for (const line of ["# What visitors read.", "title: Their shop", "colour: green", "greeting: good night"]) assert.ok(merged.includes(line), merged);
  await desk.getByRole("button", { name: "Review draft" }).click();
  await desk.waitForURL("**/review/*");
  await countersign(page, desk.url().split("/").pop());
  const { items } = await call(page, "GET", "record");
  assert.equal(items[0].number, 4);
});

scene("a discarded draft is restored from the stack's page, with everything in it", async ({ server, page }) => {
  await recorded(page, server);
  const draft = await began(page, { start: "record", stack: "web" });
  await set(page, draft, { title: "My shop" });
  await open(page, stack(draft));
  await page.getByRole("button", { name: "Discard this draft" }).click();
  await page.getByRole("button", { name: "Really discard this draft" }).click();
  await page.getByRole("heading", { name: "Discarded drafts" }).waitFor();
  await looked(page, "stack-home");
  await page.getByRole("button", { name: /^Restore / }).click();
  await page.getByRole("treeitem", { name: "settings", exact: true }).waitFor();
  assert.match(await text(page, draft), /title: My shop/);
});

scene("a changed variable marks its stack, and a draft without changes brings the record up to date", async ({ server, page }) => {
  await recorded(page, server);
  await call(page, "PUT", "variables", { scope: { kind: "cluster", cluster: "nl-dev-1" }, name: "greeting", value: "good day" });
  await open(page, "/");
  await page.getByText("Differs from record").waitFor();
  await page.getByText("greeting changed since").waitFor();
  await looked(page, "overview-differs");
  await open(page, "/settings/variables");
  await page.getByText("differs from record:").waitFor();
  await looked(page, "variables-differs");
  await page.getByRole("button", { name: "Make a draft: web on nl-dev-1" }).click();
  await page.getByRole("treeitem", { name: "settings", exact: true }).waitFor();
  await hydrated(page);
  await page.getByRole("button", { name: "Review draft" }).click();
  await page.waitForURL("**/review/*");
  await countersign(page, page.url().split("/").pop());
  await open(page, "/");
  await page.getByText("0003").first().waitFor();
  assert.equal(await page.getByText("Differs from record").count(), 0);
  await open(page, "/record/nl-dev-1/2");
  await page.getByRole("button", { name: "Revert as draft" }).waitFor();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("heading", { name: "Open drafts" }).waitFor();
  await hydrated(page);
  await page.getByRole("button", { name: "Edit: web on nl-dev-1" }).click();
  await page.getByRole("treeitem", { name: "settings", exact: true }).waitFor();
});

scene("an auditor sees the draft and who can sign, and no control that would be refused", async ({ server, page, another }) => {
  await recorded(page, server);
  const draft = await began(page, { start: "record", stack: "web" });
  await set(page, draft, { title: "My shop" });
  const id = await planned(page, draft);
  const grants = [{ role: "auditor", on: { kind: "organisation" } }];
  const link = await call(page, "POST", "people", { name: "audrey", full_name: "Audrey Lind", grants });
  const { page: theirs } = await another();
  await theirs.goto(link.url);
  await theirs.getByRole("button", { name: /passkey/i }).first().click();
  await theirs.getByText("Your passkey is registered.").waitFor();
  await open(theirs, stack(draft));
  await theirs.getByText("Read only").waitFor();
  await theirs.getByText("Can countersign here:").waitFor();
  await theirs.getByText("Maren Solberg").first().waitFor();
  for (const name of ["Review draft", "Discard this draft", "Undo", "Add addon", "Rebase"]) {
    assert.equal(await theirs.getByRole("button", { name, exact: true }).count(), 0, name);
  }
  await looked(theirs, "builder-read-only");
  await theirs.getByRole("link", { name: "Read the plan" }).click();
  await theirs.waitForURL(`**/review/${id}`);
  await theirs.getByText("You can read this plan.").waitFor();
  assert.equal(await theirs.getByRole("button", { name: /Countersign|Discard|Plan again/ }).count(), 0);
  await looked(theirs, "review-read-only");
});
