/** The run bar says how many worlds and how far a run is, and follows a job of the server. */

import { get, post, Refused, reached } from "./api.js";
import { announce, button, duration, h, icon, newId, plural, say } from "./dom.js";
import { change, current, isAnswer, note, show, shownJob } from "./state.js";

const FINAL = new Set(["done", "failed", "stopped"]);
const WORDS = new Map([
  ["stopped", "Continue"],
  ["failed", "Try again"],
  ["done", "Up to date"],
]);
const SPOKEN = 0.25; // progress is spoken each quarter

/**
 * Make the bar once; `onJob` hears of every change, `onRun` of a run that the reader began, `onProblems` of a scenario
 * that is refused.
 *
 * Returns `{show(form), follow(), reveal(path)}`.
 * @param {HTMLElement} bar
 * @param {object} acts
 * @param {(job: Job | null) => void} acts.onJob
 * @param {() => void} acts.onRun
 * @param {(problems: Problem[]) => void} acts.onProblems
 * @param {() => void} acts.goToProblems
 */
export function runner(bar, { onJob, onRun, onProblems, goToProblems }) {
  /** @type {Form | null} */
  let form = null;
  /** @type {Job | null} */
  let job = null;
  /** @type {EventSource | null} */
  let stream = null;
  let isAsking = false;
  let spoken = 0;
  /** @type {string | null} */
  let ranked = null; // by which outcome the shown comparison was asked to be

  const worlds = number(
    "Worlds",
    "replications",
    "How many simulated worlds every variant meets; more make the intervals narrower",
  );
  const seed = number("Seed", "seed", "Another seed gives other worlds; the same seed always gives the same");
  const text = h("span", { class: "progress-text", id: newId("progress") });
  const meter = h("progress", { max: 1, value: 0, "aria-labelledby": text.id });
  const stop = button("Stop", () => act("stop"), { class: "secondary" });
  const word = h("span", {}, "Run");
  const go = button([icon("play"), word], run, { class: "primary", "aria-describedby": text.id });
  bar.append(worlds.element, seed.element, h("div", { class: "progress" }, text, meter), stop, go);

  async function run() {
    if (go.getAttribute("aria-disabled") === "true") return form?.problems.length ? goToProblems() : undefined;
    if (isAnswer(job) && (job.status === "stopped" || job.status === "failed")) return act("resume");
    isAsking = true;
    draw();
    try {
      /** @type {Job} */
      const begun = await post("/api/jobs", current());
      note(begun.id);
      take(begun);
      show(begun.id);
      onRun();
    } catch (error) {
      refuse(error);
    }
    isAsking = false;
    draw();
  }

  /** @param {"stop" | "resume"} what */
  async function act(what) {
    if (job === null) return;
    try {
      take(await post(`/api/jobs/${job.id}/${what}`));
    } catch (error) {
      refuse(error);
    }
  }

  /** @param {unknown} error */
  function refuse(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.body?.problems) onProblems(error.body.problems);
    else {
      announce(error.message);
      say(text, error.message);
    }
  }

  /** @param {Job} news */
  function take(news) {
    const last = job?.id === news.id ? job : null;
    const next = last && !news.is_current ? { ...news, comparison: news.comparison ?? last.comparison } : news;
    const before = last?.status ?? null;
    job = next;
    if (before !== next.status) spoken = 0;
    speak(next, before);
    onJob(next);
    draw();
    if (FINAL.has(next.status) && next.is_current) hangUp();
    else if (!stream) listen(next.id);
  }

  /**
   * @param {Job} job
   * @param {string | null} before
   */
  function speak(job, before) {
    const part = job.total ? job.done / job.total : 0;
    if (job.status === "done" && before !== "done") announce(`Done. ${job.comparison?.headline ?? ""}`);
    else if (job.status === "running" && part >= spoken + SPOKEN) {
      spoken = Math.floor(part / SPOKEN) * SPOKEN;
      announce(`${Math.round(100 * part)} % done.`);
    } else if (before !== null && before !== job.status && job.status !== "running") announce(progressOf(job));
  }

  /** @param {string} id */
  function listen(id) {
    hangUp();
    ranked = wanted();
    stream = new EventSource(`/api/jobs/${id}/events${query(ranked)}`);
    stream.addEventListener("open", () => reached(true));
    stream.addEventListener("job", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      if (!stream) return;
      reached(false);
      if (stream.readyState === EventSource.CLOSED) {
        hangUp();
        setTimeout(follow, 1000);
      }
    });
  }

  function hangUp() {
    stream?.close();
    stream = null;
  }

  const wanted = () => current()?.ranked_by ?? null;
  /** @param {string | null} by */
  const query = (by) => (by === null ? "" : `?${new URLSearchParams({ ranked_by: by })}`);

  /** Show the job that the address names, ranked as the address says. */
  async function follow() {
    const id = shownJob();
    const isAsRanked = ranked === wanted();
    if (id === job?.id && stream && isAsRanked) return;
    if (id !== job?.id || !isAsRanked) hangUp();
    if (id === null) {
      job = null;
      onJob(null);
      draw();
      return;
    }
    try {
      ranked = wanted();
      const named = await get(`/api/jobs/${id}${query(ranked)}`);
      if (shownJob() === id && ranked === wanted()) take(named);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      job = null;
      show(null);
    }
  }

  function draw() {
    const isWrong = Boolean(form?.problems.length);
    const answer = isAnswer(job) ? job : null;
    const isGoing = job !== null && !FINAL.has(job.status);
    const isReadOnly = Boolean(form?.is_read_only);
    worlds.update(form);
    seed.update(form);
    say(text, isAsking ? "Starting …" : answer ? progressOf(answer) : unstarted(isWrong, isReadOnly));
    text.classList.toggle("is-bad", isWrong || answer?.status === "failed");
    meter.hidden = !answer || answer.status === "done";
    meter.value = answer?.total ? answer.done / answer.total : 0;
    stop.hidden = !isGoing || isReadOnly;
    go.hidden = isReadOnly;
    const isUpToDate = answer !== null && (answer.status === "done" || isGoing);
    say(word, answer ? (WORDS.get(answer.status) ?? "Running") : "Run");
    go.setAttribute("aria-disabled", String(form === null || isAsking || isWrong || isUpToDate));
  }

  /**
   * @param {boolean} isWrong
   * @param {boolean} isReadOnly
   */
  function unstarted(isWrong, isReadOnly) {
    if (isWrong) return "Not everything is right yet: see the list";
    return isReadOnly ? "Read only: the runs that are here can be looked at, none can be started" : sizeOf(form);
  }

  /**
   * @param {string} label
   * @param {"replications" | "seed"} name
   * @param {string} help
   */
  function number(label, name, help) {
    const id = newId(name);
    /** @type {HTMLInputElement} */
    const input = h("input", {
      type: "text",
      inputmode: "numeric",
      id,
      title: help,
      autocomplete: "off",
      "data-path": name,
      on: { input: () => set() },
    });
    const set = () =>
      change((state) => {
        state[name] = /^\d+$/.test(input.value.trim()) ? Number(input.value) : input.value.trim() || null;
      });
    return {
      element: h("div", { class: "number" }, h("label", { for: id }, label), input),
      focus: () => input.focus(),
      /** @param {Form | null} next */
      update(next) {
        if (document.activeElement === input) return;
        const value = current()?.[name] ?? next?.[name] ?? input.value; // a scenario that is wrong has none
        input.value = String(value);
        input.setAttribute("aria-invalid", String(Boolean(next?.problems.some((each) => each.path === name))));
      },
    };
  }

  return {
    /** @param {Form | null} next */
    show(next) {
      form = next;
      draw();
      if (job !== null && ranked !== wanted()) follow();
    },
    follow,
    /** @param {string} path */
    reveal(path) {
      const number = path === "replications" ? worlds : path === "seed" ? seed : null;
      number?.focus();
      return number !== null;
    },
  };
}

/** @param {Form | null} form */
function sizeOf(form) {
  if (!form) return "";
  const [runs, worlds] = [form.n_runs ?? 0, form.replications ?? 0];
  const n = runs / (worlds || 1);
  const size = Number.isInteger(n) ? `${plural(n, "variant")} × ${plural(worlds, "world")}` : plural(runs, "run");
  const needs = [
    form.seconds_estimate ? duration(form.seconds_estimate) : null,
    form.needs ? gigabytes(form.needs.memory_bytes) : null,
  ];
  return needs.some(Boolean) ? `${size}, about ${needs.filter(Boolean).join(" and ")}` : size;
}

/**
 * Say how much memory: `0.9 GB of memory`.
 * @param {number} bytes
 */
const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB of memory`;

/**
 * Say how far a job is.
 * @param {Job} job
 */
export function progressOf(job) {
  const asked = job.variants?.length ? job.total / job.variants.length : null;
  const size = asked ? `${job.n_worlds} of ${plural(asked, "world")}` : plural(job.n_worlds, "world");
  const failed = job.failed ? `, ${plural(job.failed, "run")} failed` : "";
  if (job.status === "queued") return "Waiting for its turn …";
  if (job.status === "running") {
    if (job.message) return job.message;
    if (job.done === 0) return "Starting …";
    return `${size}${job.seconds_left ? ` · ${duration(job.seconds_left)} left` : ""}${failed}`;
  }
  if (job.status === "stopped") return `Stopped after ${size}${failed}`;
  if (job.status === "failed") return job.message || "It failed";
  return `Done: ${plural(job.n_worlds, "world")}${failed}`;
}
