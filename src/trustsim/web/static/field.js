/** A parameter has a slider and a field, two views of one value, with its unit, bounds, source and help. */

import { asText, controlFor, sliderFor } from "./controls.js";
import { h, iconButton, newId, say } from "./dom.js";

/**
 * Make the controls of a parameter; `onSet` hears of a change, null puts back what the file says.
 *
 * Returns `{element, update(field, text, problem, isChanged), focus()}`; *text* is what the page has set, or null.
 * @param {Field} first
 * @param {import("./controls.js").OnText} onSet
 */
export function field(first, onSet) {
  const id = newId("field");
  const described = `${id}-help ${id}-hint ${id}-error`;
  let shown = first;

  const control = controlFor(first, id, described, onSet);
  const slider =
    first.slider &&
    sliderFor(first, first.slider, (text) => {
      control.write(text);
      onSet(text);
    });
  const reset = iconButton(
    "reset",
    `Put back ${first.label}`,
    () => {
      control.focus();
      onSet(null);
    },
    { class: "only-icon reset" },
  );
  const source = h("span", { class: "source" });
  const hint = h("p", { class: "hint", id: `${id}-hint` });
  const help = h("p", { class: "help", id: `${id}-help` });
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const label = h("label", { for: id, class: "label" });
  const element = h(
    "div",
    { class: `field kind-${first.kind}` },
    h("div", { class: "field-head" }, label, source, reset),
    help,
    h("div", { class: "field-row" }, slider?.element, control.element),
    error,
    hint,
  );
  control.element.addEventListener("input", () => slider?.follow(control.read(), shown));

  /**
   * @param {Field} next
   * @param {Value} text
   * @param {string | undefined} problem
   */
  function update(next, text, problem, isChanged = text !== null) {
    shown = next;
    say(label, next.label);
    say(help, next.text ?? "");
    say(source, next.source === "assumed" ? "assumed" : (next.source ?? ""));
    source.className = `source ${next.source === "assumed" ? "is-assumed" : ""}`;
    source.title = next.source === "assumed" ? "No source: a guess that you may change" : `Source: ${next.source}`;
    source.hidden = !next.source;
    say(hint, hintOf(next));
    element.classList.toggle("is-changed", isChanged);
    reset.hidden = !isChanged;
    control.show(text ?? next.value, next, text !== null);
    slider?.follow(text ?? next.value, next);
    say(error, problem ?? "");
    error.hidden = !problem;
    control.mark(Boolean(problem));
    element.classList.toggle("is-wrong", Boolean(problem));
  }

  return { element, update, focus: () => control.focus() };
}

/**
 * @param {Value} a
 * @param {Value} b
 */
const same = (a, b) => asText(a) === asText(b);

/** @type {Record<string, string>} */
const UNITS = {
  share: "a share, as 15 %",
  duration: "a time, as 3 d",
  money: "money",
  per_day: "a rate, as 5 % /day",
  number: "a number",
  count: "a whole number",
  name: "",
  text: "",
};

/** @param {Field} field */
function hintOf({ low, high, kind, default: usual, unit, value }) {
  const bounds =
    bounded(low, high) ||
    (kind === "distribution" || kind === "choice" || kind === "flag" ? "" : (UNITS[unit] ?? unit ?? ""));
  const preset =
    usual === null || usual === undefined || usual === ""
      ? ""
      : same(usual, value)
        ? `default`
        : `default ${asText(usual)}`;
  return [bounds, preset].filter(Boolean).join(" · ");
}

/**
 * @param {string | null} low
 * @param {string | null} high
 */
function bounded(low, high) {
  if (low && high) return `${low} to ${high}`;
  return low ? `at least ${low}` : high ? `at most ${high}` : "";
}
