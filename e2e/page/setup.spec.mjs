// Set-up, login and enrolment, as people meet them: pages without wasm.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { call, setUp } from "../support/setup.mjs";

scene("a wrong set-up code is said at its field, and what was typed stays", async ({ server, page }) => {
  await page.goto("/");
  await page.waitForURL("**/setup");
  await page.getByLabel("Set-up code").fill("WRONG");
  await page.getByLabel("Organisation").fill("Nordhavn");
  await page.getByLabel("Your login name").fill("maren");
  await page.getByRole("button", { name: "Set up" }).click();
  const code = page.getByLabel("Set-up code");
  await page.locator("#field-code-error").waitFor();
  assert.equal(await code.getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByLabel("Organisation").inputValue(), "Nordhavn");
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-code");
  page.problems = page.problems.filter((one) => !one.includes("403"));
  await code.fill(server.code);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByText("Your passkey is registered.").waitFor();
});

scene("pages of a ceremony load no wasm and read well in both themes and at 390 px", async ({ server, page }) => {
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto("/setup");
  await page.waitForLoadState("networkidle");
  assert.deepEqual(loaded.filter((url) => url.includes(".wasm")), []);
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "setup");
  await setUp(page, server);
  await pictures(page, "setup-done");
  await call(page, "DELETE", "session");
  await page.goto("/login");
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, "login");
});

scene("the passkey logs back in and leads to where the person wanted to be", async ({ server, page }) => {
  await setUp(page, server);
  await call(page, "DELETE", "session");
  await page.goto("/settings/people");
  await page.waitForURL("**/login?next=*");
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.waitForURL("**/settings/people");
});

scene("a link for another person enrols their own key, once", async ({ server, page, another }) => {
  await setUp(page, server);
  const { url } = await call(page, "POST", "people", { name: "ilse", full_name: "Ilse Brandt", grants: [{ role: "editor", on: { kind: "organisation" } }] });
  const ilse = await another();
  await ilse.page.goto(url);
  await ilse.page.getByLabel("What do you call this key?").fill("Laptop");
  await pictures(ilse.page, "enrol");
  await ilse.page.getByRole("button", { name: "Register a passkey" }).click();
  await ilse.page.getByText("Your passkey is registered.").waitFor();
  const { person } = await call(ilse.page, "GET", "session");
  assert.equal(person.name, "ilse");
  const again = await another();
  await again.page.goto(url);
  await again.page.getByRole("button", { name: "Register a passkey" }).click();
  await again.page.getByText(/not known, was used, or has expired/).waitFor();
  again.page.problems = again.page.problems.filter((one) => !one.includes("403"));
});
