// What a person types, ticks and sends before the page's wasm runs is kept here and handed over when it does: hydration
// puts every field back, and until then the browser would send a form as an address with its fields in it.
{
  const root = document.documentElement;
  const kept = new Map();
  let sent;
  const property = (field) => (field.matches("[type=checkbox], [type=radio]") ? "checked" : "value");
  const keep = ({ target, type }) => kept.set(target, { value: target[property(target)], heard: new Set(kept.get(target)?.heard).add(type) });
  const hold = (event) => {
    event.preventDefault();
    sent = event.target;
  };
  const listeners = { input: keep, change: keep, submit: hold };
  for (const name in listeners) addEventListener(name, listeners[name], true);
  new MutationObserver((_, observer) => {
    observer.disconnect();
    for (const name in listeners) removeEventListener(name, listeners[name], true);
    for (const [field, { value, heard }] of kept) {
      field[property(field)] = value;
      for (const name of heard) field.dispatchEvent(new Event(name, { bubbles: true }));
    }
    sent?.requestSubmit();
  }).observe(root, { attributeFilter: ["data-alive"] });
}
