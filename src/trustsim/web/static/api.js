/** The page talks to the server here; it says so when the connection is lost, and tries again. */

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 8000;
const HEADERS = { "Content-Type": "application/json" };
const UNTIL_MADE = 250; // ms between two looks at what the server is still making

/** An answer that says no: `status`, and the body as the server gave it. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{error?: {text: string}, problems?: Problem[]} | null} body
   */
  constructor(status, body) {
    super(body?.error?.text ?? `The server answered ${status}.`);
    this.status = status;
    this.body = body;
  }
}

/**
 * Whether an error says that nobody waits for the answer any more.
 * @param {unknown} error
 */
export const isAborted = (error) => error instanceof DOMException && error.name === "AbortError";

/** What is not made yet, and where to ask again for it. */
class Later {
  /** @param {string} path */
  constructor(path) {
    this.path = path;
  }
}

/** What a server says that was started anew: it has another token. */
class Locked extends Error {}

let isLost = false;
let isLocked = false;
/** @type {((isLost: boolean, isLocked: boolean) => void)[]} */
const listeners = [];
/** @type {Set<() => void>} */
const waiting = new Set(); // what ends the pauses before another try

/**
 * Call *act(isLost, isLocked)* when the connection is lost and when it is back; locked: the token is another one.
 * @param {(isLost: boolean, isLocked: boolean) => void} act
 */
export const onConnection = (act) => listeners.push(act);

/**
 * Note whether the server was reached; once it is back, whoever waits to try again does so at once.
 * @param {boolean} isThere
 */
export function reached(isThere, needsToken = false) {
  if (isLost === !isThere && isLocked === needsToken) return;
  isLost = !isThere;
  isLocked = needsToken;
  for (const act of listeners) act(isLost, isLocked);
  if (isThere) for (const end of [...waiting]) end();
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export const get = (path, signal) => call("GET", path, undefined, signal);

/**
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 */
export const post = (path, body, signal) => call("POST", path, body ?? {}, signal);

/** @param {string} path */
export const remove = (path) => call("DELETE", path);

/**
 * Tell the server that what it is making for this question is no longer waited for.
 * @param {string} path
 * @param {unknown} body
 */
export function leave(path, body) {
  fetch(path, {
    method: "DELETE",
    headers: HEADERS,
    keepalive: true,
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {});
}

/**
 * Ask once and again until the server answers and has made what is asked for; `signal` ends the waiting.
 *
 * JSON has no types: whoever asks says which shape of page.d.ts it gets.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function call(method, path, body, signal) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      let answer = await once(method, path, body, signal);
      while (answer instanceof Later) {
        await pause(UNTIL_MADE, signal);
        answer = await once(method, answer.path, body, signal);
      }
      return answer;
    } catch (error) {
      const isAway = error instanceof TypeError || error instanceof Locked;
      if (!isAway || signal?.aborted) throw error;
      reached(false, error instanceof Locked);
      await pause(wait, signal);
    }
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {AbortSignal | undefined} signal
 */
async function once(method, path, body, signal) {
  const answer = await fetch(path, {
    method,
    headers: HEADERS,
    signal,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status !== 403) reached(true);
  if (answer.status === 202) return new Later(answer.headers.get("Location") ?? path);
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  const content = isJson ? await answer.json() : await answer.text();
  if (content?.needs_token) throw new Locked();
  if (!answer.ok) throw new Refused(answer.status, content);
  return content;
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((done, fail) => {
    const timer = setTimeout(end, ms);
    waiting.add(end);
    signal?.addEventListener(
      "abort",
      () => {
        fail(signal.reason);
        end();
      },
      { once: true },
    );
    function end() {
      clearTimeout(timer);
      waiting.delete(end);
      done();
    }
  });
}
