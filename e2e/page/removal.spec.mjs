// A stack is taken out of a cluster: in order, one countersigned entry for each step, and back again.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { checked, countersign, plan } from "../support/review.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

const map = (name) => `apiVersion: v1
        kind: ConfigMap
        metadata: {name: ${name}}
        data: {greeting: hello}
`;

/** `page` waits for `words`. */
const TWO = `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  components:
    - name: words
      namespace: web
      manifest: |
        ${map("words")}
    - name: page
      namespace: web
      dependsOn: [words]
      manifest: |
        ${map("page")}
`;

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

/** № 2 holds the stack. */
async function recorded(page, server) {
  await setUp(page, server);
  await addCluster(page);
  await countersign(page, await plan(page, "clusters/nl-dev-1/plans"));
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: TWO });
  await countersign(page, await plan(page, `drafts/${draft.id}/plans`, { revision: draft.revision }));
}

const HOME = "/clusters/nl-dev-1/stacks/web?draft=";

/** Signs the plan that is open, typing what it asks for. */
async function signHere(page) {
  await page.waitForURL("**/review/*");
  const id = new URL(page.url()).pathname.split("/").at(-1);
  await countersign(page, id);
}

scene("a stack goes in reverse order, says what stays, and comes back from its record", async ({ server, page }) => {
  await recorded(page, server);
  await open(page, HOME);
  await looked(page, "stack-home-remove");
  await page.getByLabel("Why").fill("Nobody reads it.");
  await page.getByRole("button", { name: "Review the removal" }).click();

  await page.getByRole("heading", { level: 1, name: "Review the removal of web from nl-dev-1" }).waitFor();
  await checked(page);
  await page.getByText("Removes page of the stack web; what it waits for stays.").waitFor();
  await page.getByText("1 more entry takes the rest: words.").waitFor();
  await page.getByText("ConfigMap web/page").first().waitFor();
  await page.getByText("Nobody reads it.").waitFor();
  assert.equal(await page.getByLabel("Type web to confirm").count(), 1);
  await looked(page, "review-removal");
  await signHere(page);

  await open(page, HOME);
  await page.getByRole("button", { name: "Review the removal" }).click();
  await page.waitForURL("**/review/*");
  await checked(page);
  await page.getByText("Removes the stack web, with words.").waitFor();
  await page.getByText(/№ 0003 took away what waits for this/).waitFor();
  await page.getByText("Namespace web", { exact: true }).first().waitFor();
  await signHere(page);
  assert.deepEqual((await call(page, "GET", "overview")).stacks, []);

  await open(page, HOME);
  await page.getByText("removed this stack").waitFor();
  assert.equal(await page.getByRole("button", { name: "Review the removal" }).count(), 0);
  await page.getByRole("button", { name: "Make a draft of № 0002" }).click();
  await page.getByRole("treeitem", { name: "words", exact: true }).waitFor();
  const [draft] = await call(page, "GET", "drafts");
  await countersign(page, await plan(page, `drafts/${draft.id}/plans`, { revision: draft.revision }));
  const kinds = (await call(page, "GET", "record")).items.map((entry) => entry.kind);
  assert.deepEqual(kinds, ["stack", "stack_removal", "stack_removal", "stack", "cluster"]);
});

scene("a removal that went stale is planned again as it was asked for", async ({ server, page }) => {
  await recorded(page, server);
  const first = await plan(page, "clusters/nl-dev-1/stacks/web/removal-plans", { why: "At once.", together: true });
  await plan(page, "clusters/nl-dev-1/stacks/web/removal-plans", { why: "In order." });
  await page.goto(`/review/${first}`);
  await page.getByRole("button", { name: "Plan again" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(first));
  await checked(page);
  await page.getByText("Removes the stack web, with words and page.").waitFor();
  await page.getByText("At once.", { exact: true }).waitFor();
  await page.getByText(/All goes in one commit, unordered/).first().waitFor();
});

scene("a component that is let go leaves the draft and is said to run on", async ({ server, page }) => {
  await recorded(page, server);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "record", stack: "web" });
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${draft.id}`);
  await page.getByRole("treeitem", { name: "page", exact: true }).click();
  const saved = () => page.waitForResponse((response) => response.url().endsWith("/changes") && response.ok());
  const letGo = async () => {
    const answered = saved();
    await page.getByRole("button", { name: "Let go, keep it running" }).click();
    await answered;
  };
  await letGo();
  // It is drawn where it was, and can be kept from there.
  const gone = page.locator("#node-page.node--gone");
  await gone.getByText("let go, runs on").waitFor();
  const kept = saved();
  await gone.getByRole("button", { name: "Keep page in the draft" }).click();
  await kept;
  await page.locator("#node-page:not(.node--gone)").getByText("as recorded").waitFor();
  await letGo();
  const { revision } = await call(page, "GET", `drafts/${draft.id}`);
  const id = await plan(page, `drafts/${draft.id}/plans`, { revision });
  await page.goto(`/review/${id}`);
  await checked(page);
  await page.getByText("Lets go of page: nothing of it is uninstalled, and it runs on without this stack.").waitFor();
  await page.getByText("stays behind", { exact: true }).first().waitFor();
  await countersign(page, id);
});
