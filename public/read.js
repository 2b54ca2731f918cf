// Pages that are read and load no wasm: the form for a new stack, the record's rows and its filter.
import { clear, complete, once, say, send, show } from "./_form.js";
import { swap } from "./_icon.js";
import { localDays, localTimes } from "./_times.js";

const find = (selector) => document.querySelector(selector);

/** Makes a draft and opens it in the builder. */
async function draft(cluster, start) {
  const made = await send("POST", `clusters/${encodeURIComponent(cluster)}/drafts`, start);
  const [on, stack, id] = [made.cluster, made.stack, made.id].map(encodeURIComponent);
  location.assign(`/clusters/${on}/stacks/${stack}?draft=${id}`);
}

/** Of this form only the name can be malformed. The API says where in the request that was, which is no help here. */
function atTheName(problem) {
  if (problem.code !== "malformed") return problem;
  return { at: "name", detail: problem.detail.replace(/ at line \d+ column \d+$/, ".") };
}

for (const form of document.querySelectorAll("form[data-new-stack]")) {
  const { name, cluster } = form.elements;
  const field = name.closest(".field");
  const chosen = () => form.elements.start.value;
  const settle = () => {
    field.hidden = chosen() !== "";
  };
  form.addEventListener("change", settle);
  settle();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clear(form);
    if (!complete(form)) return;
    const start = chosen() ? { start: "example", example: chosen() } : { start: "empty", name: name.value.trim() };
    once(event.submitter ?? form.querySelector("[type=submit]"), () => draft(cluster.value, start).catch((problem) => show(form, atTheName(problem))));
  });
}

/** The detail of an entry is on its own page; here it is shown below its row. */
async function unfold(link) {
  const entry = link.closest(".entry");
  const shown = entry.classList.contains("entry--open");
  if (shown) {
    entry.nextElementSibling.remove();
  } else {
    const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
    const detail = page.querySelector(".entry-detail");
    if (!detail) return location.assign(link.href);
    localTimes(detail);
    entry.after(document.adoptNode(detail));
  }
  entry.classList.toggle("entry--open", !shown);
  link.setAttribute("aria-expanded", String(!shown));
  link.setAttribute("aria-label", link.getAttribute("aria-label").replace(/^\w+/, shown ? "Open" : "Close"));
  swap(link, shown ? "down" : "up");
}

for (const link of document.querySelectorAll("[data-unfold]")) {
  // It does not lead away any more, so it is a button.
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-unfold]");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    once(link, () => unfold(link).catch(() => location.assign(link.href)));
  }
  const button = event.target.closest?.("[data-start]");
  if (button) {
    const place = button.closest(".entry-detail, [data-makes]").querySelector("[data-problem]");
    place.hidden = true;
    once(button, () => draft(button.dataset.draftOn, JSON.parse(button.dataset.start)).catch((problem) => say(place, problem)));
  }
});

document.addEventListener("keydown", (event) => {
  const link = event.key === " " && event.target.closest?.("[data-unfold]");
  if (!link) return;
  event.preventDefault();
  link.click();
});

find("[data-filter]")?.addEventListener("change", (event) => {
  const cluster = event.target.value;
  location.assign(cluster ? `/record?cluster=${encodeURIComponent(cluster)}` : "/record");
});

localTimes(document);
localDays(find("[data-days]"));
document.documentElement.dataset.alive = "";
