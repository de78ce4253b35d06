/** A dialog lets a reader choose one thing of many, in groups, with a search box; arrows, Enter and Escape work. */

import { h, iconButton, newId, plural, say } from "./dom.js";

/**
 * Open the dialog; resolves to the value of what is chosen, or null.
 * @template T
 * @param {{title: string, hint?: string, groups: {title: string, items: Choice<T>[]}[]}} what
 * @returns {Promise<T | null>}
 */
export function pick({ title, hint, groups }) {
  const id = newId("pick");
  return new Promise((done) => {
    const found = h("p", { class: "hidden", role: "status" });
    const search = h("input", {
      type: "search",
      id,
      placeholder: "Search",
      autocomplete: "off",
      on: { input: () => filter() },
    });
    const lists = groups.filter((group) => group.items.length).map((group) => section(group, (value) => close(value)));
    const dialog = h(
      "dialog",
      {
        class: "picker",
        "aria-labelledby": `${id}-title`,
        on: {
          close: () => {
            dialog.remove();
            done(chosen);
          },
        },
      },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { id: `${id}-title` }, title),
        iconButton("close", "Close", () => close(null)),
      ),
      hint ? h("p", { class: "note" }, hint) : null,
      h("label", { for: id, class: "hidden" }, "Search"),
      search,
      found,
      h("div", { class: "picker-lists" }, ...lists),
    );
    /** @type {T | null} */
    let chosen = null;

    /** @param {T | null} value */
    function close(value) {
      chosen = value;
      dialog.close();
    }

    function filter() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const list of lists) {
        for (const item of list.querySelectorAll("li"))
          item.hidden = !words.every((word) => item.dataset.text?.includes(word));
        list.hidden = !list.querySelector("li:not([hidden])");
      }
      say(found, plural(visible().length, "match", "matches"));
    }

    const visible = () => [...dialog.querySelectorAll("li")].filter((item) => !item.hidden).flatMap(buttonsOf);

    dialog.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step) {
        event.preventDefault();
        const all = visible();
        const now = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
        (now + step < 0 ? search : all[Math.min(now + step, all.length - 1)])?.focus();
      } else if (event.key === "Enter" && event.target === search && visible().length) {
        event.preventDefault();
        visible()[0].click();
      }
    });
    document.body.append(dialog);
    dialog.showModal();
    search.focus();
  });
}

/** @param {Element} item */
const buttonsOf = (item) => [...item.querySelectorAll("button")];

/**
 * @template T
 * @param {{title: string, items: Choice<T>[]}} group
 * @param {(value: T) => void} onPick
 */
function section({ title, items }, onPick) {
  const id = newId("group");
  return h(
    "section",
    { "aria-labelledby": id },
    h("h3", { id }, title),
    h(
      "ul",
      {},
      ...items.map((item) =>
        h(
          "li",
          {
            "data-text": `${title} ${item.title} ${item.text ?? ""} ${item.note ?? ""} ${item.key ?? ""}`.toLowerCase(),
          },
          h(
            "button",
            {
              type: "button",
              class: "choice",
              "aria-current": item.isCurrent ? "true" : null,
              on: { click: () => onPick(item.value) },
            },
            h("strong", {}, item.title),
            item.note ? h("span", { class: "note" }, item.note) : null,
            item.text ? h("span", { class: "text" }, item.text) : null,
          ),
        ),
      ),
    ),
  );
}
