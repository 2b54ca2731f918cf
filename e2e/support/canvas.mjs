// What a test of the canvas begins with, reads and does with the mouse.
import { addCluster, call, open, setUp } from "./setup.mjs";

/**
 * A draft with these components, open in the builder: `{ web: ["db"] }` is web, which waits for db, and
 * `{ web: { namespace: "other" } }` is web with a field of its own.
 */
export async function begin(page, server, components) {
  await setUp(page, server);
  await addCluster(page);
  const draft = await call(page, "POST", "clusters/nl-dev-1/drafts", { start: "empty", name: "web" });
  const added = Object.entries(components).map(([id, on]) => ({ change: "add_component", component: Array.isArray(on) ? manifest(id, on) : { ...manifest(id, []), ...on } }));
  let revision = draft.revision;
  for (let from = 0; from < added.length; from += 250) {
    const changes = added.slice(from, from + 250);
    const edited = await call(page, "POST", `drafts/${draft.id}/changes`, { base_revision: revision, change_id: `begin-${from}`, changes });
    revision = edited.revision;
  }
  await open(page, `/clusters/nl-dev-1/stacks/web?draft=${draft.id}`);
  return draft.id;
}

function manifest(id, depends_on) {
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${id}\n  namespace: web\n`;
  return { id, name: id, namespace: "web", depends_on, timeout: null, layout: null, content: { manifest: { text } } };
}

export const saved = (page) => page.getByText(/^autosaved \d\d:\d\d$/).waitFor();
export const canvas = (page) => page.getByRole("application");
export const content = async (page, id) => (await call(page, "GET", `drafts/${id}`)).content.components;
export const zoom = (page) => page.locator(".zoom-value").textContent();

export async function middle(page, id) {
  const box = await page.locator(`#node-${id}`).boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

export async function drag(page, [fromX, fromY], [toX, toY]) {
  await page.mouse.move(fromX, fromY);
  await page.mouse.down();
  await page.mouse.move(toX, toY, { steps: 6 });
  await page.mouse.up();
}
