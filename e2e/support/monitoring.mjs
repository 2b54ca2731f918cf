// The monitoring example as something to build: what each step adds, and whether what was built is the same.
import assert from "node:assert/strict";
import { addCluster, call } from "./setup.mjs";

export const STACK = "monitoring";

/** A cluster to build on, and the example itself, read from a draft on a cluster beside it. */
export async function toBuild(page) {
  await addCluster(page);
  await addCluster(page, "reference", "staging");
  const { id } = await call(page, "POST", "clusters/reference/drafts", { start: "example", example: STACK });
  return (await call(page, "GET", `drafts/${id}`)).content;
}

/** The words for the fields of a component's form, by their labels, and its text. */
export function step({ name, namespace, depends_on, content }) {
  const chart = content.addon?.chart;
  const fields = chart
    ? { Name: name, Repository: chart.repository, Chart: chart.name, Version: chart.version, Namespace: namespace }
    : { Name: name, Namespace: namespace };
  return { name, fields, dialog: chart ? "Add addon" : "Add manifest", editor: chart ? "Values" : "Manifest", waitsFor: depends_on, text: text(content) };
}

function text({ addon, manifest }) {
  return addon ? addon.values : manifest.text;
}

/** What a person says of a stack, whatever the order: its boxes, edges, texts and variables. */
function said({ components, variables }) {
  const by = (list, of) => Object.fromEntries(list.map((one) => [one.name, of(one)]).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    components: by(components, ({ namespace, depends_on, content }) => ({
      namespace,
      waitsFor: [...depends_on].sort(),
      chart: content.addon?.chart ?? null,
      text: text(content).trimEnd(),
    })),
    variables: by(variables, ({ type, default: value, required }) => ({ type, value, required })),
  };
}

/**
 * Fails unless the open draft on nl-dev-1 says the same as the example. Left out is what no page asks for: how long a
 * component may take, what a release does with CRDs, and what the stack itself is for.
 */
export async function assertBuilt(page, wanted) {
  const { id } = (await call(page, "GET", "drafts")).find((one) => one.cluster === "nl-dev-1" && one.stack === STACK);
  assert.deepEqual(said((await call(page, "GET", `drafts/${id}`)).content), said(wanted));
}
