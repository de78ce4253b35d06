/** The editor of a variant holds its name, its parts with their fields, and what can be done to it. */

import { asText } from "./controls.js";
import { button, h, icon, iconButton, keyed, newId, say } from "./dom.js";
import { field } from "./field.js";
import { pickPart } from "./levers.js";
import * as packages from "./packages.js";
import { problemOf } from "./problems.js";
import { partText } from "./summary.js";

/**
 * Make the editor; returns `{elements, update(variant, problems)}`.
 * @param {Variant} first
 * @param {import("./variants.js").Tools} tools
 */
export function makeEditor(first, tools) {
  const { name } = first;
  const id = newId("name");
  const wrong = h("p", { class: "error", id: `${id}-error`, hidden: true });
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "text",
    id,
    class: "name-input",
    value: name,
    "aria-describedby": `${id}-error`,
    maxlength: 60,
    autocomplete: "off",
    on: { change: () => rename() },
  });
  const parts = h("div", { class: "parts" });
  const form = tools.form;
  const back = button("As in the file", () => packages.restore(name), { class: "quiet" });
  /** @type {HTMLButtonElement} */
  const add = button(
    [icon("add"), "Add or combine"],
    async () => {
      const part = await pickPart(form(), `Add to ‘${name}’`, name);
      if (part !== null) packages.edit(form(), name, (list) => list.push(part.raw));
      add.focus();
    },
    { class: "secondary" },
  );
  const naming = h("div", { class: "naming" }, h("label", { for: id, class: "label" }, "Name"), input, wrong);
  const remove = button("Remove", () => tools.remove(name), { class: "quiet danger" });

  function rename() {
    const wanted = input.value.trim().replace(/\s+/g, " ");
    const isTaken = wanted !== name && form().variants.some((each) => each.name === wanted);
    say(wrong, wanted === "" ? "A variant needs a name." : isTaken ? `There is a variant ‘${wanted}’ already.` : "");
    wrong.hidden = wrong.textContent === "";
    input.setAttribute("aria-invalid", String(!wrong.hidden));
    if (wrong.hidden && wanted !== name) tools.rename(name, wanted);
  }

  return {
    elements: [
      naming,
      parts,
      h(
        "div",
        { class: "row" },
        add,
        button("Duplicate", () => tools.duplicate(name), { class: "quiet" }),
        back,
        remove,
      ),
    ],
    /**
     * @param {Variant} variant
     * @param {Map<string, string>} problems
     */
    update(variant, problems) {
      naming.hidden = variant.is_baseline;
      remove.hidden = variant.is_baseline;
      back.hidden = variant.from !== "file" || !packages.isChanged(name);
      const items = variant.parts.map((part, place) => ({ part, place }));
      keyed(
        parts,
        items,
        ({ part, place }) => `${place} ${part.kind ?? part.name ?? "set"}`,
        ({ part, place }) => makePart(name, part, place, tools),
        (made, item) => made.update(item.part, problems),
      );
    },
  };
}

/**
 * @param {string} variant
 * @param {Part} first
 * @param {number} place
 * @param {import("./variants.js").Tools} tools
 */
function makePart(variant, first, place, tools) {
  const form = tools.form;
  const title = first.title ?? first.name ?? "";
  const remove = iconButton("close", `Remove ${title}`, () =>
    packages.edit(form(), variant, (list) => list.splice(place, 1)),
  );
  const text = h("p", { class: "help" });
  const fields = h("div", { class: "fields" });
  const element = h(
    "fieldset",
    { class: "part" },
    h("legend", {}, first.kind ? title : first.set ? "Other settings" : `As ‘${first.name}’`),
    remove,
    text,
    fields,
  );
  /**
   * @param {Part} part
   * @param {Map<string, string>} problems
   */
  function update(part, problems) {
    say(text, part.set ? partText(part) : (part.text ?? ""));
    const values = packages.partsOf(form(), variant)[place] ?? {};
    keyed(
      fields,
      part.fields ?? [],
      (each) => `${each.name} ${each.kind}`,
      (each) => makeField(each, variant, place, tools),
      (row, each) => {
        const value = packages.settingOf(values, each.name);
        const isChanged = value !== null && each.default !== null && asText(value) !== asText(each.default);
        row.update(each, typeof value === "object" ? null : value, problemOf(each, problems), isChanged);
      },
    );
  }
  return { element, update };
}

/**
 * @param {Field} first
 * @param {string} variant
 * @param {number} place
 * @param {import("./variants.js").Tools} tools
 */
function makeField(first, variant, place, tools) {
  return field(first, (text) =>
    packages.edit(tools.form(), variant, (list) => packages.setValue(list[place], first, text)),
  );
}
