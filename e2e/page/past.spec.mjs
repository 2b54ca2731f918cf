// The past of a draft: its edits by whom, names for revisions, the way back, and any two contents side by side.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, hydrated, open, setUp } from "../support/setup.mjs";

const shown = async (page, name) => {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
};

/** An edit of the draft as it stands. */
async function change(page, draft, ...changes) {
  const { revision } = await call(page, "GET", `drafts/${draft}`);
  await call(page, "POST", `drafts/${draft}/changes`, { base_revision: revision, change_id: crypto.randomUUID(), changes });
}

scene("a draft's past is read, named, taken up again and compared, and a second draft of the stack goes its own way", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  const draft = (await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "example", example: "monitoring" })).id;
  const first = (await call(page, "GET", `drafts/${draft}`)).content;
  const [one, two] = first.components;
  const stack = first.name;

  // From the builder's revision to its history; this one gets a name.
  await open(page, `/clusters/nl-dev-1/stacks/${stack}?draft=${draft}`);
  await page.getByRole("link", { name: "Draft rev 1" }).click();
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).fill("before the move");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("before the move").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("before the move");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("Another revision of this draft has this name.").waitFor();

  const rename = { change: "rename_component", component: one.id, name: "renamed" };
  const place = { change: "set_namespace", component: two.id, namespace: "elsewhere" };
  await change(page, draft, rename, place);
  await change(page, draft, { change: "remove_component", component: two.id });
  await page.reload();
  await hydrated(page);
  const edits = page.getByRole("list").filter({ has: page.getByText("rev 3", { exact: true }) });
  await edits.getByText(`removed ${two.name}`).waitFor();
  await edits.getByText(`renamed ${one.name} to renamed`).waitFor();
  await edits.getByText(`put ${two.name} into the namespace elsewhere`).waitFor();
  await edits.getByText("opened the draft").waitFor();
  await shown(page, "history");

  // Compared with now, in words and lines.
  await page.getByRole("link", { name: "Compare with now: rev 1" }).click();
  await hydrated(page);
  await page.getByText(`renamed ${one.name} to renamed`).waitFor();
  await page.getByRole("region", { name: "Lines of stack.yaml" }).waitFor();
  await page.getByLabel("From", { exact: true }).selectOption({ label: `“before the move”, rev 1 of ${(await call(page, "GET", `drafts/${draft}`)).title}` });
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText(`removed ${two.name}`).waitFor();
  await shown(page, "compare");

  // Back, by two presses; it is one more edit, and the name still says where.
  await page.goBack();
  await page.goBack();
  await hydrated(page);
  await page.getByRole("button", { name: "Go back to this: rev 1" }).click();
  await page.getByRole("button", { name: "Really go back: rev 1" }).click();
  await page.getByText("newest first, now at rev 4").waitFor();
  assert.deepEqual((await call(page, "GET", `drafts/${draft}`)).content, first);
  await page.getByRole("button", { name: "Take the name “before the move” away" }).click();
  await page.getByText("before the move").waitFor({ state: "detached" });

  // A second draft, listed in the builder of the first and compared with it.
  const empty = `apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {name: ${stack}}\nspec: {components: []}\n`;
  await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: empty });
  await open(page, `/clusters/nl-dev-1/stacks/${stack}?draft=${draft}`);
  await page.getByRole("button", { name: "Drafts" }).click();
  await page.getByText("this one", { exact: true }).waitFor();
  await assertAccessible(page);
  await pictures(page, "drafts-menu");
  await page.getByRole("link", { name: /^Compare with this one/ }).click();
  await hydrated(page);
  await page.getByRole("heading", { name: `Compare ${stack}` }).waitFor();
  await open(page, `/clusters/nl-dev-1/stacks/${stack}/drafts?but=${draft}`);
  assert.equal(await page.getByRole("listitem").filter({ hasText: /rev \d/ }).count(), 2);
  await shown(page, "drafts");
  page.problems = page.problems.filter((problem) => !/409/.test(problem));
});
