/** The axis of days shows what was paid out under each variant, and the events. */

import { hueClass } from "./colours.js";
import { h, s } from "./dom.js";

const WIDE = 1000;
const TALL = 60;

/**
 * Make the axis; returns `{element, mark(place)}`.
 * @param {number[]} days
 * @param {{hue: number | undefined, values: number[]}[]} lines
 * @param {{day: number}[]} events
 */
export function timeline(days, lines, events) {
  const last = days.length - 1 || 1;
  const most = Math.max(1e-12, ...lines.flatMap(({ values }) => values.filter(Number.isFinite)));
  /** @param {number} place */
  const x = (place) => (WIDE * place) / last;
  const paths = lines.map(({ hue, values }) =>
    s("path", {
      class: hue === undefined ? "line" : `line ${hueClass(hue)}`,
      d: values
        .map((y, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${(TALL - (TALL - 4) * (y / most)).toFixed(1)}`)
        .join(""),
    }),
  );
  const marks = events.map(({ day }) =>
    s("line", { class: "event", x1: x(days.indexOf(day)), x2: x(days.indexOf(day)), y1: 0, y2: TALL }),
  );
  const now = s("line", { class: "now", y1: 0, y2: TALL });
  const element = h(
    "div",
    { class: "timeline" },
    s(
      "svg",
      { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      ...marks,
      ...paths,
      now,
    ),
  );
  return {
    element,
    /** @param {number} place */
    mark(place) {
      now.setAttribute("x1", String(x(place)));
      now.setAttribute("x2", String(x(place)));
    },
  };
}
