// Elements from words, and text from anywhere as what it is.

const icons = document.querySelector("meta[name=countersign-assets]")?.content.match(/icons\.svg (\S+)/)?.[1] ?? "/assets/icons.svg";

/** `el("p", "muted", …)`, or attributes in place of the class. Text is only ever text. */
export function el(tag, of = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(typeof of === "string" ? { class: of } : of))
    if (value !== undefined && value !== "") element.setAttribute(name, value);
  element.append(...inside.flat().filter((one) => one || one === ""));
  return element;
}

export function icon(name, ink = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${ink}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons}#i-${name}`);
  svg.append(use);
  return svg;
}

const TRICKS =
  /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2028\u2029\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** Characters that hide or reorder text are written out. */
export const shown = (text) => String(text).replace(TRICKS, (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);

/** A value that stands as JSON: text without its quotes, unless it would then read as something else. */
export function value(json) {
  const read = (text) => {
    try {
      return [JSON.parse(text)];
    } catch {
      return null;
    }
  };
  const text = read(json)?.[0];
  return shown(typeof text === "string" && text !== "" && !read(text) ? text : json);
}

export const count = (number, one) => (number === 1 ? `1 ${one}` : `${number} ${one}s`);

/** `missing_secret` is `Missing secret`. */
export const words = (code) => code.charAt(0).toUpperCase() + code.slice(1).replaceAll("_", " ");
