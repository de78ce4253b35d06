/** One parameter: a slider and a field that are two views of one value, with its unit, bounds, source and help. */

import { h, iconButton, newId, say } from "./dom.js";

/** Make the controls of a FIELD; `onSet(text | null)` hears of a change, null puts back what the file says.
 *
 * Returns `{element, update(field, text, problem, isChanged)}`; *text* is what the page has set, or null.
 */
export function field(first, onSet) {
  const id = newId("field");
  const described = `${id}-help ${id}-hint ${id}-error`;
  let shown = first;

  const control = controlFor(first, id, described, (text) => onSet(text));
  const slider = first.slider && sliderFor(first, (text) => { control.write(text); onSet(text); });
  const reset = iconButton("reset", `Put back ${first.label}`, () => { control.focus(); onSet(null); }, { class: "only-icon reset" });
  const source = h("span", { class: "source" });
  const hint = h("p", { class: "hint", id: `${id}-hint` });
  const help = h("p", { class: "help", id: `${id}-help` });
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const label = h("label", { for: id, class: "label" });
  const element = h("div", { class: `field kind-${first.kind}` },
    h("div", { class: "field-head" }, label, source, reset),
    help,
    h("div", { class: "field-row" }, slider?.element, control.element),
    error, hint);
  control.element.addEventListener("input", () => slider?.follow(control.read(), shown));

  function update(given, text, problem, isChanged = text !== null) {
    shown = given;
    say(label, given.label);
    say(help, given.text ?? "");
    say(source, given.source === "assumed" ? "assumed" : (given.source ?? ""));
    source.className = `source ${given.source === "assumed" ? "is-assumed" : ""}`;
    source.title = given.source === "assumed" ? "No source: a guess that you may change" : `Source: ${given.source}`;
    source.hidden = !given.source;
    say(hint, hintOf(given));
    element.classList.toggle("is-changed", isChanged);
    reset.hidden = !isChanged;
    control.show(text ?? given.value, given, text !== null);
    slider?.follow(text ?? given.value, given);
    say(error, problem ?? "");
    error.hidden = !problem;
    control.mark(Boolean(problem));
    element.classList.toggle("is-wrong", Boolean(problem));
  }

  element.focusControl = () => control.focus();
  return { element, update };
}

const same = (a, b) => asText(a) === asText(b);

/** Write a value of a scenario file as its field shows it. */
export const asText = (value) => (value === null || value === undefined ? "" : String(value));

const worded = (value) => (value === "*" ? "all" : value.replaceAll("_", " ") || "–");
const UNITS = { share: "a share, as 15 %", duration: "a time, as 3 d", money: "money", per_day: "a rate, as 5 % /day", number: "a number", count: "a whole number", name: "", text: "" };

function hintOf({ low, high, kind, default: usual, unit, value }) {
  const bounds = bounded(low, high) || (kind === "distribution" || kind === "choice" || kind === "flag" ? "" : (UNITS[unit] ?? unit ?? ""));
  const preset = usual === null || usual === undefined || usual === "" ? "" : same(usual, value) ? `default` : `default ${asText(usual)}`;
  return [bounds, preset].filter(Boolean).join(" · ");
}

function bounded(low, high) {
  if (low && high) return `${low} to ${high}`;
  return low ? `at least ${low}` : high ? `at most ${high}` : "";
}

function controlFor(given, id, described, onText) {
  if (given.kind === "choice") return choice(given, id, described, onText);
  if (given.kind === "flag") return flag(id, described, onText);
  return textual(given, id, described, onText);
}

function held(element) {
  return {
    element,
    read: () => element.value,
    write: (text) => { element.value = text; },
    focus: () => element.focus(),
    mark: (isWrong) => element.setAttribute("aria-invalid", String(isWrong)),
  };
}

function textual(given, id, described, onText) {
  const input = h("input", {
    type: "text", id, "aria-describedby": described, autocomplete: "off", spellcheck: "false", "data-path": given.path,
    on: { input: () => onText(input.value.trim() === "" ? null : input.value) },
  });
  return {
    ...held(input),
    show(text, { value }, isSet) {
      input.placeholder = asText(value);
      const isTyping = document.activeElement === input && (isSet || input.value === "");
      if (!isTyping && input.value !== asText(text)) input.value = asText(text);
    },
  };
}

function choice(given, id, described, onText) {
  const select = h("select", { id, "aria-describedby": described, "data-path": given.path, "data-holds": given.holds, on: { change: () => onText(select.value) } });
  return {
    ...held(select),
    show(text, { choices }) {
      const wanted = asText(text);
      const listed = choices.map(asText);
      const all = listed.includes(wanted) ? listed : [...listed, wanted];
      if (all.join("\n") !== [...select.options].map((option) => option.value).join("\n")) {
        select.replaceChildren(...all.map((value) => h("option", { value }, worded(value))));
      }
      select.value = wanted;
    },
  };
}

function flag(id, described, onText) {
  const box = h("input", { type: "checkbox", id, "aria-describedby": described, on: { change: () => onText(box.checked) } });
  const word = h("span", { "aria-hidden": "true" });
  const element = h("span", { class: "flag" }, box, word);
  return {
    element,
    read: () => String(box.checked),
    write: (text) => { box.checked = String(text) === "true"; },
    focus: () => box.focus(),
    mark: (isWrong) => box.setAttribute("aria-invalid", String(isWrong)),
    show(text) {
      box.checked = ["true", "yes"].includes(String(text).toLowerCase());
      say(word, box.checked ? "yes" : "no");
    },
  };
}

function sliderFor(given, onText) {
  const { min, max, step } = given.slider;
  const range = h("input", {
    type: "range", min, max, step, "aria-label": `${given.label}, slider`, "data-slider": given.path,
    on: { input: () => onText(`${range.value}${given.slider.suffix ?? ""}`) },
  });
  return {
    element: range,
    follow(text, field) {
      const number = numberIn(asText(text), field.slider ?? given.slider);
      range.classList.toggle("is-unset", number === null);
      if (number !== null) range.value = number;
      range.setAttribute("aria-valuetext", asText(text));
    },
  };
}

/** Read the number of a text in the slider's unit, or null: `'15 %'` with suffix `' %'` is 15. */
export function numberIn(text, { suffix = "" }) {
  const bare = text.trim();
  const tail = suffix.trim();
  if (tail && !bare.endsWith(tail)) return null;
  const digits = bare.slice(0, bare.length - tail.length).trim();
  return digits !== "" && Number.isFinite(Number(digits)) ? Number(digits) : null;
}
