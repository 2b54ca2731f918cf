// The monitoring example is built from an empty canvas by mouse; keys are for text alone.
import { assertBuilt, STACK, step, toBuild } from "../support/monitoring.mjs";
import { scene } from "../support/scene.mjs";
import { hydrated, open, setUp } from "../support/setup.mjs";

async function into(page, field, text) {
  await field.click();
  await page.keyboard.insertText(text);
}

/** Pulls an edge from the port below one box onto another. */
async function drag(page, from, to) {
  await page.getByRole("button", { name: "Fit to view" }).click();
  const box = (name) => page.locator(`#node-${name}`).boundingBox();
  const [start, end] = [await box(from), await box(to)];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height - 1);
  await page.mouse.down();
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.locator(`[data-edge="${to}-waits-for-${from}"]`).waitFor({ state: "attached" });
}

async function declare(page, { name, type, default: value, description, required }) {
  await page.getByRole("button", { name: "Declare variable" }).click();
  const form = page.getByRole("dialog");
  await into(page, form.getByLabel("Name", { exact: true }), name);
  if (type !== "string") await form.getByLabel("Type").selectOption(type);
  if (value !== undefined) await into(page, form.getByLabel("Default"), `${value}`);
  if (description) await into(page, form.getByLabel("Description"), description);
  if (!required) await form.getByLabel("Required").click();
  await form.getByRole("button", { name: "Declare", exact: true }).click();
  await form.waitFor({ state: "hidden" });
}

scene(
  "the monitoring example is built from an empty canvas by mouse",
  async ({ server, page }) => {
    await setUp(page, server);
    const wanted = await toBuild(page);
    await open(page, "/");
    await page.getByRole("button", { name: "New stack" }).click();
    const form = page.getByRole("dialog");
    await into(page, form.getByLabel("Name", { exact: true }), STACK);
    await form.getByRole("button", { name: "Make the draft" }).click();
    await page.waitForURL(`**/clusters/nl-dev-1/stacks/${STACK}?draft=*`);
    await hydrated(page);

    for (const { name, fields, dialog, editor, waitsFor, text } of wanted.components.map(step)) {
      await page.getByRole("region", { name: "Stack contents" }).getByRole("button", { name: dialog }).click();
      for (const [label, words] of Object.entries(fields)) await into(page, form.getByLabel(new RegExp(`^${label}\\b`)), words);
      await form.getByRole("button", { name: "Add to the draft" }).click();
      await form.waitFor({ state: "hidden" });
      await page.locator("#editor-host .cm-content").waitFor();
      await into(page, page.getByRole("textbox", { name: editor }), text);
      for (const on of waitsFor) await drag(page, on, name);
    }

    await page.getByRole("button", { name: "Close the inspector" }).click();
    for (const one of wanted.variables) await declare(page, one);
    await page.getByText(/^autosaved \d\d:\d\d$/).waitFor();
    await assertBuilt(page, wanted);
  },
  { timeout: 240_000 },
);
