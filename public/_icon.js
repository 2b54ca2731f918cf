// Icons that the server drew, changed in place.

/** Shows another icon of the sheet in the first one inside `element`. */
export function swap(element, name) {
  const use = element.querySelector("svg use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${name}`));
}
