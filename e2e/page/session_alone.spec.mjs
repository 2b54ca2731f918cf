// What a browser that is driven by somebody else can do with a session and an authenticator of its own: nothing.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { addAuthenticator } from "../support/passkey.mjs";
import { scene } from "../support/scene.mjs";

const source = await readFile(new URL("../../public/passkey.js", import.meta.url), "utf8");
const EXPORTS = ["login", "enrol", "enrolWithCode", "deviceLink", "impossible"];

/** The scripts of our pages, in the page itself: an attacker has them too. */
async function open({ server, page }) {
  await page.addInitScript(`(() => { ${source.replaceAll(/^export /gm, "")}; window.passkey = { ${EXPORTS}, ask, written, get, create, post }; })()`);
  await page.goto(`${server.url}/login`);
}

/** Sets the server up and enrols the first key. */
async function setUp({ server, page }) {
  await open({ server, page });
  return page.evaluate(async (code) => {
    const wanted = { code, organisation: "Example", public_url: location.origin, name: "ilse" };
    const link = await passkey.post("setup", wanted);
    return passkey.enrolWithCode(link.code, "Laptop");
  }, server.code);
}

/** What `script` in the page ends with: its value, or the code of the refusal. */
async function outcome(page, script) {
  const ended = await page.evaluate(`(async () => { ${script} })().catch((error) => ({ refused: error.code ?? String(error) }))`);
  page.problems.length = 0; // a refusal is an error in the console
  return ended;
}

const keys = (page) => page.evaluate(async () => (await (await fetch("/api/v1/passkey/keys")).json()).passkeys.length);

scene("a session alone cannot enrol a signing key", async ({ server, page, authenticator }) => {
  const enrolled = await setUp({ server, page });
  assert.equal(enrolled.passkey.may_sign, true);
  assert.equal(enrolled.passkey.this_computer_only, true);

  // The person's key goes home with them; what is left is their session and a robot's authenticator.
  await authenticator.remove();
  const robot = await addAuthenticator(page);

  assert.deepEqual(await outcome(page, "return passkey.enrol()"), { refused: "passkey_cancelled" });
  assert.deepEqual(await outcome(page, "return passkey.deviceLink()"), { refused: "passkey_cancelled" });

  const make = "const asked = await passkey.post('passkey/enrol/start', {}); const created = passkey.written(await passkey.create(asked.create));";
  const finish = (more) => `return passkey.post("passkey/enrol/finish", { ceremony: asked.ceremony, created${more} })`;
  assert.deepEqual(await outcome(page, `${make} ${finish("")}`), { refused: "key_needed" });
  const byTheNewKey = "const confirmed = passkey.written(await passkey.get({ ...asked.confirm, allowCredentials: [] }));";
  const refused = await outcome(page, `${make} ${byTheNewKey} ${finish(", confirmed")}`);
  assert.equal(typeof refused.refused, "string", JSON.stringify(refused));
  assert.deepEqual(await outcome(page, `${make} ${finish(', code: "0000-0000-0000"')}`), { refused: "key_needed" });

  assert.ok((await robot.credentials()).length > 0, "the robot made keys");
  assert.equal(await keys(page), 1);
});

scene("with a yes from the first key a second one is enrolled", async ({ server, page, authenticator }) => {
  await setUp({ server, page });
  await page.evaluate(async () => {
    window.asked = await passkey.post("passkey/enrol/start", {});
    window.confirmed = passkey.written(await passkey.get(asked.confirm));
  });
  await authenticator.remove();
  const second = await addAuthenticator(page, { transport: "usb" });
  const enrolled = await page.evaluate(async () => {
    const created = passkey.written(await passkey.create(asked.create));
    return passkey.post("passkey/enrol/finish", { ceremony: asked.ceremony, confirmed, created, name: "Blue key" });
  });
  assert.equal(enrolled.passkey.name, "Blue key");
  assert.equal((await second.credentials()).length, 1);
  assert.equal(await keys(page), 2);
});

scene("an authenticator that lies about touch, person or signature logs nobody in", async ({ server, page, authenticator, another }) => {
  await setUp({ server, page });
  const [key] = await authenticator.credentials();
  for (const [lie, code] of [["isBadUV", "passkey_user_not_verified"], ["isBadUP", "passkey_user_not_present"], ["isBogusSignature", "passkey_refused"]]) {
    const liar = await another();
    await open({ server, page: liar.page });
    await liar.authenticator.add(key);
    await liar.authenticator.lies({ [lie]: true });
    assert.deepEqual(await outcome(liar.page, "return passkey.login()"), { refused: code }, lie);
  }
  const honest = await another();
  await open({ server, page: honest.page });
  await honest.authenticator.add({ ...key, signCount: 1000 });
  assert.equal(await outcome(honest.page, "return passkey.login()"), null);
});
