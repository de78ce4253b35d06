/** The address of the page holds the question, the server resolves it, the panels show both. */

import { get, isAborted, onConnection, post, Refused } from "./api.js";
import { charts } from "./charts.js";
import { chooseJob, chooseScenario } from "./choose.js";
import { comparison } from "./compare.js";
import { at, h, later, plural, say, toast } from "./dom.js";
import { parameters } from "./form.js";
import { play } from "./play.js";
import { byPath, showProblems } from "./problems.js";
import { runner } from "./run.js";
import { share } from "./share.js";
import { current, onChange, question, read, replace, show, shownJob, take } from "./state.js";
import { tabs } from "./tabs.js";
import { variants } from "./variants.js";

const WAIT = 300; // ms without typing before the server is asked

/** @type {Form | null} */
let form = null;
/** @type {Job | null} */
let job = null;
/** @type {AbortController | null} */
let asking = null;

const changeTabs = tabs(at("change-tabs"), "Settings");
const fields = parameters(at("parameters-panel"), (n) => say(at("n-changes"), n ? `${n} changed` : ""));
const packages = variants(at("variants-panel"), (n, all) =>
  say(at("n-variants"), n === all ? `${n}` : `${n} of ${all}`),
);
const bar = runner(at("runbar"), {
  onJob(next) {
    job = next;
    if (form) showResults();
  },
  onRun: seeResults,
  onProblems: (list) => {
    if (form) draw({ ...form, problems: list });
  },
  goToProblems: () => at("problems").focus(),
});
const compared = comparison(at("comparison-panel"));
const pictures = charts(at("charts-panel"));
const watched = play(at("play-panel"));
const seeTabs = tabs(at("see-tabs"), "Results", (panel) => {
  if (panel === "charts-panel") pictures.open();
  if (panel === "play-panel") watched.open();
  else watched.close();
});

/** Where settings and results stand one under the other, bring the results into view. */
function seeResults() {
  if (matchMedia("(max-width: 60rem)").matches) at("see").scrollIntoView();
}

/** Ask the server what the question means; the last question wins. */
async function resolve() {
  asking?.abort();
  asking = new AbortController();
  try {
    draw(await post("/api/scenario", question(), asking.signal));
  } catch (error) {
    if (isAborted(error)) return;
    if (!(error instanceof Refused)) throw error;
    const problems = error.body?.problems ?? [{ path: "", text: error.message }];
    draw({ ...(form ?? EMPTY), id: question().scenario, problems });
  }
}

/** The button that shows all of a long description, there only where some of it is hidden. */
const whole = (() => {
  const [text, toggle] = [at("description"), at("whole")];
  /** @param {boolean} isWhole */
  function show(isWhole) {
    text.classList.toggle("is-whole", isWhole);
    toggle.setAttribute("aria-expanded", String(isWhole));
    say(toggle, isWhole ? "Read less" : "Read all");
  }
  const update = () => {
    if (!text.classList.contains("is-whole")) toggle.hidden = text.scrollHeight <= text.clientHeight + 1;
  };
  toggle.addEventListener("click", () => show(!text.classList.contains("is-whole")));
  new ResizeObserver(update).observe(text);
  return { update };
})();

/** @type {Form} */
const EMPTY = {
  id: "",
  problems: [],
  title: "",
  description: "",
  groups: [],
  variants: [],
  interventions: [],
  outcomes: [],
  series: [],
  ranked_by: null,
  baseline: "",
  command: "",
  python: "",
  yaml: "",
};
const resolveSoon = later(resolve, WAIT);

/** @param {Form} next */
function draw(next) {
  form = next;
  const { id, title, description, horizon_days: days, variants } = form;
  say(at("chosen"), title || id);
  say(at("title"), title || id);
  say(at("description"), description);
  whole.update();
  const size = days ? [plural(days, "day"), plural(variants.length, "variant"), id.replace(/^shipped:/, "")] : [];
  say(at("meta"), size.join(" · "));
  document.title = `${title || id} – trustsim`;
  const problems = byPath(form.problems);
  showProblems(at("problems"), form.problems, reveal);
  fields.show(form, problems);
  packages.show(form, problems);
  bar.show(form);
  showResults();
}

function showResults() {
  compared.show(form, job);
  pictures.show(form, job);
  watched.show(form, job);
}

/** @param {string} path */
function reveal(path) {
  if (bar.reveal(path)) return;
  if (path === "ranked_by") seeTabs.open("comparison-panel");
  if (compared.reveal(path)) return;
  for (const { panel, part, other } of [
    { panel: "parameters-panel", part: fields, other: "variants-panel" },
    { panel: "variants-panel", part: packages, other: "parameters-panel" },
  ]) {
    const was = changeTabs.isOpen(panel);
    changeTabs.open(panel);
    if (part.reveal(path)) return;
    if (!was) changeTabs.open(other);
  }
}

onChange((what) => {
  if (what === "job") {
    bar.follow();
    return;
  }
  bar.show(form);
  resolveSoon();
});

const AWAY = "The server cannot be reached. Nothing is lost: the page tries again by itself.";
const LOCKED =
  "The server was started anew and has another token. " +
  "Open the address that it printed in this browser: this page then goes on.";

onConnection((isLost, isLocked) => {
  at("banner").hidden = !isLost;
  say(at("banner"), isLost ? (isLocked ? LOCKED : AWAY) : "");
});

at("skip").addEventListener("click", (event) => {
  event.preventDefault();
  at("results").focus();
  at("see").scrollIntoView();
});
at("open-share").addEventListener("click", () => form && share(form, job));
at("open-scenarios").addEventListener("click", async () => {
  const id = await chooseScenario(current()?.scenario);
  if (id === null || id === current()?.scenario) return;
  replace({ scenario: id }, { keep: true });
  show(null);
});
at("open-jobs").addEventListener("click", () =>
  chooseJob(
    shownJob(),
    (chosen) => {
      replace(chosen.state, { keep: true });
      show(chosen.id);
    },
    Boolean(form?.is_read_only),
  ),
);
addEventListener("popstate", () => take(read()));

async function begin() {
  const link = read();
  if (link.isBroken) toast("This link could not be read; the page begins afresh.");
  let { state } = link;
  if (!state && link.job) {
    /** @type {Promise<Job>} */
    const named = get(`/api/jobs/${link.job}`);
    state = await named.then(
      (each) => each.state,
      () => null,
    );
  }
  if (!state) {
    /** @type {{scenarios: Listed[]}} */
    const { scenarios } = await get("/api/scenarios");
    const mine = scenarios.find((each) => each.where === "folder" && !each.error);
    const first =
      mine ??
      scenarios.find((each) => each.id === "shipped:quickstart") ??
      scenarios.find((each) => !each.error) ??
      scenarios[0];
    if (!first) {
      say(at("title"), "No scenario here yet");
      at("description").replaceChildren(h("span", {}, "Make one with "), h("code", {}, "trustsim init"), ".");
      return;
    }
    state = { scenario: first.id };
  }
  take({ state, job: link.job });
  await resolve();
  if (link.job) seeResults();
}

begin();
