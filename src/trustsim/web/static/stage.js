/** The stage shows one world: the same people and luck under several variants, day by day, side by side. */

import { numbers } from "./charts.js";
import { hues, swatch } from "./colours.js";
import { csv } from "./csv.js";
import { button, download, h, iconButton, say } from "./dom.js";
import { ASKED, bytes, counts, LEFT, NO_CLIENT, network } from "./network.js";
import { timeline } from "./timeline.js";

const SPEEDS = [2, 5, 10, 20]; // days a second

/**
 * Make the stage of a world; returns `{element, start(), pause()}`.
 * @param {World} world
 * @param {string} baseline
 * @param {string[]} order
 */
export function makeStage(world, baseline, order) {
  const { days, variants } = world;
  const hue = hues(order, baseline);
  const panes = variants.map((name) => makePane(world, name, hue.get(name)));
  const last = days.length - 1;
  let day = 0;
  let timer = 0;
  let since = 0;

  const axis = timeline(
    days,
    variants.map((name) => ({ hue: hue.get(name), values: world.platform[name].outflow })),
    world.events,
  );
  /** @type {HTMLInputElement} */
  const slider = h("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    value: 0,
    "aria-label": "Day",
    on: {
      input: () => {
        const to = Number(slider.value);
        pause();
        go(to);
      },
    },
  });
  const text = h("output", { class: "day" });
  const toggle = iconButton("play", "Play", () => (timer ? pause() : run()), { class: "only-icon primary" });
  const speed = h(
    "select",
    { "aria-label": "Speed", title: "Speed" },
    ...SPEEDS.map((each) => h("option", { value: each, selected: each === 5 }, `${each} days/s`)),
  );
  const today = h("div", { class: "today" });
  const chosen = h(
    "fieldset",
    { class: "shown" },
    h("legend", { class: "hidden" }, "Variants shown"),
    ...panes.map((pane) => h("label", {}, tickOf(pane.element, draw), swatch(pane.hue), h("span", {}, pane.name))),
  );
  const events = h(
    "ol",
    { class: "events" },
    ...world.events.map((each) =>
      h(
        "li",
        {},
        button(
          [h("span", { class: "when" }, `day ${each.day}`), ` ${each.text}`],
          () => {
            pause();
            go(days.indexOf(each.day));
          },
          { class: "link" },
        ),
      ),
    ),
  );
  const grid = h("div", { class: "panes" }, ...panes.map((pane) => pane.element));
  const element = h(
    "div",
    {},
    h(
      "div",
      { class: "transport" },
      iconButton("start", "First day", () => {
        pause();
        go(0);
      }),
      iconButton("back", "One day back", () => {
        pause();
        go(day - 1);
      }),
      toggle,
      iconButton("forward", "One day on", () => {
        pause();
        go(day + 1);
      }),
      text,
      speed,
    ),
    h("div", { class: "days" }, axis.element, slider),
    events,
    chosen,
    grid,
    legend(),
    world.note ? h("p", { class: "note" }, world.note) : null,
    h(
      "details",
      {},
      h("summary", {}, "Numbers of the day"),
      today,
      button("Download all days as CSV", () => download("world.csv", csvOf(world), "text/csv"), { class: "quiet" }),
    ),
  );

  /** @param {number} to */
  function go(to) {
    day = Math.max(0, Math.min(last, to));
    draw();
  }

  function draw() {
    slider.value = String(day);
    slider.setAttribute("aria-valuetext", `day ${days[day]}`);
    say(text, `Day ${days[day]}`);
    axis.mark(day);
    for (const pane of panes) if (!pane.element.hidden) pane.draw(day);
    if (!timer) today.replaceChildren(numbers(tableOf(world, day)));
  }

  function run() {
    if (day === last) day = 0;
    since = performance.now();
    timer = requestAnimationFrame(step);
    showToggle(true);
  }

  /** @param {number} now */
  function step(now) {
    if (!element.isConnected) return pause();
    const passed = Math.floor(((now - since) / 1000) * Number(speed.value));
    if (passed > 0) {
      since = now;
      go(day + passed);
    }
    if (day === last) return pause();
    timer = requestAnimationFrame(step);
  }

  function pause() {
    cancelAnimationFrame(timer);
    timer = 0;
    showToggle(false);
    draw();
  }

  /** @param {boolean} isRunning */
  function showToggle(isRunning) {
    const fresh = iconButton(isRunning ? "pause" : "play", isRunning ? "Pause" : "Play", () => {});
    toggle.replaceChildren(...fresh.children);
    toggle.setAttribute("aria-label", fresh.title);
    toggle.title = fresh.title;
  }

  const watch = new ResizeObserver(() => (grid.isConnected ? draw() : watch.disconnect()));
  return {
    element,
    pause,
    start() {
      watch.observe(grid);
      draw();
    },
  };
}

/**
 * Make the box that shows an element or hides it.
 * @param {HTMLElement} element
 * @param {() => void} onChange
 */
function tickOf(element, onChange) {
  /** @type {HTMLInputElement} */
  const box = h("input", { type: "checkbox", checked: true, on: { change: () => show() } });
  function show() {
    element.hidden = !box.checked;
    onChange();
  }
  return box;
}

/**
 * @param {World} world
 * @param {string} name
 * @param {number | undefined} hue
 */
function makePane(world, name, hue) {
  const canvas = h("canvas", { role: "img" });
  const line = h("p", { class: "note" });
  const element = h("div", { class: "pane-card" }, h("h3", {}, swatch(hue), name), canvas, line);
  const status = bytes(world.status[name]);
  const paint = network(canvas, world, bytes(world.trust[name]), status);
  return {
    name,
    hue,
    element,
    /** @param {number} day */
    draw(day) {
      paint(day);
      const text = dayText(world, name, status, day);
      say(line, text);
      canvas.setAttribute("aria-label", `Network under ${name}, day ${world.days[day]}: ${text}`);
    },
  };
}

/**
 * @param {World} world
 * @param {string} name
 * @param {Uint8Array} status
 * @param {number} day
 */
function dayText(world, name, status, day) {
  const { left, now } = shares(status, world.n, day);
  const state = world.platform[name].status?.[day];
  return `${left} have left, ${now} today${state && state !== "open" ? ` · ${state}` : ""}`;
}

/**
 * @param {Uint8Array} status
 * @param {number} n
 * @param {number} day
 */
function shares(status, n, day) {
  const byStatus = counts(status, n, day);
  const clients = n - byStatus[NO_CLIENT] || 1;
  /** @param {number} part */
  const percent = (part) => `${((100 * part) / clients).toFixed(part && part < 0.1 * clients ? 1 : 0)} %`;
  return { left: percent(byStatus[LEFT] + byStatus[ASKED]), now: percent(byStatus[ASKED]) };
}

/**
 * @param {World} world
 * @param {number} day
 * @returns {Table}
 */
function tableOf(world, day) {
  const rows = world.variants.map((name) => {
    const { left, now } = shares(bytes(world.status[name]), world.n, day);
    const { trust, outflow, status } = world.platform[name];
    return [
      name,
      left,
      now,
      `${(100 * trust[day]).toFixed(1)} %`,
      `${(100 * outflow[day]).toFixed(2)} %`,
      status?.[day] ?? "",
    ];
  });
  return {
    head: ["variant", "have left", "asked today", "mean trust", "paid out, share of claims", "platform"],
    rows,
    note: `Day ${world.days[day]}, of the ${world.n} investors drawn.`,
  };
}

/** @param {World} world */
function csvOf({ days, variants, platform }) {
  const rows = variants.flatMap((name) =>
    days.map((day, k) => [name, day, platform[name].outflow[k], platform[name].trust[k], platform[name].status?.[k]]),
  );
  return csv([["variant", "day", "outflow", "trust", "status"], ...rows]);
}

function legend() {
  /**
   * @param {string} kind
   * @param {string} text
   */
  const item = (kind, text) => h("li", {}, h("span", { class: `key ${kind}`, "aria-hidden": "true" }), text);
  return h(
    "ul",
    { class: "legend" },
    h("li", {}, "trust: none", h("span", { class: "key ramp", "aria-hidden": "true" }), "full"),
    item("asked", "asked for money today"),
    item("left", "has left"),
    item("outside", "no client"),
  );
}
