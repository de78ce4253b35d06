/** What the page asks for, in the address: `#s=` the question, `&j=` the run that is shown.
 *
 * The state is plain data and is replaced, never changed in place: `{scenario, set, variants, show, replications, seed,
 * ranked_by}` as POST /api/scenario takes it; what is not there is as in the scenario's file.
 */

import { later } from "./dom.js";

let state = null;
let job = null;
const listeners = [];

/** Return the question (null before a scenario is chosen). */
export const current = () => state;

/** Return the id of the run that is shown, or null. */
export const shownJob = () => job;

/** Call *act(what)* after each change; *what* is 'state' or 'job'. */
export const onChange = (act) => listeners.push(act);

/** Change the question: *edit* gets a copy. */
export function change(edit) {
  const next = structuredClone(state);
  edit(next);
  replace(tidy(next));
}

/** Ask another question; `{keep: true}` leaves the last one in the browser's history. */
export function replace(next, { keep = false } = {}) {
  if (keep) write("pushState");
  state = next;
  keep ? write("replaceState") : writeSoon();
  tell("state");
}

/** Show another run. */
export function show(id) {
  if (id === job) return;
  job = id;
  write("replaceState");
  tell("job");
}

const tell = (what) => listeners.forEach((act) => act(what));

/** Drop what says nothing, so that the same question is the same text. */
export function tidy(given) {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined && !isEmpty(value)),
  );
}

const isEmpty = (value) => typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0;

/** Whether two questions are the same, but for the order in which things were set and how the answer is ranked. */
function isSame(a, b) {
  return canonical(a) === canonical(b);
}

let asked = null; // the last question that was sent to be run, and the run that the server gave it

/** Note which run answers the question as it is now. */
export function note(id) {
  asked = { id, state };
}

/** Whether a run answers the question as it is now: it was asked so, or the server said that it is the same. */
export function isAnswer(run) {
  return run !== null && (isSame(run.state, state) || (asked?.id === run.id && isSame(asked.state, state)));
}

function canonical(given) {
  const { variants, ranked_by: _, ...rest } = tidy(given ?? {});
  return JSON.stringify([sorted(rest), Object.entries(variants ?? {})]);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

/** Return the page's address with this question in it. */
export const link = () => `${location.origin}${location.pathname}#${address(state, null)}`;

function address(question, id) {
  const parts = question ? [`s=${encode(question)}`] : [];
  return [...parts, ...(id ? [`j=${id}`] : [])].join("&");
}

function encode(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function decode(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const value = JSON.parse(new TextDecoder().decode(Uint8Array.from(raw, (char) => char.charCodeAt(0))));
  if (typeof value !== "object" || value === null || typeof value.scenario !== "string") throw new TypeError("no question");
  return value;
}

function write(how) {
  history[how](null, "", `#${address(state, job)}`);
}

const writeSoon = later(() => write("replaceState"), 150);
addEventListener("pagehide", () => write("replaceState"));

/** Read the address: `{state, job, isBroken}`; nothing there gives nulls. */
export function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const id = /^[0-9a-f]{4,64}$/.test(given.get("j") ?? "") ? given.get("j") : null;
  try {
    return { state: given.has("s") ? decode(given.get("s")) : null, job: id, isBroken: false };
  } catch {
    return { state: null, job: id, isBroken: true };
  }
}

/** Take over what the address says, at the start and when the reader goes back. */
export function take(found) {
  state = found.state ?? state;
  job = found.job;
  write("replaceState");
  tell("state");
  tell("job");
}
