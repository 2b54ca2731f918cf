// Pictures of a page as people see it: wide and narrow, light and dark.
import { mkdir } from "node:fs/promises";
import path from "node:path";

const RESULTS = process.env.COUNTERSIGN_E2E_RESULTS ?? "e2e/results";

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** Writes `name` in both sizes and both themes, whole pages, and leaves the page as it was. */
export async function pictures(page, name, options = {}) {
  const before = page.viewportSize();
  await mkdir(RESULTS, { recursive: true });
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({ path: path.join(RESULTS, `${name}-${size}-${theme}.png`), fullPage: true, ...options });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

/** One picture of the moment, for a test that failed. */
export async function picture(page, name) {
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`);
  await page.screenshot({ path: file, fullPage: true });
  return file;
}
