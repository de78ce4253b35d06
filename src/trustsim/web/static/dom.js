/** Elements are made and kept here. Text is always text: nothing here parses HTML. */

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set([
  "value",
  "checked",
  "disabled",
  "hidden",
  "selected",
  "open",
  "indeterminate",
  "textContent",
  "htmlFor",
]);

/**
 * Make an element: `h("button", {class: "quiet", type: "button", on: {click}}, "Run")`.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} props
 * @param {...(Child | Child[])} children
 */
export function h(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} props
 * @param {...(Child | Child[])} children
 */
export function s(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Props} props
 * @param {(Child | Child[])[]} children
 */
function filled(element, { on = {}, ...props }, children) {
  for (const [event, act] of Object.entries(on)) element.addEventListener(event, act);
  for (const [name, value] of Object.entries(props)) {
    if (AS_PROPERTY.has(name)) Reflect.set(element, name, value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

const ICONS = {
  play: "M5 3.5v9l7.5-4.5z",
  pause: "M5 3.5v9M11 3.5v9",
  back: "M10.5 3.5L6 8l4.5 4.5",
  forward: "M5.5 3.5L10 8l-4.5 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  add: "M8 3v10M3 8h10",
  down: "M4 6l4 4 4-4",
  reset: "M3.5 8a4.5 4.5 0 1 0 1.6-3.4M3.5 2.8v2.6h2.6",
  start: "M4.5 3.5v9M11.5 3.5L7 8l4.5 4.5",
  save: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
};

/**
 * Make a small line icon that assistive technology passes over.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  return s(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", "data-icon": name },
    s("path", { d: ICONS[name] }),
  );
}

/**
 * Make a button.
 * @param {Child | Child[]} content
 * @param {(event: Event) => unknown} act
 * @param {Props} props
 */
export function button(content, act, props = {}) {
  return h("button", { type: "button", ...props, on: { click: act } }, content);
}

/**
 * Make a button that shows an icon only; its label is also its tooltip.
 * @param {keyof typeof ICONS} name
 * @param {string} label
 * @param {(event: Event) => unknown} act
 * @param {Props} props
 */
export function iconButton(name, label, act, props = {}) {
  return button(icon(name), act, { class: "only-icon", "aria-label": label, title: label, ...props });
}

/** @type {WeakMap<Element, Map<string | number, Kept>>} */
const shown = new WeakMap();

/**
 * Show one child of *parent* for each item, keeping the elements of those that stay, so that focus and text stay too.
 *
 * `make(item)` makes an element or an object that holds one, `update` fills it in; an element moves only if it must.
 * @template Item
 * @template {Kept} Made
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {(item: Item) => string | number} keyOf
 * @param {(item: Item) => Made} make
 * @param {(made: Made, item: Item, place: number) => void} update
 */
export function keyed(parent, items, keyOf, make, update) {
  const before = /** @type {Map<string | number, Made>} */ (shown.get(parent) ?? new Map());
  /** @type {Map<string | number, Made>} */
  const now = new Map();
  items.forEach((item, place) => {
    const key = keyOf(item);
    const made = before.get(key) ?? make(item);
    now.set(key, made);
    update(made, item, place);
  });
  for (const [key, made] of before) if (!now.has(key)) elementOf(made).remove();
  let next = parent.firstChild;
  for (const made of now.values()) {
    const element = elementOf(made);
    if (element === next) next = next.nextSibling;
    else parent.insertBefore(element, next);
  }
  shown.set(parent, now);
}

/** @param {Kept} made */
const elementOf = (made) => (made instanceof Element ? made : made.element);

/**
 * Return the element of the page with an id.
 * @param {string} id
 */
export function at(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element ${id}`);
  return element;
}

/**
 * Set text only where it differs, so that a live region does not speak twice.
 * @param {Node} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Tell assistive technology, politely.
 * @param {string} text
 */
export function announce(text) {
  say(at("live"), text);
}

let fading = 0;

/**
 * Show a short message for some seconds, with one thing that can be done about it.
 * @param {string} text
 * @param {{label: string, act: () => void} | null} action
 */
export function toast(text, action = null) {
  const box = at("toast");
  const undo =
    action &&
    button(
      action.label,
      () => {
        action.act();
        box.hidden = true;
      },
      { class: "quiet" },
    );
  box.replaceChildren(h("span", {}, text), ...(undo ? [undo] : []));
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => {
    box.hidden = true;
  }, 8000);
}

/**
 * Return a function that runs *act* once *ms* have passed without another call.
 * @param {() => unknown} act
 * @param {number} ms
 */
export function later(act, ms) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
}

/** Whether the reader asked for less movement. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let made = 0;

/**
 * Return an id that no other element has.
 * @param {string} stem
 */
export const newId = (stem) => `${stem}-${++made}`;

/**
 * Say a count with its noun: `1 world`, `1 200 worlds`.
 * @param {number} n
 * @param {string} noun
 */
export function plural(n, noun, nouns = `${noun}s`) {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f")} ${n === 1 ? noun : nouns}`;
}

/**
 * Keep a number and its unit on one line.
 * @param {string} text
 */
export const glued = (text) => text.replace(/(\d) (%|pp|[A-Z]{3}\b)/g, "$1\u00a0$2");

/**
 * Say how long: `9 s`, `4 min`, `1.5 h`.
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 1) return "under 1 s";
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/**
 * Hand the reader a file with this text.
 * @param {string} name
 * @param {string} text
 */
export function download(name, text, type = "text/plain") {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
