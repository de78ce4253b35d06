"""What `expect` can say beside a level and a difference: terms that compose, spans of days, groups, distributions."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from a_study import GRID, QUICKSTART, N, study_of

import trustsim as ts
from trustsim.analysis import intervals, spread
from trustsim.analysis.checked import Checked, Evidence
from trustsim.analysis.evidence import findings, variants_needed
from trustsim.analysis.humps import EVEN, dip, points_of
from trustsim.analysis.observed import observed
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment.study import Study
from trustsim.report.tables.evidence_tables import what_of
from trustsim.scenario.expected import Combined, Reading

NOISE = np.random.default_rng(5).normal(0, 0.01, N)


def found_of(*entries, **options):
    study = study_of(*entries, **options)
    return findings(study, REGISTRY), study


def one(entry, **options):
    (found,), _ = found_of(entry, **options)
    return found


def words_of(entry):
    (e,) = study_of(entry).scenario.expect
    return what_of(e, "nothing")


# -- terms -------------------------------------------------------------------------------------------------------------


def test_a_difference_of_differences_is_taken_world_by_world():
    """(gate − nothing) − (buffer − insured) is 0.1 − 0.3 in every world, but for noise; levels vary far more."""
    levels = {"nothing": GRID, "gate": GRID + 0.1 + NOISE, "buffer": 2 * GRID + 0.3, "insured": 2 * GRID}
    entry = {
        "difference": "peak_outflow", "variant": "gate", "less": {"variant": "buffer", "against": "insured"},
        "between": ["-20.5 pp", "-19.5 pp"],
    }  # fmt: skip
    found = one(entry, outcomes={"peak_outflow": levels})
    assert found.verdict == "pass"
    assert found.observed.mean == pytest.approx(-0.2 + NOISE.mean())
    assert found.observed.high - found.observed.low < 0.01
    assert found.unit == "share"
    assert words_of(entry) == "(peak outflow, gate less nothing) less (peak outflow, buffer less insured)"


def test_terms_are_added_and_divided():
    levels = {"nothing": 0.1 + GRID, "gate": 0.3 + GRID}
    outcomes = {"peak_outflow": levels, "investor_loss": {"nothing": 2 * GRID, "gate": GRID}}
    total = one({"outcome": "peak_outflow", "plus": {"outcome": "investor_loss"}, "above": "0 %"}, outcomes=outcomes)
    assert total.observed.mean == pytest.approx(1.6)
    several = {"outcome": "peak_outflow", "plus": [{"variant": "gate"}, {"outcome": "investor_loss"}], "above": "0 %"}
    assert one(several, outcomes=outcomes).observed.mean == pytest.approx(0.6 + 0.8 + 1.0)
    ratio = one(
        {"outcome": "peak_outflow", "variant": "gate", "per": {"variant": "nothing"}, "above": 1}, outcomes=outcomes
    )
    old = one({"ratio": "peak_outflow", "variant": "gate", "above": 1}, outcomes=outcomes)
    assert ratio.observed == old.observed
    assert ratio.observed.mean == pytest.approx(0.8 / 0.6)
    assert ratio.unit == "number"
    apart = {
        "ratio": "peak_outflow",
        "variant": "gate",
        "less": {"variant": "nothing", "against": "nothing"},
        "above": 0,
    }
    assert one(apart, outcomes=outcomes).observed.mean == pytest.approx(0.8 / 0.6 - 1)


def test_old_forms_are_terms():
    (e,) = study_of({"difference": "peak_outflow", "variant": "gate", "sign": "zero"}).scenario.expect
    assert e.term == Combined(Reading("peak_outflow", variant="gate"), less=(Reading("peak_outflow"),))
    (e,) = study_of(
        {"outcome": "peak_outflow", "variant": "gate", "less": {"variant": "nothing"}, "below": 1}
    ).scenario.expect
    assert e.term == Combined(
        Reading("peak_outflow", variant="gate"), less=(Reading("peak_outflow", variant="nothing"),)
    )
    assert variants_needed([e], "nothing") == ("gate", "nothing")


def test_the_interval_of_a_ratio_covers_the_ratio():
    """Delta method: of 400 studies of 100 worlds about 95 % hold E[a]/E[b]."""
    rng, held = np.random.default_rng(3), 0
    term = Combined(Reading("peak_outflow", variant="gate"), per=(Reading("peak_outflow"),))
    base = study_of({"outcome": "peak_outflow", "above": 0})
    for _ in range(400):
        b = rng.gamma(4, 0.1, N)
        a = 0.5 * b + rng.gamma(2, 0.1, N)
        columns = np.zeros((N, len(base.variants)))
        columns[:, 0], columns[:, base.variants.index("gate")] = b, a
        seen = observed(term, {"": replace(base, outcomes={"peak_outflow": columns})}, REGISTRY).mean()
        held += seen.low <= 1.0 <= seen.high
    assert 0.92 <= held / 400 <= 0.98


# -- days --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "value"), [("change", 10), ("sum", sum(range(10, 21))), ("mean", 15), ("peak", 20), ("low", 10)]
)
def test_a_series_is_put_together_over_days(over, value):
    """The series is the day itself: see study_of."""
    found = one({"series": "requests", "day": ["10 d", "20 d"], "over": over, "equals": value})
    assert found.verdict == "pass"
    assert found.observed.mean == value


def test_a_series_is_compared_between_days_and_platforms():
    later = {"series": "requests", "day": "30 d", "less": {"day": "10 d"}, "equals": 20}
    share = {"series": "requests", "day": "30 d", "per": {"day": "10 d"}, "worlds": "all", "between": [2.999, 3.001]}
    there = {"series": "requests", "day": "20 d", "platform": "Harbour", "per": {"day": "20 d", "platform": "Harbour"},
             "worlds": "all", "between": [1, 1]}  # fmt: skip
    found, _ = found_of(later, share, there)
    assert [each.verdict for each in found] == ["pass", "pass", "pass"]
    assert words_of(later) == "requests on day 30, nothing less requests on day 10, nothing"


def test_a_day_on_which_there_is_none_of_a_series_is_left_out():
    study = study_of({"series": "requests", "day": ["0 d", "2 d"], "over": "peak", "equals": 1})
    study.series["requests"][:, 2] = np.nan
    assert findings(study, REGISTRY)[0].verdict == "pass"


# -- groups ------------------------------------------------------------------------------------------------------------


def test_outcomes_by_platform_and_by_group():
    outcomes = {"loss_by_platform[Harbour]": {"nothing": GRID}, "left_by_group[small]": {"nothing": GRID / 2}}
    at, of, same = found_of(
        {"outcome": "loss_by_platform", "platform": "Harbour", "above": "40 %"},
        {"outcome": "left_by_group", "group": "small", "below": "30 %"},
        {"outcome": "loss_by_platform[Harbour]", "above": "40 %"},
        outcomes=outcomes,
    )[0]
    assert (at.observed.mean, of.observed.mean) == pytest.approx((0.5, 0.25))
    assert same.observed == at.observed


@pytest.mark.parametrize(
    ("entry", "given"),
    [
        ({"outcome": "loss_by_platform", "above": 0}, "which has a number for each platform"),
        ({"outcome": "loss_by_platform", "platform": "Harbor", "above": 0}, "(?s)Harbor.*did you mean"),
        ({"outcome": "left_by_group", "group": "smal", "above": 0}, "smal"),
        ({"outcome": "loss_by_segment[nobody]", "above": 0}, "nobody"),
        ({"outcome": "left_by_group", "platform": "Harbour", "above": 0}, "platform beside 'left_by_group'"),
        ({"series": "requests", "group": "small", "above": 0}, "'group' beside 'series'"),
        ({"series": "requests", "day": ["3 d", "9 d"], "above": 0}, "a span of days alone"),
        ({"series": "requests", "day": "3 d", "over": "sum", "above": 0}, "'over' without a span"),
        ({"series": "requests", "day": ["9 d", "3 d"], "over": "sum", "above": 0}, "no span of days"),
        ({"outcome": "peak_outflow", "less": {"outcome": "policy_cost"}, "above": 0}, "a money beside a share"),
        ({"outcome": "peak_outflow", "less": {"variants": "gate"}, "above": 0}, "the unknown key 'variants'"),
        ({"outcome": "peak_outflow", "less": {"variant": "gates"}, "above": 0}, "the variant 'gates'"),
        ({"outcome": "peak_outflow", "less": "gate", "above": 0}, "expect.0.less"),
        ({"outcome": "peak_outflow", "statistic": "variance", "above": 0}, "variance"),
        ({"outcome": "peak_outflow", "statistic": "quantile 900 %", "above": 0}, "900"),
        ({"outcome": "peak_outflow", "statistic": "sd", "worlds": "all", "above": 0}, "'worlds' beside the statistic"),
        ({"outcome": "peak_outflow", "humps": "three"}, "three"),
        (
            {"outcome": "peak_outflow", "order": ["gate", "nothing"], "less": {"variant": "gate"}},
            "'order' beside 'less'",
        ),
        ({"outcome": "peak_outflow", "file": "nowhere.yaml", "above": 0}, "nowhere.yaml"),
    ],
)
def test_a_term_that_makes_no_sense_is_told(entry, given):
    with pytest.raises(ScenarioError, match=given):
        study_of(entry)


# -- distributions -----------------------------------------------------------------------------------------------------


def test_the_standard_deviation_and_quantiles_have_intervals():
    deviation = one({"outcome": "peak_outflow", "statistic": "sd", "between": ["25 %", "33 %"]})
    assert deviation.verdict == "pass"
    assert deviation.observed.mean == pytest.approx(np.std(GRID, ddof=1))
    median = one({"outcome": "peak_outflow", "statistic": "median", "between": ["35 %", "65 %"]})
    assert median.verdict == "pass"
    assert median.observed.low < 0.5 < median.observed.high
    top = one({"outcome": "peak_outflow", "statistic": "quantile 99 %", "below": "100 %"})
    assert (top.verdict, top.worlds_needed) == (
        "unclear",
        369,
    )  # 100 worlds do not show the upper end: 0.99^368 < 2.5 %
    assert one({"outcome": "peak_outflow", "statistic": "quantile 99 %", "above": "50 %"}).verdict == "pass"
    assert one({"outcome": "peak_outflow", "statistic": "quantile 99 %", "below": "50 %"}).verdict == "fail"
    assert math.isnan(top.observed.high)


def test_intervals_of_distributions_hold_what_they_say():
    """Of 500 studies of 60 worlds; lognormal, where the interval by chi squared holds in about 70 %."""
    rng = np.random.default_rng(11)
    samples = rng.lognormal(0, 0.5, (500, 60))
    true_sd = math.sqrt((math.exp(0.25) - 1) * math.exp(0.25))
    sds = [spread.deviation(each, 1.0) for each in samples]
    medians = [spread.quantile(each, 0.5, 1.0) for each in samples]
    assert 0.86 <= np.mean([x.low <= true_sd <= x.high for x in sds]) <= 0.99
    assert 0.94 <= np.mean([x.low <= 1.0 <= x.high for x in medians]) <= 0.99


def test_two_humps_are_told_from_one():
    rng = np.random.default_rng(2)
    two = {"peak_outflow": {"nothing": np.where(rng.random(N) < 0.4, 0.1, 0.8) + rng.normal(0, 0.03, N)}}
    single = {"peak_outflow": {"nothing": np.clip(rng.normal(0.5, 0.1, N), 0, 1)}}
    asked = {"outcome": "peak_outflow", "humps": "two"}
    assert one(asked, outcomes=two).verdict == "pass"
    assert one(asked, outcomes=single).verdict == "fail"
    assert one({**asked, "humps": "one"}, outcomes=two).verdict == "fail"
    assert one({**asked, "humps": "one"}, outcomes=single).verdict == "pass"
    few = one(asked, outcomes={"peak_outflow": {"nothing": GRID[:5]}}, n=5)
    assert (few.verdict, few.worlds_needed) == ("unclear", min(EVEN))


def test_many_worlds_at_zero_are_a_hump_and_no_proof_of_two():
    half = np.where(np.arange(N) % 2 == 0, 0.0, 0.6 + 0.1 * GRID)
    tail = np.where(np.arange(N) < 60, 0.0, -0.02 * np.log(1 - np.roll(GRID, 60)))
    assert (
        one({"outcome": "peak_outflow", "humps": "two"}, outcomes={"peak_outflow": {"nothing": half}}).verdict == "pass"
    )
    assert (
        one({"outcome": "peak_outflow", "humps": "two"}, outcomes={"peak_outflow": {"nothing": tail}}).verdict != "pass"
    )


@pytest.mark.parametrize(("values", "known"), [
    (np.arange(20) / 20, 1 / 40),  # even: the least that there can be
    (np.repeat([0.0, 1.0], 10), 0.25),  # two points: the most
    (np.zeros(8), 1 / 16),
])  # fmt: skip
def test_the_dip_is_that_of_hartigan_and_hartigan(values, known):
    assert dip(values) == pytest.approx(known, rel=2e-3)


def test_even_samples_are_called_two_humps_in_one_of_twenty():
    rng = np.random.default_rng(7)
    dips = np.array([dip(rng.random(75)) for _ in range(1000)])  # between two sizes of the table
    middle, high = points_of(75)
    assert 0.03 <= np.mean(dips > high) <= 0.07
    assert 0.45 <= np.mean(dips > middle) <= 0.55


# -- a zero is never certain -------------------------------------------------------------------------------------------

FORMS = [
    {}, {"less": {"variant": "gate"}}, {"less": {"variant": "gate"}, "plus": {"variant": "insured"}},
    {"per": {"variant": "gate"}}, {"statistic": "sd"}, {"statistic": "median"},
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "outcome", ["peak_outflow", "run_probability", "failed_platforms", "policy_cost", "investor_loss"]
)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_no_interval_of_a_sample_has_a_width_of_zero(form, outcome, value):
    """Whatever the outcome is called: what all of 100 worlds have, the next one need not have."""
    levels = {name: np.full(N, value) for name in ("nothing", "gate", "insured")}
    found = one({"outcome": outcome, "above": -1, **form}, outcomes={outcome: levels})
    assert found.observed.low != found.observed.high
    if value == 1.0 and "per" not in form and "less" not in form and form.get("statistic") != "sd":
        assert found.observed.low < found.observed.high


def test_a_share_of_one_in_a_world_has_the_interval_of_a_binary_one():
    ones = {"nothing": np.zeros(N)}
    marked = one({"outcome": "run_probability", "above": 0}, outcomes={"run_probability": ones})
    not_marked = one({"outcome": "peak_outflow", "above": 0}, outcomes={"peak_outflow": ones})
    assert marked.observed.high == pytest.approx(intervals.share_unlike(N))
    assert not_marked.observed.high == pytest.approx(marked.observed.high, rel=0.01)
    assert marked.verdict == not_marked.verdict == "unclear"


def test_where_nothing_bounds_other_worlds_no_number_of_them_is_promised():
    found = one({"outcome": "policy_cost", "below": "5 CNY"}, outcomes={"policy_cost": {"nothing": np.zeros(N)}})
    assert (found.verdict, found.worlds_needed) == ("unclear", 0)


# -- two files ---------------------------------------------------------------------------------------------------------


def two_files(tmp_path, other_text, entry):
    other = tmp_path / "other.yaml"
    other.write_text(f"trustsim: 1\nextends: {QUICKSTART}\n{other_text}\n", "utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        f"trustsim: 1\nextends: {QUICKSTART}\ninvestors: {{count: 60}}\nreplications: 20\n"
        f"expect:\n  - {{id: A, source: here, {entry}}}\n", "utf-8",
    )  # fmt: skip
    return mine


DIFFERENCE = "outcome: peak_outflow, variant: gate, less: {file: other.yaml, variant: gate}, equals: 0"


def test_two_files_with_the_same_people_are_paired(tmp_path):
    """The same story in another file: nothing differs in any world, which only pairs can show."""
    mine = two_files(
        tmp_path, "investors: {count: 60}\nshocks: []", DIFFERENCE.replace("equals: 0", "worlds: all, below: 1")
    )
    found = ts.evidence(mine, progress=False, workers=1)
    (row,) = found.to_json()
    assert row["observed"]["paired"] is True
    assert (row["verdict"], row["observed"]["worlds"]) == ("pass", 20)


def test_two_files_with_other_people_are_not_paired_and_it_is_said(tmp_path):
    mine = two_files(tmp_path, "investors: {count: 70}", DIFFERENCE.replace("equals: 0", "between: [-100 %, 100 %]"))
    found = ts.evidence(mine, progress=False, workers=1)
    (row,) = found.to_json()
    assert row["observed"]["paired"] is False
    assert row["verdict"] == "pass"
    (finding,) = found.checked[0].findings
    assert finding.observed.low < finding.observed.mean < finding.observed.high
    every = two_files(tmp_path, "investors: {count: 70}", DIFFERENCE)
    assert (
        ts.evidence(every, progress=False, workers=1).to_json()[0]["verdict"] == "unclear"
    )  # of no world can it be said


def test_variants_that_have_other_people_are_not_paired_with_another_file(tmp_path):
    more = "investors: {count: 60}\nvariants: {many: [{set: {investors.count: 70}}]}"
    for variant, is_paired in (("gate", True), ("many", False)):
        entry = f"outcome: peak_outflow, variant: gate, less: {{file: other.yaml, variant: {variant}}}, above: -1"
        (row,) = ts.evidence(two_files(tmp_path, more, entry), progress=False, workers=1).to_json()
        assert row["observed"]["paired"] is is_paired


def test_money_in_two_currencies_is_not_compared(tmp_path):
    other = "currency: USD\nrates: {CNY: 0.14}\ninvestors: {count: 60}"
    with pytest.raises(TrustsimError, match="in USD; allowed: money in CNY"):
        ts.evidence(
            two_files(tmp_path, other, "outcome: policy_cost, less: {file: other.yaml}, below: 1"), progress=False
        )
    shares = two_files(tmp_path, other, "outcome: peak_outflow, less: {file: other.yaml}, below: 1")
    assert ts.evidence(shares, progress=False, workers=1).to_json()[0]["verdict"] == "pass"


def test_unpaired_shares_have_newcombes_interval():
    """56 of 70 less 48 of 80: 0.0524 to 0.3339, Newcombe (1998), table II, method 10."""
    base = study_of({"outcome": "run_probability", "above": 0})
    a, b = (np.arange(n) < k for k, n in ((56, 70), (48, 80)))

    def study(values, seed):
        columns = np.repeat(values.astype(float)[:, None], len(base.variants), axis=1)
        return Study(replace(base.scenario, seed=seed), base.variants, np.arange(len(values)),
                     {"run_probability": columns}, {}, (), 0.0)  # fmt: skip

    term = Combined(Reading("run_probability"), less=(Reading("run_probability", file="b"),))
    found = observed(term, {"": study(a, 1), "b": study(b, 2)}, REGISTRY).mean()
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


@pytest.mark.parametrize(("entry", "given"), [
    ("outcome: peak_outflow, file: other.yaml, variant: gates, above: 0", "gates"),
    ("outcome: peak_outflow, file: others.yaml, above: 0", "others.yaml"),
])  # fmt: skip
def test_check_tells_what_the_other_file_has_not(tmp_path, entry, given):
    with pytest.raises(ScenarioError, match=given):
        ts.load(two_files(tmp_path, "", entry))


# -- what is told ------------------------------------------------------------------------------------------------------


def test_an_entry_holds_all_that_was_asked_and_seen():
    study = study_of(
        {"id": "often", "outcome": "peak_outflow", "above": "50 %", "worlds": ["40 %", "60 %"], "note": "half of them"},
        {"id": "cost", "difference": "policy_cost", "variant": "gate", "sign": "positive"},
        outcomes={"peak_outflow": {"nothing": GRID}, "policy_cost": {"gate": 1000 + GRID}},
    )
    evidence = Evidence((Checked("a.yaml", study, findings(study, REGISTRY), asked=N),))
    often, cost = evidence.to_json()
    assert often["entry"]["above"] == "50 %"
    assert (often["expected"]["low"], often["expected"]["low_is_open"], often["expected"]["unit"]) == (
        0.5,
        True,
        "share",
    )
    assert often["expected"]["worlds"] == [0.4, 0.6]
    assert (often["observed"]["value"], often["observed"]["unit"]) == (0.5, "share")
    assert (often["worlds_asked"], often["note"], often["source"]) == (N, "half of them", "here")
    assert (cost["expected"]["low"], cost["expected"]["low_is_open"]) == (0.0, True)
    assert cost["observed"]["unit"] == cost["expected"]["unit"] == "CNY"
    assert json.loads(json.dumps(evidence.to_json())) == evidence.to_json()
    frame = evidence.to_frame()
    assert list(frame["observed_unit"]) == ["share", "CNY"]
    assert list(frame["worlds_asked"]) == [N, N]
    assert frame["low"].tolist() == [0.5, 0.0]
