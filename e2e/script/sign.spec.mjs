// What sign.js computes before anybody signs: the bytes for the passkey, digests, and the difference of files.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { readFile } from "node:fs/promises";

const load = async (name) => {
  const source = await readFile(new URL(`../../public/_review/${name}`, import.meta.url), "utf8");
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
};
const proof = await load("proof.js");
const lines = await load("lines.js");

const plan = Buffer.from('{"kind":"stack","v":1}');

test("the challenge is the blob that an SSH signature is made over", async () => {
  const string = (bytes) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), Buffer.from(bytes)]);
  const expected = Buffer.concat([
    Buffer.from("SSHSIG"),
    string(Buffer.from("countersign-deploy@v1")),
    string(Buffer.alloc(0)),
    string(Buffer.from("sha512")),
    string(createHash("sha512").update(plan).digest()),
  ]);
  assert.equal(Buffer.from(await proof.challenge(plan)).toString("hex"), expected.toString("hex"));
});

test("another plan, and another challenge of the server, are told apart", async () => {
  const ours = await proof.challenge(plan);
  assert.ok(proof.same(ours, await proof.challenge(plan)));
  assert.ok(!proof.same(ours, await proof.challenge(Buffer.from('{"kind":"stack","v":2}'))));
  assert.ok(!proof.same(ours, ours.slice(0, -1)));
});

test("digests are lower-case hex", async () => {
  assert.equal(await proof.sha256(plan), createHash("sha256").update(plan).digest("hex"));
});

test("each word is typed in its own field, and no other text will do", () => {
  assert.ok(proof.allTyped(["data-loki-0", "apps"], [" data-loki-0 ", "apps"]));
  assert.ok(!proof.allTyped(["data-loki-0", "apps"], ["apps", "data-loki-0"]));
  assert.ok(!proof.allTyped(["data-loki-0"], []));
  assert.ok(!proof.allTyped(["data-loki-0"], ["data-loki"]));
});

test("the words asked for must be those of the plan", () => {
  const findings = [{ confirm: "a" }, { confirm: "b" }, { confirm: "a" }, {}];
  assert.deepEqual(proof.wordsOf({ findings }), ["a", "b"]);
  assert.ok(proof.sameWords(["a", "b"], ["b", "a"]));
  assert.ok(!proof.sameWords(["a", "b"], ["a"]));
});

/** What a script makes of the text it starts from. */
const sides = (script) => [script.filter(([sign]) => sign !== "+"), script.filter(([sign]) => sign !== "-")].map((side) => side.map(([, line]) => line).join(""));

test("a difference leads from one text to the other, whatever they are", () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const text = () => Array.from({ length: random(30) }, () => `${"abc"[random(3)]}\n`).join("") + (random(2) ? "" : "end");
  for (let round = 0; round < 400; round++) {
    const [before, after] = [text(), text()];
    assert.deepEqual(sides(lines.script(before, after)), [before, after]);
  }
});

test("a difference is as short as it can be", () => {
  const changes = (before, after) => lines.script(before, after).filter(([sign]) => sign !== " ").length;
  assert.equal(changes("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n"), 5);
  assert.equal(changes("same\n", "same\n"), 0);
  assert.equal(changes("x", "x\n"), 2);
});

test("hunks carry three lines around and number both sides", () => {
  const numbered = (count) => Array.from({ length: count }, (_, at) => `${at + 1}\n`);
  const [before, after] = [numbered(30), numbered(30)];
  after[4] = "five\n";
  after.push("31\n");
  const found = lines.hunks(before.join(""), after.join(""));
  assert.deepEqual(found.map(({ before, after, lines }) => [before, after, lines.length]), [[2, 2, 8], [28, 28, 4]]);
  assert.deepEqual(found[0].lines.slice(3, 5), [["-", "5"], ["+", "five"]]);
});
