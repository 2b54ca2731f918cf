// What set-up and enrolment share: register the key, try again, then a second one.
import { say } from "./_form.js";
import { qr } from "./qr.js";
import { deviceLink, enrol } from "./passkey.js";

export const find = (selector) => document.querySelector(selector);

export function step(name) {
  for (const part of document.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== name;
}

const STEPS = {
  confirm: "First, confirm with the key you have.",
  create: "Now the new key: follow your browser.",
};

export const said = (name) => {
  find("[data-key-status]").textContent = STEPS[name] ?? "";
};

/** Runs `register` at once, and again whenever the person asks. `byPassword` is offered after a failure. */
export function registerKey(register, byPassword) {
  const again = find("[data-key-again]");
  const password = find("[data-key-password]");
  const problem = find("[data-key-problem]");
  step("key");
  const attempt = async () => {
    problem.hidden = true;
    again.hidden = true;
    password.hidden = true;
    try {
      done(await register());
    } catch (error) {
      say(problem, error);
      said("");
      again.hidden = false;
      password.hidden = !byPassword;
      again.focus();
    }
  };
  again.onclick = attempt;
  password.onclick = () => byPassword?.();
  return attempt();
}

/** The key is there: what to do better, and the offer of a second one. */
export function done(enrolled) {
  step("done");
  const advice = find("[data-advice]");
  advice.replaceChildren(
    ...(enrolled?.advice ?? []).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
  find("[data-second-why]").hidden = Boolean(enrolled?.advice?.length);
  if (enrolled && !enrolled.passkey.may_sign) {
    find("[data-done-lede]").textContent = "This key logs you in. It lacks ES256, so it cannot sign: register another one to deploy.";
  }
  const heading = find("[data-done-lede]");
  heading.tabIndex = -1;
  heading.focus();
}

/** Without a passkey there is no second one to ask for. */
export function doneByPassword() {
  step("done");
  find("[data-done-lede]").textContent = "Your password is set.";
  find("[data-second]").hidden = true;
}

async function second(work) {
  const problem = find("[data-second-problem]");
  problem.hidden = true;
  try {
    await work();
  } catch (error) {
    say(problem, error);
  }
}

find("[data-second-key]").addEventListener("click", () =>
  second(async () => {
    done(await enrol({}));
    find("[data-done-lede]").textContent = "Two passkeys are registered.";
    find("[data-second]").hidden = true;
  }),
);

find("[data-second-device]").addEventListener("click", () =>
  second(async () => {
    const { link } = await deviceLink();
    const text = document.createElement("p");
    text.className = "fine wrap";
    text.textContent = link.url;
    const place = find("[data-qr]");
    place.replaceChildren(qr(link.url, "QR code of the link for your other device"), text);
    place.hidden = false;
  }),
);
