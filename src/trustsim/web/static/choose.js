/** A reader chooses a scenario, of the folder or a shipped one, or an earlier run. */

import { get, remove } from "./api.js";
import { button, h, iconButton, newId, plural } from "./dom.js";
import { pick } from "./picker.js";
import { progressOf } from "./run.js";

const GROUPS = [
  ["Cases", "cases/"],
  ["From history", "history/"],
  ["Exact limits from theory", "limits/"],
];

/**
 * Let the reader choose a scenario; resolves to its id or null.
 * @param {string | undefined} currentId
 */
export async function chooseScenario(currentId) {
  /** @type {{folder: string, scenarios: Listed[]}} */
  const { folder, scenarios } = await get("/api/scenarios");
  /** @param {Listed} scenario */
  const groupOf = ({ id, where }) =>
    where === "folder" ? `In ${folder}` : (GROUPS.find(([, part]) => id.includes(part))?.[0] ?? "To begin with");
  const titles = [`In ${folder}`, "To begin with", ...GROUPS.map(([title]) => title)];
  const groups = titles.map((title) => ({
    title,
    items: scenarios.filter((each) => groupOf(each) === title).map((each) => item(each, currentId)),
  }));
  return pick({ title: "Choose a scenario", groups });
}

/**
 * @param {Listed} scenario
 * @param {string | undefined} currentId
 * @returns {Choice<string>}
 */
function item({ id, title, description, n_variants: n, error }, currentId) {
  const size = error ? "cannot be read" : plural(n, "variant");
  return {
    title: title || id,
    text: error ?? description,
    note: `${id.replace(/^shipped:/, "")} · ${size}`,
    value: id,
    isCurrent: id === currentId,
  };
}

/**
 * Show earlier runs; `onOpen(job)` hears which one the reader takes.
 * @param {string | null} currentId
 * @param {(job: Job) => void} onOpen
 * @param {boolean} isReadOnly
 */
export async function chooseJob(currentId, onOpen, isReadOnly) {
  /** @type {{jobs: Job[]}} */
  const { jobs } = await get("/api/jobs");
  const id = newId("jobs");
  /** @type {HTMLDialogElement} */
  const dialog = h("dialog", { class: "picker", "aria-labelledby": id, on: { close: () => dialog.remove() } });
  const list = h("ul", { class: "jobs" }, ...jobs.map((job) => row(job)));
  dialog.append(
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id }, "Runs"),
      iconButton("close", "Close", () => dialog.close()),
    ),
    jobs.length
      ? list
      : h("p", { class: "empty" }, "No run yet. Runs are kept in the folder and can be taken up again at any time."),
  );

  /** @param {Job} job */
  function row(job) {
    const isFinal = ["done", "failed", "stopped"].includes(job.status);
    const line = h(
      "li",
      {},
      button(
        [
          h("strong", {}, job.title),
          h(
            "span",
            { class: "note" },
            `${job.scenario} · ${plural(job.variants.length, "variant")} · ${job.id.slice(0, 6)}`,
          ),
          h("span", { class: `text ${job.status}` }, progressOf(job)),
        ],
        () => {
          dialog.close();
          onOpen(job);
        },
        { class: "choice", "aria-current": job.id === currentId ? "true" : null },
      ),
      isFinal && !isReadOnly && job.id !== currentId
        ? iconButton("close", `Delete the run ${job.id.slice(0, 6)}`, async () => {
            await remove(`/api/jobs/${job.id}`);
            line.remove();
          })
        : null,
    );
    return line;
  }
  document.body.append(dialog);
  dialog.showModal();
}
