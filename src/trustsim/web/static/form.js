/** This panel holds the parameters in groups, those that the file sets first, with a search over all of them. */

import { h, keyed, newId, plural, say } from "./dom.js";
import { field } from "./field.js";
import { problemOf } from "./problems.js";
import { change, question } from "./state.js";

/**
 * A field of the panel: its shape changes where other controls are needed.
 * @typedef {ReturnType<typeof field> & {shape: string}} Made
 */

/** @type {Map<string, Made>} by path */
const fields = new Map();

/**
 * Make the panel once; returns `{show(form, problems), reveal(path)}`.
 * @param {HTMLElement} panel
 * @param {(n: number) => void} onCount
 */
export function parameters(panel, onCount) {
  const id = newId("search");
  const search = h("input", {
    type: "search",
    id,
    placeholder: "Search parameters",
    autocomplete: "off",
    on: { input: () => filter() },
  });
  const found = h("p", { class: "note", role: "status" });
  const groups = h("div", { class: "groups" });
  /** @type {HTMLDetailsElement[]} */
  const shownGroups = [];
  const undo = h(
    "button",
    {
      type: "button",
      class: "quiet",
      on: {
        click: () =>
          change((state) => {
            delete state.set;
          }),
      },
    },
    "Put all back",
  );
  const only = h("input", { type: "checkbox", id: `${id}-only`, on: { change: () => filter() } });
  panel.append(
    h(
      "div",
      { class: "searchbar" },
      h("label", { for: id, class: "hidden" }, "Search parameters"),
      search,
      h("label", { class: "tick" }, only, "Changed only"),
      undo,
    ),
    found,
    groups,
  );

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isFiltered = words.length > 0 || only.checked;
    let n = 0;
    for (const group of shownGroups) {
      let inGroup = 0;
      for (const element of fieldsIn(group)) {
        const text = `${group.dataset.text} ${element.dataset.text}`;
        const isHit =
          words.every((word) => text.includes(word)) && (!only.checked || element.classList.contains("is-changed"));
        element.hidden = !isHit;
        inGroup += Number(isHit);
      }
      for (const fold of [group, ...group.querySelectorAll("details")]) {
        if (isFiltered && fold.dataset.was === undefined) fold.dataset.was = String(fold.open);
        if (!isFiltered && fold.dataset.was !== undefined) {
          fold.open = fold.dataset.was === "true";
          delete fold.dataset.was;
        }
        if (isFiltered) fold.open = true;
      }
      group.hidden = inGroup === 0;
      n += inGroup;
    }
    say(found, isFiltered ? plural(n, "parameter") : "");
  }

  /**
   * @param {Form} form
   * @param {Map<string, string>} problems
   */
  function show(form, problems) {
    const set = question().set ?? {};
    shownGroups.length = 0;
    keyed(
      groups,
      form.groups,
      (group) => `${form.id} ${group.key}`,
      makeGroup,
      ({ element, update }, group, place) => {
        update(group, set, problems);
        shownGroups.push(element);
        if (element.dataset.seen) return;
        element.open = place === 0;
        element.dataset.seen = "yes";
      },
    );
    const n = Object.keys(set).length;
    undo.hidden = n === 0;
    onCount(n);
    if (search.value || only.checked) filter();
  }

  return {
    show,
    /**
     * Bring a field into view and put the focus on it; false where it is not here.
     * @param {string} path
     */
    reveal(path) {
      const field = fields.get(path);
      if (!field?.element.isConnected) return false;
      const { element } = field;
      if (element.hidden) {
        search.value = "";
        only.checked = false;
        filter();
      }
      for (let fold = element.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
        fold.open = true;
      field.focus();
      return true;
    },
  };
}

function makeGroup() {
  const title = h("span", { class: "group-title" });
  const count = h("span", { class: "count" });
  const text = h("p", { class: "help" });
  const main = h("div", { class: "fields" });
  const rest = h("div", { class: "fields" });
  const moreText = h("summary", {});
  const more = h("details", { class: "more" }, moreText, rest);
  const element = h("details", { class: "group" }, h("summary", {}, title, count), text, main, more);
  /**
   * @param {Group} group
   * @param {Record<string, Value>} set
   * @param {Map<string, string>} problems
   */
  function update(group, set, problems) {
    say(title, group.title);
    say(text, group.text ?? "");
    element.dataset.text = `${group.title} ${group.key}`.toLowerCase();
    const others = group.more ?? [];
    showFields(main, group.fields, set, problems);
    showFields(rest, others, set, problems);
    more.hidden = others.length === 0;
    say(moreText, `${plural(others.length, "more parameter")}, as by default`);
    const n = [...group.fields, ...others].filter((each) => each.path in set).length;
    say(count, n ? `${n} changed` : "");
  }
  return { element, update };
}

/**
 * @param {Element} group
 * @returns {NodeListOf<HTMLElement>}
 */
const fieldsIn = (group) => group.querySelectorAll(".field");

/**
 * @param {Element} parent
 * @param {Field[]} list
 * @param {Record<string, Value>} set
 * @param {Map<string, string>} problems
 */
function showFields(parent, list, set, problems) {
  keyed(parent, list, keyOf, makeField, ({ element, update }, each) => {
    element.dataset.text = `${each.label} ${each.name} ${each.path} ${each.text}`.toLowerCase();
    update(each, set[each.path] ?? null, problemOf(each, problems));
  });
}

/** @param {Field} field */
const shapeOf = ({ path, kind, slider }) => `${path} ${kind} ${slider?.suffix}`;

/**
 * Return the key of a field's element: one that is typed into stays, whatever the text is by now.
 * @param {Field} field
 */
function keyOf(field) {
  const old = fields.get(field.path);
  return old?.element.contains(document.activeElement) ? old.shape : shapeOf(field);
}

/**
 * @param {Field} first
 * @returns {Made}
 */
function makeField(first) {
  const { path, holds } = first;
  const controls = field(first, (text) =>
    change((state) => {
      const isOut = text === null || (holds && text === "");
      const others = Object.entries(state.set ?? {}).filter(
        ([key]) => key !== path && !(isOut && holds && key.startsWith(`${holds}.`)),
      );
      state.set = Object.fromEntries(isOut ? others : [...others, [path, text]]);
    }),
  );
  const made = { ...controls, shape: shapeOf(first) };
  fields.set(path, made);
  if (holds) fields.set(holds, made);
  return made;
}
