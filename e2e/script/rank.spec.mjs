// What answers to a few letters, and in which order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rank } from "../../public/_rank.js";

const ITEMS = [
  { group: "Go to", label: "Record", beside: "history, entries" },
  { group: "Go to", label: "grafana", beside: "stack on nl-prod-1" },
  { group: "Do", label: "Add a cluster…", beside: "bind a repository" },
  { group: "Components", label: "kube-grafana", beside: "observability" },
];
const labels = (typed, most) => rank(ITEMS, typed, most).flatMap(({ items }) => items.map(({ label }) => label));

test("what begins so comes first, then what holds a word that begins so, then what stands beside", () => {
  assert.deepEqual(labels("graf"), ["grafana", "kube-grafana"]);
  assert.deepEqual(labels("stack"), ["grafana"]);
  assert.deepEqual(labels("re"), ["Record", "Add a cluster…"]);
});

test("every word must be answered, and letters in order are enough", () => {
  assert.deepEqual(labels("grafana prod"), ["grafana"]);
  assert.deepEqual(labels("kgf"), ["kube-grafana"]);
  assert.deepEqual(labels("grafana nowhere"), []);
});

test("nothing typed shows all in their order, and a group no more than it may", () => {
  assert.deepEqual(labels(""), ITEMS.map(({ label }) => label));
  assert.deepEqual(labels("", 1), ["Record", "Add a cluster…", "kube-grafana"]);
});
