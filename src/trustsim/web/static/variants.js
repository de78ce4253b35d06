/** The variants: which are run, what each is made of; add, edit, combine, duplicate, rename, remove. */

import { hues, swatch, swatchClass } from "./colours.js";
import { button, h, icon, iconButton, keyed, newId, say, toast } from "./dom.js";
import { asText, field } from "./field.js";
import * as packages from "./packages.js";
import { pick } from "./picker.js";
import { change, current, replace } from "./state.js";

const FAMILIES = { regulatory: "Rules", ux: "Ease of use", communication: "What is said", platform: "What the platform does", sector: "Sector" };

/** Make the panel once; returns `{show(form, problems), reveal(path)}`. */
export function variants(panel, onCount) {
  let form = null;
  let toFocus = null;
  const open = new Set();
  const list = h("ul", { class: "variants" });
  const all = button("Choose all", () => change((state) => { state.show = null; }), { class: "quiet" });
  panel.append(
    h("p", { class: "help" }, "Each variant meets the same people, network and luck. Tick those to compare."),
    list,
    h("div", { class: "row" }, button([icon("add"), "New variant"], addVariant, { class: "secondary" }), all));

  async function addVariant() {
    const part = await pickPart(form, "New variant: what does it do?");
    if (part === null) return;
    const name = packages.add(form, part.title.toLowerCase(), [part.raw]);
    open.add(name);
    toFocus = name;
  }

  const tools = {
    form: () => form,
    isOpen: (name) => open.has(name),
    toggle(name) {
      open.has(name) ? open.delete(name) : open.add(name);
      draw();
    },
    rename(name, wanted) {
      if (open.delete(name)) open.add(wanted);
      packages.rename(form, name, wanted);
    },
    duplicate(name) {
      const copy = packages.add(form, `${name} 2`, packages.partsOf(form, name));
      open.add(copy);
      toFocus = copy;
    },
    remove(name) {
      const before = current();
      packages.drop(form, name);
      toast(`Removed ‘${name}’.`, { label: "Undo", act: () => replace(before) });
    },
  };
  let problems = new Map();

  function draw() {
    const shown = packages.shownOf(form);
    const hue = hues(shown, form.baseline);
    const items = form.variants.map((each) => ({ ...each, hue: shown.includes(each.name) ? hue.get(each.name) : undefined }));
    keyed(list, items, (each) => `${form.id} ${each.name}`, (each) => makeVariant(each, tools), (element, each) => element.update(each, problems));
    all.hidden = shown.length === items.length;
    onCount(shown.length, items.length);
    if (toFocus !== null) focusName(toFocus);
  }

  function focusName(name) {
    const element = [...list.children].find((each) => each.dataset.name === name);
    if (!element) return;
    toFocus = null;
    const input = element.querySelector(".name-input");
    input?.focus();
    input?.select();
    element.scrollIntoView({ block: "nearest" });
  }

  return {
    show(next, found) {
      form = next;
      problems = found;
      draw();
    },
    reveal(path) {
      const holder = form?.variants.find((each) => each.parts.some((part) => part.fields?.some((one) => one.path === path)) || path.startsWith(`variants.${each.name}`));
      if (!holder) return false;
      open.add(holder.name);
      draw();
      const input = panel.querySelector(`[data-path="${CSS.escape(path)}"], [data-holds="${CSS.escape(path)}"]`);
      (input ?? [...list.children].find((each) => each.dataset.name === holder.name).querySelector("button, input:not(:disabled)")).focus();
      return true;
    },
  };
}

function makeVariant(first, tools) {
  const { name } = first;
  const id = newId("variant");
  const tick = h("input", { type: "checkbox", id, on: { change: () => packages.setShown(tools.form(), name, tick.checked) } });
  const dot = swatch(undefined);
  const tag = h("span", { class: "tag" });
  const does = h("p", { class: "does" });
  const editor = h("div", { class: "editor", id: `${id}-editor`, hidden: true });
  const toggle = button("Edit", () => tools.toggle(name), { class: "quiet", "aria-controls": `${id}-editor` });
  toggle.setAttribute("aria-label", `Edit ${name}`);
  const element = h("li", { class: "variant", "data-name": name },
    h("div", { class: "variant-head" }, tick, h("label", { for: id }, dot, h("span", { class: "name" }, name)), tag, toggle),
    does, editor);
  let body = null;

  element.update = (variant, problems) => {
    tick.checked = variant.hue !== undefined;
    tick.disabled = variant.is_baseline;
    tick.title = variant.is_baseline ? "The baseline is always run: differences are to it" : "";
    dot.className = swatchClass(variant.hue);
    const isEdited = variant.from === "page" || packages.isChanged(name);
    say(tag, [variant.is_baseline && "baseline", isEdited && (variant.from === "page" ? "yours" : "changed")].filter(Boolean).join(" · "));
    say(does, summaryOf(variant));
    const isOpen = tools.isOpen(name);
    editor.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    say(toggle, isOpen ? "Close" : "Edit");
    toggle.setAttribute("aria-label", `${isOpen ? "Close" : "Edit"} ${name}`);
    if (isOpen && !body) editor.append(...(body = makeEditor(variant, tools)).elements);
    if (isOpen) body.update(variant, problems);
  };
  return element;
}

function summaryOf({ parts, name }) {
  if (parts.length === 0) return "Nothing is done.";
  return parts.map((part) => partText(part)).join(" + ") || name;
}

function partText(part) {
  if (part.kind) {
    const values = Object.entries(part.values ?? {}).filter(([key]) => key !== "platform");
    const told = values.map(([key, value]) => `${key.replaceAll("_", " ")} ${valueText(value)}`).join(", ");
    return told ? `${part.title}: ${told}` : part.title;
  }
  if (part.set) return Object.entries(part.set).map(([key, value]) => `${key} = ${value}`).join(", ");
  return `‘${part.name}’`;
}

/** Say a value of a lever; of a trigger what it watches and when it fires. */
function valueText(value) {
  if (value === null || typeof value !== "object") return String(value).replaceAll(" ", "\u00a0");
  const sides = ["above", "below"].filter((side) => value[side]).map((side) => `${side} ${valueText(value[side])}`);
  return [String(value.indicator ?? "").replaceAll("_", " "), ...sides].join(" ");
}

function makeEditor(first, tools) {
  const { name } = first;
  const id = newId("name");
  const wrong = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const input = h("input", { type: "text", id, class: "name-input", value: name, "aria-describedby": `${id}-error`, maxlength: 60, autocomplete: "off", on: { change: () => rename() } });
  const parts = h("div", { class: "parts" });
  const form = tools.form;
  const back = button("As in the file", () => packages.restore(name), { class: "quiet" });
  const add = button([icon("add"), "Add or combine"], async () => {
    const part = await pickPart(form(), `Add to ‘${name}’`, name);
    if (part !== null) packages.edit(form(), name, (list) => list.push(part.raw));
    add.focus();
  }, { class: "secondary" });
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
    elements: [naming, parts, h("div", { class: "row" }, add, button("Duplicate", () => tools.duplicate(name), { class: "quiet" }), back, remove)],
    update(variant, problems) {
      naming.hidden = variant.is_baseline;
      remove.hidden = variant.is_baseline;
      back.hidden = variant.from !== "file" || !packages.isChanged(name);
      const items = variant.parts.map((part, place) => ({ part, place }));
      keyed(parts, items, ({ part, place }) => `${place} ${part.kind ?? part.name ?? "set"}`, ({ part, place }) => makePart(name, part, place, tools), (element, item) => element.update(item.part, problems));
    },
  };
}

function makePart(variant, first, place, tools) {
  const form = tools.form;
  const title = first.title ?? first.name ?? "";
  const remove = iconButton("close", `Remove ${title}`, () => packages.edit(form(), variant, (list) => list.splice(place, 1)));
  const text = h("p", { class: "help" });
  const fields = h("div", { class: "fields" });
  const element = h("fieldset", { class: "part" }, h("legend", {}, first.kind ? title : first.set ? "Other settings" : `As ‘${first.name}’`), remove, text, fields);
  element.update = (part, problems) => {
    say(text, part.set ? partText(part) : (part.text ?? ""));
    const values = packages.partsOf(form(), variant)[place] ?? {};
    keyed(fields, part.fields ?? [], (each) => `${each.name} ${each.kind}`, (each) => makeField(each, variant, place, tools), (row, each) => {
      const value = packages.valueOf(values, each.name);
      const isChanged = value !== null && each.default !== null && asText(value) !== asText(each.default);
      row.update(each, typeof value === "object" ? null : value, problems.get(each.path) ?? problems.get(each.holds), isChanged);
    });
  };
  return element;
}

function makeField(given, variant, place, tools) {
  const made = field(given, (text) => packages.edit(tools.form(), variant, (list) => packages.setValue(list[place], given, text)));
  made.element.update = made.update;
  return made.element;
}

/** Let the reader choose a lever, or another variant to take over; resolves to `{title, raw}` or null. */
function pickPart(form, title, except = null) {
  const levers = Object.entries(FAMILIES).map(([family, heading]) => ({
    title: heading,
    items: form.interventions.filter((each) => each.family === family).map((each) => ({
      title: each.title, text: each.summary, key: each.kind, value: { title: each.title, raw: blank(each) },
    })),
  }));
  const others = form.variants.filter((each) => each.name !== except && !each.is_baseline);
  const known = { title: "Existing variants, to combine", items: others.map((each) => ({ title: each.name, text: summaryOf(each), value: { title: each.name, raw: each.name } })) };
  return pick({ title, hint: "Levers that work together can be put into one variant.", groups: [...levers, known] });
}

function blank(lever) {
  const needed = lever.fields.filter((each) => each.is_required);
  return { kind: lever.kind, ...Object.fromEntries(needed.map((each) => [each.name, each.choices?.[0] ?? each.value ?? ""])) };
}
