// What a cluster says of an entry, and a commit that somebody pushed around the record.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertAccessible, assertFits } from "../support/accessible.mjs";
import { pictures } from "../support/picture.mjs";
import { scene } from "../support/scene.mjs";
import { addCluster, call, open, setUp } from "../support/setup.mjs";

const WEB = `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  components:
    - name: settings
      namespace: web
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {greeting: good day}
    - name: extras
      namespace: web
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: extras}
    - name: page
      namespace: web
      dependsOn: [settings]
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: page}
`;

async function looked(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  await pictures(page, name);
}

async function countersign(page, entries) {
  await page.waitForFunction(() => !document.querySelector("[data-sign]").disabled);
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Countersign & deploy" }).click()]);
  await page.waitForLoadState("load");
  await page.evaluate(async (wanted) => {
    const entries = async () => (await (await fetch("/api/v1/record")).json()).items.length;
    for (const end = Date.now() + 20_000; (await entries()) < wanted; ) if (Date.now() > end) throw new Error("nothing was recorded in 20 s");
  }, entries);
}

/** A commit by stock git; gives its id. */
function pushByHand(repository, change) {
  const clone = mkdtempSync(join(tmpdir(), "countersign-e2e-hand-"));
  const who = ["-c", "user.name=Night Shift", "-c", "user.email=night@example.com"];
  const git = (...args) => execFileSync("git", ["-C", clone, ...who, ...args], { encoding: "utf8" }).trim();
  try {
    execFileSync("git", ["clone", "-q", repository, clone]);
    change(clone);
    git("commit", "-q", "-a", "-m", "quick fix, will tell the others tomorrow");
    git("push", "-q", "origin", "HEAD:main");
    return git("rev-parse", "HEAD");
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

scene("an entry tells what the cluster made of it, and a commit that is not ours is met, read and adopted", async ({ server, page }) => {
  await setUp(page, server);
  await addCluster(page);
  await open(page, "/settings/clusters/nl-dev-1");
  await page.getByRole("button", { name: "Review binding plan" }).click();
  await page.waitForURL("**/review/*");
  await countersign(page, 1);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "source", text: WEB });
  const plan = await call(page, "POST", `drafts/${draft.id}/plans`, { revision: draft.revision });
  await page.goto(`/review/${plan.id}`);
  await countersign(page, 2);

  const { secret } = await call(page, "POST", "clusters/nl-dev-1/hook-secret", {});
  const { commit } = await call(page, "GET", "record/nl-dev-1/2");
  const hook = async (path, body) => {
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const answer = await fetch(`${server.url}/api/v1/hooks/${path}`, { method: "POST", headers: { "x-signature": signature }, body });
    assert.equal(answer.status, 204, await answer.text());
  };
  const tell = (object, severity, reason, message) =>
    hook(
      "flux/nl-dev-1",
      JSON.stringify({
        involvedObject: { kind: "Kustomization", apiVersion: "kustomize.toolkit.fluxcd.io/v1", name: object, namespace: "flux-system" },
        severity,
        reason,
        message,
        timestamp: new Date(Date.now() - 240_000).toISOString(),
        metadata: { revision: `main@sha1:${commit}` },
        reportingController: "kustomize-controller",
      }),
    );

  await open(page, "/record/nl-dev-1/2");
  await page.getByText("Nothing was heard from the cluster yet").waitFor();
  await tell("web--settings", "error", "ReconciliationFailed", 'ConfigMap/web/settings dry-run failed: admission webhook "policy" denied the request');
  await tell("web--extras", "info", "ReconciliationSucceeded", "Reconciliation finished in 1.2s, next run in 60m");
  await open(page, "/record/nl-dev-1/2");
  await page.getByText("Waits for settings, because it fails").waitFor();
  await page.getByText("denied the request").first().waitFor();
  await page.getByRole("button", { name: "Revert as draft" }).waitFor();
  await looked(page, "outcome-entry");
  await open(page, "/record");
  await page.locator(".entry").getByText("Failing").waitFor();

  const again = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "record", stack: "web" });
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${again.id}`);
  await page.locator("#node-settings .node-live").getByText("Failing").waitFor();
  await call(page, "DELETE", `drafts/${again.id}`);

  const repository = join(server.data, "repositories", "nl-dev-1.git");
  const id = pushByHand(repository, (clone) => {
    const file = join(clone, "stacks/web/stack.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("good day", "<b>by hand</b>"));
  });
  await hook("git/nl-dev-1", "{}");
  await open(page, "/record");
  await page.getByText("Stops deploys").waitFor();
  await looked(page, "foreign-in-record");
  await open(page, "/");
  await page.getByText("Changed by others").waitFor();
  await looked(page, "overview-overruled");
  await open(page, "/record");
  await page.getByRole("link", { name: "quick fix, will tell the others tomorrow" }).click();
  await page.getByRole("heading", { name: `${id.slice(0, 7)} is not ours` }).waitFor();
  await page.getByText("<b>by hand</b>").first().waitFor();
  await looked(page, "foreign-commit");
  await page.getByRole("button", { name: "Adopt web as draft" }).click();
  await page.waitForURL("**/clusters/nl-dev-1/stacks/web?draft=*");
  await page.locator("html[data-alive]").waitFor({ state: "attached" });
  // What was said of the entry before is no longer the state of what runs.
  await page.locator("#node-settings .node-live").getByText("Not known").waitFor();
  await page.locator("#node-page").waitFor();
  await looked(page, "outcome-canvas");
});
