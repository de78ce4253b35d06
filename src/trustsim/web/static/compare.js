/** The comparison: the answer in one sentence, and the ranked table whose intervals shrink while it runs. */

import { hues, swatch, swatchClass } from "./colours.js";
import { csv } from "./csv.js";
import { button, download, glued, h, isStill, keyed, newId, plural, say } from "./dom.js";
import { textOf } from "./problems.js";
import { change, current, isAnswer, replace } from "./state.js";

/** Make the panel once; returns `{show(form, job), reveal(path)}`. */
export function comparison(panel) {
  let form = null;
  let job = null;
  let viewed = null; // an outcome without a better side, which is looked at and ranks nothing

  const notice = otherSettings(() => job);
  const card = answerCard();
  const id = newId("judge");
  const judge = h("select", { id, "aria-describedby": `${id}-error`, "data-path": "ranked_by", on: { change: () => choose(judge.value) } });
  const wrong = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const judged = h("div", { class: "judge" }, h("label", { for: id }, "Compare by"), judge, wrong);
  const ranking = rankingTable();
  const facts = h("dl", { class: "facts" });
  const everything = allOutcomes();
  panel.append(notice.element, card.element, h("div", { class: "card ranking-card" }, judged, ranking.element), facts, everything.element);

  function draw() {
    if (form === null) return;
    const found = job?.comparison ?? null;
    notice.update();
    card.update(form, job);
    const chosen = viewed ?? current()?.ranked_by ?? null;
    fillJudge(found, chosen);
    const shown = [chosen, found?.ranked_by].map((name) => found?.outcomes.find((each) => each.name === name)).find(Boolean) ?? found?.outcomes[0];
    ranking.update(form, job, shown);
    keyed(facts, (job?.status === "done" && found?.facts) || [], (fact) => fact.asked, () => h("div", {}, h("dt"), h("dd")), (row, fact) => {
      say(row.firstChild, fact.asked);
      say(row.lastChild, glued(fact.found));
    });
    everything.update(job);
  }

  /** Rank by an outcome; one without a better side is only looked at. */
  function choose(name) {
    const isRanking = form.outcomes.find((each) => each.name === name)?.better;
    viewed = isRanking ? null : name || null;
    if (viewed === null) change((state) => { state.ranked_by = name || null; });
    draw();
  }

  function fillJudge(found, chosen) {
    const problem = form.problems.find((each) => each.path === "ranked_by");
    const known = found?.outcomes ?? form.outcomes.filter((each) => each.can_rank);
    const wanted = chosen ?? found?.ranked_by ?? form.ranked_by ?? known[0]?.name ?? "";
    const all = known.some((each) => each.name === wanted) ? known : [...known, { name: wanted, label: wanted.replaceAll("_", " ") }];
    keyed(judge, all, (each) => each.name, (each) => h("option", { value: each.name }), (option, each) => say(option, `${each.label}${each.better ? `, ${each.better} is better` : ""}`));
    judge.value = wanted;
    say(wrong, problem ? textOf(problem) : "");
    wrong.hidden = !problem;
    judge.setAttribute("aria-invalid", String(Boolean(problem)));
  }

  return {
    show(nextForm, nextJob) {
      if (nextJob?.id !== job?.id) viewed = null;
      form = nextForm;
      job = nextJob;
      draw();
    },
    reveal: (path) => path === "ranked_by" && (judge.focus(), true),
  };
}

function otherSettings(jobOf) {
  const text = h("span", {}, "This result is for other settings than those on the left.");
  const back = button("Show its settings", () => replace(jobOf().state, { keep: true }), { class: "quiet" });
  const element = h("div", { class: "notice", hidden: true }, text, back);
  return { element, update: () => { element.hidden = jobOf() === null || isAnswer(jobOf()); } };
}

function answerCard() {
  const question = h("p", { class: "question" });
  const headline = h("h2", { class: "headline" });
  const element = h("div", { class: "card answer" }, question, headline);
  return {
    element,
    update(form, job) {
      const found = job?.comparison;
      element.classList.toggle("is-open", job?.status !== "done");
      if (found?.n && found.headline) {
        say(question, job.status === "done" ? (found.question ?? "") : `So far, after ${plural(found.n, "world")}`);
        say(headline, glued(found.headline));
        return;
      }
      const n = form.variants.length - 1;
      say(question, job ? "The first worlds are on their way" : "Nothing has been run yet");
      say(headline, n > 0 ? `${n > 1 ? `Which of ${n} variants helps most` : "Does the variant help"}, compared with ‘${form.baseline}’?` : "What happens in this story?");
    },
  };
}

function rankingTable() {
  const head = h("tr");
  const body = h("tbody");
  const caption = h("caption", { class: "hidden" });
  const note = h("p", { class: "note" });
  const table = h("table", { class: "ranking" }, caption, h("thead", {}, head), body);
  const element = h("div", {}, h("div", { class: "scroll" }, table), note);

  function update(form, job, outcome) {
    const found = job?.comparison;
    const names = job?.variants ?? form.variants.map((each) => each.name);
    const hue = hues(names, job?.baseline ?? form.baseline);
    const rows = found && outcome ? ordered(found, outcome) : names.map((variant) => ({ variant, is_baseline: variant === (job?.baseline ?? form.baseline) }));
    const isFound = Boolean(found && outcome);
    table.classList.toggle("is-empty", !isFound);
    drawHead(isFound ? outcome : null, form);
    const tops = topsOf(body);
    keyed(body, rows, (row) => row.variant, makeRow, (element, row) => element.update(row, hue.get(row.variant), isFound ? outcome : null, form));
    if (isFound) glide(body, tops);
    say(caption, isFound ? `Variants, best first by ${outcome.label}` : "Variants that will be compared");
    say(note, isFound ? noteOf(found, outcome) : "");
  }

  function drawHead(outcome, form) {
    const text = outcome ? JSON.stringify([outcome.label, outcome.axis]) : form.id;
    if (head.dataset.text === text) return;
    head.dataset.text = text;
    const column = (name, kind = "") => h("th", { scope: "col", class: kind }, name);
    if (!outcome) head.replaceChildren(column("variant"), column("what it does", "does"));
    else {
      head.replaceChildren(column("variant"), column(outcome.label, "level"),
        h("th", { scope: "col", class: "bars" }, h("span", {}, `change to the baseline${outcome.axis?.unit ? `, ${outcome.axis.unit}` : ""}`), axis(outcome.axis)),
        column("95 % interval", "interval"), column("better in", "share"), column("cost", "cost"));
    }
  }

  return { element, update };
}

/** Return the rows as the server ranked them, or best first by another outcome. */
function ordered({ rows, ranked_by: by }, { name, better }) {
  if (name === by || !better) return rows;
  const sign = better === "lower" ? 1 : -1;
  const mean = (row) => row.cells[name]?.level.mean ?? null;
  return [...rows].sort((a, b) => (mean(a) === null) - (mean(b) === null) || sign * (mean(a) - mean(b)));
}

function noteOf(found, outcome) {
  const order = found.ranked_by ? `Best first by ${outcome.better ? outcome.label : found.label}` : "In the order of the file";
  return `${order}, in ${plural(found.n, "world")}. Bars are 95 % intervals of the paired difference: filled where it is clear, hollow where it includes zero. ‘Better in’ is the share of worlds where a variant did strictly better.`;
}

function axis(scale) {
  const line = h("div", { class: "axis", "aria-hidden": "true" });
  const ticks = scale?.ticks ?? [];
  const zero = Math.max(0, ticks.findIndex((each) => each.at === 0));
  for (const [place, { at, text }] of ticks.entries()) {
    const tick = h("span", { class: (place - zero) % 2 ? "minor" : null }, text);
    tick.style.setProperty("--at", `${100 * placeOf(at, scale)}%`);
    line.append(tick);
  }
  return line;
}

const placeOf = (x, { low, high }) => (high > low ? (x - low) / (high - low) : 0.5);

function makeRow() {
  const dot = swatch(undefined);
  const name = h("span", { class: "name" });
  const cell = (kind, label) => h("td", { class: kind, "data-label": label });
  const [level, interval, share, cost] = [cell("level"), cell("interval", "95 % interval"), cell("share", "better in"), cell("cost", "cost")];
  const bar = makeBar();
  const change_ = h("span", { class: "change" });
  const bars = h("td", { class: "bars" }, bar.element, change_);
  const does = h("td", { class: "does" });
  const head = h("th", { scope: "row" }, dot, name);
  const element = h("tr", {}, head);
  element.update = (row, hue, outcome, form) => {
    dot.className = swatchClass(hue);
    say(name, row.variant);
    element.classList.toggle("baseline", row.is_baseline);
    element.classList.toggle("is-measured", outcome !== null);
    const cells = outcome ? [level, bars, interval, share, cost] : [does];
    if (element.children[1] !== cells[0]) element.replaceChildren(head, ...cells);
    if (outcome) fill(row, outcome);
    else say(does, doesOf(form, row.variant));
  };

  function fill(row, outcome) {
    const found = row.cells[outcome.name];
    const found_difference = found?.difference;
    level.dataset.label = outcome.label;
    say(level, found?.level.text ?? "–");
    bar.update(found_difference, outcome.axis);
    const verdict = row.is_baseline ? "baseline" : (found_difference?.verdict ?? "unclear");
    change_.className = `change ${verdict}`;
    say(change_, row.is_baseline ? "baseline" : (found_difference?.text ?? "–"));
    say(interval, found_difference?.interval_text ?? "");
    say(share, found_difference?.better_text ?? "");
    say(cost, row.cost_text ?? "");
  }
  return element;
}

function doesOf(form, name) {
  const parts = form.variants.find((each) => each.name === name)?.parts ?? [];
  return parts.map((part) => part.title ?? part.name).join(" + ") || "nothing is done";
}

function makeBar() {
  const span = h("span", { class: "span" });
  const mean = h("span", { class: "mean" });
  const zero = h("span", { class: "zero" });
  const element = h("div", { class: "bar", "aria-hidden": "true" }, zero, span, mean);
  return {
    element,
    update(difference, scale) {
      const isThere = Boolean(difference && scale && Number.isFinite(difference.low) && Number.isFinite(difference.high) && difference.mean !== null);
      span.hidden = mean.hidden = !isThere;
      zero.hidden = !scale;
      if (scale) element.style.setProperty("--zero", `${100 * placeOf(0, scale)}%`);
      if (!isThere) return;
      element.className = `bar ${difference.verdict}`;
      element.style.setProperty("--low", `${100 * placeOf(difference.low, scale)}%`);
      element.style.setProperty("--wide", `${100 * (placeOf(difference.high, scale) - placeOf(difference.low, scale))}%`);
      element.style.setProperty("--mean", `${100 * placeOf(difference.mean, scale)}%`);
    },
  };
}

const topsOf = (body) => new Map([...body.children].map((row) => [row, row.offsetTop]));

/** Let rows that changed places glide there, so that the eye can follow. */
function glide(body, tops) {
  if (isStill()) return;
  for (const row of body.children) {
    const by = tops.has(row) ? tops.get(row) - row.offsetTop : 0;
    if (by !== 0) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 450, easing: "ease-in-out" });
  }
}

function allOutcomes() {
  const table = h("table", { class: "data" });
  const save = button("Download as CSV", () => download("comparison.csv", csvOf(shown), "text/csv"), { class: "quiet" });
  const element = h("details", { class: "all" }, h("summary", {}, "All outcomes of all variants"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "All outcomes" }, table), save);
  let shown = null;
  return {
    element,
    update(job) {
      shown = job?.comparison ?? null;
      element.hidden = !shown;
      if (!shown) return;
      const head = h("tr", {}, h("th", { scope: "col" }, "variant"), ...shown.outcomes.map((each) => h("th", { scope: "col", title: each.text }, each.label)));
      const rows = shown.rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.variant), ...shown.outcomes.map((each) => {
        const found = row.cells[each.name];
        const { text, verdict } = found?.difference ?? {};
        return h("td", {}, found?.level.text ?? "–", text ? h("span", { class: `change ${verdict}` }, text) : null);
      })));
      table.replaceChildren(h("thead", {}, head), h("tbody", {}, ...rows));
    },
  };
}

/** Write a comparison as CSV: shares in [0, 1], days, money in units of the currency. */
function csvOf(found) {
  const head = ["variant", "outcome", "unit", "mean", "low", "high", "difference", "difference_low", "difference_high", "better_share"];
  const rows = found.rows.flatMap((row) => found.outcomes.map(({ name, unit }) => {
    const { level, difference } = row.cells[name] ?? {};
    const isMoney = unit === "money";
    const numbers = [level, difference].flatMap((each) => ["mean", "low", "high"].map((key) => (isMoney && Number.isFinite(each?.[key]) ? each[key] / 100 : each?.[key])));
    return [row.variant, name, isMoney ? found.currency : unit, ...numbers, difference?.better_share];
  }));
  return csv([head, ...rows]);
}
