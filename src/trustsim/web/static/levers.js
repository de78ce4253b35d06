/** A reader chooses a lever for a variant, or another variant that it takes over. */

import { pick } from "./picker.js";
import { summaryOf } from "./summary.js";

const FAMILIES = {
  regulatory: "Rules",
  ux: "Ease of use",
  communication: "What is said",
  platform: "What the platform does",
  sector: "Sector",
};

/**
 * Let the reader choose a lever, or another variant to take over; resolves to its title and what the file holds of it.
 * @param {Form} form
 * @param {string} title
 * @param {string | null} except
 * @returns {Promise<{title: string, raw: RawPart} | null>}
 */
export function pickPart(form, title, except = null) {
  /** @type {{title: string, items: Choice<{title: string, raw: RawPart}>[]}[]} */
  const levers = Object.entries(FAMILIES).map(([family, heading]) => ({
    title: heading,
    items: form.interventions
      .filter((each) => each.family === family)
      .map((each) => ({
        title: each.title,
        text: each.summary,
        key: each.kind,
        value: { title: each.title, raw: blank(each) },
      })),
  }));
  const others = form.variants.filter((each) => each.name !== except && !each.is_baseline);
  const known = {
    title: "Existing variants, to combine",
    items: others.map((each) => ({
      title: each.name,
      text: summaryOf(each),
      value: { title: each.name, raw: each.name },
    })),
  };
  return pick({ title, hint: "Levers that work together can be put into one variant.", groups: [...levers, known] });
}

/** @param {Lever} lever */
function blank(lever) {
  const needed = lever.fields.filter((each) => each.is_required);
  return {
    kind: lever.kind,
    ...Object.fromEntries(needed.map((each) => [each.name, each.choices?.[0] ?? each.value ?? ""])),
  };
}
