/** Variants have the colours of the pictures of the report: the baseline grey, the others in their order. */

import { h } from "./dom.js";

const N_COLOURS = 7;
const N_ROUNDS = 4;
export const MOST_SHOWN = 8;

/**
 * Return the number of the hue of each variant: 0 the baseline, then from 1; after seven the colours come again.
 * @param {readonly string[]} variants
 * @param {string} baseline
 * @returns {Map<string, number>}
 */
export function hues(variants, baseline) {
  const others = variants.filter((name) => name !== baseline);
  const hue = new Map([[baseline, 0]]);
  others.forEach((name, place) => {
    hue.set(name, place + 1);
  });
  return hue;
}

/**
 * Make the dot that stands before a variant's name; no hue gives a hollow one.
 * @param {number} [hue]
 */
export function swatch(hue) {
  return h("span", { class: swatchClass(hue), "aria-hidden": "true" });
}

/** @param {number} [hue] */
export const swatchClass = (hue) => (hue === undefined ? "swatch" : `swatch ${hueClass(hue)}`);

/**
 * Return the classes of a hue: of its colour `--v0` … `--v7`, and of its round where the colours come again.
 * @param {number} hue
 */
export function hueClass(hue) {
  const round = Math.max(0, Math.floor((hue - 1) / N_COLOURS));
  return `hue-${hue - N_COLOURS * round} round-${round % N_ROUNDS}`;
}

/**
 * Return the value of one of the page's colours, as a canvas needs it.
 * @param {string} name
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
