// From the set-up code to the first signed entries: a newcomer's first ten minutes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { picture } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { hydrated, open } from "../support/setup.mjs";

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

/** Goes where a link leads, to a page whose wasm must run before anything is typed. */
async function follow(page, link, address) {
  await link.click();
  await page.waitForURL(address);
  await hydrated(page);
}

/** Sets one value in the form that `button` opens, for the environment dev. */
async function set(page, button, name, value, submit) {
  await page.getByRole("button", { name: button }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Level").selectOption("environment");
  await dialog.getByLabel("Which").selectOption("dev");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Value").fill(value);
  await dialog.getByRole("button", { name: submit, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText(name, { exact: true }).first().waitFor();
}

function component(page, name) {
  return page.getByRole("treeitem", { name, exact: true });
}

/** Pulls an edge from the port below one box onto another, as a mouse does. */
async function drawEdge(page, from, to) {
  const box = (name) => page.locator(`#node-${name}`).boundingBox();
  const [start, end] = [await box(from), await box(to)];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height - 1);
  await page.mouse.down();
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 6 });
  await page.mouse.up();
}

/** Does `edit` in the builder and waits until the server has it. */
async function saving(page, edit) {
  const revision = async () => Number((await page.getByText(/^Draft rev \d+$/).innerText()).match(/\d+/)[0]);
  const before = await revision();
  await edit();
  await page.waitForFunction((before) => Number(document.body.textContent.match(/Draft\s+rev\s+(\d+)/)?.[1]) > before, before);
  await page.getByText(/^autosaved \d\d:\d\d$/).waitFor();
}

/** For the tests with a real Flux, which bring up what was deployed here: the repository, and what a cluster is given. */
async function leave(page, server, repository, identity) {
  const folder = process.env.COUNTERSIGN_JOURNEY;
  if (!folder) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  execFileSync("git", ["clone", "-q", "--bare", repository, join(folder, "repository.git")]);
  const bootstrap = await (await page.request.get(`${server.url}/api/v1/clusters/nl-dev-1/bootstrap`)).json();
  await writeFile(join(folder, "journey.json"), JSON.stringify({ identity, bootstrap, secrets: SECRETS }));
}

scene(
  "a newcomer sets up, binds a cluster, loads an example, signs it and holds a repository that stock git finds right",
  async ({ server, page }) => {
    await setUp(page, server);
    await picture(page, "overview first run");

    await follow(page, page.getByRole("link", { name: "Add a cluster" }).first(), "**/settings/clusters/new");
    await page.getByLabel("Name", { exact: true }).fill("nl-dev-1");
    await page.getByRole("button", { name: "Generate a key pair for me" }).click();
    await page.getByText("The private half is shown once").waitFor();
    await page.getByText("The key itself").click();
    const identity = (await page.locator("body").innerText()).match(/AGE-SECRET-KEY-1[0-9A-Z]+/)[0];
    await picture(page, "new cluster");
    await page.getByRole("button", { name: "Add cluster" }).click();
    await page.waitForURL("**/settings/clusters/nl-dev-1");
    await page.getByRole("button", { name: "Review binding plan" }).click();
    await page.waitForURL("**/review/*");
    await picture(page, "review binding");
    await countersign(page, 1);
    await picture(page, "recorded binding");

    await open(page, "/");
    await page.getByRole("radio", { name: /^monitoring/ }).check();
    await page.getByRole("button", { name: "Make the draft" }).click();
    await page.waitForURL("**/stacks/monitoring**");
    const builder = page.url();
    await follow(page, page.getByRole("link", { name: "Set variables" }), "**/settings/variables*");
    for (const [name, value] of Object.entries(MONITORING)) await set(page, "Set variable", name, value, "Set");
    await open(page, builder);
    await follow(page, page.getByRole("link", { name: "Set secrets" }), "**/settings/secrets*");
    for (const [name, value] of Object.entries(SECRETS)) await set(page, "Set secret", name, value, "Seal it");

    await open(page, builder);
    await component(page, "grafana").click();
    await saving(page, async () => {
      await page.getByRole("textbox", { name: "Values" }).click();
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("Shift+End");
      await page.keyboard.insertText("adminUser: newcomer");
    });
    await page.getByRole("button", { name: "Fit to view" }).click();
    await saving(page, () => drawEdge(page, "loki", "disk-pressure"));
    await component(page, "disk-pressure").click();
    await page.getByRole("button", { name: "Do not wait for loki" }).waitFor();
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
    const verdict = execFileSync(process.env.COUNTERSIGN_BINARY, ["verify", repository], { encoding: "utf8" });
    assert.match(verdict, /0002.*monitoring.*maren/);
    const tree = git("ls-tree", "-r", "--name-only", "main");
    assert.match(tree, /^stacks\/monitoring\/stack\.yaml$/m);
    for (const secret of Object.values(SECRETS)) {
      assert.throws(() => git("grep", "-q", secret, "main"), "a secret stands readable in the tree");
    }
    const flux = (name) => git("show", `main:stacks/monitoring/flux/${name}.yaml`);
    assert.match(flux("disk-pressure"), /dependsOn:[^]*monitoring--loki/);
    assert.match(git("show", "main:stacks/monitoring/stack.yaml"), /adminUser: newcomer/);
    await leave(page, server, repository, identity);
  },
  { timeout: 240_000 },
);
