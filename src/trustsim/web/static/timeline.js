/** The days below the networks: what was paid out under each variant, and the events. */

import { h, s } from "./dom.js";

const WIDE = 1000, TALL = 60;

/** Make the axis; *lines* are `{hue, values}`; returns `{element, mark(day)}`. */
export function timeline(days, lines, events) {
  const last = days.length - 1 || 1;
  const most = Math.max(1e-12, ...lines.flatMap(({ values }) => values.filter(Number.isFinite)));
  const x = (place) => (WIDE * place) / last;
  const paths = lines.map(({ hue, values }) => s("path", { class: `line hue-${hue}`, d: values.map((y, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${(TALL - (TALL - 4) * (y / most)).toFixed(1)}`).join("") }));
  const marks = events.map(({ day }) => s("line", { class: "event", x1: x(days.indexOf(day)), x2: x(days.indexOf(day)), y1: 0, y2: TALL }));
  const now = s("line", { class: "now", y1: 0, y2: TALL });
  const element = h("div", { class: "timeline" }, s("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...marks, ...paths, now));
  return {
    element,
    mark(place) { now.setAttribute("x1", x(place)); now.setAttribute("x2", x(place)); },
  };
}
