/** Watching one world: the same people and luck under several variants, day by day, side by side. */

import { get, leave, post, Refused } from "./api.js";
import { hues, MOST_SHOWN, swatch } from "./colours.js";
import { csv } from "./csv.js";
import { button, download, h, iconButton, keyed, later, newId, plural, say } from "./dom.js";
import { ASKED, bytes, counts, LEFT, network, NO_CLIENT } from "./network.js";
import { numbers } from "./charts.js";
import { timeline } from "./timeline.js";
import { current } from "./state.js";

const SPEEDS = [2, 5, 10, 20]; // days a second

/** Make the panel once; returns `{show(form, job), open()}`; a world is asked for only while it is open. */
export function play(panel) {
  let form = null;
  let job = null;
  let world = null;
  let asked = "";
  let asking = null;
  let replication = 0;
  let stage = null;

  const id = newId("world");
  const which = h("select", { id, on: { change: () => { replication = Number(which.value); load(); } } });
  const place = h("div", { class: "stage" });
  panel.append(h("div", { class: "play-bar" }, h("label", { for: id }, "World"), which), place);

  function questionOf() {
    return JSON.stringify([job?.id ?? current(), replication]);
  }

  function load() {
    if (panel.hidden || form === null || questionOf() === asked) return;
    if (!job && form.is_read_only) return message("This page is read only: choose one of the runs to watch its worlds.");
    if (!job && form.problems.length) return message("Not everything is right yet: see the list on the left.");
    asked = questionOf();
    ask();
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    stage?.pause();
    message("The world is being simulated once more, to be watched … ", button("Stop", () => { asking.abort(); asked = ""; message("Stopped."); }, { class: "quiet" }));
    const names = (job?.variants ?? form.variants.map((each) => each.name)).slice(0, MOST_SHOWN);
    const path = job ? `/api/jobs/${job.id}/play?${new URLSearchParams({ replication, variants: JSON.stringify(names) })}` : `/api/play?replication=${replication}`;
    const body = job ? undefined : current();
    const left = () => leave(path, body);
    signal.addEventListener("abort", left);
    addEventListener("pagehide", left);
    try {
      world = job ? await get(path, signal) : await post(path, body, signal);
      signal.removeEventListener("abort", left);
      stage = makeStage(world, job?.baseline ?? form.baseline, job?.variants ?? world.variants);
      place.replaceChildren(stage.element);
      stage.start();
      if (job) showWorlds(await get(`/api/jobs/${job.id}/runs`, signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
      message(error.message);
    } finally {
      removeEventListener("pagehide", left);
    }
  }

  function showWorlds(found) {
    const worlds = found.runs ?? found;
    const all = worlds.some((each) => each.replication === replication) ? worlds : [{ replication, text: "" }, ...worlds];
    keyed(which, all, (each) => each.replication, (each) => h("option", { value: each.replication }), (option, each) => say(option, each.text ? `${each.replication}: ${each.text}` : `${each.replication}`));
    which.value = String(replication);
  }

  function message(text, ...more) {
    stage = null;
    place.replaceChildren(h("p", { class: "empty" }, text, ...more));
  }

  const loadSoon = later(load, 400);
  showWorlds([]);
  return {
    show(nextForm, nextJob) {
      form = nextForm;
      job = nextJob;
      loadSoon();
    },
    open: load,
    close: () => stage?.pause(),
  };
}

function makeStage(world, baseline, order) {
  const { days, n, variants } = world;
  const hue = hues(order, baseline);
  const panes = variants.map((name) => makePane(world, name, hue.get(name)));
  const last = days.length - 1;
  let day = 0;
  let timer = 0;
  let since = 0;

  const axis = timeline(days, variants.map((name) => ({ hue: hue.get(name), values: world.platform[name].outflow })), world.events);
  const slider = h("input", { type: "range", min: 0, max: last, step: 1, value: 0, "aria-label": "Day", on: { input: () => { const to = Number(slider.value); pause(); go(to); } } });
  const told = h("output", { class: "day" });
  const toggle = iconButton("play", "Play", () => (timer ? pause() : run()), { class: "only-icon primary" });
  const speed = h("select", { "aria-label": "Speed", title: "Speed" }, ...SPEEDS.map((each) => h("option", { value: each, selected: each === 5 }, `${each} days/s`)));
  const today = h("div", { class: "today" });
  const chosen = h("fieldset", { class: "shown" }, h("legend", { class: "hidden" }, "Variants shown"), ...panes.map((pane) => h("label", {},
    h("input", { type: "checkbox", checked: true, on: { change: (event) => { pane.element.hidden = !event.target.checked; draw(); } } }), swatch(pane.hue), h("span", {}, pane.name))));
  const events = h("ol", { class: "events" }, ...world.events.map((each) => h("li", {}, button([h("span", { class: "when" }, `day ${each.day}`), ` ${each.text}`], () => { pause(); go(days.indexOf(each.day)); }, { class: "link" }))));
  const grid = h("div", { class: "panes" }, ...panes.map((pane) => pane.element));
  const element = h("div", {},
    h("div", { class: "transport" },
      iconButton("start", "First day", () => { pause(); go(0); }), iconButton("back", "One day back", () => { pause(); go(day - 1); }), toggle,
      iconButton("forward", "One day on", () => { pause(); go(day + 1); }), told, speed),
    h("div", { class: "days" }, axis.element, slider), events, chosen, grid, legend(),
    world.note ? h("p", { class: "note" }, world.note) : null,
    h("details", {}, h("summary", {}, "Numbers of the day"), today,
      button("Download all days as CSV", () => download("world.csv", csvOf(world), "text/csv"), { class: "quiet" })));

  function go(to) {
    day = Math.max(0, Math.min(last, to));
    draw();
  }

  function draw() {
    slider.value = day;
    slider.setAttribute("aria-valuetext", `day ${days[day]}`);
    say(told, `Day ${days[day]}`);
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

  function showToggle(isRunning) {
    const fresh = iconButton(isRunning ? "pause" : "play", isRunning ? "Pause" : "Play", () => {});
    toggle.replaceChildren(...fresh.children);
    toggle.setAttribute("aria-label", fresh.title);
    toggle.title = fresh.title;
  }

  const watch = new ResizeObserver(() => (grid.isConnected ? draw() : watch.disconnect()));
  return { element, pause, start() { watch.observe(grid); draw(); } };
}

function makePane(world, name, hue) {
  const canvas = h("canvas", { role: "img" });
  const line = h("p", { class: "note" });
  const element = h("div", { class: "pane-card" }, h("h3", {}, swatch(hue), name), canvas, line);
  const status = bytes(world.status[name]);
  const paint = network(canvas, world, bytes(world.trust[name]), status);
  return {
    name, hue, element,
    draw(day) {
      paint(day);
      const told = dayText(world, name, status, day);
      say(line, told);
      canvas.setAttribute("aria-label", `Network under ${name}, day ${world.days[day]}: ${told}`);
    },
  };
}

function dayText(world, name, status, day) {
  const { left, now } = shares(status, world.n, day);
  const state = world.platform[name].status?.[day];
  return `${left} have left, ${now} today${state && state !== "open" ? ` · ${state}` : ""}`;
}

function shares(status, n, day) {
  const found = counts(status, n, day);
  const clients = n - found[NO_CLIENT] || 1;
  const percent = (part) => `${((100 * part) / clients).toFixed(part && part < 0.1 * clients ? 1 : 0)} %`;
  return { left: percent(found[LEFT] + found[ASKED]), now: percent(found[ASKED]) };
}

function tableOf(world, day) {
  const rows = world.variants.map((name) => {
    const { left, now } = shares(bytes(world.status[name]), world.n, day);
    const { trust, outflow, status } = world.platform[name];
    return [name, left, now, `${(100 * trust[day]).toFixed(1)} %`, `${(100 * outflow[day]).toFixed(2)} %`, status?.[day] ?? ""];
  });
  return { head: ["variant", "have left", "asked today", "mean trust", "paid out, share of claims", "platform"], rows, note: `Day ${world.days[day]}, of the ${world.n} investors drawn.` };
}

function csvOf({ days, variants, platform }) {
  const rows = variants.flatMap((name) => days.map((day, k) => [name, day, platform[name].outflow[k], platform[name].trust[k], platform[name].status?.[k]]));
  return csv([["variant", "day", "outflow", "trust", "status"], ...rows]);
}

function legend() {
  const item = (kind, text) => h("li", {}, h("span", { class: `key ${kind}`, "aria-hidden": "true" }), text);
  return h("ul", { class: "legend" }, h("li", {}, "trust: none", h("span", { class: "key ramp", "aria-hidden": "true" }), "full"),
    item("asked", "asked for money today"), item("left", "has left"), item("outside", "no client"));
}
