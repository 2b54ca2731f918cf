// The page that adds a person's own application: its answers go to the API, which makes a component of them.
import { clear, complete, once, oneEdit, send, show } from "./_form.js";

const form = document.querySelector("form[data-application]");
const edit = oneEdit();

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** `NAME=value`; what has no `=` in it is told by the API as the name that it is not. */
function setting(line) {
  const at = line.indexOf("=");
  return at < 0 ? null : { name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
}

const number = (text) => (/^\d+$/.test(text) ? Number(text) : NaN);

/** What the API takes, or a problem at its field. */
function application() {
  const typed = (name) => form.elements[name].value.trim();
  const made = { name: typed("name"), namespace: typed("namespace"), image: typed("image"), replicas: number(typed("replicas")) };
  if (Number.isNaN(made.replicas)) return { problem: { at: "replicas", detail: "Write a number." } };
  if (typed("port")) {
    made.port = number(typed("port"));
    if (!(made.port > 0 && made.port < 65536)) return { problem: { at: "port", detail: "A port is between 1 and 65535." } };
  }
  if (typed("host")) made.host = typed("host");
  made.environment = lines(form.elements.environment.value).map(setting);
  const wrong = made.environment.indexOf(null);
  if (wrong >= 0) return { problem: { at: "environment", detail: `Line ${wrong + 1}: write NAME=value.` } };
  made.secrets = lines(form.elements.secrets.value).map((name) => ({ name }));
  if (typed("volume_size") || typed("volume_path")) made.volume = { size: typed("volume_size"), path: typed("volume_path") };
  return { made };
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  if (!complete(form)) return;
  const { made, problem } = application();
  if (problem) return show(form, problem);
  once(event.submitter ?? form.querySelector("[type=submit]"), async () => {
    try {
      await send("POST", `drafts/${encodeURIComponent(form.dataset.application)}/applications`, { change_id: edit.id(), application: made });
      location.assign(form.dataset.back);
    } catch (refused) {
      edit.refused(refused);
      const { detail, hint, at } = refused;
      show(form, { detail: detail.replace(/ at line \d+ column \d+$/, "."), hint, at: at?.replace(/^application\./, "") });
    }
  });
});
