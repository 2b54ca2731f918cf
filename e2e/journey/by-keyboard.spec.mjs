// The monitoring example is built from an empty canvas by keys alone, and the focus is never lost.
import assert from "node:assert/strict";
import { assertBuilt, STACK, step, toBuild } from "../support/monitoring.mjs";
import { scene } from "../support/scene.mjs";
import { hydrated, open, setUp } from "../support/setup.mjs";

/** One key; whatever it does, the next one goes somewhere. */
async function press(page, key) {
  await page.keyboard.press(key);
  await held(page, key);
}

async function type(page, text) {
  await page.keyboard.insertText(text);
  await held(page, `typing ${text.slice(0, 20)}`);
}

async function held(page, by) {
  const lost = await page.evaluate(() => document.activeElement === document.body || document.activeElement === null);
  assert.equal(lost, false, `the focus was lost by ${by}`);
}

/** Goes on with Tab until it is there, as somebody does who sees where the focus is. */
async function tabTo(page, selector, { key = "Tab", most = 45 } = {}) {
  const passed = [];
  for (let count = 0; count < most; count += 1) {
    await press(page, key);
    const [there, name] = await page.evaluate((selector) => [document.activeElement.matches(selector), document.activeElement.outerHTML.slice(0, 80)], selector);
    if (there) return;
    passed.push(name);
  }
  assert.fail(`${selector} is not reached by ${key}:\n${passed.join("\n")}`);
}

/** The labels of a form in the order of Tab, and what is typed into each; Enter sends it. */
async function fill(page, fields) {
  for (const [label, text] of Object.entries(fields)) {
    // The form opens with the focus in its first field, or on what stands above it.
    const begins = label === "Name" && (await page.evaluate(() => document.activeElement.matches("input")));
    if (!begins) await tabTo(page, "input", { most: 5 });
    assert.equal(await page.evaluate(() => document.activeElement.labels[0].firstChild.textContent.trim()), label);
    await type(page, text);
  }
  await press(page, "Enter");
}

const dialog = (page) => page.getByRole("dialog");

async function closed(page) {
  await dialog(page).waitFor({ state: "hidden" });
  await held(page, "a form that closed");
}

/** Slash, a name, Enter: the box is chosen and the keys are on the canvas. */
async function find(page, name) {
  await press(page, "/");
  await page.getByRole("combobox", { name: "Find a component" }).waitFor();
  await type(page, name);
  await page.getByRole("option").first().waitFor();
  await press(page, "Enter");
  await page.locator(`#node-${name}.node--selected`).waitFor();
}

/** What the canvas says: where the new edge would lead. */
async function aimed(page, on) {
  const said = await page.locator(".builder > [role=status]").textContent();
  return said.match(/^(\S+) would wait for/)?.[1] ?? on;
}

/** The arrows, the likeliest first: those towards a box, as far as it is in sight. */
function ways(page, from, to) {
  return page.evaluate((ids) => {
    const [here, there] = ids.map((id) => document.getElementById(`node-${id}`)?.getBoundingClientRect());
    if (!here || !there) return ["ArrowRight", "ArrowUp", "ArrowDown", "ArrowLeft", "Home", "End"];
    const sideways = there.x < here.x ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    const upright = there.y < here.y ? ["ArrowUp", "ArrowDown"] : ["ArrowDown", "ArrowUp"];
    const isLevel = Math.abs(there.y - here.y) < here.height / 2;
    return [...(isLevel ? [...sideways, ...upright] : [...upright, ...sideways]), "Home", "End"];
  }, [from, to]);
}

/** C, arrows until the canvas says so, Enter. Each key is tried once from each box. */
async function connect(page, on, waiting) {
  await find(page, on);
  await press(page, "c");
  const tried = new Set();
  for (let at = on; at !== waiting; at = await aimed(page, on)) {
    const way = (await ways(page, at, waiting)).find((way) => !tried.has(`${at} ${way}`));
    assert.ok(way, `no key leads from ${on} to ${waiting}:\n${[...tried].join("\n")}`);
    tried.add(`${at} ${way}`);
    await press(page, way);
  }
  await press(page, "Enter");
  await page.locator(`[data-edge="${waiting}-waits-for-${on}"]`).waitFor({ state: "attached" });
}

async function declare(page, { name, type: kind, default: value, description, required }) {
  await press(page, "Enter");
  await page.locator("#field-name:focus").waitFor();
  await type(page, name);
  await press(page, "Tab");
  if (kind !== "string") await press(page, kind[0]);
  await press(page, "Tab");
  if (value !== undefined) await type(page, `${value}`);
  await press(page, "Tab");
  if (description) await type(page, description);
  await press(page, "Tab");
  if (!required) await press(page, "Space");
  await press(page, "Tab");
  await press(page, "Enter");
  await closed(page);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Declare variable/);
}

scene(
  "the monitoring example is built from an empty canvas by keys alone, and they always go somewhere",
  async ({ server, page }) => {
    await setUp(page, server);
    const wanted = await toBuild(page);
    await open(page, "/");
    await tabTo(page, '[data-opens="new-stack"]');
    await press(page, "Enter");
    await tabTo(page, "#new-stack input[name=name]");
    await type(page, STACK);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/clusters/nl-dev-1/stacks/${STACK}?draft=*`);
    await hydrated(page);

    await tabTo(page, "#canvas");
    for (const { name, fields, dialog: form, editor, waitsFor, text } of wanted.components.map(step)) {
      await press(page, form === "Add addon" ? "a" : "m");
      await dialog(page).getByLabel("Name", { exact: true }).waitFor();
      await fill(page, fields);
      await closed(page);
      await page.locator(`#node-${name}.node--selected`).waitFor();
      await press(page, "Enter");
      await page.getByRole("textbox", { name: editor }).waitFor();
      await page.locator("#editor-host .cm-content").waitFor();
      await tabTo(page, ".cm-content");
      await type(page, text);
      // The first would close a list of offers; after the other, Tab leaves the editor.
      await press(page, "Escape");
      await press(page, "Escape");
      // Between them stands whatever is wrong, which may be much: from part to part of the page it is nearer.
      await tabTo(page, "#canvas", { key: "Shift+F6", most: 3 });
      for (const on of waitsFor) await connect(page, on, name);
    }

    await press(page, "Escape");
    await page.getByRole("button", { name: "Declare variable" }).waitFor();
    await tabTo(page, "aside.dock", { key: "F6", most: 3 });
    await tabTo(page, "aside.dock button[aria-haspopup=dialog]");
    for (const one of wanted.variables) await declare(page, one);
    await page.getByText(/^autosaved \d\d:\d\d$/).waitFor();
    await assertBuilt(page, wanted);
  },
  { timeout: 240_000 },
);
