/** What is wrong is said beside the field that it concerns, and in a summary whose lines lead there. */

import { h } from "./dom.js";

const PAGE = "the page"; // what the server calls the place of a value that was set here

/**
 * Return the texts of problems by the path of their field.
 * @param {Problem[]} problems
 * @returns {Map<string, string>}
 */
export function byPath(problems) {
  const texts = new Map();
  for (const each of problems) if (!texts.has(each.path)) texts.set(each.path, textOf(each));
  return texts;
}

/**
 * Return the text of what is wrong with a field, or with the trigger that comes and goes with it.
 * @param {Field} field
 * @param {Map<string, string>} problems
 */
export const problemOf = ({ path, holds }, problems) =>
  problems.get(path) ?? (holds === undefined ? undefined : problems.get(holds));

/**
 * Say one problem.
 * @param {Problem} problem
 */
export function textOf({ text, given, allowed, nearest }) {
  if (text) return text;
  const said = [given && `Given ${given}`, allowed && `allowed: ${allowed}`, nearest && `did you mean ${nearest}?`];
  return said.filter(Boolean).join("; ");
}

/**
 * Fill the summary; `reveal(path)` shows and focuses the field, or returns false where there is none.
 * @param {HTMLElement} box
 * @param {Problem[]} problems
 * @param {(path: string) => void} reveal
 */
export function showProblems(box, problems, reveal) {
  box.hidden = problems.length === 0;
  const text = JSON.stringify(problems);
  if (box.dataset.text === text) return;
  box.dataset.text = text;
  const lines = problems.map((each) => {
    const go = h(
      "button",
      { type: "button", class: "link", on: { click: () => reveal(each.path) } },
      each.path || "The scenario",
    );
    const place = each.line && each.file !== PAGE ? ` (line ${each.line})` : "";
    return h("li", {}, go, `${place}: ${textOf(each)}`);
  });
  box.replaceChildren(
    h("h2", {}, problems.length === 1 ? "One thing is not right yet" : `${problems.length} things are not right yet`),
    h("ul", {}, ...lines),
  );
}
