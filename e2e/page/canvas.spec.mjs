// The canvas: a thousand components, several at once, edges led elsewhere, and a key for everything.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { begin, canvas, content, drag, middle, saved, zoom } from "../support/canvas.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { call, open } from "../support/setup.mjs";

/** Rows of forty, each component below one or two of the row before. */
function thousand() {
  const id = (number) => `c-${String(number).padStart(4, "0")}`;
  const on = (number) => (number < 40 ? [] : number % 3 ? [id(number - 40)] : [id(number - 40), id(number - 40 - (number % 40 ? 1 : -1))]);
  return Object.fromEntries(Array.from({ length: 1000 }, (_, number) => [id(number), on(number)]));
}

const drawn = (page) => page.locator(".canvas .node").evaluateAll((nodes) => nodes.map((node) => node.id.slice("node-".length)));
const edges = async (page, id) => (await content(page, id)).flatMap((one) => one.depends_on.map((on) => `${one.id} waits for ${on}`)).sort();

/** To the pixel: places are kept in whole numbers of the drawing, which may be shown smaller. */
function near(is, wanted) {
  assert.ok(is.every((one, at) => Math.abs(one - wanted[at]) <= 1), `${is} instead of ${wanted}`);
}

scene(
  "a thousand components are panned, zoomed, found, edited and saved, and only those in sight are in the page",
  async ({ server, page }) => {
    const id = await begin(page, server, thousand());
    const first = await drawn(page);
    assert.ok(first.length > 5 && first.length < 150, `${first.length} boxes drawn`);
    assert.ok((await page.locator(".canvas *").count()) < 3000);
    const { x, y, width, height } = await canvas(page).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.wheel(0, 2500);
    await page.locator(`#node-${first[0]}`).waitFor({ state: "detached" });
    const below = await drawn(page);
    assert.ok(below.length > 5 && below.every((one) => !first.includes(one)), below.join());
    const before = await zoom(page);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await page.waitForFunction((before) => document.querySelector(".zoom-value").textContent !== before, before);
    await canvas(page).focus();
    await page.keyboard.press("f");
    await page.locator(".far-boxes").waitFor();
    assert.deepEqual(await drawn(page), [], "from afar all boxes are one shape");
    await pictures(page, "canvas-thousand");
    await canvas(page).focus();
    await page.keyboard.press("0");
    const map = await page.locator("#minimap").boundingBox();
    const here = await drawn(page);
    await page.mouse.click(map.x + map.width * 0.8, map.y + map.height * 0.4);
    await page.locator(`#node-${here[0]}`).waitFor({ state: "detached" });
    // The outline holds the rows in sight, leads to the last of all by one key, and keeps the focus.
    assert.ok((await page.getByRole("treeitem").count()) < 100);
    await page.getByRole("tree").focus();
    await page.keyboard.press("End");
    const last = page.locator(".tree-item--active");
    await page.waitForFunction(() => document.querySelector(".tree-item--active")?.getAttribute("aria-posinset") === "40");
    await page.locator(`#node-${await last.getAttribute("aria-label")}.node--selected`).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-activedescendant")), await last.getAttribute("id"));
    assert.ok((await page.getByRole("treeitem").count()) < 100);
    await canvas(page).focus();
    await page.keyboard.press("/");
    await page.getByRole("combobox", { name: "Find a component" }).fill("0777");
    await page.getByRole("listbox", { name: "Found" }).getByRole("option", { name: /c-0777/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#node-c-0777").waitFor();
    const found = await page.locator("#node-c-0777").boundingBox();
    assert.ok(found.x >= x && found.x + found.width <= x + width && found.y >= y && found.y + found.height <= y + height);
    assert.equal(await page.evaluate(() => document.activeElement.id), "canvas");
    await page.getByLabel("Namespace").fill("other");
    await page.getByLabel("Namespace").press("Enter");
    await saved(page);
    assert.equal((await content(page, id)).find((one) => one.id === "c-0777").namespace, "other");
  },
  { timeout: 240_000 },
);

scene("boxes are chosen together by frame and by keys, moved as one, put back by one undo, and stay where they are put", async ({ server, page }) => {
  const id = await begin(page, server, { a: [], b: [], c: [], d: ["a"] });
  const at = async (name) => (await content(page, id)).find((one) => one.id === name).layout;
  const [a, b, d] = [await middle(page, "a"), await middle(page, "b"), await middle(page, "d")];
  const [left, right] = [a, b].sort((one, other) => one[0] - other[0]);
  await page.keyboard.down("Shift");
  await drag(page, [left[0] - 112, left[1] - 62], [right[0] + 100, right[1] + 20]);
  await page.keyboard.up("Shift");
  const together = await page.locator(".node--selected").count();
  assert.ok(together >= 2, `${together} chosen`);
  await drag(page, a, [a[0] + 60, a[1] + 380]);
  await saved(page);
  assert.ok((await at("a")) && (await at("b")));
  assert.equal(await at("d"), null);
  near(await middle(page, "d"), d);
  near(await middle(page, "a"), [a[0] + 60, a[1] + 380]);
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${id}`);
  const box = (name) => page.locator(`foreignObject:has(#node-${name})`);
  for (const name of ["a", "b"]) {
    const { x, y } = await at(name);
    assert.deepEqual([await box(name).getAttribute("x"), await box(name).getAttribute("y")], [`${x}`, `${y}`]);
  }
  await canvas(page).focus();
  await page.keyboard.press("Home");
  const chosen = (await page.locator(".node--selected").getAttribute("id")).slice("node-".length);
  const from = await middle(page, chosen);
  await page.keyboard.press("Alt+ArrowRight");
  await page.waitForFunction(([chosen, x]) => document.getElementById(`node-${chosen}`).getBoundingClientRect().x > x, [chosen, from[0] - 106]);
  await page.keyboard.press("Control+z");
  await page.waitForFunction(([chosen, x]) => document.getElementById(`node-${chosen}`).getBoundingClientRect().x <= x + 1, [chosen, from[0] - 106]);
  await page.keyboard.press("Control+a");
  assert.equal(await page.locator(".node--selected").count(), 4);
  await page.keyboard.press("t");
  await saved(page);
  assert.ok((await content(page, id)).every((one) => one.layout === null));
  await page.keyboard.press("Delete");
  await page.getByText("Nothing here yet").first().waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await page.locator("#node-d").waitFor();
  await saved(page);
  assert.deepEqual(await edges(page, id), ["d waits for a"]);
});

scene("an edge is led elsewhere by mouse and by keys, and the cycle that it would close is shown before", async ({ server, page }) => {
  const id = await begin(page, server, { a: [], b: ["a"], c: ["b"], e: [] });
  const edge = page.locator('[data-edge="b-waits-for-a"]');
  const choose = () => edge.dispatchEvent("pointerdown", { button: 0, pointerId: 1, bubbles: true });
  await choose();
  const tip = await page.locator(".edge-end").last().boundingBox();
  const target = await middle(page, "e");
  await drag(page, [tip.x + tip.width / 2, tip.y + tip.height / 2], target);
  await saved(page);
  assert.deepEqual(await edges(page, id), ["c waits for b", "e waits for a"]);
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await edge.waitFor({ state: "attached" });
  await saved(page);
  assert.deepEqual(await edges(page, id), ["b waits for a", "c waits for b"]);
  // By keys: the edge of c, from b: c may not come before what it waits for, e may wait for b in its stead.
  await page.getByRole("treeitem", { name: "c", exact: true }).click();
  await canvas(page).focus();
  await page.keyboard.press("c");
  await page.keyboard.press("ArrowUp");
  await page.locator(".edge-new--refused").waitFor({ state: "attached" });
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.locator('.edge-line--chosen [data-edge="c-waits-for-b"]').waitFor({ state: "attached" });
  await page.keyboard.press("c");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.locator("#node-e.node--aimed").waitFor();
  await page.keyboard.press("Enter");
  await saved(page);
  assert.deepEqual(await edges(page, id), ["b waits for a", "e waits for b"]);
});

scene("whatever the canvas can do stands in its menu with its key, by mouse and by keys, and all keys are listed", async ({ server, page }) => {
  const id = await begin(page, server, { a: [], b: ["a"] });
  const menu = page.getByRole("menu", { name: "Actions" });
  const words = () => menu.getByRole("menuitem").evaluateAll((items) => items.map((item) => item.firstChild.textContent.replace("…", "")));
  await page.mouse.click(...(await middle(page, "b")), { button: "right" });
  await menu.waitFor();
  await assertAccessible(page);
  const forComponents = await words();
  for (const one of ["Connect to", "Duplicate", "Move left", "Remove", "Paste", "Choose all of its namespace", "Undo"]) assert.ok(forComponents.includes(one), one);
  assert.ok((await menu.locator("kbd").allTextContents()).every((key) => key !== ""));
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  await page.keyboard.press("Shift+F10");
  await menu.getByRole("menuitem", { name: "Open in the inspector" }).waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  const keys = page.getByRole("dialog", { name: "Keys of the builder" });
  await keys.waitFor();
  const listed = await keys.getByRole("definition").allTextContents();
  assert.deepEqual(forComponents.filter((one) => !listed.includes(one)), []);
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("Shift+F10");
  await menu.getByRole("menuitem", { name: "Duplicate" }).click();
  await page.locator("#node-b-2").waitFor();
  await saved(page);
  assert.deepEqual(await edges(page, id), ["b waits for a", "b-2 waits for a"]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "canvas");
  await assertFits(page);
});

scene("components are copied into another stack with their edges, and undo and redo outlive a reload", async ({ server, page }) => {
  await begin(page, server, { a: [], b: ["a"], c: ["b"] });
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  const other = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "empty", name: "other" });
  const address = `/clusters/nl-dev-1/stacks/other?draft=${other.id}`;
  await open(page, address);
  await canvas(page).focus();
  await page.keyboard.press("Control+v");
  await page.locator("#node-c").waitFor();
  await saved(page);
  assert.deepEqual(await edges(page, other.id), ["b waits for a", "c waits for b"]);
  await open(page, address);
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await page.getByText("Nothing here yet").first().waitFor();
  await saved(page);
  assert.deepEqual(await content(page, other.id), []);
  await open(page, address);
  await page.getByRole("button", { name: "Redo" }).click();
  await page.locator("#node-c").waitFor();
  await saved(page);
  assert.deepEqual(await edges(page, other.id), ["b waits for a", "c waits for b"]);
});

scene("the outline is a tree by wave or by namespace whose groups close, and it does what the canvas does", async ({ server, page }) => {
  const id = await begin(page, server, { a: [], b: ["a"], c: ["b"] });
  const tree = page.getByRole("tree");
  const names = () => page.getByRole("treeitem").allTextContents();
  const groups = ["1 first1 component", "2 when wave 1 is ready1 component", "3 when wave 2 is ready1 component"];
  assert.deepEqual(await names(), [groups[0], "a", groups[1], "b", groups[2], "c"]);
  assert.deepEqual(await page.getByRole("treeitem", { level: 1 }).allTextContents(), groups);
  await tree.focus();
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("treeitem", { name: "a", exact: true }).waitFor({ state: "detached" });
  assert.equal(await page.locator("#group-wave-1").getAttribute("aria-expanded"), "false");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.locator("#node-a.node--selected").waitFor();
  await page.keyboard.press("c");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await saved(page);
  assert.deepEqual(await edges(page, id), ["b waits for a", "c waits for a", "c waits for b"]);
  await page.getByRole("button", { name: "Namespaces" }).click();
  await page.getByRole("treeitem", { name: "web 3 components" }).waitFor();
  await assertAccessible(page);
});
