// The set-up page: the form, then the first passkey at once.
import { clear, complete, once, say, send, show } from "./_form.js";
import { doneByPassword, find, registerKey, said, step } from "./_steps.js";
import { enrolWithCode, impossible } from "./passkey.js";

const form = find("form");
const fields = form.elements;
const address = find("[data-address]");
const password = find("[data-password]");
let link;

/** Whether passkeys are possible at the address that stands in the field. */
function judge() {
  let url;
  try {
    url = new URL(fields.public_url.value);
  } catch {
    address.hidden = true;
    return;
  }
  const here = url.origin === location.origin;
  const why = here ? impossible() : reason(url);
  const local = url.hostname === "localhost" || url.hostname.endsWith(".localhost");
  address.classList.toggle("callout--waiting", Boolean(why));
  address.hidden = false;
  if (why) say(address, { message: "No passkey is possible at this address", hint: why });
  else if (!here) say(address, { message: "Your passkey is made at that address", hint: `After set-up this page goes to ${url.origin}; its name must lead to this server by then.` });
  else if (local) say(address, { message: "This computer only", hint: "A key made at localhost works on this computer and nowhere else. For a team, put the server behind https and its name first." });
  else address.hidden = true;
  password.hidden = !why;
  find("[data-submit]").textContent = why ? "Set up with a password" : "Set up and register a passkey";
}

function reason(url) {
  if (/^[\d.]+$|:/.test(url.hostname.replace(/^\[/, ":"))) return "Browsers offer no passkeys on an IP address. Give the server a name and https, or open it as http://localhost on the machine itself.";
  if (url.protocol !== "https:" && url.hostname !== "localhost" && !url.hostname.endsWith(".localhost"))
    return "Browsers offer passkeys only over https, or on localhost. Put the server behind a proxy that speaks https.";
  return null;
}

const request = () => ({
  code: fields.code.value,
  organisation: fields.organisation.value,
  public_url: fields.public_url.value,
  name: fields.name.value,
  full_name: fields.full_name.value,
  trusted_proxies: fields.trusted_proxies.value.split(/[\s,]+/).filter(Boolean),
});

async function byPassword() {
  await send("POST", "session/enrolment", { code: link.code });
  await send("PUT", "me/password", { password: fields.password.value, code: link.code });
  doneByPassword();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  if (!complete(form)) return;
  once(form.querySelector("[type=submit]"), async () => {
    try {
      const wanted = request();
      link ??= await send("POST", "setup", wanted);
      if (!password.hidden) return await byPassword();
      if (new URL(link.url).origin !== location.origin) return location.assign(link.url);
      await registerKey(() => enrolWithCode(link.code, "", said), () => {
        password.hidden = false;
        find("[data-submit]").textContent = "Set the password";
        step("form");
        fields.password.focus();
      });
    } catch (problem) {
      show(form, problem);
    }
  });
});

fields.public_url.addEventListener("input", judge);

// The server cannot see from a rendering how this browser reached it; asked again from here, it can.
send("GET", "setup").then((state) => {
  if (fields.public_url.value === fields.public_url.defaultValue) fields.public_url.value = state.public_url;
  judge();
}, judge);
fields.code.focus();
