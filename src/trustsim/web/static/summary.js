/** A summary says in words what a variant does. */

/**
 * Say what a variant does.
 * @param {Variant} variant
 */
export function summaryOf({ parts, name }) {
  if (parts.length === 0) return "Nothing is done.";
  return parts.map((part) => partText(part)).join(" + ") || name;
}

/**
 * Say what a part of a variant does.
 * @param {Part} part
 */
export function partText(part) {
  if (part.kind) {
    const values = Object.entries(part.values ?? {}).filter(([key]) => key !== "platform");
    const settings = values.map(([key, value]) => `${key.replaceAll("_", " ")} ${valueText(value)}`).join(", ");
    return settings ? `${part.title}: ${settings}` : part.title;
  }
  if (part.set)
    return [
      ...Object.entries(part.set).map(([key, value]) => `${key} = ${value}`),
      ...Object.entries(part.values ?? {}).map(([key, value]) => `${key} ${valueText(value)}`),
    ].join(", ");
  return `‘${part.name}’`;
}

/**
 * Say a value of a lever; of a trigger what it watches and when it fires.
 * @param {Value | undefined} value
 * @returns {string}
 */
function valueText(value) {
  if (value === undefined || value === null || typeof value !== "object")
    return String(value).replaceAll(" ", "\u00a0");
  const sides = ["above", "below"].filter((side) => value[side]).map((side) => `${side} ${valueText(value[side])}`);
  return [String(value.indicator ?? "").replaceAll("_", " "), ...sides].join(" ");
}
