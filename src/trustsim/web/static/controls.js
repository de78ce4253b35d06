/** Controls read and write one value: text, a choice of a list, a flag, a slider. */

import { h, say } from "./dom.js";

/**
 * A control reads and writes a parameter; `show` takes the value, the field, and whether the page has set it.
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {() => string} read
 * @property {(text: string) => void} write
 * @property {() => void} focus
 * @property {(isWrong: boolean) => void} mark
 * @property {(text: Value, field: Field, isSet: boolean) => void} show
 *
 * @callback OnText
 * @param {string | boolean | null} text
 * @returns {void}
 */

/**
 * Write a value of a scenario file as its field shows it.
 * @param {Value | undefined} value
 */
export const asText = (value) => (value === null || value === undefined ? "" : String(value));

/** @param {string} value */
const worded = (value) => (value === "*" ? "all" : value.replaceAll("_", " ") || "–");
/**
 * Make the control of a parameter: a list, a box or a field for text.
 * @param {Field} first
 * @param {string} id
 * @param {string} described
 * @param {OnText} onText
 * @returns {Control}
 */
export function controlFor(first, id, described, onText) {
  if (first.kind === "choice") return choice(first, id, described, onText);
  if (first.kind === "flag") return flag(id, described, onText);
  return textual(first, id, described, onText);
}

/** @param {HTMLInputElement | HTMLSelectElement} element */
function valued(element) {
  return {
    element,
    read: () => element.value,
    /** @param {string} text */
    write: (text) => {
      element.value = text;
    },
    focus: () => element.focus(),
    /** @param {boolean} isWrong */
    mark: (isWrong) => element.setAttribute("aria-invalid", String(isWrong)),
  };
}

/**
 * @param {Field} first
 * @param {string} id
 * @param {string} described
 * @param {OnText} onText
 * @returns {Control}
 */
function textual(first, id, described, onText) {
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "text",
    id,
    "aria-describedby": described,
    autocomplete: "off",
    spellcheck: "false",
    "data-path": first.path,
    on: { input: () => onText(input.value.trim() === "" ? null : input.value) },
  });
  return {
    ...valued(input),
    show(text, { value }, isSet) {
      input.placeholder = asText(value);
      const isTyping = document.activeElement === input && (isSet || input.value === "");
      if (!isTyping && input.value !== asText(text)) input.value = asText(text);
    },
  };
}

/**
 * @param {Field} first
 * @param {string} id
 * @param {string} described
 * @param {OnText} onText
 * @returns {Control}
 */
function choice(first, id, described, onText) {
  /** @type {HTMLSelectElement} */
  const select = h("select", {
    id,
    "aria-describedby": described,
    "data-path": first.path,
    "data-holds": first.holds,
    on: { change: () => onText(select.value) },
  });
  return {
    ...valued(select),
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

/**
 * @param {string} id
 * @param {string} described
 * @param {OnText} onText
 * @returns {Control}
 */
function flag(id, described, onText) {
  /** @type {HTMLInputElement} */
  const box = h("input", {
    type: "checkbox",
    id,
    "aria-describedby": described,
    on: { change: () => onText(box.checked) },
  });
  const word = h("span", { "aria-hidden": "true" });
  const element = h("span", { class: "flag" }, box, word);
  return {
    element,
    read: () => String(box.checked),
    write: (text) => {
      box.checked = String(text) === "true";
    },
    focus: () => box.focus(),
    mark: (isWrong) => box.setAttribute("aria-invalid", String(isWrong)),
    show(text) {
      box.checked = ["true", "yes"].includes(String(text).toLowerCase());
      say(word, box.checked ? "yes" : "no");
    },
  };
}

/**
 * Make the slider beside a field.
 * @param {Field} first
 * @param {Slider} slider
 * @param {(text: string) => void} onText
 */
export function sliderFor(first, slider, onText) {
  const { min, max, step } = slider;
  /** @type {HTMLInputElement} */
  const range = h("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": `${first.label}, slider`,
    "data-slider": first.path,
    on: { input: () => onText(`${range.value}${slider.suffix ?? ""}`) },
  });
  return {
    element: range,
    /**
     * @param {Value} text
     * @param {Field} field
     */
    follow(text, field) {
      const number = numberIn(asText(text), field.slider ?? slider);
      range.classList.toggle("is-unset", number === null);
      if (number !== null) range.value = String(number);
      range.setAttribute("aria-valuetext", asText(text));
    },
  };
}

/**
 * Read the number of a text in the slider's unit, or null: `'15 %'` with suffix `' %'` is 15.
 * @param {string} text
 * @param {{suffix?: string}} slider
 */
function numberIn(text, { suffix = "" }) {
  const bare = text.trim();
  const tail = suffix.trim();
  if (tail && !bare.endsWith(tail)) return null;
  const digits = bare.slice(0, bare.length - tail.length).trim();
  return digits !== "" && Number.isFinite(Number(digits)) ? Number(digits) : null;
}
