// The parts of the YAML editor that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { offerNames } from "../../public/_editor/completion.js";
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
  const offer = offerNames({ vars: ["domain"], secrets: ["token"] });
  assert.equal(offer(typing("host: dom|")), null);
  const open = offer(typing("host: ${{ va|"));
  assert.equal(open.from, 10);
  assert.deepEqual(open.options.map((one) => one.apply), ["vars.domain }}", "secrets.token }}"]);
  const closed = offer(typing("host: ${{ va| }}"));
  assert.deepEqual(closed.options.map((one) => one.apply), ["vars.domain", "secrets.token"]);
  const tight = offer(typing("host: ${{ va|}}"));
  assert.deepEqual(tight.options.map((one) => one.apply), ["vars.domain ", "secrets.token "]);
});
