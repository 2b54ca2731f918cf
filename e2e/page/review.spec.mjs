// Review and countersign on a real server: from a plan to its entry in the record.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { checked, countersign, plan, signButton, WEB } from "../support/review.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, setUp } from "../support/setup.mjs";

const KB = 1000;

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

/** A bound cluster, and a draft on it that is planned. */
async function planned(page, server, start) {
  await setUp(page, server);
  await addCluster(page);
  await countersign(page, await plan(page, "clusters/nl-dev-1/plans"));
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", start);
  return plan(page, `drafts/${draft.id}/plans`, { revision: draft.revision });
}

scene("binding a cluster is read, checked in the browser, countersigned and recorded", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  const id = await plan(page, "clusters/nl-dev-1/plans");
  await page.goto(`/review/${id}`);
  await page.getByRole("heading", { level: 1, name: "Review the binding of nl-dev-1" }).waitFor();
  await checked(page);
  await page.getByText("3 files, +18", { exact: true }).waitFor();
  await looked(page, "review-binding");
  await countersign(page, id);
  await looked(page, "review-recorded");
  const [entry] = (await call(page, "GET", "record")).items;
  assert.deepEqual([entry.number, entry.signers.map((signer) => [signer.name, signer.countersigned])], [1, [["Maren Solberg", true]]]);
});

scene("a stack is countersigned and links to its entry", async ({ server, page }) => {
  const id = await planned(page, server, { start: "source", text: WEB });
  await countersign(page, id);
  await page.getByRole("link", { name: "№ 0002" }).click();
  await page.waitForURL("**/record/nl-dev-1/2");
});

scene("a plan reads whole without script, within 100 KB, and says who or what keeps it from being signed", async ({ server, page }) => {
  const id = await planned(page, server, { start: "example", example: "homelab" });
  const html = await (await page.request.get(`/review/${id}`)).text();
  assert.ok(html.length < 100 * KB, `${html.length} bytes`);
  for (const said of ["In brief", "Guards", "Values", "Variables", "Secrets", "Order", "Files", "not yet checked"]) assert.ok(html.includes(said), said);
  assert.ok(!html.includes(".wasm"));
  await page.goto(`/review/${id}`);
  await checked(page);
  assert.equal(await signButton(page).isDisabled(), true);
  await page.locator("#why").filter({ hasText: "A guard blocks:" }).waitFor();
  await looked(page, "review");
});

scene("bytes that were changed on their way disarm the slip", async ({ server, page }) => {
  const id = await planned(page, server, { start: "source", text: WEB });
  await page.route("**/api/v1/plans/*/files/*", (route) => route.fulfill({ body: "kind: Other\n" }));
  await page.goto(`/review/${id}`);
  await page.getByRole("alert").filter({ hasText: "is not the file that the plan names" }).waitFor();
  assert.equal(await signButton(page).isDisabled(), true);
});

scene("a plan of an older revision is not signed, and planning again leads to one that can be", async ({ server, page }) => {
  const id = await planned(page, server, { start: "source", text: WEB });
  const { draft } = await call(page, "GET", `plans/${id}`);
  await call(page, "POST", `drafts/${draft}/changes`, {
    base_revision: (await call(page, "GET", `drafts/${draft}`)).revision,
    change_id: "0192f0c0-0000-7000-8000-000000000001",
    changes: [{ change: "set_description", description: "Says hello" }],
  });
  await page.goto(`/review/${id}`);
  await page.getByText("This plan no longer holds").waitFor();
  assert.equal(await signButton(page).count(), 0);
  await page.getByRole("button", { name: "Plan again" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/review/") && !url.pathname.endsWith(id));
  await checked(page);
  await signButton(page).and(page.locator(":enabled")).waitFor();
});

scene("on a phone the slip is the foot of the page until it is opened", async ({ server, page }) => {
  const id = await planned(page, server, { start: "source", text: WEB });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/review/${id}`);
  await checked(page);
  const glance = page.getByRole("link", { name: "Read the slip and sign" });
  const { y, height } = await glance.boundingBox();
  assert.ok(y > 600 && y + height < 800, `it stands at ${y}`);
  assert.equal(await signButton(page).isVisible(), false);
  await pictures(page, "review-foot", { fullPage: false });
  await page.setViewportSize({ width: 390, height: 844 });
  await glance.click();
  await signButton(page).and(page.locator(":enabled")).click();
  await page.getByText(/^Recorded as № \d{4}$/).waitFor();
});
