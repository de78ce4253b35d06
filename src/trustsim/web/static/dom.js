/** Making and keeping elements. Text is always text: nothing here parses HTML. */

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set(["value", "checked", "disabled", "hidden", "selected", "open", "indeterminate", "textContent", "htmlFor"]);

/** Make an element: `h("button", {class: "quiet", type: "button", on: {click}}, "Run")`. */
export function h(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/** Make an SVG element. */
export function s(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

function filled(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (AS_PROPERTY.has(name)) element[name] = value;
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const ICONS = {
  play: "M5 3.5v9l7.5-4.5z", pause: "M5 3.5v9M11 3.5v9", back: "M10.5 3.5L6 8l4.5 4.5", forward: "M5.5 3.5L10 8l-4.5 4.5",
  close: "M4 4l8 8M12 4l-8 8", add: "M8 3v10M3 8h10", down: "M4 6l4 4 4-4", reset: "M3.5 8a4.5 4.5 0 1 0 1.6-3.4M3.5 2.8v2.6h2.6",
  start: "M4.5 3.5v9M11.5 3.5L7 8l4.5 4.5", save: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
};

/** Make a small line icon that assistive technology passes over. */
export function icon(name) {
  return s("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", "data-icon": name }, s("path", { d: ICONS[name] }));
}

/** Make a button; `label` names it where it shows an icon only. */
export function button(content, act, props = {}) {
  return h("button", { type: "button", ...props, on: { click: act } }, content);
}

/** Make a button that shows an icon only; its name is also its tooltip. */
export function iconButton(name, label, act, props = {}) {
  return button(icon(name), act, { class: "only-icon", "aria-label": label, title: label, ...props });
}

const kept = new WeakMap();

/** Show one child of *parent* for each item, keeping the elements of those that stay, so that focus and text stay too.
 *
 * `make(item)` makes an element, `update(element, item, place)` fills it in; an element moves only if it must.
 */
export function keyed(parent, items, keyOf, make, update) {
  const before = kept.get(parent) ?? new Map();
  const now = new Map();
  items.forEach((item, place) => {
    const key = keyOf(item);
    const element = before.get(key) ?? make(item);
    now.set(key, element);
    update?.(element, item, place);
  });
  for (const [key, element] of before) if (!now.has(key)) element.remove();
  let next = parent.firstChild;
  for (const element of now.values()) {
    if (element === next) next = next.nextSibling;
    else parent.insertBefore(element, next);
  }
  kept.set(parent, now);
}

/** Set text only where it differs, so that a live region does not speak twice. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tell assistive technology, politely. */
export function announce(text) {
  say(document.getElementById("live"), text);
}

let fading = 0;

/** Show a short message for some seconds, with one thing that can be done about it. */
export function toast(text, action = null) {
  const box = document.getElementById("toast");
  const undo = action && button(action.label, () => { action.act(); box.hidden = true; }, { class: "quiet" });
  box.replaceChildren(h("span", {}, text), ...(undo ? [undo] : []));
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { box.hidden = true; }, 8000);
}

/** Return a function that runs *act* once *ms* have passed without another call. */
export function later(act, ms) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), ms);
  };
}

/** Whether the reader asked for less movement. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let made = 0;

/** Return an id that no other element has. */
export const newId = (stem) => `${stem}-${++made}`;

/** Say a count with its noun: `1 world`, `1 200 worlds`. */
export function plural(n, noun, nouns = `${noun}s`) {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f")} ${n === 1 ? noun : nouns}`;
}

/** Keep a number and its unit on one line. */
export const glued = (text) => text.replace(/(\d) (%|pp|[A-Z]{3}\b)/g, "$1\u00a0$2");

/** Say how long: `9 s`, `4 min`, `1.5 h`. */
export function duration(seconds) {
  if (seconds < 1) return "under 1 s";
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Hand the reader a file with this text. */
export function download(name, text, type = "text/plain") {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
