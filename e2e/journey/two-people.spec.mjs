// Four eyes and two signatures: what one person drafts, two others countersign, each in a browser of their own.
import assert from "node:assert/strict";
import { pictures } from "../support/picture.mjs";
import { checked, signButton, WEB } from "../support/review.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

/** Reads the plan that is open and signs it. */
async function sign(page) {
  await checked(page);
  await signButton(page).and(page.locator(":enabled")).waitFor();
  await signButton(page).click();
}

/** A person who follows their link, at their own computer. */
async function joins(page, another, name, full_name, role) {
  const { url } = await call(page, "POST", "people", { name, full_name, grants: [{ role, on: { kind: "organisation" } }] });
  const person = await another();
  await person.page.goto(url);
  await person.page.getByRole("button", { name: "Register a passkey" }).click();
  await person.page.getByText("Your passkey is registered.").waitFor();
  return person.page;
}

scene(
  "what one person drafts waits for two others, and deploys with the second signature",
  async ({ server, page, another }) => {
    await setUp(page, server);
    await addCluster(page);
    const tomas = await joins(page, another, "tomas", "Tomás Ruiz", "operator");
    const ilse = await joins(page, another, "ilse", "Ilse Brandt", "operator");

    await open(page, "/settings/clusters/nl-dev-1");
    await page.getByRole("button", { name: "Review binding plan" }).click();
    await page.waitForURL("**/review/*");
    await sign(page);
    await page.getByText("Recorded as № 0001").waitFor();

    await open(page, "/settings/environments");
    await page.getByLabel("Four eyes in dev").check();
    await page.getByText("dev: saved").waitFor();
    await page.getByLabel("Countersignatures in dev").fill("2");
    await page.getByLabel("Countersignatures in dev").press("Enter");
    await page.getByText("dev: saved").nth(1).waitFor();

    const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB });
    const { id } = await call(page, "POST", `drafts/${draft.id}/plans`, { revision: draft.revision });
    await page.goto(`/review/${id}`);
    await page.getByText(/wrote or accepted a value/).first().waitFor();
    assert.equal(await signButton(page).isDisabled(), true);
    await page.getByText(/Can countersign: .*Ilse Brandt/).waitFor();
    await pictures(page, "review-four-eyes", { fullPage: false });

    await open(tomas, "/");
    await tomas.getByRole("link", { name: /web/ }).first().click();
    await tomas.waitForURL(`**/review/${id}`);
    await sign(tomas);
    await tomas.getByText(/1 of 2/).first().waitFor();
    assert.equal(await tomas.getByText(/^Can countersign: /).innerText(), "Can countersign: Ilse Brandt");
    await pictures(tomas, "review-waiting", { fullPage: false });
    assert.equal((await call(page, "GET", "record")).items.length, 1);

    await ilse.goto(`/review/${id}`);
    await ilse.getByText(/Tomás Ruiz/).first().waitFor();
    await sign(ilse);
    await ilse.getByText("Recorded as № 0002").waitFor();
    await pictures(ilse, "review-two-signatures", { fullPage: false });
    const [entry] = (await call(page, "GET", "record")).items;
    assert.deepEqual(entry.signers.map((signer) => signer.name).sort(), ["Ilse Brandt", "Tomás Ruiz"]);
  },
  { timeout: 240_000 },
);
