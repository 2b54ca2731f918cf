// public/passkey.js against a browser and a server that this file plays.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { readFile } from "node:fs/promises";

const source = await readFile(new URL("../../public/passkey.js", import.meta.url), "utf8");
const passkey = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);

const bytes = (...list) => Uint8Array.from(list).buffer;
let asked, prompts, answers;

/** A page on `hostname`; `prompt` plays the authenticator. */
function visit({ hostname = "cs.example.com", secure = true, prompt } = {}) {
  asked = [];
  prompts = [];
  const ask = (method) => async ({ publicKey }) => {
    prompts.push([method, publicKey]);
    return prompt?.(method, publicKey) ?? credential(method);
  };
  const globals = {
    location: { hostname },
    isSecureContext: secure,
    PublicKeyCredential: class {},
    navigator: { credentials: { get: ask("get"), create: ask("create") } },
    fetch: async (path, { body }) => {
      asked.push([path, JSON.parse(body)]);
      const [status, answer] = answers[path] ?? [404, { code: "not_found", detail: "There is no such route." }];
      return { ok: status < 300, status, json: async () => answer };
    },
  };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true });
}

const credential = (method) => ({
  id: "_-8",
  rawId: bytes(0xff, 0xef),
  type: "public-key",
  response:
    method === "create"
      ? { clientDataJSON: bytes(1), attestationObject: bytes(2) }
      : { clientDataJSON: bytes(1), authenticatorData: bytes(3), signature: bytes(4), userHandle: null },
});

beforeEach(() => {
  answers = {
    "/api/v1/passkey/login/start": [200, { ceremony: "c1", options: { challenge: "_-8", rpId: "cs.example.com" } }],
    "/api/v1/passkey/login/finish": [204],
    "/api/v1/passkey/enrol/start": [200, { ceremony: "c2", create: { challenge: "AQ", user: { id: "Ag", name: "ilse" }, excludeCredentials: [{ id: "Aw" }] } }],
    "/api/v1/passkey/enrol/finish": [201, { passkey: { may_sign: true }, advice: [] }],
    "/api/v1/session/enrolment": [204],
  };
  visit();
});

test("base64url goes both ways without padding", () => {
  assert.equal(passkey.toBase64url(bytes(0xfb, 0xef, 0xff, 0xff)), "--___w");
  for (const list of [[], [0], [255, 239], [1, 2, 3, 250]]) {
    assert.deepEqual([...passkey.fromBase64url(passkey.toBase64url(bytes(...list)))], list);
  }
});

test("login asks with bytes and answers in base64url", async () => {
  await passkey.login();
  assert.deepEqual([...prompts[0][1].challenge], [0xff, 0xef]);
  const answer = { id: "_-8", rawId: "_-8", type: "public-key", response: { clientDataJSON: "AQ", authenticatorData: "Aw", signature: "BA" }, extensions: {} };
  assert.deepEqual(asked.at(-1), ["/api/v1/passkey/login/finish", { ceremony: "c1", answer }]);
});

test("a code is sent with both steps and nothing needs to be confirmed", async () => {
  const steps = [];
  await passkey.enrolWithCode("ABCD", "Phone", (step) => steps.push(step));
  assert.deepEqual(steps, ["create"]);
  assert.deepEqual(asked.map(([path, body]) => [path.split("/").at(-1), body.code]), [["enrolment", "ABCD"], ["start", "ABCD"], ["finish", "ABCD"]]);
  assert.deepEqual([...prompts[0][1].user.id, ...prompts[0][1].excludeCredentials[0].id], [2, 3]);
});

test("without a code a key is asked before the new one is made", async () => {
  answers["/api/v1/passkey/enrol/start"][1].confirm = { challenge: "AQ", allowCredentials: [{ id: "Aw", type: "public-key" }] };
  await passkey.enrol();
  assert.deepEqual(prompts.map(([method]) => method), ["get", "create"]);
  const { confirmed, created } = asked.at(-1)[1];
  assert.deepEqual([confirmed.response.signature, created.response.attestationObject], ["BA", "Ag"]);
});

test("an approval signs the very challenge it was given, with verification", async () => {
  const approval = await passkey.assert(Uint8Array.of(9, 9), ["Aw"], "cs.example.com");
  const [, options] = prompts[0];
  assert.deepEqual([[...options.challenge], [...options.allowCredentials[0].id], options.rpId, options.userVerification], [[9, 9], [3], "cs.example.com", "required"]);
  assert.deepEqual(approval, { by: "passkey", credential_id: "_-8", authenticator_data: "Aw", client_data_json: "AQ", signature: "BA" });
});

test("what the browser reports becomes a sentence with a code", async () => {
  const named = (name) => () => Promise.reject(Object.assign(new Error("x"), { name }));
  for (const [name, code] of [["NotAllowedError", "passkey_cancelled"], ["NotSupportedError", "passkey_algorithm"], ["InvalidStateError", "key_known"], ["SecurityError", "passkey_origin"], ["OddError", "passkey_failed"]]) {
    visit({ prompt: named(name) });
    await assert.rejects(passkey.login(), (error) => error.code === code && error.message.length > 20, name);
  }
});

test("where no passkey is possible nobody is prompted and the reason is told", async () => {
  for (const place of [{ hostname: "192.168.1.4" }, { hostname: "[::1]" }, { hostname: "nas.lan", secure: false }]) {
    visit(place);
    assert.match(passkey.impossible(), /https/);
    await assert.rejects(passkey.login(), { code: "passkeys_impossible" });
    assert.equal(prompts.length, 0);
  }
  visit();
  assert.equal(passkey.impossible(), null);
});

test("a refusal of the server arrives with its code, sentence and hint", async () => {
  answers["/api/v1/passkey/login/finish"] = [401, { code: "key_revoked", detail: "This key was revoked.", hint: "Use another key." }];
  await assert.rejects(passkey.login(), { code: "key_revoked", message: "This key was revoked.", hint: "Use another key." });
});
