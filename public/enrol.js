// The enrolment page: the code behind the #, a key, then a second one.
import { clear, complete, once, say, send, show } from "./_form.js";
import { qr } from "./qr.js";
import { doneByPassword, find, registerKey, said } from "./_steps.js";
import { enrolWithCode, impossible } from "./passkey.js";

const form = find("form");
const fields = form.elements;
const password = find("[data-password]");
const phone = find("[data-phone]");

fields.code.value = decodeURIComponent(location.hash.slice(1));
find("[data-code]").hidden = Boolean(fields.code.value);

const why = impossible();
if (why) {
  password.hidden = false;
  find("[data-address]").classList.add("callout--waiting");
  say(find("[data-address]"), { message: "No passkey is possible at this address", hint: `${why} Until then a password logs you in.` });
  find("[data-submit]").textContent = "Set a password";
}

// A phone needs no picture of its own link, and nobody else can open a link to localhost.
const local = location.hostname === "localhost" || location.hostname.endsWith(".localhost");
phone.hidden = local || matchMedia("(pointer: coarse)").matches || !fields.code.value;
phone.addEventListener("toggle", () => {
  if (phone.open) find("[data-link-qr]").replaceChildren(qr(location.href, "QR code of this link"));
});

async function byPassword() {
  const code = fields.code.value;
  await send("POST", "session/enrolment", { code });
  await send("PUT", "me/password", { password: fields.password.value, code });
  doneByPassword();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  if (!complete(form)) return;
  once(form.querySelector("[type=submit]"), async () => {
    try {
      if (!password.hidden) return await byPassword();
      await registerKey(() => enrolWithCode(fields.code.value, fields.key_name.value, said));
    } catch (problem) {
      find("[data-code]").hidden = false;
      show(form, problem);
    }
  });
});
