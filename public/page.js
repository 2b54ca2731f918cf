// On every page: the palette and the keys that hold everywhere, the theme switch, copying, dialogs, logging out, and links to pages of another kind.
import { send } from "./_form.js";
import { swap } from "./_icon.js";

const root = document.documentElement;

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // A browser that keeps nothing still switches this page.
  }
}

/** On plain http beyond localhost there is no clipboard; the text can still be selected. */
async function copy(button) {
  await navigator.clipboard?.writeText(button.dataset.copy);
  const word = button.querySelector("span");
  const label = (button.dataset.label ??= word.textContent);
  word.textContent = "Copied";
  swap(button, "check");
  setTimeout(() => {
    word.textContent = label;
    swap(button, "copy");
  }, 2000);
}

async function logOut() {
  await send("DELETE", "session").catch(() => {});
  location.assign("/login");
}

/** The palette is loaded when it is first asked for. */
async function palette(typed) {
  const named = document.querySelector("meta[name=countersign-assets]").content.split(" ");
  const { toggle } = await import(named[named.indexOf("palette.js") + 1]);
  toggle(typed);
}

/** What a menu holds is on a page of its own, to be read there too: it is fetched when the menu is asked for. */
async function fill(button) {
  const menu = document.getElementById(button.getAttribute("popovertarget"));
  const page = new DOMParser().parseFromString(await (await fetch(button.dataset.fills)).text(), "text/html");
  const part = page.querySelector("[data-part]") ?? page.querySelector(".empty");
  if (part) menu.replaceChildren(document.adoptNode(part));
}

const DOES = [
  ["[data-fills]", (button) => fill(button).catch(() => location.assign(button.dataset.fills))],
  ["[data-palette]", () => palette("")],
  ["[data-theme-toggle]", switchTheme],
  ["[data-copy]", copy],
  ["[data-log-out]", logOut],
  ["[data-opens]", (button) => document.getElementById(button.dataset.opens).showModal()],
];

const WRITTEN_IN = "input, textarea, select, [contenteditable=true], [role=textbox]";

/** The next part of the page, after the one that holds the focus. */
function nextRegion({ shiftKey }) {
  const regions = [...document.querySelectorAll(".topbar, .sidebar, .subnav, main, [data-region]")].filter((one) => one.getClientRects().length);
  if (!regions.length) return;
  const held = regions.findLastIndex((one) => one.contains(document.activeElement));
  const next = regions.at(shiftKey ? Math.max(held, 0) - 1 : (held + 1) % regions.length);
  if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
  next.focus();
}

const KEYS = {
  F6: nextRegion,
  "?": () => palette("?"),
  "/": () => document.querySelector("main :is([type=search], [data-filter] :is(input, select))")?.focus(),
};

// Wherever the focus is, in a field or an editor too.
document.addEventListener(
  "keydown",
  (event) => {
    const isAsked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
    if (!isAsked || !document.querySelector("[data-palette]")) return;
    event.preventDefault();
    event.stopPropagation();
    palette("");
  },
  true,
);

// A part of the page that knows a key itself has said so by now.
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.(WRITTEN_IN) && event.key !== "F6";
  if (event.defaultPrevented || isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const act = document.querySelector("[data-palette]") && KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

/** What the server calls the kind of page behind an address; where it knows better, the page is loaded anew. */
function kindOf(path) {
  if (/^\/clusters\/[^/]+\/stacks\/[^/]+\/?$/.test(path)) return "builder";
  return /^\/settings\/./.test(path) ? "settings" : "read";
}

document.addEventListener("click", (event) => {
  for (const [selector, work] of DOES) {
    const found = event.target.closest?.(selector);
    if (found) work(found);
  }
  // The wasm of this page takes links into its own hands and does not know pages of another kind: the browser loads those.
  const link = event.target.closest?.("a[href]");
  if (link && link.origin === location.origin && kindOf(link.pathname) !== root.dataset.kind) event.stopPropagation();
});

for (const time of document.querySelectorAll('time[data-local=""]')) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.valueOf())) time.textContent = moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

// An address that names a dialog of the page opens it.
const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (named instanceof HTMLDialogElement) named.showModal();
