/** This panel compares: the answer in one sentence, what ranks the variants, and the tables. */

import { button, glued, h, keyed, newId, plural, say } from "./dom.js";
import { allOutcomes } from "./outcomes.js";
import { textOf } from "./problems.js";
import { rankingTable } from "./ranking.js";
import { change, current, isAnswer, replace } from "./state.js";

/**
 * Make the panel once; returns `{show(form, job), reveal(path)}`.
 * @param {HTMLElement} panel
 */
export function comparison(panel) {
  /** @type {Form | null} */
  let form = null;
  /** @type {Job | null} */
  let job = null;
  /** @type {string | null} */
  let viewed = null; // an outcome without a better side, which is looked at and ranks nothing

  const notice = otherSettings(() => job);
  const card = answerCard();
  const id = newId("judge");
  /** @type {HTMLSelectElement} */
  const judge = h("select", {
    id,
    "aria-describedby": `${id}-error`,
    "data-path": "ranked_by",
    on: { change: () => choose(judge.value) },
  });
  const wrong = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const judged = h("div", { class: "judge" }, h("label", { for: id }, "Compare by"), judge, wrong);
  const ranking = rankingTable();
  const facts = h("dl", { class: "facts" });
  const everything = allOutcomes();
  panel.append(
    notice.element,
    card.element,
    h("div", { class: "card ranking-card" }, judged, ranking.element),
    facts,
    everything.element,
  );

  function draw() {
    if (form === null) return;
    const compared = job?.comparison ?? null;
    notice.update();
    card.update(form, job);
    const chosen = viewed ?? current()?.ranked_by ?? null;
    fillJudge(form, compared, chosen);
    const shown =
      [chosen, compared?.ranked_by]
        .map((name) => compared?.outcomes.find((each) => each.name === name))
        .find(Boolean) ?? compared?.outcomes[0];
    ranking.update(form, job, shown);
    keyed(
      facts,
      (job?.status === "done" && compared?.facts) || [],
      (fact) => fact.asked,
      makeFact,
      (row, fact) => {
        say(row.asked, fact.asked);
        say(row.found, glued(fact.found));
      },
    );
    everything.update(job);
  }

  /**
   * Rank by an outcome; one without a better side is only looked at.
   * @param {string} name
   */
  function choose(name) {
    const isRanking = form?.outcomes.find((each) => each.name === name)?.better;
    viewed = isRanking ? null : name || null;
    if (viewed === null)
      change((state) => {
        state.ranked_by = name || null;
      });
    draw();
  }

  /**
   * @param {Form} form
   * @param {Compared | null} compared
   * @param {string | null} chosen
   */
  function fillJudge(form, compared, chosen) {
    const problem = form.problems.find((each) => each.path === "ranked_by");
    /** @type {(Named & {better?: string})[]} */
    const known = compared?.outcomes ?? form.outcomes.filter((each) => each.can_rank);
    const wanted = chosen ?? compared?.ranked_by ?? form.ranked_by ?? known[0]?.name ?? "";
    const all = known.some((each) => each.name === wanted)
      ? known
      : [...known, { name: wanted, label: wanted.replaceAll("_", " ") }];
    keyed(
      judge,
      all,
      (each) => each.name,
      (each) => h("option", { value: each.name }),
      (option, each) => say(option, `${each.label}${each.better ? `, ${each.better} is better` : ""}`),
    );
    judge.value = wanted;
    say(wrong, problem ? textOf(problem) : "");
    wrong.hidden = !problem;
    judge.setAttribute("aria-invalid", String(Boolean(problem)));
  }

  return {
    /**
     * @param {Form | null} nextForm
     * @param {Job | null} nextJob
     */
    show(nextForm, nextJob) {
      if (nextJob?.id !== job?.id) viewed = null;
      form = nextForm;
      job = nextJob;
      draw();
    },
    /** @param {string} path */
    reveal(path) {
      if (path !== "ranked_by") return false;
      judge.focus();
      return true;
    },
  };
}

function makeFact() {
  const [asked, found] = [h("dt"), h("dd")];
  return { element: h("div", {}, asked, found), asked, found };
}

/** @param {() => Job | null} jobOf */
function otherSettings(jobOf) {
  const text = h("span", {}, "This result is for other settings than those on the left.");
  const back = button("Show its settings", showSettings, { class: "quiet" });
  function showSettings() {
    const job = jobOf();
    if (job) replace(job.state, { keep: true });
  }
  const element = h("div", { class: "notice", hidden: true }, text, back);
  return {
    element,
    update: () => {
      element.hidden = jobOf() === null || isAnswer(jobOf());
    },
  };
}

function answerCard() {
  const question = h("p", { class: "question" });
  const headline = h("h2", { class: "headline" });
  const element = h("div", { class: "card answer" }, question, headline);
  return {
    element,
    /**
     * @param {Form} form
     * @param {Job | null} job
     */
    update(form, job) {
      const compared = job?.comparison;
      element.classList.toggle("is-open", job?.status !== "done");
      if (compared?.n && compared.headline) {
        say(question, job?.status === "done" ? compared.question : `So far, after ${plural(compared.n, "world")}`);
        say(headline, glued(compared.headline));
        return;
      }
      const n = form.variants.length - 1;
      const asks = n > 1 ? `Which of ${n} variants helps most` : "Does the variant help";
      say(question, job ? "The first worlds are on their way" : "Nothing has been run yet");
      say(headline, n > 0 ? `${asks}, compared with ‘${form.baseline}’?` : "What happens in this story?");
    },
  };
}
