// From the set-up code to the first signed entries: a newcomer's first ten minutes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { picture } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";

const MONITORING = { domain: "example.com", cluster_label: "dev", storage_class: "standard", acme_email: "ops@example.com" };
const SECRETS = { cloudflare_api_token: "cf-canary-7Qx1vZ", grafana_admin_password: "grafana-canary-k2Lw9" };

/** Signs the plan that is open and waits until the record holds it. */
async function countersign(page, number) {
  const button = page.getByRole("button", { name: "Countersign & deploy" });
  await button.waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("button")].some((one) => one.textContent.includes("Countersign & deploy") && !one.disabled));
  await button.click();
  await page.getByText(`№ ${String(number).padStart(4, "0")}`).first().waitFor({ timeout: 60_000 });
}

async function setUp(page, server) {
  await page.goto(`${server.url}/setup`);
  await page.getByLabel("Set-up code").fill(server.code);
  await page.getByLabel("Organisation").fill("Nordhavn Logistics");
  await page.getByLabel("Your login name").fill("maren");
  await page.getByLabel("Your name").fill("Maren Solberg");
  await page.getByRole("button", { name: "Set up and register a passkey" }).click();
  await page.getByText("Your passkey is registered.").waitFor();
  await page.getByRole("link", { name: "Open the overview" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
}

/** As the pages' own scripts call the API. */
function call(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const init = { method, headers: { "content-type": "application/json" } };
      if (body !== undefined) init.body = JSON.stringify(body);
      const answer = await fetch(path, init);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
    [method, path, body],
  );
}

scene(
  "a newcomer sets up, binds a cluster, loads an example, signs it and holds a repository that stock git finds right",
  async ({ server, page }) => {
    await setUp(page, server);
    await picture(page, "overview first run");

    await page.getByRole("link", { name: "Add a cluster" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("nl-dev-1");
    await page.getByRole("button", { name: "Generate a key pair for me" }).click();
    await page.getByText("The private half is shown once").waitFor();
    await picture(page, "new cluster");
    await page.getByRole("button", { name: "Add cluster" }).click();
    await page.waitForURL("**/settings/clusters/nl-dev-1");
    await page.getByRole("button", { name: "Review binding plan" }).click();
    await page.waitForURL("**/review/*");
    await picture(page, "review binding");
    await countersign(page, 1);
    await picture(page, "recorded binding");

    for (const [name, value] of Object.entries(MONITORING)) {
      await call(page, "PUT", "/api/v1/variables", { scope: { kind: "environment", environment: "dev" }, name, value });
    }
    for (const [name, value] of Object.entries(SECRETS)) {
      await call(page, "PUT", "/api/v1/secrets", { scope: { kind: "environment", environment: "dev" }, name, value });
    }

    await page.goto(`${server.url}/`);
    await page.getByRole("radio", { name: /^monitoring/ }).check();
    await page.getByRole("button", { name: "Make the draft" }).click();
    await page.waitForURL("**/stacks/monitoring**");
    await page.getByRole("button", { name: "Review draft" }).waitFor();
    await picture(page, "builder");
    await page.getByRole("button", { name: "Review draft" }).click();
    await page.waitForURL("**/review/*");
    await picture(page, "review monitoring");
    await countersign(page, 2);
    await picture(page, "recorded monitoring");

    await page.goto(`${server.url}/record`);
    await page.getByText("0002").first().waitFor();
    await picture(page, "record");

    const repository = join(server.data, "repositories", "nl-dev-1.git");
    assert.ok(existsSync(repository), repository);
    const git = (...args) => execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" });
    assert.equal(git("rev-list", "--count", "main").trim(), "2");
    git("fsck", "--strict");
    const tree = git("ls-tree", "-r", "--name-only", "main");
    assert.match(tree, /^stacks\/monitoring\/stack\.yaml$/m);
    for (const secret of Object.values(SECRETS)) {
      assert.throws(() => git("grep", "-q", secret, "main"), "a secret stands readable in the tree");
    }
  },
  { timeout: 240_000 },
);
