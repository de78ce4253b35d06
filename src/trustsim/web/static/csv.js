/** Tables become text for other programs. */

/**
 * Write rows of cells as CSV, as the program does: a text that a spreadsheet would run has an apostrophe before it.
 * @param {(string | number | null | undefined)[][]} rows
 */
export function csv(rows) {
  return `${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

/** @param {string | number | null | undefined} value */
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@＝＋－＠']/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
