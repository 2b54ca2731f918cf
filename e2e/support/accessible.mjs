// WCAG 2.2 AA by axe, in both themes, and nothing wider than the window.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
/** What a theme can change. */
const INKS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/**
 * Fails with each violation, its rule and the elements, in whichever theme it appears. `quick` looks in the dark at
 * colours alone: the elements are those of the light.
 */
export async function assertAccessible(page, { except = [], quick = false } = {}) {
  const found = [];
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    // Run by the debugger, so the page's own policy stays as strict as it is.
    if (await page.evaluate(() => !globalThis.axe)) await page.evaluate(AXE);
    const runOnly = quick && theme === "dark" ? INKS : RULES;
    const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), runOnly);
    for (const { id, help, nodes } of violations.filter((one) => !except.includes(one.id))) {
      found.push(`${theme}: ${id}: ${help}\n${nodes.map((node) => `    ${node.html}\n    ${node.failureSummary}`).join("\n")}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(found, [], found.join("\n"));
}

/** At phone width the page itself never scrolls sideways, and what can be pressed in a table of settings is in sight. */
export async function assertFits(page, width = 390) {
  const before = page.viewportSize();
  await page.setViewportSize({ width, height: 844 });
  const { wide, culprits, hidden } = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > limit + 1);
    const hidden = over.filter((one) => one.matches(".ledger--rows :is(a, button, input)")).map((one) => one.outerHTML.slice(0, 120));
    return { hidden, wide: document.documentElement.scrollWidth > limit, culprits: over.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) };
  });
  await page.setViewportSize(before);
  assert.deepEqual(hidden, []);
  assert.equal(wide, false, `wider than ${width} px:\n${culprits.join("\n")}`);
}
