// The catalog: finds while somebody types, asks a chart's repository, adds a chart to a draft, keeps repositories.
import { clear, complete, once, oneEdit, say, send, show } from "./_form.js";
import { localTimes } from "./_times.js";

const find = (selector) => document.querySelector(selector);

/** The part of another page of ours that stands under `selector`. */
async function part(address, selector) {
  const response = await fetch(address, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelector(selector);
  if (!found) throw new Error(`${address} holds no ${selector}`);
  localTimes(found);
  return [...found.childNodes].map((node) => document.adoptNode(node));
}

/** Only the newest answer counts: an earlier one may come later. */
let asked = 0;

async function search(form) {
  const mine = ++asked;
  const given = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  const address = given.size ? `/catalog?${given}` : "/catalog";
  const found = await part(address, "[data-found]").catch(() => null);
  if (mine !== asked || !found) return;
  find("[data-found]")?.replaceChildren(...found);
  history.replaceState(history.state, "", address);
}

const searching = find("form[data-find-charts]");
if (searching) {
  let later;
  searching.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(() => search(searching), 80);
  });
  searching.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(later);
    search(searching);
  });
}

const inside = find("[data-inside-at]");
if (inside) {
  const wait = document.createElement("p");
  wait.className = "muted";
  wait.setAttribute("role", "status");
  wait.textContent = "Asking its repository…";
  const before = [...inside.childNodes];
  inside.replaceChildren(wait);
  part(inside.dataset.insideAt, "[data-inside]").then(
    (parts) => inside.replaceChildren(...parts),
    () => inside.replaceChildren(...before),
  );
}

/** A name that no component of the draft has for its id yet. */
function freeId(name, components) {
  const taken = new Set(components.map((one) => one.id));
  let id = name;
  for (let number = 2; taken.has(id); number += 1) id = `${name}-${number}`;
  return id;
}

const edit = oneEdit();

async function add(form) {
  const { draft: id, back, repository, chart } = form.dataset;
  const path = `drafts/${encodeURIComponent(id)}`;
  const draft = await send("GET", path);
  const value = (field) => form.elements[field].value.trim();
  const component = {
    id: freeId(value("name"), draft.content.components),
    name: value("name"),
    namespace: value("namespace"),
    depends_on: [...form.querySelectorAll("[name=wait]:checked")].map((box) => box.value),
    content: { addon: { chart: { repository, name: chart, version: value("version") }, release: {}, values: "" } },
  };
  const changes = [{ change: "add_component", component }];
  await send("POST", `${path}/changes`, { base_revision: draft.revision, change_id: edit.id(), changes });
  location.assign(back);
}

const adding = find("form[data-add-chart]");
adding?.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(adding);
  if (!complete(adding)) return;
  once(event.submitter, () =>
    add(adding).catch((problem) => {
      edit.refused(problem);
      show(adding, problem);
    }),
  );
});

/** As long as one is being fetched, how far it is. */
async function watch() {
  const list = find("[data-repositories]");
  while (list?.querySelector("[data-busy]")) {
    await new Promise((done) => setTimeout(done, 500));
    await refresh();
  }
}

async function refresh() {
  const rows = await part("/catalog/repositories", "[data-repositories]").catch(() => null);
  if (rows) find("[data-repositories]").replaceChildren(...rows);
}

const newRepository = find("form[data-add-repository]");
newRepository?.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(newRepository);
  if (!complete(newRepository)) return;
  const given = Object.fromEntries([...new FormData(newRepository)].filter(([name, value]) => name === "password" ? value : value.trim()));
  once(event.submitter, () =>
    send("POST", "chart-repositories", given).then(
      () => {
        newRepository.reset();
        return refresh().then(() => void watch());
      },
      (problem) => show(newRepository, problem),
    ),
  );
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fetch-repository], [data-remove-repository]");
  if (!button) return;
  const { fetchRepository, removeRepository } = button.dataset;
  const name = fetchRepository ?? removeRepository;
  if (removeRepository && !confirm(`Remove ${name}? Components that came from it keep working; the catalog forgets its charts.`)) return;
  const path = `chart-repositories/${encodeURIComponent(name)}`;
  const sent = fetchRepository ? send("POST", `${path}/fetch`, {}) : send("DELETE", path);
  once(button, () =>
    sent.then(
      () => refresh().then(() => void watch()),
      (problem) => say(find("[data-repositories] [data-problem]"), problem),
    ),
  );
});

watch();
