// Times that the server wrote in UTC, in the reader's zone.

const two = (number) => String(number).padStart(2, "0");
const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const word = (at, options) => at.toLocaleString("en", options);

const FORMS = {
  clock,
  moment: (at) => `${at.getDate()} ${word(at, { month: "short" })} ${at.getFullYear()}, ${clock(at)}`,
};

/** The whole day as a heading says it. */
const day = (at) => `${word(at, { weekday: "long" })} ${at.getDate()} ${word(at, { month: "long" })} ${at.getFullYear()}`;

export function localTimes(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const [form, at] = [FORMS[time.dataset.local], new Date(time.dateTime)];
    if (form && !Number.isNaN(at.valueOf())) time.textContent = form(at);
  }
}

/** Puts the entries of the record under the reader's days. */
export function localDays(book) {
  if (!book) return;
  for (const heading of book.querySelectorAll(".book-day")) heading.remove();
  let heading;
  for (const entry of book.querySelectorAll(":scope > .entry:not(.entry-head)")) {
    const time = entry.querySelector("time");
    if (!time) continue;
    const said = day(new Date(time.dateTime));
    if (heading?.said !== said) {
      const element = document.createElement("h2");
      element.className = "book-day";
      const count = document.createElement("small");
      element.append(`${said} `, count);
      heading = { said, count, entries: 0 };
      entry.before(element);
    }
    // What somebody else pushed stands between the entries and is none.
    if (!entry.classList.contains("entry--foreign")) heading.entries += 1;
    heading.count.textContent = `${heading.entries} ${heading.entries === 1 ? "entry" : "entries"}`;
  }
}
