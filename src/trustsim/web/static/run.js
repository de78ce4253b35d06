/** The run bar: how many worlds, the button, how far it is; and following a job of the server. */

import { get, post, reached, Refused } from "./api.js";
import { announce, button, duration, h, icon, newId, plural, say } from "./dom.js";
import { change, current, isAnswer, note, show, shownJob } from "./state.js";

const FINAL = new Set(["done", "failed", "stopped"]);
const SPOKEN = 0.25; // progress is spoken each quarter

/** Make the bar once; `onJob(job | null)` hears of every change, `onRun()` of a run that the reader began,
 * `onProblems(list)` of a scenario that is refused.
 *
 * Returns `{show(form), follow(), reveal(path)}`.
 */
export function runner(bar, { onJob, onRun, onProblems, goToProblems }) {
  let form = null;
  let job = null;
  let stream = null;
  let isAsking = false;
  let spoken = 0;
  let ranked = null; // by which outcome the shown comparison was asked to be

  const worlds = number("Worlds", "replications", "How many simulated worlds every variant meets; more make the intervals narrower");
  const seed = number("Seed", "seed", "Another seed gives other worlds; the same seed always gives the same");
  const text = h("span", { class: "progress-text", id: newId("progress") });
  const meter = h("progress", { max: 1, value: 0, "aria-labelledby": text.id });
  const stop = button("Stop", () => act("stop"), { class: "secondary" });
  const go = button([icon("play"), h("span", {}, "Run")], run, { class: "primary", "aria-describedby": text.id });
  const word = go.querySelector("span");
  bar.append(worlds.element, seed.element, h("div", { class: "progress" }, text, meter), stop, go);

  async function run() {
    if (go.getAttribute("aria-disabled") === "true") return form?.problems.length ? goToProblems() : undefined;
    if (isAnswer(job) && (job.status === "stopped" || job.status === "failed")) return act("resume");
    isAsking = true;
    draw();
    try {
      const found = await post("/api/jobs", current());
      note(found.id);
      take(found);
      show(job.id);
      onRun();
    } catch (error) {
      refuse(error);
    }
    isAsking = false;
    draw();
  }

  async function act(what) {
    try {
      take(await post(`/api/jobs/${job.id}/${what}`));
    } catch (error) {
      refuse(error);
    }
  }

  function refuse(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.body?.problems) onProblems(error.body.problems);
    else announce(error.message), say(text, error.message);
  }

  function take(next) {
    const isSame = job?.id === next.id;
    const before = isSame ? job.status : null;
    job = isSame && !next.is_current ? { ...next, comparison: next.comparison ?? job.comparison } : next;
    if (before !== job.status) spoken = 0;
    speak(before);
    onJob(job);
    draw();
    if (FINAL.has(job.status) && job.is_current) hangUp();
    else if (!stream) listen();
  }

  function speak(before) {
    const part = job.total ? job.done / job.total : 0;
    if (job.status === "done" && before !== "done") announce(`Done. ${job.comparison?.headline ?? ""}`);
    else if (job.status === "running" && part >= spoken + SPOKEN) {
      spoken = Math.floor(part / SPOKEN) * SPOKEN;
      announce(`${Math.round(100 * part)} % done.`);
    } else if (before !== null && before !== job.status && job.status !== "running") announce(progressOf(job));
  }

  function listen() {
    hangUp();
    ranked = wanted();
    stream = new EventSource(`/api/jobs/${job.id}/events${query(ranked)}`);
    stream.addEventListener("open", () => reached(true));
    stream.addEventListener("job", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      if (!stream) return;
      reached(false);
      if (stream.readyState === EventSource.CLOSED) { hangUp(); setTimeout(follow, 1000); }
    });
  }

  function hangUp() {
    stream?.close();
    stream = null;
  }

  const wanted = () => current()?.ranked_by ?? null;
  const query = (by) => (by === null ? "" : `?${new URLSearchParams({ ranked_by: by })}`);

  /** Show the job that the address names, ranked as the address says. */
  async function follow() {
    const id = shownJob();
    const isAsRanked = ranked === wanted();
    if (id === job?.id && stream && isAsRanked) return;
    if (id !== job?.id || !isAsRanked) hangUp();
    if (id === null) { job = null; onJob(null); draw(); return; }
    try {
      ranked = wanted();
      const found = await get(`/api/jobs/${id}${query(ranked)}`);
      if (shownJob() === id && ranked === wanted()) take(found);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      job = null;
      show(null);
    }
  }

  function draw() {
    const isWrong = Boolean(form?.problems.length);
    const isHere = isAnswer(job);
    const isGoing = job !== null && !FINAL.has(job.status);
    worlds.update(form);
    seed.update(form);
    say(text, isAsking ? "Starting …" : isHere ? progressOf(job) : isWrong ? "Not everything is right yet: see the list" : form?.is_read_only ? "Read only: the runs that are here can be looked at, none can be started" : sizeOf(form));
    text.classList.toggle("is-bad", isWrong || (isHere && job.status === "failed"));
    meter.hidden = !isHere || job.status === "done";
    meter.value = isHere && job.total ? job.done / job.total : 0;
    const isReadOnly = Boolean(form?.is_read_only);
    stop.hidden = !isGoing || isReadOnly;
    go.hidden = isReadOnly;
    const isUpToDate = isHere && (job.status === "done" || isGoing);
    say(word, !isHere ? "Run" : { stopped: "Continue", failed: "Try again", done: "Up to date" }[job.status] ?? "Running");
    go.setAttribute("aria-disabled", String(form === null || isAsking || isWrong || isUpToDate));
  }

  function number(label, name, help) {
    const id = newId(name);
    const input = h("input", { type: "text", inputmode: "numeric", id, title: help, autocomplete: "off", "data-path": name, on: { input: () => set() } });
    const set = () => change((state) => { state[name] = /^\d+$/.test(input.value.trim()) ? Number(input.value) : input.value.trim() || null; });
    return {
      element: h("div", { class: "number" }, h("label", { for: id }, label), input),
      update(next) {
        if (document.activeElement === input) return;
        const value = current()?.[name] ?? next?.[name] ?? input.value; // a scenario that is wrong has none
        input.value = typeof value === "object" ? "" : value;
        input.placeholder = typeof value === "object" ? "until precise" : "";
        input.setAttribute("aria-invalid", String(Boolean(next?.problems.some((each) => each.path === name))));
      },
    };
  }

  return {
    show(next) {
      form = next;
      draw();
      if (job !== null && ranked !== wanted()) follow();
    },
    follow,
    reveal: (path) => { const input = { replications: worlds, seed }[path]?.element.querySelector("input"); input?.focus(); return Boolean(input); },
  };
}

function sizeOf(form) {
  if (!form) return "";
  const n = form.n_runs / (form.replications || 1);
  const size = Number.isFinite(n) && Number.isInteger(n) ? `${plural(n, "variant")} × ${plural(form.replications, "world")}` : plural(form.n_runs ?? 0, "run");
  const needs = [form.seconds_estimate ? duration(form.seconds_estimate) : null, form.needs ? gigabytes(form.needs.memory_bytes) : null];
  return needs.some(Boolean) ? `${size}, about ${needs.filter(Boolean).join(" and ")}` : size;
}

/** Say how much memory: `0.9 GB of memory`. */
const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB of memory`;

/** Say how far a job is. */
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
