/** A reader takes away the link, the scenario as YAML, the command, the Python lines, and the files of a run. */

import { button, download, h, iconButton, newId, toast } from "./dom.js";
import { link } from "./state.js";

/**
 * Open the dialog on this form and job.
 * @param {Form} form
 * @param {Job | null} job
 */
export function share(form, job) {
  const id = newId("share");
  /** @type {HTMLDialogElement} */
  const dialog = h(
    "dialog",
    { class: "share", "aria-labelledby": id, on: { close: () => dialog.remove() } },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id }, "Share and export"),
      iconButton("close", "Close", () => dialog.close()),
    ),
    piece("Link", "Opens this page with these settings.", link()),
    piece("Command", "Gives the same numbers, run in the page's folder.", form.command),
    piece("Python", "The same from a notebook.", form.python),
    piece(
      "Scenario file (YAML)",
      "Everything in one file, your changes included.",
      form.yaml,
      button("Save as file", () => download(`${stem(form.id)}.yaml`, form.yaml, "text/yaml"), { class: "quiet" }),
    ),
    job ? files(job) : h("p", { class: "note" }, "After a run there are also the report and the data."),
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {string} id */
const stem = (id) => id.replace(/^.*[/:]/, "").replace(/\.ya?ml$/, "");

/**
 * @param {string} title
 * @param {string} text
 * @param {string} content
 * @param {...Element} more
 */
function piece(title, text, content, ...more) {
  const id = newId("copy");
  return h(
    "section",
    { "aria-labelledby": id, "data-kind": title.split(" ")[0].toLowerCase() },
    h(
      "div",
      { class: "row" },
      h("h3", { id }, title),
      h("span", { class: "note" }, text),
      button("Copy", () => copy(content, title), { class: "secondary", "aria-label": `Copy ${title}` }),
      ...more,
    ),
    h("pre", { tabindex: "0" }, h("code", {}, content ?? "")),
  );
}

/**
 * @param {string} text
 * @param {string} title
 */
async function copy(text, title) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${title} copied.`);
  } catch {
    toast("The browser did not allow copying: mark the text and copy it.");
  }
}

/** @param {Job} job */
function files({ id, has_report: hasReport }) {
  const base = `/api/jobs/${id}`;
  /**
   * @param {string} name
   * @param {string} text
   */
  const item = (name, text, isFile = true) =>
    h(
      "li",
      {},
      h(
        "a",
        { href: `${base}/${name}`, download: isFile ? name : null, target: isFile ? null : "_blank", rel: "noopener" },
        text,
      ),
    );
  return h(
    "section",
    {},
    h("h3", {}, "This run"),
    h(
      "ul",
      { class: "files" },
      hasReport ? item("report.html", "Report (HTML, printable)", false) : null,
      item("outcomes.csv", "Every world (CSV)"),
      item("result.json", "Comparison (JSON)"),
      item("scenario.yaml", "Resolved scenario (YAML)"),
    ),
  );
}
