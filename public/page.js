// On every page: the theme switch, copying, dialogs, logging out, and links to pages of another kind.
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

const DOES = [
  ["[data-theme-toggle]", switchTheme],
  ["[data-copy]", copy],
  ["[data-log-out]", logOut],
  ["[data-opens]", (button) => document.getElementById(button.dataset.opens).showModal()],
];

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
