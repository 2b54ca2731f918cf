// Every page there is, as an administrator and as an auditor: axe finds nothing in either theme, and nothing is wider than a phone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { countersign, WEB } from "../support/review.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, setUp } from "../support/setup.mjs";

/** The routes as the server has them. */
async function routes() {
  const source = await readFile(new URL("../../app/src/routes/every.rs", import.meta.url), "utf8");
  return [...source.matchAll(/path=path!\("([^"]+)"\)/g)].map(([, route]) => route);
}

/** A commit that is not ours, by stock git, of which the server is told as a host would; gives its id. */
async function pushAround(page, server) {
  const clone = await mkdtemp(join(tmpdir(), "countersign-e2e-around-"));
  const git = (...args) => execFileSync("git", ["-C", clone, "-c", "user.name=Night Shift", "-c", "user.email=night@example.com", ...args], { encoding: "utf8" }).trim();
  try {
    execFileSync("git", ["clone", "-q", join(server.data, "repositories", "nl-dev-1.git"), clone]);
    await writeFile(join(clone, "notes.md"), "by hand\n");
    git("add", "-A");
    git("commit", "-q", "-m", "notes of the night");
    git("push", "-q", "origin", "HEAD:main");
    const { secret } = await call(page, "POST", "clusters/nl-dev-1/hook-secret", {});
    const signature = `sha256=${createHmac("sha256", secret).update("{}").digest("hex")}`;
    const answer = await fetch(`${server.url}/api/v1/hooks/git/nl-dev-1`, { method: "POST", headers: { "x-signature": signature }, body: "{}" });
    assert.equal(answer.status, 204);
    return git("rev-parse", "HEAD");
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** Something on every page; gives the addresses of each route, filled. */
async function fill(page, server) {
  await addCluster(page);
  await countersign(page, (await call(page, "POST", "clusters/nl-dev-1/plans", {})).id);
  const web = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB });
  await countersign(page, (await call(page, "POST", `drafts/${web.id}/plans`, { revision: web.revision })).id);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "example", example: "monitoring" });
  const small = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "example", example: "ci" });
  const [plan, long] = await Promise.all([small, draft].map(async ({ id, revision }) => (await call(page, "POST", `drafts/${id}/plans`, { revision })).id));
  const scope = { kind: "environment", environment: "dev" };
  await call(page, "PUT", "variables", { scope, name: "domain", value: "example.com" });
  await call(page, "PUT", "secrets", { scope, name: "cloudflare_api_token", value: "never-shown" });
  const foreign = await pushAround(page, server);
  const { repository, name } = (await call(page, "GET", "catalog"))[0].chart;
  const stack = "/clusters/nl-dev-1/stacks/monitoring";
  const addresses = {
    "/": ["/"],
    "/clusters/:cluster/stacks/:stack": [`${stack}?draft=${draft.id}`, "/clusters/nl-dev-1/stacks/web?draft="],
    "/catalog": ["/catalog", `/catalog?query=database&draft=${draft.id}`],
    "/catalog/chart": [`/catalog/chart?${new URLSearchParams({ repository, name })}`],
    // Nobody outside is asked: the guard refuses it, and the page says so.
    "/catalog/inside": ["/catalog/inside?repository=https%3A%2F%2F127.0.0.1%3A9&name=web"],
    "/catalog/repositories": ["/catalog/repositories"],
    "/clusters/:cluster/stacks/:stack/application": [`${stack}/application?draft=${draft.id}`],
    "/clusters/:cluster/stacks/:stack/drafts": [`${stack}/drafts?but=${draft.id}`, "/clusters/nl-dev-1/stacks/web/drafts"],
    "/clusters/:cluster/stacks/:stack/history": [`${stack}/history?draft=${draft.id}`],
    "/clusters/:cluster/stacks/:stack/compare": ["/clusters/nl-dev-1/stacks/web/compare?from=entry:2", `${stack}/compare?from=draft:${draft.id}@1&to=plan:1`],
    "/import": ["/import"],
    "/record": ["/record"],
    "/record/:cluster/foreign/:commit": [`/record/nl-dev-1/foreign/${foreign}`],
    "/record/:cluster/:number": ["/record/nl-dev-1/2"],
    "/review/:plan": [`/review/${plan}`],
    "/settings": ["/settings"],
    "/settings/environments": ["/settings/environments"],
    "/settings/clusters": ["/settings/clusters"],
    "/settings/clusters/new": ["/settings/clusters/new"],
    "/settings/clusters/:cluster": ["/settings/clusters/nl-dev-1"],
    "/settings/variables": ["/settings/variables"],
    "/settings/secrets": ["/settings/secrets"],
    "/settings/people": ["/settings/people"],
    "/settings/account": ["/settings/account"],
    "/:page": ["/nowhere"],
  };
  return { addresses, long: `/review/${long}` };
}

async function look(page, address, { fits = true } = {}) {
  await page.goto(address);
  await page.locator("html[data-alive], html[data-kind=ceremony]").waitFor({ state: "attached" });
  try {
    await assertAccessible(page, { quick: true });
    if (fits) await assertFits(page);
  } catch (error) {
    throw new Error(address, { cause: error });
  }
}

scene(
  "axe finds nothing on any page in either theme, for an administrator and for an auditor, and each fits a phone",
  async ({ server, page, another }) => {
    await look(page, "/setup");
    await setUp(page, server);
    const grants = [{ role: "auditor", on: { kind: "organisation" } }];
    const link = await call(page, "POST", "people", { name: "audrey", full_name: "Audrey Lind", grants });
    const { page: theirs } = await another();
    await look(theirs, "/login");
    await look(theirs, link.url);
    await theirs.getByRole("button", { name: "Register a passkey" }).click();
    await theirs.getByText("Your passkey is registered.").waitFor();

    const { addresses, long } = await fill(page, server);
    assert.deepEqual(await routes(), Object.keys(addresses), "every route has an address here, in the order of the server");
    const all = Object.values(addresses).flat();
    // What takes axe seconds and differs in length alone.
    await page.goto(long);
    await assertFits(page);
    await Promise.all([page, theirs].map(async (person) => {
      // A chart's page asks its repository, and a test asks nobody on the internet.
      await person.route("**/catalog/inside?*", (route) => (route.request().isNavigationRequest() ? route.continue() : route.abort()));
      for (const address of all) await look(person, address, { fits: person === page });
      person.problems = person.problems.filter((one) => !/catalog\/inside|\/nowhere/.test(one));
    }));
  },
  { timeout: 240_000 },
);
