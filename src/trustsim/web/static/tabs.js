/** Tabs as the ARIA pattern has them: arrows move, one tab is in the tab order, its panel is shown. */

/** Turn a list of buttons with `data-panel` into tabs; returns `{open(panelId), isOpen(panelId)}`. */
export function tabs(list, label, onOpen = () => {}) {
  const all = [...list.querySelectorAll("button")];
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", label);
  const panelOf = (tab) => document.getElementById(tab.dataset.panel);

  function open(tab) {
    for (const each of all) {
      const isOpen = each === tab;
      each.setAttribute("aria-selected", String(isOpen));
      each.tabIndex = isOpen ? 0 : -1;
      panelOf(each).hidden = !isOpen;
    }
    onOpen(tab.dataset.panel);
  }

  for (const [place, tab] of all.entries()) {
    tab.id ||= `tab-${tab.dataset.panel}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", tab.dataset.panel);
    panelOf(tab).setAttribute("role", "tabpanel");
    panelOf(tab).setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = all.at(to % all.length);
      open(next);
      next.focus();
    });
  }
  open(all[0]);
  return {
    open: (panel) => open(all.find((tab) => tab.dataset.panel === panel)),
    isOpen: (panel) => !document.getElementById(panel).hidden,
  };
}
