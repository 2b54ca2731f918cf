// Settings: clusters, environments, variables, secrets, people and one's own keys.
import assert from "node:assert/strict";
import jsQR from "jsqr";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

scene("a cluster on the embedded repository is added with a key pair made on the page", async ({ server, page }) => {
  await setUp(page, server);
  await open(page, "/settings/clusters");
  await page.getByRole("link", { name: "Add cluster" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("nl-dev-1");
  await page.getByRole("button", { name: "Generate a key pair for me" }).click();
  await page.getByText("The private half is shown once").waitFor();
  assert.match(await page.getByLabel("Recipients").inputValue(), /^age1[0-9a-z]+\n$/);
  await looked(page, "new-cluster");
  await page.getByRole("button", { name: "Add cluster" }).click();
  await page.waitForURL("**/settings/clusters/nl-dev-1");
  await page.getByText("Not bound yet").waitFor();
  await page.getByText("Let Flux follow it").waitFor();
  await looked(page, "cluster");
  await page.getByRole("button", { name: "Make the token" }).click();
  await page.getByText("The token is shown once").waitFor();
  await page.getByRole("button", { name: "Make the secret" }).click();
  await page.getByText("The secret is shown once").waitFor();
  await page.getByText("Flux already runs there").click();
  await looked(page, "cluster-shown-once");
});

scene("a wrong recipient is said at the field and nothing typed is lost", async ({ server, page }) => {
  await setUp(page, server);
  await open(page, "/settings/clusters/new");
  await page.getByLabel("Name", { exact: true }).fill("nl-dev-1");
  await page.getByLabel("Recipients").fill("age1nonsense");
  await page.getByRole("button", { name: "Add cluster" }).click();
  await page.locator("#field-recipients-error").waitFor();
  assert.equal(await page.getByLabel("Recipients").inputValue(), "age1nonsense");
  assert.equal(await page.getByLabel("Recipients").getAttribute("aria-invalid"), "true");
  page.problems = page.problems.filter((one) => !one.includes("422"));
});

scene("four eyes are switched on and stay on", async ({ server, page }) => {
  await setUp(page, server);
  await open(page, "/settings/environments");
  const box = page.getByLabel("Four eyes in dev");
  const before = await box.isChecked();
  await box.click();
  await page.getByText("dev: saved").waitFor();
  await open(page, "/settings/environments");
  assert.equal(await page.getByLabel("Four eyes in dev").isChecked(), !before);
  await looked(page, "environments");
});

scene("a variable of the wrong type is refused at its field, the right one is set and shown with its level", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/settings/variables");
  await page.getByRole("button", { name: "Set variable" }).click();
  await page.getByLabel("Name", { exact: true }).fill("retention");
  await page.getByLabel("Type").selectOption("number");
  await page.getByLabel("Value").fill("15d");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.getByText("`15d` is not a number.").waitFor();
  assert.equal(await page.getByLabel("Value").inputValue(), "15d");
  await page.getByLabel("Value").fill("15");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.getByRole("cell", { name: "15", exact: true }).waitFor();
  const [variable] = await call(page, "GET", "variables");
  assert.deepEqual([variable.name, variable.value], ["retention", 15]);
  await looked(page, "variables");
});

scene("a secret is set and nowhere on the page again", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/settings/secrets");
  await page.getByRole("button", { name: "Set secret" }).click();
  await page.getByLabel("Name", { exact: true }).fill("cloudflare_token");
  await page.getByLabel("Value").fill("canary-6d0f2b");
  await page.getByRole("button", { name: "Seal it" }).click();
  await page.getByText("sealed", { exact: true }).waitFor();
  await open(page, "/settings/secrets");
  assert.equal((await page.content()).includes("canary-6d0f2b"), false);
  await looked(page, "secrets");
});

scene("a person is added and their link is shown once", async ({ server, page }) => {
  await setUp(page, server);
  await open(page, "/settings/people");
  await page.getByRole("button", { name: "Add person" }).click();
  await page.getByLabel("Login name").fill("ilse");
  await page.getByLabel("Name optional").fill("Ilse Brandt");
  await page.getByRole("button", { name: "Add and make a link" }).click();
  await page.getByRole("img", { name: "QR code of the one-time link" }).waitFor();
  await pictures(page, "person-link");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("rowheader", { name: /Ilse Brandt/ }).waitFor();
  await looked(page, "people");
});

scene("one's own key is listed with what it may do, and the same key cannot be registered twice", async ({ server, page, authenticator }) => {
  await setUp(page, server);
  await open(page, "/settings/account");
  await page.getByText("Logs in and signs").waitFor();
  await looked(page, "account");
  await page.getByRole("button", { name: "Register a key here" }).click();
  await page.getByText("This key is already enrolled.").waitFor();
  assert.equal((await authenticator.credentials()).length, 1);
});

scene("an auditor reads settings and finds no control that would be refused", async ({ server, page, another }) => {
  await setUp(page, server);
  await addCluster(page);
  const { url } = await call(page, "POST", "people", { name: "ada", full_name: "Ada", grants: [{ role: "auditor", on: { kind: "organisation" } }] });
  const ada = await another();
  await ada.page.goto(url);
  await ada.page.getByRole("button", { name: "Register a passkey" }).click();
  await ada.page.getByText("Your passkey is registered.").waitFor();
  await open(ada.page, "/settings/clusters/nl-dev-1");
  for (const name of ["Save", "Review binding plan", "Generate a key pair for me"]) {
    assert.equal(await ada.page.getByRole("button", { name }).count(), 0, name);
  }
  for (const [path, name] of [["variables", "Set variable"], ["secrets", "Set secret"], ["people", "Add person"], ["environments", "Add environment"]]) {
    await open(ada.page, `/settings/${path}`);
    assert.equal(await ada.page.getByRole("button", { name }).count(), 0, name);
  }
});

scene("a phone reads the code on the account page and registers a key of its own that signs", async ({ server, page, another }) => {
  await setUp(page, server);
  await open(page, "/settings/account");
  await page.getByRole("button", { name: "Use my phone" }).click();
  const code = page.getByRole("img", { name: "QR code of the link for your other device" });
  await code.waitFor();
  const url = await readCode(page, await code.screenshot());
  const phone = await another({ width: 390, height: 844 });
  await phone.page.goto(url);
  await phone.page.getByLabel("What do you call this key?").fill("Phone");
  await phone.page.getByRole("button", { name: "Register a passkey" }).click();
  await phone.page.getByText("Your passkey is registered.").waitFor();
  assert.equal((await phone.authenticator.credentials()).length, 1);
  await page.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "Phone" });
  await row.getByText("Logs in and signs").waitFor();
});

/** What a camera would read from a picture; drawn on a page of no site, as this one's policy refuses pictures of pictures. */
async function readCode(page, png) {
  const blank = await page.context().newPage();
  const [data, width, height] = await blank.evaluate(async (source) => {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const drawing = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    drawing.drawImage(picture, 0, 0);
    return [[...drawing.getImageData(0, 0, picture.width, picture.height).data], picture.width, picture.height];
  }, `data:image/png;base64,${png.toString("base64")}`);
  await blank.close();
  return jsQR(new Uint8ClampedArray(data), width, height).data;
}
