// Debian's Chromium, one per test file, and a page that remembers everything that went wrong in it.
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let running;

/** The browser of this file; it starts with the first test and ends with the last. */
export function browser() {
  running ??= chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });
  return running;
}

export async function closeBrowser() {
  await (await running)?.close();
  running = undefined;
}

/** A person at a computer: own cookies, own passkeys. `page.problems` lists errors, refused loads and policy violations. */
export async function newPage(url, { width = 1440, height = 900, theme = "light", ...options } = {}) {
  const context = await (await browser()).newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Amsterdam",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => page.problems.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A navigation gives up what the page before was still loading.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") page.problems.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  return page;
}
