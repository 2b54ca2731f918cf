// Whatever the list of keys names does what it says: each key of the list is pressed, as it stands there.
import assert from "node:assert/strict";
import { begin, canvas, drag, middle, saved, zoom } from "../support/canvas.mjs";
import { scene } from "../support/scene.mjs";

const ARROWS = { "←": "ArrowLeft", "→": "ArrowRight", "↑": "ArrowUp", "↓": "ArrowDown" };
const MODIFIERS = { Ctrl: "Control", Alt: "Alt", Shift: "Shift" };

/** What to press for `Ctrl Shift Z`, `Home End` or `1 or F`: one press for each key that is no modifier. */
function pressable(shown) {
  let held = [];
  const presses = [];
  for (const word of shown.split(" ").filter((word) => !["or", "then"].includes(word))) {
    if (MODIFIERS[word]) {
      held.push(MODIFIERS[word]);
      continue;
    }
    const key = ARROWS[word] ?? { Esc: "Escape" }[word] ?? (/^[A-Z]$/.test(word) && !held.includes("Shift") ? word.toLowerCase() : word);
    presses.push([...held, key].join("+"));
    held = [];
  }
  return presses;
}

const chosen = (page) => page.locator(".node--selected").evaluateAll((nodes) => nodes.map((node) => node.id.slice("node-".length)).sort());
const said = (page) => page.locator(".builder > [role=status]").textContent();
const box = (page, id) => page.locator(`#node-${id}`);
const press = (page, key) => page.keyboard.press(key);
const editing = (page) => page.getByRole("dialog");
const view = (page) => page.locator("#canvas-world").evaluate((world) => world.style.transform || world.getAttribute("style"));

async function choose(page, ...ids) {
  await page.getByRole("treeitem", { name: ids[0], exact: true }).click();
  await canvas(page).focus();
  await page.waitForFunction((id) => document.getElementById(`node-${id}`)?.classList.contains("node--selected"), ids[0]);
}

/** Takes the last edit back, so that the next action finds what this one found. */
async function undone(page, id, state) {
  await canvas(page).focus();
  await press(page, "Control+z");
  await box(page, id).waitFor({ state });
}

const becomes = (page, ids) => page.waitForFunction((ids) => [...document.querySelectorAll(".node--selected")].map((node) => node.id.slice(5)).sort().join() === ids, ids.join());

/** A push to where `sign` says, along x (0) or y (1), and back. */
const moves = (at, sign) => async (page, [key]) => {
  await choose(page, "a");
  const before = (await middle(page, "a"))[at];
  const reached = (by) => page.waitForFunction(([at, before, by]) => {
    const { x, y, width, height } = document.getElementById("node-a").getBoundingClientRect();
    const by_now = [x + width / 2, y + height / 2][at] - before;
    return by === 0 ? Math.abs(by_now) <= 1 : by_now * by > 4;
  }, [at, before, by]);
  await press(page, key);
  await reached(sign);
  await press(page, "Control+z");
  await reached(0);
};

async function zooms(page, [key, ...others], is) {
  for (const one of [key, ...others]) {
    await canvas(page).focus();
    const before = parseFloat(await zoom(page));
    await press(page, one);
    await page.waitForFunction(([before, is]) => (parseFloat(document.querySelector(".zoom-value").textContent) - before) * is > 0, [before, is]);
  }
}

/** By the words of the list: what its keys do in a stack of a, b after a, c after b, and d, which has a problem. */
const DOES = {
  "along a wave": async (page, keys) => {
    const [left, right] = (await Promise.all(["a", "d"].map(async (id) => [(await middle(page, id))[0], id]))).sort(([one], [other]) => one - other).map(([, id]) => id);
    await choose(page, left);
    await press(page, keys[1]);
    await becomes(page, [right]);
    await press(page, keys[0]);
    await becomes(page, [left]);
  },
  "along edges": async (page, [up, down]) => {
    await choose(page, "a");
    await press(page, down);
    await becomes(page, ["b"]);
    await press(page, up);
    await becomes(page, ["a"]);
  },
  "first, last": async (page, [home, end]) => {
    await choose(page, "b");
    await press(page, end);
    await becomes(page, ["c"]);
    await press(page, home);
    assert.match((await chosen(page)).join(), /^[ad]$/);
  },
  "choose more": async (page) => {
    await choose(page, "a");
    await press(page, "Shift+ArrowDown");
    await becomes(page, ["a", "b"]);
  },
  menu: async (page, [key]) => {
    await press(page, key);
    await page.getByRole("menu", { name: "Actions" }).waitFor();
    await press(page, "Escape");
  },
  cancel: async (page, [key]) => {
    await choose(page, "a");
    await press(page, key);
    await becomes(page, []);
  },
  "move the view": async (page) => {
    const { x, y, width, height } = await canvas(page).boundingBox();
    const moved = (before) => page.waitForFunction((before) => (document.getElementById("canvas-world").style.transform || document.getElementById("canvas-world").getAttribute("style")) !== before, before);
    const [middleX, middleY] = [x + width / 2, y + height / 2];
    let before = await view(page);
    await page.keyboard.down("Space");
    await drag(page, [middleX, middleY], [middleX + 80, middleY + 40]);
    await page.keyboard.up("Space");
    await moved(before);
    before = await view(page);
    await page.mouse.wheel(0, 60);
    await moved(before);
    await press(page, "0");
    await press(page, "f");
  },
  "choose with a frame": async (page) => {
    const { x, y, width, height } = await canvas(page).boundingBox();
    await press(page, "f");
    await page.keyboard.down("Shift");
    await drag(page, [x + width - 4, y + height - 80], [x + 50, y + 4]);
    await page.keyboard.up("Shift");
    await becomes(page, ["a", "b", "c", "d"]);
  },
  "Open in the inspector": async (page, [key]) => {
    await choose(page, "a");
    await press(page, key);
    await page.locator("#inspect-first:focus").waitFor();
  },
  "Connect to": async (page, [key]) => {
    await choose(page, "d");
    await press(page, key);
    await page.waitForFunction(() => document.querySelector(".builder > [role=status]").textContent.includes("what waits for d"));
    await press(page, "End");
    await press(page, "Enter");
    await page.locator('[data-edge="c-waits-for-d"]').waitFor({ state: "attached" });
    await press(page, "Control+z");
    await page.locator('[data-edge="c-waits-for-d"]').waitFor({ state: "detached" });
  },
  "Lead this edge elsewhere": async (page, [key]) => {
    await choose(page, "c");
    await press(page, "e");
    await press(page, key);
    await press(page, "End");
    await press(page, "ArrowUp");
    await page.waitForFunction(() => document.querySelector(".builder > [role=status]").textContent.includes("would wait for"));
    await press(page, "Escape");
    assert.equal(await said(page), "No edge was drawn.");
  },
  "Next edge": async (page, [key]) => {
    await choose(page, "c");
    await press(page, key);
    assert.match(await said(page), /^Edge: c waits for b\./);
  },
  Copy: async (page, [key]) => {
    await choose(page, "d");
    await press(page, key);
    assert.equal(await said(page), "1 component copied.");
  },
  Duplicate: async (page, [key]) => {
    await choose(page, "a");
    await press(page, key);
    await box(page, "a-2").waitFor();
    await undone(page, "a-2", "detached");
  },
  Remove: async (page, [key]) => {
    await choose(page, "c");
    await press(page, key);
    await box(page, "c").waitFor({ state: "detached" });
    await undone(page, "c", "attached");
  },
  "Move left": moves(0, -1),
  "Move right": moves(0, 1),
  "Move up": moves(1, -1),
  "Move down": moves(1, 1),
  "Arrange by wave": async (page, [key]) => {
    await choose(page, "a");
    const [x] = await middle(page, "a");
    await press(page, "Alt+ArrowLeft");
    await page.waitForFunction((x) => document.getElementById("node-a").getBoundingClientRect().right < x + 90, x);
    await press(page, key);
    assert.equal(await said(page), "Arranged by wave.");
    assert.ok(Math.abs((await middle(page, "a"))[0] - x) <= 1);
  },
  "Add addon": async (page, [key]) => {
    await press(page, key);
    await editing(page).getByLabel("Repository").waitFor();
    await press(page, "Escape");
  },
  "Add manifest": async (page, [key]) => {
    await press(page, key);
    await editing(page).getByLabel("Name", { exact: true }).waitFor();
    assert.equal(await editing(page).getByLabel("Repository").count(), 0);
    await press(page, "Escape");
  },
  Paste: async (page, [key]) => {
    await choose(page, "d");
    await press(page, "Control+c");
    await press(page, key);
    await box(page, "d-2").waitFor();
    await undone(page, "d-2", "detached");
  },
  Undo: async (page, [key]) => {
    await choose(page, "b");
    await press(page, "d");
    await box(page, "b-2").waitFor();
    await press(page, key);
    await box(page, "b-2").waitFor({ state: "detached" });
  },
  Redo: async (page, [key]) => {
    await choose(page, "b");
    await press(page, "d");
    await undone(page, "b-2", "detached");
    await press(page, key);
    await box(page, "b-2").waitFor();
    await undone(page, "b-2", "detached");
  },
  "Choose all": async (page, [key]) => {
    await press(page, key);
    await becomes(page, ["a", "b", "c", "d"]);
  },
  "Choose all of its namespace": async (page, [key]) => {
    await choose(page, "b");
    await press(page, key);
    await becomes(page, ["a", "b", "c"]);
  },
  "Fold or unfold its namespace": async (page, [key]) => {
    await choose(page, "a");
    await press(page, key);
    await box(page, "b").waitFor({ state: "detached" });
    assert.equal(await said(page), "web is folded: 3 components.");
    await press(page, key);
    await box(page, "b").waitFor();
  },
  "Fold or unfold all namespaces": async (page, [key]) => {
    await press(page, key);
    await box(page, "b").waitFor({ state: "detached" });
    await press(page, key);
    await box(page, "b").waitFor();
  },
  Find: async (page, [key]) => {
    await press(page, key);
    await page.locator("#canvas-find:focus").waitFor();
    await press(page, "Escape");
  },
  "Next problem": async (page, [key]) => {
    await choose(page, "b");
    await press(page, key);
    await becomes(page, ["d"]);
  },
  "Do the first fix": async (page, [key]) => {
    await choose(page, "d");
    await press(page, key);
    await page.waitForFunction(() => document.querySelector(".builder > [role=status]").textContent === "Fixed: Declare nowhere. Undo takes it back.");
    await saved(page);
    await press(page, "Control+z");
    await page.locator(".problems").getByRole("button", { name: "Declare nowhere" }).waitFor();
  },
  "Zoom in": (page, keys) => zooms(page, keys, 1),
  "Zoom out": (page, keys) => zooms(page, keys, -1),
  "Full size": async (page, [key]) => {
    await press(page, "+");
    await press(page, key);
    assert.equal(await zoom(page), "100%");
  },
  "Fit to view": async (page, keys) => {
    for (const key of keys) {
      for (let count = 0; count < 3; count += 1) await press(page, "+");
      await press(page, key);
      await page.waitForFunction(() => parseFloat(document.querySelector(".zoom-value").textContent) <= 100);
    }
  },
  "All keys": async (page, [key]) => {
    await press(page, key);
    await page.getByRole("dialog", { name: "Keys of the builder" }).waitFor();
    await press(page, "Escape");
  },
  "what may stand here": async (page, [key]) => {
    await write(page, "\nimmu");
    await press(page, "Escape");
    await press(page, key);
    await page.getByRole("option", { name: /^immutable/ }).waitFor();
    await press(page, "Escape");
    await taken(page, "immu");
  },
  "what this is": async (page, [key]) => {
    await write(page, "");
    await press(page, "Control+Home");
    await press(page, key);
    await page.locator(".cm-about").getByText("apiVersion").first().waitFor();
    await press(page, "Escape");
    await page.locator(".cm-about").waitFor({ state: "detached" });
  },
  "next problem of the text": async (page, [key]) => {
    await write(page, "");
    await page.locator(".cm-lintRange").first().waitFor();
    await press(page, key);
    await page.locator(".cm-tooltip .cm-diagnosticText").first().waitFor();
  },
  "problems of the text": async (page, [key]) => {
    await write(page, "");
    await press(page, key);
    await page.getByRole("listbox", { name: "Diagnostics" }).waitFor();
    await press(page, "Escape");
    await page.getByRole("listbox", { name: "Diagnostics" }).waitFor({ state: "detached" });
  },
  "find in the text": async (page, [key]) => {
    await write(page, "");
    await press(page, key);
    await page.locator(".cm-search input[name=search]:focus").waitFor();
    await press(page, "Escape");
  },
  "take back what was typed": async (page, [key]) => {
    await write(page, "\n# typed");
    await press(page, key);
    await taken(page, "# typed", false);
  },
  "leave the text": async (page, [first, then]) => {
    await write(page, "");
    await press(page, first);
    await press(page, then);
    await page.waitForFunction(() => !document.activeElement.closest(".cm-editor"));
  },
};

const field = (page) => page.getByRole("textbox", { name: "Manifest" });

/** In the text of d, at its end. */
async function write(page, text) {
  await choose(page, "d");
  await page.locator(".cm-content").waitFor();
  await field(page).focus();
  await press(page, "Control+End");
  if (text) await page.keyboard.insertText(text);
}

/** What was written is gone from the text. */
async function taken(page, text, undo = true) {
  if (undo) await press(page, "Control+z");
  await page.waitForFunction((text) => !document.querySelector(".cm-content").textContent.includes(text), text);
}

scene("every action in the list of keys does what it says by the key that stands beside it", async ({ server, page }) => {
  const problem = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: d\ndata:\n  at: ${{ vars.nowhere }}\n";
  await begin(page, server, { a: [], b: ["a"], c: ["b"], d: { namespace: "other", content: { manifest: { text: problem } } } });
  await canvas(page).focus();
  await press(page, "?");
  const list = page.getByRole("dialog", { name: "Keys of the builder" });
  await list.waitFor();
  const rows = await list.getByRole("term").evaluateAll((terms) => terms.map((term) => [term.textContent, term.nextElementSibling.textContent]));
  await press(page, "Escape");
  assert.deepEqual(rows.map(([, words]) => words).filter((words) => !DOES[words]), [], "stand in the list and are not tried here");
  assert.deepEqual(Object.keys(DOES).filter((words) => !rows.some((row) => row[1] === words)), [], "are tried here and stand in no list");
  for (const [shown, words] of rows) {
    await canvas(page).focus();
    await press(page, "Escape");
    try {
      await DOES[words](page, pressable(shown));
    } catch (error) {
      error.message = `${shown}: ${words}: ${error.message}`;
      throw error;
    }
  }
  await saved(page);
});
