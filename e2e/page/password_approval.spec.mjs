// Approving by password on a real server: an environment allows it, somebody without a key does, and it says so.
import assert from "node:assert/strict";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { checked, countersign, plan, WEB } from "../support/review.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

const PASSWORD = "three plain words";
const status = (page, text) => page.getByRole("status").filter({ hasText: text }).waitFor();

/** A bound cluster, and Tom, who may deploy and has a password and no key. */
async function bound({ server, page, another }) {
  await setUp(page, server);
  await addCluster(page);
  await countersign(page, await plan(page, "clusters/nl-dev-1/plans"));
  const { code } = await call(page, "POST", "people", { name: "tom", full_name: "Tom Okafor", grants: [{ role: "operator", on: { kind: "organisation" } }] });
  const tom = await another();
  await tom.page.goto("/login");
  await call(tom.page, "POST", "session/enrolment", { code });
  await call(tom.page, "PUT", "me/password", { password: PASSWORD, code });
  return tom;
}

async function planned(page) {
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB });
  return plan(page, `drafts/${draft.id}/plans`, { revision: draft.revision });
}

scene("somebody without a key approves by password, and slip and record say that nothing is countersigned", async (given) => {
  const { page } = given;
  const tom = await bound(given);
  const early = await planned(page);
  await tom.page.goto(`/review/${early}`);
  await tom.page.locator("#why").filter({ hasText: "You have no passkey that can sign." }).waitFor();
  assert.equal(await tom.page.locator("[data-password]").count(), 0);
  await call(page, "DELETE", `drafts/${(await call(page, "GET", `plans/${early}`)).draft}`);

  await open(page, "/settings/environments");
  await page.getByText("Leave it off unless somebody has no other way.").waitFor();
  const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
  await page.getByLabel("Password approvals in dev").check();
  assert.equal((await saved).status(), 200);
  await page.getByText("dev: saved").waitFor();
  await pictures(page, "environments-password");

  const id = await planned(page);
  await tom.page.goto(`/review/${id}`);
  await checked(tom.page);
  const button = tom.page.getByRole("button", { name: "Approve & deploy, not countersigned" });
  await status(tom.page, "Give your password");
  assert.equal(await button.isDisabled(), true);
  const password = tom.page.getByLabel("Your password");
  await password.fill("not his password");
  await password.press("Enter");
  await status(tom.page, "the record will read “not countersigned”");
  await assertAccessible(tom.page);
  await assertFits(tom.page);
  await pictures(tom.page, "review-by-password");
  await button.click();
  await tom.page.getByRole("alert").filter({ hasText: "This is not your password." }).waitFor();
  // The browser reports the refusal as well.
  tom.page.problems = tom.page.problems.filter((problem) => !problem.includes("403"));
  await password.fill(PASSWORD);
  await button.click();
  await tom.page.getByText("Recorded as").waitFor();
  await tom.page.getByText("Not countersigned", { exact: true }).waitFor();
  await tom.page.getByText("Approved by password, not countersigned").waitFor();
  await pictures(tom.page, "review-approved-by-password");

  await open(tom.page, "/record");
  await tom.page.getByText("Not countersigned", { exact: true }).first().waitFor();
  const [entry] = (await call(page, "GET", "record")).items;
  assert.deepEqual(entry.signers.map((signer) => [signer.name, signer.countersigned]), [["Tom Okafor", false]]);
});
