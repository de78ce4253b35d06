/** This panel shows the report's pictures of a job, one kind at a time, each with its numbers and a download. */

import { get, isAborted, Refused } from "./api.js";
import { button, download, h, keyed, newId, plural, say } from "./dom.js";
import { drawing } from "./drawing.js";

const KINDS = [
  { kind: "difference", title: "Differences", of: "outcomes" },
  { kind: "fan", title: "Day by day", of: "series" },
  { kind: "paired", title: "Change day by day", of: "series" },
  { kind: "distribution", title: "Every world", of: "outcomes" },
  { kind: "tradeoff", title: "Loss and cost", of: null },
];

/**
 * Make the panel once; returns `{show(form, job), open()}`; pictures are asked for only while it is open.
 * @param {HTMLElement} panel
 */
export function charts(panel) {
  /** @type {Form | null} */
  let form = null;
  /** @type {Job | null} */
  let job = null;
  let kind = KINDS[0];
  let drawn = "";
  /** @type {AbortController | null} */
  let asking = null;
  /** @type {Map<string | null, string>} by what the kind of picture is of */
  const wanted = new Map();

  const id = newId("chart");
  const kinds = h(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": "Picture" },
    ...KINDS.map((each) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: id,
          checked: each === kind,
          on: {
            change: () => {
              kind = each;
              draw();
            },
          },
        }),
        h("span", {}, each.title),
      ),
    ),
  );
  const select = h("select", {
    id,
    on: {
      change: () => {
        wanted.set(kind.of, select.value);
        draw();
      },
    },
  });
  const of = h("div", { class: "judge" }, h("label", { for: id }, "of"), select);
  const place = h("div", { "aria-live": "polite" });
  panel.append(h("div", { class: "chart-bar" }, kinds, of), place);

  /** @returns {Named[]} */
  function namesOf() {
    if (kind.of === "outcomes") return job?.comparison?.outcomes ?? [];
    return kind.of === "series" ? (form?.series ?? []) : [];
  }

  function draw() {
    if (panel.hidden || form === null) return;
    const names = namesOf();
    of.hidden = names.length === 0;
    keyed(
      select,
      names,
      (each) => each.name,
      (each) => h("option", { value: each.name }),
      (option, each) => say(option, each.label),
    );
    const usual = kind.of === "outcomes" ? job?.comparison?.ranked_by : "outflow";
    const listed = names.map((each) => each.name);
    select.value = [wanted.get(kind.of), usual, listed[0]].find((name) => name && listed.includes(name)) ?? "";
    if (!job?.comparison?.n) return message("Pictures are drawn as soon as the first worlds are there. Press Run.");
    const isLive = job.status === "running" && kind.of === "outcomes";
    const state = job.status === "done" ? "done" : isLive ? Math.floor(Math.log2(job.comparison.n)) : "part";
    const question = `${job.id} ${kind.kind} ${select.value} ${state}`;
    if (question !== drawn) fetchChart(job.id, question);
  }

  /** @param {string} text */
  function message(text) {
    drawn = "";
    if (place.textContent !== text) place.replaceChildren(h("p", { class: "empty" }, text));
  }

  /**
   * @param {string} id
   * @param {string} question
   */
  async function fetchChart(id, question) {
    drawn = question;
    asking?.abort();
    asking = new AbortController();
    place.setAttribute("aria-busy", "true");
    if (!place.querySelector("figure"))
      place.replaceChildren(h("p", { class: "empty" }, "The picture is being drawn …"));
    const query = new URLSearchParams({ kind: kind.kind, ...(select.value ? { name: select.value } : {}) });
    try {
      /** @type {Chart} */
      const chart = await get(`/api/jobs/${id}/chart?${query}`, asking.signal);
      place.replaceChildren(figure(chart, `${kind.kind}-${select.value || "all"}`));
    } catch (error) {
      if (isAborted(error)) return;
      if (!(error instanceof Refused)) throw error;
      place.replaceChildren(h("p", { class: "empty" }, error.message));
    }
    place.removeAttribute("aria-busy");
  }

  return {
    /**
     * @param {Form | null} nextForm
     * @param {Job | null} nextJob
     */
    show(nextForm, nextJob) {
      form = nextForm;
      job = nextJob;
      draw();
    },
    open: draw,
  };
}

/**
 * @param {Chart} chart
 * @param {string} file
 */
function figure({ title, note, pictures, table, csv }, file) {
  const isPanels = pictures.some((each) => each.shape === "panel");
  const drawings = pictures.map(({ shape, svg }) => h("div", { class: shape ?? "wide" }, drawing(svg)));
  return h(
    "figure",
    { class: "card" },
    h("figcaption", {}, h("h2", {}, title), note ? h("p", { class: "note" }, note) : null),
    h("div", { class: isPanels ? "panels" : "picture" }, ...drawings),
    h(
      "details",
      {},
      h("summary", {}, "Numbers"),
      numbers(table),
      csv ? button("Download as CSV", () => download(`${file}.csv`, csv, "text/csv"), { class: "quiet" }) : null,
    ),
  );
}

/**
 * Make the table of a picture's numbers; the first column names the row.
 * @param {Table} table
 */
export function numbers({ head, rows, note }) {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": plural(rows.length, "row") },
    h(
      "table",
      { class: "data" },
      h("thead", {}, h("tr", {}, ...head.map((each) => h("th", { scope: "col" }, each)))),
      h(
        "tbody",
        {},
        ...rows.map((row) =>
          h(
            "tr",
            {},
            ...row.map((cell, place) => (place ? h("td", {}, String(cell)) : h("th", { scope: "row" }, String(cell)))),
          ),
        ),
      ),
    ),
    note ? h("p", { class: "note" }, note) : null,
  );
}
