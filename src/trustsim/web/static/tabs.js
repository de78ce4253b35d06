/** Tabs work as the ARIA pattern says: arrows move, one tab is in the tab order, its panel is shown. */

import { at } from "./dom.js";

/**
 * Turn a list of buttons with `data-panel` into tabs; returns `{open(panelId), isOpen(panelId)}`.
 * @param {Element} list
 * @param {string} label
 * @param {(panel: string) => void} onOpen
 */
export function tabs(list, label, onOpen = () => {}) {
  const all = [...list.querySelectorAll("button")];
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", label);
  /** @param {HTMLElement} tab */
  const nameOf = (tab) => tab.dataset.panel ?? "";
  /** @param {HTMLElement} tab */
  const panelOf = (tab) => at(nameOf(tab));

  /** @param {HTMLElement} tab */
  function open(tab) {
    for (const each of all) {
      const isOpen = each === tab;
      each.setAttribute("aria-selected", String(isOpen));
      each.tabIndex = isOpen ? 0 : -1;
      panelOf(each).hidden = !isOpen;
    }
    onOpen(nameOf(tab));
  }

  for (const [place, tab] of all.entries()) {
    tab.id ||= `tab-${nameOf(tab)}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", nameOf(tab));
    panelOf(tab).setAttribute("role", "tabpanel");
    panelOf(tab).setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const to = new Map([
        ["ArrowRight", place + 1],
        ["ArrowLeft", place - 1],
        ["Home", 0],
        ["End", all.length - 1],
      ]).get(event.key);
      const next = to === undefined ? undefined : all.at(to % all.length);
      if (!next) return;
      event.preventDefault();
      open(next);
      next.focus();
    });
  }
  open(all[0]);
  return {
    /** @param {string} panel */
    open(panel) {
      const tab = all.find((each) => nameOf(each) === panel);
      if (tab) open(tab);
    },
    /** @param {string} panel */
    isOpen: (panel) => !at(panel).hidden,
  };
}
