// A namespace folds into one box: it says what is in it, moves as one, and opens again.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { begin, canvas, content, drag, middle, saved } from "../support/canvas.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { open } from "../support/setup.mjs";

const item = (page, name) => page.getByRole("treeitem", { name, exact: true });
const box = (page, id) => page.locator(`#node-${id}`);
const edge = (page, name) => page.locator(`[data-edge="${name}"]`);
const says = (page, words) => page.waitForFunction((words) => document.querySelector(".builder > [role=status]").textContent.includes(words), words);

async function choose(page, name) {
  await item(page, name).click();
  await canvas(page).focus();
}

const other = (namespace, depends_on, text) => ({ namespace, depends_on, content: { manifest: { text: text ?? `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n` } } });
const wrong = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: w\ndata:\n  at: ${{ vars.nowhere }}\n";
const manifest = (name) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

/** web: a, c; data: b, d. b waits for a, c for b, d for c. */
const STACK = {
  a: other("web", [], manifest("a")),
  b: other("data", ["a"], manifest("b")),
  c: other("web", ["b"], wrong),
  d: other("data", ["c"], manifest("d")),
  e: other("alone", ["c"], manifest("e")),
};

scene("a namespace folds into one box with all that is wrong in it, whatever else stays put, and a reload keeps it", async ({ server, page }) => {
  await begin(page, server, STACK);
  await page.locator(".problem").first().waitFor();
  const before = await Promise.all(["a", "b", "d", "e"].map((id) => middle(page, id)));
  await choose(page, "a");
  await page.keyboard.press("n");
  await says(page, "web is folded: 2 components.");
  await box(page, "c").waitFor({ state: "detached" });
  assert.match(await box(page, "a").getAttribute("aria-label"), /^web, folded namespace, 2 components, wave 1, 2 changed, 1 error$/);
  assert.deepEqual(await Promise.all(["a", "b", "d", "e"].map((id) => middle(page, id))), before, "something moved");
  // Joined: d and e waited for c. What leads back is drawn as such.
  await edge(page, "d-waits-for-a").waitFor({ state: "attached" });
  await edge(page, "e-waits-for-a").waitFor({ state: "attached" });
  assert.equal(await page.locator(".edge-line--back").count(), 1);
  assert.equal(await page.locator(".edge-line--back [data-edge]").getAttribute("data-edge"), "a-waits-for-b");
  await page.getByRole("button", { name: "Namespaces" }).click();
  assert.equal(await page.locator("#group-namespace-web").getAttribute("aria-expanded"), "false");
  assert.equal(await page.locator("#group-namespace-data").getAttribute("aria-expanded"), "true");
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "folded");

  await open(page, page.url());
  await box(page, "c").waitFor({ state: "detached" });
  await box(page, "a").getByText("2 components").waitFor();

  // By key, by two clicks, and by the outline's group.
  await box(page, "a").click();
  await page.keyboard.press("Enter");
  await box(page, "c").waitFor();
  await page.keyboard.press("n");
  await box(page, "c").waitFor({ state: "detached" });
  await page.mouse.dblclick(...(await middle(page, "a")));
  await box(page, "c").waitFor();
  await page.getByRole("button", { name: "Namespaces" }).click();
  await page.locator("#group-namespace-data").click();
  await box(page, "d").waitFor({ state: "detached" });
  await page.locator("#group-namespace-data").click();
  await box(page, "d").waitFor();

  // By the menu; one that is alone has nothing to fold.
  await box(page, "b").click({ button: "right" });
  await page.getByRole("menuitem", { name: /Fold or unfold its namespace/ }).click();
  await box(page, "d").waitFor({ state: "detached" });
  await choose(page, "e");
  await page.keyboard.press("n");
  await says(page, "e is alone in its namespace");
});

scene("find and the problems lead into a fold by opening it", async ({ server, page }) => {
  await begin(page, server, STACK);
  await page.locator(".problem").first().waitFor();
  await canvas(page).focus();
  await page.keyboard.press("g");
  await says(page, "2 namespaces are folded.");
  await box(page, "d").waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("d");
  await page.keyboard.press("Enter");
  await box(page, "d").waitFor();
  assert.equal(await box(page, "c").count(), 0, "another fold opened");
  await page.keyboard.press("F8");
  await box(page, "c").waitFor();
  // Nothing is folded any more: the key folds all, and opens all again.
  await page.keyboard.press("g");
  await box(page, "c").waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await says(page, "Everything is unfolded.");
  await box(page, "c").waitFor();
});

scene("a box is moved, copied and removed with all that is in it, each by one edit", async ({ server, page }) => {
  const id = await begin(page, server, STACK);
  await choose(page, "a");
  await page.keyboard.press("n");
  await box(page, "c").waitFor({ state: "detached" });
  const [x, y] = await middle(page, "a");
  await drag(page, [x, y], [x + 150, y + 20]);
  await saved(page);
  const moved = (await content(page, id)).filter((one) => one.layout).map((one) => one.id);
  assert.deepEqual(moved, ["a", "c"]);
  await page.waitForFunction((x) => { const at = document.getElementById("node-a").getBoundingClientRect(); return Math.abs(at.x + at.width / 2 - x - 150) < 3; }, x);
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await saved(page);
  assert.deepEqual((await content(page, id)).filter((one) => one.layout), []);

  // What is connected is a component: the box says so, by key and by pointer.
  await page.keyboard.press("c");
  await says(page, "web is folded: unfold it to connect one of its components.");
  await page.keyboard.press("Control+c");
  await says(page, "2 components copied.");

  await page.keyboard.press("Delete");
  await box(page, "a").waitFor({ state: "detached" });
  await saved(page);
  assert.deepEqual((await content(page, id)).map((one) => one.id), ["b", "d", "e"]);
  await page.keyboard.press("Control+z");
  await box(page, "a").getByText("2 components").waitFor();
  await saved(page);
  const back = await content(page, id);
  assert.deepEqual(back.map((one) => one.id).sort(), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(back.find((one) => one.id === "d").depends_on, ["c"]);
});
