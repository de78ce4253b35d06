/** Talking to the server: it says so when the connection is lost, and tries again. */

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 8000;
const HEADERS = { "Content-Type": "application/json" };
const UNTIL_MADE = 250; // ms between two looks at what the server is still making

/** An answer that says no: `status`, and the body as the server gave it. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.error?.text ?? `The server answered ${status}.`);
    this.status = status;
    this.body = body;
  }
}

/** What is not made yet, and where to ask again for it. */
class Later {
  constructor(path) {
    this.path = path;
  }
}

/** What a server says that was started anew: it has another token. */
class Locked extends Error {}

let isLost = false;
let isLocked = false;
const listeners = [];
const waiting = new Set(); // what ends the pauses before another try

/** Call *act(isLost, isLocked)* when the connection is lost and when it is back; locked: the token is another one. */
export const onConnection = (act) => listeners.push(act);

/** Note whether the server was reached; once it is back, whoever waits to try again does so at once. */
export function reached(isThere, needsToken = false) {
  if (isLost === !isThere && isLocked === needsToken) return;
  isLost = !isThere;
  isLocked = needsToken;
  listeners.forEach((act) => act(isLost, isLocked));
  if (isThere) waiting.forEach((end) => end());
}

export const get = (path, signal) => call("GET", path, undefined, signal);
export const post = (path, body, signal) => call("POST", path, body ?? {}, signal);
export const remove = (path) => call("DELETE", path);

/** Tell the server that what it is making for this question is no longer waited for. */
export function leave(path, body) {
  fetch(path, { method: "DELETE", headers: HEADERS, keepalive: true, body: body === undefined ? undefined : JSON.stringify(body) }).catch(() => {});
}

/** Ask once and again until the server answers and has made what is asked for; `signal` ends the waiting. */
async function call(method, path, body, signal) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      let found = await once(method, path, body, signal);
      while (found instanceof Later) {
        await pause(UNTIL_MADE, signal);
        found = await once(method, found.path, body, signal);
      }
      return found;
    } catch (error) {
      const isAway = error instanceof TypeError || error instanceof Locked;
      if (!isAway || signal?.aborted) throw error;
      reached(false, error instanceof Locked);
      await pause(wait, signal);
    }
  }
}

async function once(method, path, body, signal) {
  const answer = await fetch(path, { method, headers: HEADERS, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (answer.status !== 403) reached(true);
  if (answer.status === 202) return new Later(answer.headers.get("Location"));
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  const found = isJson ? await answer.json() : await answer.text();
  if (found?.needs_token) throw new Locked();
  if (!answer.ok) throw new Refused(answer.status, found);
  return found;
}

function pause(ms, signal) {
  return new Promise((done, fail) => {
    const timer = setTimeout(end, ms);
    waiting.add(end);
    signal?.addEventListener("abort", () => { fail(signal.reason); end(); }, { once: true });
    function end() {
      clearTimeout(timer);
      waiting.delete(end);
      done();
    }
  });
}
