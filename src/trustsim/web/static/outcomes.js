/** The table of all outcomes lists every variant, and can be taken away as CSV. */

import { csv } from "./csv.js";
import { button, download, h } from "./dom.js";

/** Make the table, folded away; returns `{element, update(job)}`. */
export function allOutcomes() {
  const table = h("table", { class: "data" });
  const save = button("Download as CSV", () => shown && download("comparison.csv", csvOf(shown), "text/csv"), {
    class: "quiet",
  });
  const element = h(
    "details",
    { class: "all" },
    h("summary", {}, "All outcomes of all variants"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "All outcomes" }, table),
    save,
  );
  /** @type {Compared | null} */
  let shown = null;
  return {
    element,
    /** @param {Job | null} job */
    update(job) {
      const compared = job?.comparison ?? null;
      shown = compared;
      element.hidden = !compared;
      if (!compared) return;
      const head = h(
        "tr",
        {},
        h("th", { scope: "col" }, "variant"),
        ...compared.outcomes.map((each) => h("th", { scope: "col", title: each.text }, each.label)),
      );
      const rows = compared.rows.map((row) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, row.variant),
          ...compared.outcomes.map((each) => {
            const cell = row.cells[each.name];
            const change = cell?.difference;
            const text = change?.text ? h("span", { class: `change ${change.verdict}` }, change.text) : null;
            return h("td", {}, cell?.level.text ?? "–", text);
          }),
        ),
      );
      table.replaceChildren(h("thead", {}, head), h("tbody", {}, ...rows));
    },
  };
}

/** @type {("mean" | "low" | "high")[]} */
const NUMBERS = ["mean", "low", "high"];

/**
 * Write a comparison as CSV: shares in [0, 1], days, money in units of the currency.
 * @param {Compared} compared
 */
function csvOf({ rows, outcomes, currency }) {
  const differences = NUMBERS.map((name) => (name === "mean" ? "difference" : `difference_${name}`));
  const head = ["variant", "outcome", "unit", ...NUMBERS, ...differences, "better_share"];
  const lines = rows.flatMap((row) =>
    outcomes.map(({ name, unit }) => {
      const { level, difference } = row.cells[name] ?? {};
      const numbers = [level, difference].flatMap((interval) => NUMBERS.map((key) => interval?.[key]));
      return [row.variant, name, unit === "money" ? currency : unit, ...numbers, difference?.better_share];
    }),
  );
  return csv([head, ...lines]);
}
