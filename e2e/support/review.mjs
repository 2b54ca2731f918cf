// Reading and signing a plan on its page.
import { call } from "./setup.mjs";

/** A stack that no guard stops. */
export const WEB = `apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  components:
    - name: web
      namespace: web
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
        data:
          greeting: hello
`;

/** Freezes a plan by the API; gives its id. */
export async function plan(page, path, body) {
  return (await call(page, "POST", path, body ?? {})).id;
}

export function signButton(page) {
  return page.getByRole("button", { name: "Countersign & deploy" });
}

/** Waits until the browser has checked the plan and every file of it. */
export async function checked(page) {
  await page.locator('[data-proof="files"].proof--ok').waitFor();
}

/** Signs the plan on its page and waits for the seal. */
export async function countersign(page, id) {
  await page.goto(`/review/${id}`);
  await checked(page);
  for (const field of await page.getByLabel(/^Type .* to confirm$/).all()) await field.fill(await field.getAttribute("data-typed"));
  await signButton(page).click();
  await page.getByText(/^Recorded as № \d{4}$/).waitFor();
}
