// The parts of the YAML editor that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asking, latest, untilKnown } from "../../public/_editor/asking.js";
import { offerNames } from "../../public/_editor/completion.js";
import { expression, meaning, resolvedText } from "../../public/_editor/facts.js";
import { beside, typed } from "../../public/_editor/fields.js";
import { keyColumn } from "../../public/_editor/line.js";
import { merged } from "../../public/_editor/merge.js";
import { isAsked, written } from "../../public/_editor/offer.js";
import { spanOf } from "../../public/_editor/span.js";
import { smallestEdit } from "../../public/_editor/text.js";

function apply(text, edit) {
  return edit ? text.slice(0, edit.from) + edit.insert + text.slice(edit.to) : text;
}

test("an edit from outside touches only what differs, so the caret elsewhere stays", () => {
  const before = "replicas: 2\nimage: a\nport: 80\n";
  const after = "replicas: 2\nimage: abc\nport: 80\n";
  assert.deepEqual(smallestEdit(before, after), { from: 20, to: 20, insert: "bc" });
  assert.equal(smallestEdit(before, before), null);
});

test("an edit always gives the other text, also where both repeat the same letters", () => {
  const texts = ["", "a", "aa", "aaa", "ab", "aba", "abab", "baab", "a\n\na", "\n"];
  for (const before of texts) for (const after of texts) assert.equal(apply(before, smallestEdit(before, after)), after, `${before} → ${after}`);
});

/** As much of CodeMirror's document as a span asks for. */
function document(text) {
  const lines = text.split("\n");
  return {
    length: text.length,
    lines: lines.length,
    line(number) {
      const from = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
      return { number, from, to: from + lines[number - 1].length };
    },
  };
}

test("a finding covers its line from its column on, or up to the end it names", () => {
  const doc = document("a: 1\nbc: 22\nd: 3");
  assert.deepEqual(spanOf(doc, { line: 2, column: 5 }), { from: 9, to: 11 });
  assert.deepEqual(spanOf(doc, { line: 2, column: 1, endColumn: 3 }), { from: 5, to: 7 });
  assert.deepEqual(spanOf(doc, { line: 1, endLine: 2 }), { from: 0, to: 11 });
  assert.deepEqual(spanOf(doc, { from: 2, to: 4 }), { from: 2, to: 4 });
});

test("a finding about an older, longer text stays inside the text there is", () => {
  const doc = document("a: 1\nb: 2");
  assert.deepEqual(spanOf(doc, { line: 40, column: 90 }), { from: 9, to: 9 });
  assert.deepEqual(spanOf(doc, { from: 400, to: 500 }), { from: 9, to: 9 });
  assert.deepEqual(spanOf(doc, { line: 2, column: 3, endLine: 1, endColumn: 1 }), { from: 7, to: 7 });
});

/** What CodeMirror hands a completion when the caret stands at the bar. */
function typing(text) {
  const pos = text.indexOf("|");
  const [before, after] = [text.slice(0, pos), text.slice(pos + 1)];
  return {
    pos,
    matchBefore: (pattern) => {
      const match = before.match(new RegExp(`(?:${pattern.source})$`));
      return match && { text: match[0] };
    },
    state: { sliceDoc: (from, to) => (before + after).slice(from, to) },
  };
}

test("names are offered inside an expression only, and the expression is closed once", () => {
  const offer = offerNames(() => ({ vars: ["domain"], secrets: { token: false } }));
  assert.equal(offer(typing("host: dom|")), null);
  const open = offer(typing("host: ${{ va|"));
  assert.equal(open.from, 10);
  assert.deepEqual(open.options.map((one) => one.apply), ["vars.domain }}", "secrets.token }}"]);
  const closed = offer(typing("host: ${{ va| }}"));
  assert.deepEqual(closed.options.map((one) => one.apply), ["vars.domain", "secrets.token"]);
  const tight = offer(typing("host: ${{ va|}}"));
  assert.deepEqual(tight.options.map((one) => one.apply), ["vars.domain ", "secrets.token "]);
});

const FACTS = { vars: ["domain", "port"], values: { domain: ["nordhavn.example", "environment"] }, missing: ["port"], secrets: { token: true, other: false } };

test("an expression is shown as what it resolves to, and of a secret only whether it is there", () => {
  assert.deepEqual(meaning("vars", "domain", FACTS), { kind: "value", text: "nordhavn.example", title: "nordhavn.example (environment)" });
  assert.equal(meaning("vars", "port", FACTS).kind, "missing");
  assert.equal(meaning("secrets", "token", FACTS).text, "secret, set");
  assert.equal(meaning("secrets", "other", FACTS).text, "missing");
  for (const name of ["constructor", "nobody"]) for (const scope of ["vars", "secrets"]) assert.equal(meaning(scope, name, FACTS), null);
  assert.equal(resolvedText("a.${{ vars.domain }}", FACTS), "a.nordhavn.example");
  assert.equal(resolvedText("${{secrets.token}}", FACTS), "(secret, set)");
  assert.equal(resolvedText("${{ vars.nobody }}", FACTS), null);
  assert.equal(resolvedText("plain", FACTS), null);
  assert.equal("$${{ vars.domain }}".match(expression()), null);
});

test("the server is asked for words that have begun, not inside an expression, and on request everywhere else", () => {
  assert.equal(isAsked("rep", false), true);
  assert.equal(isAsked("mode: ", false), false);
  assert.equal(isAsked("mode: ", true), true);
  assert.equal(isAsked("host: ${{ va", true), false);
  assert.equal(isAsked("host: ${{ vars.a }}.b", false), true);
});

test("a key is completed with its colon, and over a key that is there already without one", () => {
  const key = { insert: "replicas: ", kind: "key" };
  assert.deepEqual(written(key, ""), { insert: "replicas: ", over: 0 });
  assert.deepEqual(written(key, "icas: 2"), { insert: "replicas", over: 4 });
  assert.deepEqual(written({ insert: "hosts:\n  - ", kind: "key" }, "s:"), { insert: "hosts", over: 1 });
  assert.deepEqual(written({ insert: "fast", kind: "value" }, ": x"), { insert: "fast", over: 0 });
});

test("what the check and the schemas both say of a place stands there once", () => {
  const at = (from, message) => ({ from, to: from + 4, message });
  assert.deepEqual(merged([at(9, "a")], [at(10, "a"), at(1, "b"), at(30, "a")]), [at(1, "b"), at(9, "a"), at(30, "a")]);
});

test("a line says something where its key or entry begins", () => {
  assert.deepEqual(["a: 1", "  b: 2", "  - c: 3", "- - d"].map(keyColumn), [1, 3, 5, 5]);
  for (const nothing of ["", "   ", "# words", "  # words", "---"]) assert.equal(keyColumn(nothing), null);
});

test("a number of a form is sent as one, an expression and a size as text, and an empty field as no value", () => {
  assert.equal(typed(" 3 ", "number"), 3);
  assert.equal(typed("${{ vars.count }}", "number"), "${{ vars.count }}");
  assert.equal(typed("10", "text"), "10");
  assert.equal(typed("  ", "number"), undefined);
  assert.equal(beside({ is_expression: true, value: "a.${{ vars.domain }}", default: "b" }, FACTS), "is a.nordhavn.example here, default b");
  assert.equal(beside({ is_expression: false, value: "b", default: "b" }, FACTS), "");
});

test("nothing is asked before the server has the component, and no answer is no error", async () => {
  const asked = [];
  const answers = { form: { ok: true, json: async () => ({ fields: [] }) }, problems: { ok: false } };
  const ask = asking("drafts/1/components/a", async (url) => {
    asked.push(url);
    if (!answers[url.split("/").at(-1)]) throw new TypeError("away");
    return answers[url.split("/").at(-1)];
  });
  assert.equal(await ask("form", {}), null);
  assert.deepEqual(asked, []);
  ask.reachable(true);
  assert.deepEqual(await ask("form", {}), { fields: [] });
  assert.equal(await ask("problems", {}), null);
  assert.equal(await ask("assist", {}), null);
  assert.equal(asked[0], "/api/v1/drafts/1/components/a/form");
});

test("only the latest of several questions is asked, and the one before it is given up", async () => {
  const signals = [];
  const soon = latest(1, (signal) => signals.push(signal));
  soon();
  soon();
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(signals.length, 1);
  assert.equal(signals[0].aborted, false);
  soon();
  assert.equal(signals[0].aborted, true);
  soon.stop();
});

test("what is being fetched is asked for again a few times, until it is known or nobody waits", async () => {
  const states = ["loading", "loading", "schema", "schema"];
  const told = [];
  const run = (signal, states) => untilKnown(async () => states.length > 0 ? { known: { state: states.shift() } } : null, signal, (one) => told.push(one.known.state), [0, 0]);
  await run(new AbortController().signal, states);
  assert.deepEqual(told.splice(0), ["loading", "loading", "schema"]);
  await run(new AbortController().signal, ["loading", "loading", "loading", "loading"]);
  assert.deepEqual(told.splice(0), ["loading", "loading", "loading"]);
  const given = new AbortController();
  given.abort();
  await run(given.signal, ["loading"]);
  assert.deepEqual(told, []);
});
