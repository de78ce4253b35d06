/** This panel lists the variants: which are run, what each does; it adds, edits, renames and removes them. */

import { hues, swatch, swatchClass } from "./colours.js";
import { button, h, icon, keyed, newId, say, toast } from "./dom.js";
import { makeEditor } from "./editor.js";
import { pickPart } from "./levers.js";
import * as packages from "./packages.js";
import { change, question, replace } from "./state.js";
import { summaryOf } from "./summary.js";

/**
 * What the panel lets one of its variants do.
 * @typedef {object} Tools
 * @property {() => Form} form
 * @property {(name: string) => boolean} isOpen
 * @property {(name: string) => void} toggle
 * @property {(name: string, wanted: string) => void} rename
 * @property {(name: string) => void} duplicate
 * @property {(name: string) => void} remove
 */

/**
 * Make the panel once; returns `{show(form, problems), reveal(path)}`.
 * @param {HTMLElement} panel
 * @param {(n: number, all: number) => void} onCount
 */
export function variants(panel, onCount) {
  /** @type {Form | null} */
  let shownForm = null;
  /** @type {string | null} */
  let toFocus = null;
  /** @type {Set<string>} */
  const open = new Set();
  const list = h("ul", { class: "variants" });
  const all = button(
    "Choose all",
    () =>
      change((state) => {
        state.show = null;
      }),
    { class: "quiet" },
  );
  panel.append(
    h("p", { class: "help" }, "Each variant meets the same people, network and luck. Tick those to compare."),
    list,
    h("div", { class: "row" }, button([icon("add"), "New variant"], addVariant, { class: "secondary" }), all),
  );

  /** Return the form, which there is once there is something to choose. */
  function form() {
    if (shownForm === null) throw new Error("no scenario is shown yet");
    return shownForm;
  }

  async function addVariant() {
    const part = await pickPart(form(), "New variant: what does it do?");
    if (part === null) return;
    const name = packages.add(form(), part.title.toLowerCase(), [part.raw]);
    open.add(name);
    toFocus = name;
  }

  /** @type {Tools} */
  const tools = {
    form,
    isOpen: (name) => open.has(name),
    toggle(name) {
      if (!open.delete(name)) open.add(name);
      draw();
    },
    rename(name, wanted) {
      if (open.delete(name)) open.add(wanted);
      packages.rename(form(), name, wanted);
    },
    duplicate(name) {
      const copy = packages.add(form(), `${name} 2`, packages.partsOf(form(), name));
      open.add(copy);
      toFocus = copy;
    },
    remove(name) {
      const before = question();
      packages.drop(form(), name);
      toast(`Removed ‘${name}’.`, { label: "Undo", act: () => replace(before) });
    },
  };
  /** @type {Map<string, string>} */
  let problems = new Map();

  function draw() {
    const { baseline, id, variants } = form();
    const shown = packages.shownOf(form());
    const hue = hues(shown, baseline);
    const items = variants.map((each) => ({
      ...each,
      hue: shown.includes(each.name) ? hue.get(each.name) : undefined,
    }));
    keyed(
      list,
      items,
      (each) => `${id} ${each.name}`,
      (each) => makeVariant(each, tools),
      (made, each) => made.update(each, problems),
    );
    all.hidden = shown.length === items.length;
    onCount(shown.length, items.length);
    if (toFocus !== null) focusName(toFocus);
  }

  /** @param {string} name */
  const elementOf = (name) => [...list.querySelectorAll("li")].find((each) => each.dataset.name === name);

  /** @param {string} name */
  function focusName(name) {
    const element = elementOf(name);
    if (!element) return;
    toFocus = null;
    /** @type {HTMLInputElement | null} */
    const input = element.querySelector(".name-input");
    input?.focus();
    input?.select();
    element.scrollIntoView({ block: "nearest" });
  }

  return {
    /**
     * @param {Form} nextForm
     * @param {Map<string, string>} nextProblems
     */
    show(nextForm, nextProblems) {
      shownForm = nextForm;
      problems = nextProblems;
      draw();
    },
    /** @param {string} path */
    reveal(path) {
      const holder = shownForm?.variants.find(
        (each) =>
          each.parts.some((part) => part.fields?.some((one) => one.path === path)) ||
          path.startsWith(`variants.${each.name}`),
      );
      if (!holder) return false;
      open.add(holder.name);
      draw();
      /** @type {HTMLElement | null | undefined} */
      const input = panel.querySelector(`[data-path="${CSS.escape(path)}"], [data-holds="${CSS.escape(path)}"]`);
      /** @type {HTMLElement | null | undefined} */
      const first = elementOf(holder.name)?.querySelector("button, input:not(:disabled)");
      (input ?? first)?.focus();
      return true;
    },
  };
}

/**
 * @param {Variant} first
 * @param {Tools} tools
 */
function makeVariant(first, tools) {
  const { name } = first;
  const id = newId("variant");
  /** @type {HTMLInputElement} */
  const tick = h("input", {
    type: "checkbox",
    id,
    on: { change: () => packages.setShown(tools.form(), name, tick.checked) },
  });
  const dot = swatch(undefined);
  const tag = h("span", { class: "tag" });
  const does = h("p", { class: "does" });
  const editor = h("div", { class: "editor", id: `${id}-editor`, hidden: true });
  const toggle = button("Edit", () => tools.toggle(name), { class: "quiet", "aria-controls": `${id}-editor` });
  toggle.setAttribute("aria-label", `Edit ${name}`);
  const element = h(
    "li",
    { class: "variant", "data-name": name },
    h(
      "div",
      { class: "variant-head" },
      tick,
      h("label", { for: id }, dot, h("span", { class: "name" }, name)),
      tag,
      toggle,
    ),
    does,
    editor,
  );
  /** @type {ReturnType<typeof makeEditor> | null} */
  let body = null;

  /**
   * @param {Variant & {hue?: number}} variant
   * @param {Map<string, string>} problems
   */
  function update(variant, problems) {
    tick.checked = variant.hue !== undefined;
    tick.disabled = variant.is_baseline;
    tick.title = variant.is_baseline ? "The baseline is always run: differences are to it" : "";
    dot.className = swatchClass(variant.hue);
    const isEdited = variant.from === "page" || packages.isChanged(name);
    say(
      tag,
      [variant.is_baseline && "baseline", isEdited && (variant.from === "page" ? "yours" : "changed")]
        .filter(Boolean)
        .join(" · "),
    );
    say(does, summaryOf(variant));
    const isOpen = tools.isOpen(name);
    editor.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    say(toggle, isOpen ? "Close" : "Edit");
    toggle.setAttribute("aria-label", `${isOpen ? "Close" : "Edit"} ${name}`);
    if (!isOpen) return;
    if (!body) {
      body = makeEditor(variant, tools);
      editor.append(...body.elements);
    }
    body.update(variant, problems);
  }
  return { element, update };
}
