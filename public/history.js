// The history of a draft: names for revisions, and the way back. The page is loaded anew after each, and says what holds.
import { clear, complete, once, oneEdit, say, send, show } from "./_form.js";

const history = document.querySelector("[data-history]");
const place = history?.querySelector(":scope > [data-problem]");
const draft = encodeURIComponent(history?.dataset.history ?? "");

const form = history?.querySelector("form[data-checkpoint]");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  if (!complete(form)) return;
  const checkpoint = { name: form.elements.name.value, revision: Number(form.elements.revision.value) };
  once(event.submitter ?? form.querySelector("[type=submit]"), () =>
    send("POST", `drafts/${draft}/checkpoints`, checkpoint).then(() => location.reload(), (problem) => show(form, problem)),
  );
});

/** Going back changes the draft for everybody in it: a second press says that it is meant. */
const sure = new WeakSet();
const edit = oneEdit();

async function back(button) {
  place.hidden = true;
  if (!sure.has(button)) {
    sure.add(button);
    button.querySelector("span").textContent = "Really go back";
    button.setAttribute("aria-label", `Really go back: rev ${button.dataset.back}`);
    return;
  }
  const wanted = { to: Number(button.dataset.back), base_revision: Number(history.dataset.revision), change_id: edit.id() };
  await send("POST", `drafts/${draft}/back`, wanted).then(
    () => location.reload(),
    (problem) => {
      edit.refused(problem);
      say(place, problem);
    },
  );
}

history?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-back]");
  if (button) once(button, () => back(button));
  const name = event.target.closest("[data-forget]");
  if (name) {
    const path = `drafts/${draft}/checkpoints/${encodeURIComponent(name.dataset.forget)}`;
    once(name, () => send("DELETE", path).then(() => location.reload(), (problem) => say(place, problem)));
  }
});
