/** A world to watch is chosen, asked of the server and put on the stage. */

import { get, isAborted, leave, post, Refused } from "./api.js";
import { MOST_SHOWN } from "./colours.js";
import { button, h, keyed, later, newId, say } from "./dom.js";
import { makeStage } from "./stage.js";
import { current } from "./state.js";

/**
 * Make the panel once; returns `{show(form, job), open()}`; a world is asked for only while it is open.
 * @param {HTMLElement} panel
 */
export function play(panel) {
  /** @type {Form | null} */
  let form = null;
  /** @type {Job | null} */
  let job = null;
  let asked = "";
  /** @type {AbortController | null} */
  let asking = null;
  let replication = 0;
  /** @type {ReturnType<typeof makeStage> | null} */
  let stage = null;

  const id = newId("world");
  /** @type {HTMLSelectElement} */
  const which = h("select", {
    id,
    on: {
      change: () => {
        replication = Number(which.value);
        load();
      },
    },
  });
  const place = h("div", { class: "stage" });
  panel.append(h("div", { class: "play-bar" }, h("label", { for: id }, "World"), which), place);

  function questionOf() {
    return JSON.stringify([job?.id ?? current(), replication]);
  }

  function load() {
    if (panel.hidden || form === null || questionOf() === asked) return;
    if (!job && form.is_read_only)
      return message("This page is read only: choose one of the runs to watch its worlds.");
    if (!job && form.problems.length) return message("Not everything is right yet: see the list on the left.");
    asked = questionOf();
    ask(form, job);
  }

  /**
   * @param {Form} form
   * @param {Job | null} job
   */
  async function ask(form, job) {
    asking?.abort();
    const control = new AbortController();
    const { signal } = control;
    asking = control;
    stage?.pause();
    message(
      "The world is being simulated once more, to be watched … ",
      button(
        "Stop",
        () => {
          control.abort();
          asked = "";
          message("Stopped.");
        },
        { class: "quiet" },
      ),
    );
    const names = (job?.variants ?? form.variants.map((each) => each.name)).slice(0, MOST_SHOWN);
    const query = new URLSearchParams({ replication: String(replication), variants: JSON.stringify(names) });
    const path = job ? `/api/jobs/${job.id}/play?${query}` : `/api/play?replication=${replication}`;
    const body = job ? undefined : current();
    const left = () => leave(path, body);
    signal.addEventListener("abort", left);
    addEventListener("pagehide", left);
    try {
      /** @type {World} */
      const world = job ? await get(path, signal) : await post(path, body, signal);
      signal.removeEventListener("abort", left);
      stage = makeStage(world, job?.baseline ?? form.baseline, job?.variants ?? world.variants);
      place.replaceChildren(stage.element);
      stage.start();
      if (job) showWorlds(await get(`/api/jobs/${job.id}/runs`, signal));
    } catch (error) {
      if (isAborted(error)) return;
      if (!(error instanceof Refused)) throw error;
      message(error.message);
    } finally {
      removeEventListener("pagehide", left);
    }
  }

  /** @param {{replication: number, text: string}[]} worlds */
  function showWorlds(worlds) {
    const all = worlds.some((each) => each.replication === replication)
      ? worlds
      : [{ replication, text: "" }, ...worlds];
    keyed(
      which,
      all,
      (each) => each.replication,
      (each) => h("option", { value: each.replication }),
      (option, each) => say(option, each.text ? `${each.replication}: ${each.text}` : `${each.replication}`),
    );
    which.value = String(replication);
  }

  /**
   * @param {string} text
   * @param {...Element} more
   */
  function message(text, ...more) {
    stage = null;
    place.replaceChildren(h("p", { class: "empty" }, text, ...more));
  }

  const loadSoon = later(load, 400);
  showWorlds([]);
  return {
    /**
     * @param {Form | null} nextForm
     * @param {Job | null} nextJob
     */
    show(nextForm, nextJob) {
      form = nextForm;
      job = nextJob;
      loadSoon();
    },
    open: load,
    close: () => stage?.pause(),
  };
}
