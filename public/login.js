// The login page: one button, a password behind a link.
import { clear, complete, once, say, send, show } from "./_form.js";
import { impossible, login } from "./passkey.js";

const find = (selector) => document.querySelector(selector);
const form = find("form#password");
const button = find("[data-log-in]");
const place = find("[data-problem]");

/** Where the person wanted to be; never another site. */
function goOn() {
  const next = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  location.assign(next.origin === location.origin ? next.href : "/");
}

button.addEventListener("click", () =>
  once(button, async () => {
    place.hidden = true;
    try {
      await login();
      goOn();
    } catch (problem) {
      say(place, problem);
    }
  }),
);

find("[data-password-link]").addEventListener("click", (event) => {
  event.preventDefault();
  form.hidden = !form.hidden;
  if (!form.hidden) form.elements.name.focus();
});

find("[data-lost-link]").addEventListener("click", (event) => {
  event.preventDefault();
  find("#lost").hidden = !find("#lost").hidden;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  if (!complete(form)) return;
  once(event.submitter ?? button, async () => {
    try {
      await send("POST", "session", { name: form.elements.name.value, password: form.elements.password.value });
      goOn();
    } catch (problem) {
      show(form, problem);
    }
  });
});

const why = impossible();
if (why) {
  find("[data-passkey]").hidden = true;
  form.hidden = false;
  if (!find(".callout--waiting")) say(place, { message: "No passkey here", hint: why });
}
