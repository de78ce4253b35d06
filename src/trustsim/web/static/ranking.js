/** The ranked table of variants shows their intervals, which shrink while a run goes on. */

import { hues, swatch, swatchClass } from "./colours.js";
import { h, isStill, keyed, plural, say } from "./dom.js";

/** Make the table; returns `{element, update(form, job, outcome)}`. */
export function rankingTable() {
  const head = h("tr");
  const body = h("tbody");
  const caption = h("caption", { class: "hidden" });
  const note = h("p", { class: "note" });
  const table = h("table", { class: "ranking" }, caption, h("thead", {}, head), body);
  const element = h("div", {}, h("div", { class: "scroll" }, table), note);

  /**
   * @param {Form} form
   * @param {Job | null} job
   * @param {Measured | undefined} outcome
   */
  function update(form, job, outcome) {
    const compared = job?.comparison;
    const names = job?.variants ?? form.variants.map((each) => each.name);
    const hue = hues(names, job?.baseline ?? form.baseline);
    const measured = compared && outcome ? outcome : null;
    const rows =
      compared && outcome
        ? ordered(compared, outcome)
        : names.map((variant) => emptyRow(variant, variant === (job?.baseline ?? form.baseline)));
    table.classList.toggle("is-empty", !measured);
    drawHead(measured, form);
    const tops = topsOf(body);
    keyed(
      body,
      rows,
      (row) => row.variant,
      makeRow,
      (made, row) => made.update(row, hue.get(row.variant), measured, form),
    );
    if (measured) glide(body, tops);
    say(caption, measured ? `Variants, best first by ${measured.label}` : "Variants that will be compared");
    say(note, compared && measured ? noteOf(compared, measured) : "");
  }

  /**
   * @param {Measured | null} outcome
   * @param {Form} form
   */
  function drawHead(outcome, form) {
    const text = outcome ? JSON.stringify([outcome.label, outcome.axis]) : form.id;
    if (head.dataset.text === text) return;
    head.dataset.text = text;
    /** @param {string} name */
    const column = (name, kind = "") => h("th", { scope: "col", class: kind }, name);
    if (!outcome) head.replaceChildren(column("variant"), column("what it does", "does"));
    else {
      head.replaceChildren(
        column("variant"),
        column(outcome.label, "level"),
        h(
          "th",
          { scope: "col", class: "bars" },
          h("span", {}, `change to the baseline${outcome.axis?.unit ? `, ${outcome.axis.unit}` : ""}`),
          axis(outcome.axis),
        ),
        column("95 % interval", "interval"),
        column("better in", "share"),
        column("cost", "cost"),
      );
    }
  }

  return { element, update };
}

/**
 * Return a row of what is not run yet.
 * @param {string} variant
 * @param {boolean} is_baseline
 * @returns {Row}
 */
const emptyRow = (variant, is_baseline) => ({ variant, is_baseline, marks: "", cells: {}, cost_text: "" });

/**
 * Return the rows as the server ranked them, or best first by another outcome.
 * @param {Compared} compared
 * @param {Measured} outcome
 */
function ordered({ rows, ranked_by: by }, { name, better }) {
  if (name === by || !better) return rows;
  const sign = better === "lower" ? 1 : -1;
  /** @param {Row} row */
  const mean = (row) => row.cells[name]?.level.mean ?? null;
  return [...rows].sort((a, b) => {
    const [x, y] = [mean(a), mean(b)];
    return x === null || y === null ? Number(x === null) - Number(y === null) : sign * (x - y);
  });
}

const BARS =
  "Bars are 95 % intervals of the paired difference: filled where it is clear, hollow where it includes zero " +
  "or is too small to matter. " +
  "‘Better in’ is the share of worlds where a variant did strictly better.";

/**
 * @param {Compared} compared
 * @param {Measured} outcome
 */
function noteOf(compared, outcome) {
  const order = compared.ranked_by
    ? `Best first by ${outcome.better ? outcome.label : compared.label}`
    : "In the order of the file";
  const marks = compared.legend.map((line) => ` ${line}.`).join("");
  return `${order}, in ${plural(compared.n, "world")}. ${BARS}${marks}`;
}

/** @param {Scale | null} scale */
function axis(scale) {
  const line = h("div", { class: "axis", "aria-hidden": "true" });
  if (scale === null) return line;
  const { ticks } = scale;
  const zero = Math.max(
    0,
    ticks.findIndex((each) => each.at === 0),
  );
  for (const [place, { at, text }] of ticks.entries()) {
    const tick = h("span", { class: (place - zero) % 2 ? "minor" : null }, text);
    tick.style.setProperty("--at", `${100 * placeOf(at, scale)}%`);
    line.append(tick);
  }
  return line;
}

/**
 * @param {number} x
 * @param {Scale} scale
 */
const placeOf = (x, { low, high }) => (high > low ? (x - low) / (high - low) : 0.5);

function makeRow() {
  const dot = swatch(undefined);
  const name = h("span", { class: "name" });
  const marks = h("span", { class: "marks" });
  /**
   * @param {string} kind
   * @param {string} [label]
   */
  const cell = (kind, label) => h("td", { class: kind, "data-label": label });
  const [level, interval, share, cost] = [
    cell("level"),
    cell("interval", "95 % interval"),
    cell("share", "better in"),
    cell("cost", "cost"),
  ];
  const bar = makeBar();
  const change = h("span", { class: "change" });
  const bars = h("td", { class: "bars" }, bar.element, change);
  const does = h("td", { class: "does" });
  const head = h("th", { scope: "row" }, dot, name, marks);
  const element = h("tr", {}, head);
  /**
   * @param {Row} row
   * @param {number | undefined} hue
   * @param {Measured | null} outcome
   * @param {Form} form
   */
  function update(row, hue, outcome, form) {
    dot.className = swatchClass(hue);
    say(name, row.variant);
    say(marks, row.marks && `\u00a0${row.marks}`);
    element.classList.toggle("baseline", row.is_baseline);
    element.classList.toggle("is-measured", outcome !== null);
    const cells = outcome ? [level, bars, interval, share, cost] : [does];
    if (element.children[1] !== cells[0]) element.replaceChildren(head, ...cells);
    if (outcome) fill(row, outcome);
    else say(does, doesOf(form, row.variant));
  }

  /**
   * @param {Row} row
   * @param {Measured} outcome
   */
  function fill(row, outcome) {
    const { level: measured, difference } = row.cells[outcome.name] ?? {};
    level.dataset.label = outcome.label;
    say(level, measured?.text ?? "–");
    bar.update(difference, outcome.axis);
    const verdict = row.is_baseline ? "baseline" : (difference?.verdict ?? "unclear");
    change.className = `change ${verdict}`;
    say(change, row.is_baseline ? "baseline" : (difference?.text ?? "–"));
    say(interval, difference?.interval_text ?? "");
    say(share, difference?.better_text ?? "");
    say(cost, row.cost_text);
  }
  return { element, update };
}

/**
 * @param {Form} form
 * @param {string} name
 */
function doesOf(form, name) {
  const parts = form.variants.find((each) => each.name === name)?.parts ?? [];
  return parts.map((part) => part.title ?? part.name).join(" + ") || "nothing is done";
}

function makeBar() {
  const span = h("span", { class: "span" });
  const mean = h("span", { class: "mean" });
  const zero = h("span", { class: "zero" });
  const element = h("div", { class: "bar", "aria-hidden": "true" }, zero, span, mean);
  return {
    element,
    /**
     * @param {Difference | null | undefined} difference
     * @param {Scale | null} scale
     */
    update(difference, scale) {
      const { mean: middle, low, high } = difference ?? { mean: null, low: null, high: null };
      zero.hidden = !scale;
      if (scale) element.style.setProperty("--zero", `${100 * placeOf(0, scale)}%`);
      const isThere = scale && low !== null && high !== null && middle !== null;
      span.hidden = mean.hidden = !isThere;
      if (!difference || !isThere) return;
      element.className = `bar ${difference.verdict}`;
      element.style.setProperty("--low", `${100 * placeOf(low, scale)}%`);
      element.style.setProperty("--wide", `${100 * (placeOf(high, scale) - placeOf(low, scale))}%`);
      element.style.setProperty("--mean", `${100 * placeOf(middle, scale)}%`);
    },
  };
}

/** @param {HTMLTableSectionElement} body */
const topsOf = (body) => new Map(Array.from(body.rows, (row) => [row, row.offsetTop]));

/**
 * Let rows that changed places glide there, so that the eye can follow.
 * @param {HTMLTableSectionElement} body
 * @param {Map<HTMLTableRowElement, number>} tops
 */
function glide(body, tops) {
  if (isStill()) return;
  for (const row of body.rows) {
    const by = (tops.get(row) ?? row.offsetTop) - row.offsetTop;
    if (by !== 0)
      row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], {
        duration: 450,
        easing: "ease-in-out",
      });
  }
}
