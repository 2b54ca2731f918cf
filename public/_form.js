// Forms of the pages without wasm: send, and show a problem at its field.

/** What the API said no with: { code, detail, hint, at }. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    Object.assign(this, problem);
  }
}

export async function send(method, path, body) {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Refused({ code: "unreachable", detail: "The server cannot be reached.", hint: "Try again in a moment. What you typed is still here." });
  });
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refused(answer?.detail ? answer : { code: "failed", detail: `The server answers ${response.status}.` });
  return answer;
}

/**
 * The id of one edit of a draft: `id()` stays the same while nobody knows whether it arrived, so that what is sent twice is
 * done once; after a refusal the next attempt is another edit.
 */
export function oneEdit() {
  let id = crypto.randomUUID();
  return {
    id: () => id,
    refused: (problem) => {
      if (problem.code !== "unreachable") id = crypto.randomUUID();
    },
  };
}

/** Takes away what an earlier attempt said. */
export function clear(form) {
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const error of form.querySelectorAll(".field-error")) error.hidden = true;
  const place = placeOf(form);
  if (place) place.hidden = true;
}

/** At the field that the problem names, else above the button. */
export function show(form, problem) {
  const field = problem.at?.match(/^[a-z_]+/)?.[0];
  const input = field && form.querySelector(`#field-${field}`);
  if (input && !input.closest("[hidden]")) {
    const error = document.getElementById(`${input.id}-error`);
    error.textContent = sentence(problem);
    error.hidden = false;
    input.setAttribute("aria-invalid", "true");
    input.closest("details")?.setAttribute("open", "");
    input.focus();
    return;
  }
  say(placeOf(form), problem);
}

/** The words of a problem, in a place kept for it. */
export function say(place, problem) {
  const text = document.createElement("div");
  const title = document.createElement("p");
  title.className = "callout-title";
  title.textContent = problem.message ?? problem.detail;
  text.append(title);
  if (problem.hint) {
    const hint = document.createElement("p");
    hint.textContent = problem.hint;
    text.append(hint);
  }
  place.replaceChildren(text);
  place.hidden = false;
}

const sentence = (problem) => [problem.detail, problem.hint].filter(Boolean).join(" ");
const placeOf = (form) => form.querySelector("[data-problem]") ?? document.querySelector("[data-problem]");

/** A missing required field is said before anything is sent. Gives whether all are there. */
export function complete(form) {
  for (const input of form.querySelectorAll("[required]")) {
    if (input.closest("[hidden]") || input.value.trim()) continue;
    const label = form.querySelector(`label[for="${input.id}"]`)?.textContent ?? "This";
    show(form, { at: input.name, detail: `${label} is needed.` });
    return false;
  }
  return true;
}

/** Runs while the button cannot be pressed again. */
export async function once(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}
