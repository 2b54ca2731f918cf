// The slip in a browser, against a server that this file plays: what it lets a person sign, and what disarms it.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { closeBrowser, newPage } from "../support/browser.mjs";
import { addAuthenticator } from "../support/passkey.mjs";

after(closeBrowser);

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const FILES = { before: Buffer.from("retention: 30d\nreplicas: 1\n"), after: Buffer.from("retention: 15d\nreplicas: 1\n") };
const digest = (bytes) => ({ mode: "100644", sha256: hash(bytes), size: bytes.length });
const PLAN = {
  kind: "stack",
  cluster: { name: "nl-prod-1", environment: "production" },
  repository: { url: "ssh://git@git.example.com/ops.git", branch: "main" },
  stack: { id: "monitoring", name: "monitoring" },
  title: "Cut retention",
  why: "",
  not_after: "2999-01-01T00:00:00Z",
  brief: ["Changes loki."],
  findings: [
    { code: "claim_removed", level: "confirm", reason: "Deletes data-loki-0.", confirm: "data-loki-0" },
    { code: "cycle", level: "pass", reason: "No cycle." },
  ],
  writers: [{ kind: "agent", id: "a", name: "assistant" }],
  values: [{ component: "loki", path: "retention", before: '"30d"', after: '"15d"', by: ["a"] }],
  variables: [],
  secrets: [],
  recipients: [],
  effects: [],
  order: [{ steps: [{ component: "loki", name: "loki", does: "change" }] }],
  files: [{ path: "stacks/monitoring/loki.yaml", before: digest(FILES.before), after: digest(FILES.after), added: 1, removed: 1 }],
};
const BYTES = Buffer.from(JSON.stringify(PLAN));

const section = (id) => `<section><span data-note="${id}"></span><span class="proof" data-proof="${id}">not yet checked</span><div data-body="${id}">as the server drew it</div></section>`;
/** The hooks of the page that the server renders. */
const document = `<!doctype html><meta charset="utf-8"><title>Review</title><link rel="icon" href="data:,">
<div data-review="p1" data-sha256="${hash(BYTES)}" data-kind="stack" data-cluster="nl-prod-1" data-armed="">
<h1 data-fact="title"></h1><p data-fact="about"></p>
${["brief", "guards", "values", "variables", "secrets", "order"].map(section).join("")}
<section><span data-note="files"></span><span class="proof" data-proof="files">not yet checked</span><div data-body="files"><details data-file="stacks/monitoring/loki.yaml" open>
<summary><span class="diffstat"></span><span data-file-proof></span></summary><div class="diff" role="region" aria-label="Diff of loki.yaml">as the server drew it</div></details></div></section>
<aside><div data-body="drafted">as the server drew it</div><span data-fact="target"></span><span data-fact="repository"></span><span data-fact="size"></span>
<label for="typed-0">Type data-loki-0 to confirm</label><input id="typed-0" data-typed="data-loki-0">
<div data-problem role="alert" hidden></div><button type="button" disabled data-sign>Countersign &amp; deploy</button><p data-why role="status"></p></aside></div>
<script type="module" src="/sign.js"></script>`;

const string = (bytes) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
const blobOf = (plan) =>
  Buffer.concat([Buffer.from("SSHSIG"), ...["countersign-deploy@v1", "", "sha512"].map((text) => string(Buffer.from(text))), string(createHash("sha512").update(plan).digest())]);

/** The same for somebody without a key, where the environment allows a password. */
const byPassword = document.replace("<div data-problem", '<label for="password">Your password</label><input id="password" type="password" data-password><div data-problem');

/** `lies` replaces answers: { document, plan, before, after, challenge }. */
async function slip(lies, body) {
  const seen = [];
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "der", type: "pkcs8" });
  const credentialId = Buffer.from("a signing key of this test");
  const answers = {
    "/": ["text/html", lies.document ?? document],
    "/api/v1/plans/p1/plan.json": ["application/json", lies.plan ?? BYTES],
    [`/api/v1/plans/p1/files/${hash(FILES.before)}`]: ["application/octet-stream", lies.before ?? FILES.before],
    [`/api/v1/plans/p1/files/${hash(FILES.after)}`]: ["application/octet-stream", lies.after ?? FILES.after],
    "/api/v1/plans/p1/ceremony": ["application/json", JSON.stringify({ rp_id: "localhost", challenge: (lies.challenge ?? blobOf(BYTES)).toString("base64url"), allow_credentials: [credentialId.toString("base64url")] })],
    "/api/v1/plans/p1/approvals": ["application/json", "{}"],
  };
  const server = createServer(async (request, response) => {
    let sent = "";
    for await (const chunk of request) sent += chunk;
    if (request.method === "POST") seen.push([request.url, JSON.parse(sent)]);
    const [media, answer] = answers[request.url] ?? ["text/javascript", await readFile(new URL(`../../public${request.url}`, import.meta.url)).catch(() => "")];
    response.setHeader("content-type", media).end(answer);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const page = await newPage(`http://localhost:${server.address().port}`);
  try {
    const authenticator = await addAuthenticator(page);
    await authenticator.add({ credentialId: credentialId.toString("base64"), isResidentCredential: true, rpId: "localhost", privateKey: key.toString("base64"), userHandle: "AQ==", signCount: 0 });
    await page.goto("/");
    await body({ page, seen, button: page.getByRole("button", { name: "Countersign & deploy" }), field: page.getByLabel("Type data-loki-0 to confirm"), alert: page.getByRole("alert") });
    assert.deepEqual(page.problems, []);
  } finally {
    await page.context().close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const status = (page, text) => page.getByRole("status").filter({ hasText: text }).waitFor();

test("once all is checked and typed, a click signs the blob that the browser computed itself", () =>
  slip({}, async ({ page, seen, button, field }) => {
    await status(page, "Type the words above");
    assert.equal(await button.isDisabled(), true);
    await field.fill("data-loki-0");
    assert.equal(await button.isEnabled(), true);
    const reloaded = page.waitForEvent("load");
    await button.click();
    await reloaded;
    const [, approval] = seen.find(([path]) => path.endsWith("/approvals"));
    const client = JSON.parse(Buffer.from(approval.client_data_json, "base64url"));
    assert.deepEqual([approval.by, approval.typed, client.type], ["passkey", ["data-loki-0"], "webauthn.get"]);
    assert.equal(client.challenge, blobOf(BYTES).toString("base64url"));
  }));

test("everything read is drawn from the checked bytes, and says so", () =>
  slip({}, async ({ page }) => {
    await status(page, "Type the words above");
    assert.equal(await page.getByText("as the server drew it").count(), 0);
    assert.equal(await page.getByText("not yet checked").count(), 0);
    assert.equal(await page.getByText("checked in this browser").count(), 7);
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Review monitoring for nl-prod-1");
    assert.match(await page.getByRole("region", { name: "Diff of loki.yaml" }).innerText(), /−\s*retention: 30d\s*1\s*\+\s*retention: 15d/);
  }));

test("Enter in a field signs nothing, and focus is never put on the button", () =>
  slip({}, async ({ page, seen, button, field }) => {
    await status(page, "Type the words above");
    assert.equal(await button.evaluate((one) => one === document.activeElement), false);
    await field.fill("data-loki-0");
    await field.press("Enter");
    await field.press("Enter");
    assert.equal(await button.isEnabled(), true);
    assert.deepEqual(seen, []);
  }));

for (const [what, lies, sentence] of [
  ["a file whose bytes are not those of the plan", { after: Buffer.from("retention: 1d\n") }, /is not the file that the plan names/],
  ["a plan other than the one the page was made for", { plan: Buffer.from(JSON.stringify({ ...PLAN, why: "x" })) }, /is not the plan this page was made for/],
])
  test(`${what} disarms the slip`, () =>
    slip(lies, async ({ page, seen, button, field, alert }) => {
      await alert.filter({ hasText: sentence }).waitFor();
      await field.fill("data-loki-0");
      assert.equal(await button.isDisabled(), true);
      assert.equal(await page.locator('[data-proof="files"]').innerText(), "does not match");
      assert.deepEqual(seen, []);
    }));

test("a challenge for something else reaches no passkey", () =>
  slip({ challenge: blobOf(Buffer.from("another plan")) }, async ({ page, seen, button, field, alert }) => {
    await status(page, "Type the words above");
    await field.fill("data-loki-0");
    await button.click();
    await alert.filter({ hasText: "something other than this plan" }).waitFor();
    assert.equal(await button.isDisabled(), true);
    assert.deepEqual(seen.map(([path]) => path.split("/").at(-1)), ["ceremony"]);
  }));

test("a password is asked for in place of a key, and goes out once all is checked, typed and given", () =>
  slip({ document: byPassword }, async ({ page, seen, button, field }) => {
    await status(page, "Type the words above");
    await field.fill("data-loki-0");
    await status(page, "Give your password");
    assert.equal(await button.isDisabled(), true);
    await page.getByLabel("Your password").fill("three plain words");
    await page.getByLabel("Your password").press("Enter");
    await status(page, "the record will read “not countersigned”");
    assert.deepEqual(seen, []);
    const reloaded = page.waitForEvent("load");
    await button.click();
    await reloaded;
    assert.deepEqual(seen, [["/api/v1/plans/p1/approvals", { by: "password", password: "three plain words", typed: ["data-loki-0"] }]]);
  }));

test("a file that is not the plan's keeps a password from being sent", () =>
  slip({ document: byPassword, after: Buffer.from("retention: 1d\n") }, async ({ page, seen, button, field, alert }) => {
    await alert.filter({ hasText: /is not the file that the plan names/ }).waitFor();
    await field.fill("data-loki-0");
    await page.getByLabel("Your password").fill("three plain words");
    assert.equal(await button.isDisabled(), true);
    assert.deepEqual(seen, []);
  }));
