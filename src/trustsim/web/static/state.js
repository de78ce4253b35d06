/** The address says what the page asks for: `#s=` the question, `&j=` the run that is shown.
 *
 * The state is plain data and is replaced, never changed in place: `{scenario, set, variants, show, replications, seed,
 * ranked_by}` as POST /api/scenario takes it; what is not there is as in the scenario's file.
 */

import { later } from "./dom.js";

/** @type {Question | null} */
let state = null;
/** @type {string | null} */
let job = null;
/** @type {((what: "state" | "job") => void)[]} */
const listeners = [];

/** Return the question (null before a scenario is chosen). */
export const current = () => state;

/** Return the id of the run that is shown, or null. */
export const shownJob = () => job;

/**
 * Call *act(what)* after each change.
 * @param {(what: "state" | "job") => void} act
 */
export const onChange = (act) => listeners.push(act);

/** Return the question, where a scenario is chosen. */
export function question() {
  if (state === null) throw new Error("no scenario is chosen yet");
  return state;
}

/**
 * Change the question: *edit* gets a copy.
 * @param {(state: Question) => void} edit
 */
export function change(edit) {
  const next = structuredClone(question());
  edit(next);
  replace(tidy(next));
}

/**
 * Ask another question; `{keep: true}` leaves the last one in the browser's history.
 * @param {Question} next
 */
export function replace(next, { keep = false } = {}) {
  if (keep) write("pushState");
  state = next;
  if (keep) write("replaceState");
  else writeSoon();
  tell("state");
}

/**
 * Show another run.
 * @param {string | null} id
 */
export function show(id) {
  if (id === job) return;
  job = id;
  write("replaceState");
  tell("job");
}

/** @param {"state" | "job"} what */
function tell(what) {
  for (const act of listeners) act(what);
}

/**
 * Drop what says nothing, so that the same question is the same text.
 * @param {Question} question
 */
export function tidy(question) {
  const entries = Object.entries(question).filter(([, value]) => value !== null && value !== undefined);
  const saying = entries.filter(([, value]) => !isEmpty(value));
  return /** @type {Question} */ (Object.fromEntries(saying));
}

/** @param {unknown} value */
const isEmpty = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/**
 * Whether two questions are the same, but for the order in which things were set and how the answer is ranked.
 * @param {Question | null} a
 * @param {Question | null} b
 */
function isSame(a, b) {
  return canonical(a) === canonical(b);
}

/** @type {{id: string, state: Question | null} | null} */
let asked = null; // the last question that was sent to be run, and the run that the server gave it

/**
 * Note which run answers the question as it is now.
 * @param {string} id
 */
export function note(id) {
  asked = { id, state };
}

/**
 * Whether a run answers the question as it is now: it was asked so, or the server said that it is the same.
 * @param {Job | null} run
 * @returns {run is Job}
 */
export function isAnswer(run) {
  return run !== null && (isSame(run.state, state) || (asked?.id === run.id && isSame(asked.state, state)));
}

/** @param {Question | null} question */
function canonical(question) {
  if (question === null) return "";
  const { variants, ranked_by: _, ...rest } = tidy(question);
  return JSON.stringify([sorted(rest), Object.entries(variants ?? {})]);
}

/**
 * Return plain data with the keys of its mappings in order.
 * @param {unknown} value
 * @returns {unknown}
 */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

/** Return the page's address with this question in it. */
export const link = () => `${location.origin}${location.pathname}#${address(state, null)}`;

/**
 * @param {Question | null} question
 * @param {string | null} id
 */
function address(question, id) {
  const parts = question ? [`s=${encode(question)}`] : [];
  return [...parts, ...(id ? [`j=${id}`] : [])].join("&");
}

/** @param {Question} value */
function encode(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/**
 * @param {string} text
 * @returns {Question}
 */
function decode(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const value = JSON.parse(new TextDecoder().decode(Uint8Array.from(raw, (char) => char.charCodeAt(0))));
  if (typeof value !== "object" || value === null || typeof value.scenario !== "string")
    throw new TypeError("no question");
  return value;
}

/** @param {"pushState" | "replaceState"} how */
function write(how) {
  history[how](null, "", `#${address(state, job)}`);
}

const writeSoon = later(() => write("replaceState"), 150);
addEventListener("pagehide", () => write("replaceState"));

/** Read the address: `{state, job, isBroken}`; nothing there gives nulls. */
export function read() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const id = /^[0-9a-f]{4,64}$/.test(parts.get("j") ?? "") ? parts.get("j") : null;
  const text = parts.get("s");
  try {
    return { state: text === null ? null : decode(text), job: id ?? null, isBroken: false };
  } catch {
    return { state: null, job: id, isBroken: true };
  }
}

/**
 * Take over what the address says, at the start and when the reader goes back.
 * @param {{state: Question | null, job: string | null}} address
 */
export function take(address) {
  state = address.state ?? state;
  job = address.job;
  write("replaceState");
  tell("state");
  tell("job");
}
