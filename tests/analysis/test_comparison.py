import dataclasses
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from trustsim.analysis import intervals
from trustsim.analysis.comparison import compare
from trustsim.analysis.measures import measure_of
from trustsim.errors import TrustsimError
from trustsim.experiment.run import FailedRun
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.scenario.resolved import Item, Scenario, Variant

NAMES = ("nothing", "insured", "both")


def registry():
    r = Registry()

    def enter(name, **about):
        def outcome():
            pass

        outcome.__doc__ = f"Text of {name}."
        r.enter("outcome", name, source="assumed", **about)(outcome)

    enter("run_probability", better="lower", unit="share", binary=True)
    enter("investor_loss", better="lower", unit="money")
    enter("time_to_failure", better="higher", unit="duration")
    enter("peak_outflow", better="lower", unit="share", low=0)
    enter("time_to_run", better="higher", unit="duration", may_not_apply=True, censored_at_horizon=True)
    enter("run_share", better="lower", unit="share")
    enter("needs_unmet", better="lower", unit="share", low=0, high=1)
    enter("policy_cost", better="lower", unit="money")
    enter("n_messages")
    return r


def study_of(outcomes, *, names=NAMES, asked=("run_probability", "investor_loss"), failed=(), baseline="nothing"):
    values = {name: np.array(columns, float).T for name, columns in outcomes.items()}
    n = len(next(iter(values.values()), ()))
    scenario = Scenario(
        title="A theft", description="", horizon=4.0, step=1.0, currency="CNY", shocks=(),
        variants=tuple(Variant(name, (), SimpleNamespace(platforms=())) for name in names),
        baseline=baseline, replications=n, seed=1, outcomes=asked, expect=(), sweep={}, document={},
        digest="d" * 64, source="theft.yaml",
    )  # fmt: skip
    return Study(scenario, names, np.arange(n), values, {}, tuple(failed), 1.5)


RUNS = [[1, 1, 1, 0, 1, 0], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]
LOSSES = [[9e5, 4e5, 7e5, 1e5, 6e5, 0], [5e5, 4e5, 2e5, 1e5, 3e5, 0], [1e5, 1e5, 1e5, 1e5, 1e5, 1e5]]


def compared(outcomes=None, rank_by=None, **options):
    outcomes = {"run_probability": RUNS, "investor_loss": LOSSES} if outcomes is None else outcomes
    return compare(study_of(outcomes, **options), registry(), rank_by=rank_by)


def test_a_binary_outcome_gets_the_intervals_of_proportions():
    c = compared()
    assert c.levels["nothing"]["run_probability"] == intervals.proportion(np.array(RUNS[0], float))
    d, tango = c.differences["insured"]["run_probability"], intervals.paired_proportions(*np.array(RUNS, float)[[1, 0]])
    assert (d.mean, d.low, d.high, d.n) == (tango.mean, tango.low, tango.high, 6)


def test_other_outcomes_get_the_interval_of_a_mean_of_paired_differences():
    c = compared()
    a, b = np.array(LOSSES[1]), np.array(LOSSES[0])
    d, hall = c.differences["insured"]["investor_loss"], intervals.mean(a - b)
    assert (d.mean, d.low, d.high, d.n) == (hall.mean, hall.low, hall.high, 6)
    assert c.levels["insured"]["investor_loss"] == intervals.mean(a)


def test_better_share_counts_strict_wins_and_ties_apart():
    d = compared().differences["insured"]["run_probability"]
    assert (d.better_share, d.tie_share) == (3 / 6, 3 / 6)
    higher = compared({"time_to_failure": [[5, 5, 5, 5], [6, 4, 5, 9], [5, 5, 5, 5]]}).differences["insured"]
    assert (higher["time_to_failure"].better_share, higher["time_to_failure"].tie_share) == (0.5, 0.25)


def test_variance_reduction_is_that_of_the_pairing():
    a, b = np.array(LOSSES[1]), np.array(LOSSES[0])
    found = compared().differences["insured"]["investor_loss"].variance_reduction
    assert found == pytest.approx((a.var() + b.var()) / (a - b).var())


def test_of_a_difference_that_is_the_same_in_every_world_no_gain_can_be_told():
    c = compared({"investor_loss": [[1, 2, 3], [2, 3, 4], [1, 1, 1]]})
    assert math.isnan(c.differences["insured"]["investor_loss"].variance_reduction)
    assert c.to_json()["variants"]["insured"]["difference"]["investor_loss"]["variance_reduction"] is None


def test_a_variant_that_changes_nothing_differs_by_nothing():
    c = compared({"run_probability": [RUNS[0]] * 3, "investor_loss": [LOSSES[0]] * 3})
    d = c.differences["insured"]["investor_loss"]
    assert (d.mean, d.low, d.high, d.better_share, d.tie_share) == (0, 0, 0, 0, 1)
    run = c.differences["insured"]["run_probability"]
    assert run.low < 0 == run.mean < run.high


def test_another_variant_that_changed_nothing_in_these_worlds_may_in_others():
    """Its levers differ from the baseline's: four worlds do not say that they never do anything."""
    study = study_of({"investor_loss": [LOSSES[0]] * 3, "policy_cost": [[0.0] * 6] * 3})
    insured = dataclasses.replace(study.scenario.variants[1], items=(Item("a lever", None),))
    variants = (study.scenario.variants[0], insured, study.scenario.variants[2])
    c = compare(dataclasses.replace(study, scenario=dataclasses.replace(study.scenario, variants=variants)), registry())
    gap = c.differences["insured"]["investor_loss"]
    assert gap.low < 0 == gap.mean < gap.high
    assert (gap.better_share, gap.tie_share) == (0, 1)
    assert c.differences["both"]["investor_loss"].high == 0  # the baseline by another name
    free = c.to_json()["variants"]["insured"]["difference"]["policy_cost"]
    assert (free["mean"], free["low"], free["high"]) == (0, None, None)  # nothing was ever paid: how much is not known


def test_a_share_that_may_exceed_all_is_not_cut_at_all():
    c = compared({"peak_outflow": [[1.3, 1.5, 1.6, 1.4], [1.31, 1.5, 1.6, 1.4], [0.1] * 4]})
    for found in (
        *(c.levels[v]["peak_outflow"] for v in NAMES),
        *(c.differences[v]["peak_outflow"] for v in NAMES[1:]),
    ):
        assert found.low < found.mean < found.high


def test_a_conditional_outcome_is_taken_where_it_is_defined_in_both():
    nan = math.nan
    c = compared({"time_to_failure": [[10, 20, nan, 30], [15, nan, nan, 45], [nan] * 4]})
    assert c.levels["nothing"]["time_to_failure"].n == 3
    assert c.levels["nothing"]["time_to_failure"].mean == 20
    d = c.differences["insured"]["time_to_failure"]
    assert (d.n, d.mean, d.better_share) == (2, 10, 1)
    never = c.differences["both"]["time_to_failure"]
    assert never.n == 0
    assert math.isnan(never.mean)
    assert c.ranking == ("insured", "nothing", "both")


def test_a_world_without_the_event_counts_with_the_horizon_and_how_often_it_happened_is_said():
    """A remedy that prevents the quick failures must not look quicker: those left are means over what it left over."""
    nan = math.nan
    times = [[1, 1, 1, 3], [nan, nan, nan, 1.5], [nan] * 4]
    c = compared({"time_to_run": times}, rank_by="time_to_run")
    assert [c.levels[v]["time_to_run"].mean for v in NAMES] == [1.5, (3 * 4 + 1.5) / 4, 4]  # the horizon is 4 d
    assert [c.levels[v]["time_to_run"].n for v in NAMES] == [4, 4, 4]
    assert c.differences["insured"]["time_to_run"].mean == pytest.approx(13.5 / 4 - 1.5)
    assert c.ranking == ("both", "insured", "nothing")
    assert [c.happened[v]["time_to_run"] for v in NAMES] == [1, 0.25, 0]
    insured = c.to_json()["variants"]["insured"]
    assert insured["outcomes"]["time_to_run"]["happened"] == 0.25
    assert insured["difference"]["time_to_run"]["happened"] == -0.75
    assert "happened" not in compared().to_json()["variants"]["insured"]["outcomes"]["run_probability"]


def test_a_share_is_bounded_where_its_outcome_says_so_and_nowhere_else():
    assert (measure_of(registry().outcome("needs_unmet")).low, measure_of(registry().outcome("needs_unmet")).high) == (
        0,
        1,
    )
    undeclared = measure_of(registry().outcome("run_share"))
    assert (undeclared.low, undeclared.high) == (-math.inf, math.inf)
    few = compared({"run_share": [[0.0] * 39 + [2.57], [0.0] * 40, [0.0] * 40]})
    found = few.levels["nothing"]["run_share"]
    assert found.low < 0 < found.mean < found.high


def test_shares_stay_within_their_bounds():
    spike = [0.0] * 39 + [1.0]
    c = compared({"peak_outflow": [spike, [0.0] * 40, [0.0] * 40]})
    assert c.levels["nothing"]["peak_outflow"].low == 0
    assert c.differences["both"]["peak_outflow"].low >= -1


def test_where_no_outcome_can_tell_the_first_headline_ranks_then_the_first_that_is_asked_for():
    same = {"investor_loss": [LOSSES[0]] * 3, "run_probability": [RUNS[0]] * 3}
    assert compared(same).ranked_by == compared(same, asked=("run_probability",)).ranked_by == "investor_loss"
    assert compared({"peak_outflow": [[0.5], [0.2], [0.1]]}, asked=("peak_outflow",)).ranked_by == "peak_outflow"
    assert compared({"n_messages": [[1], [2], [3]]}, asked=("n_messages",)).ranked_by is None


def test_ranking_breaks_ties_by_the_other_headline_and_then_by_the_file():
    c = compared()  # insured and both: one run each; both loses less
    assert c.ranking == ("both", "insured", "nothing")
    assert compared({"run_probability": [RUNS[0]] * 3}).ranking == NAMES


def test_ranking_can_be_by_any_outcome_with_a_better_side():
    c = compared({"time_to_failure": [[5, 5], [6, 7], [1, 2]]}, rank_by="time_to_failure")
    assert c.ranking == ("insured", "nothing", "both")
    with pytest.raises(TrustsimError, match=r"given 'time_to_fail'; allowed: .*; did you mean 'time_to_failure'"):
        compared({"time_to_failure": [[5, 5], [6, 7], [1, 2]]}, rank_by="time_to_fail")


def test_cost_is_the_mean_of_policy_cost():
    c = compared({"policy_cost": [[0, 0], [100, 300], [400, 400]]})
    assert c.costs == {"nothing": 0, "insured": 200, "both": 400}
    assert math.isnan(compared().costs["insured"])


def test_failed_runs_are_counted_by_variant_and_replication():
    failed = [
        FailedRun(6, ("insured", "both"), "simulate", "ValueError", "no", ""),
        FailedRun(6, ("nothing",), "w", "X", "", ""),
    ]
    c = compared(failed=[*failed, FailedRun(9, ("both",), "simulate", "ValueError", "no", "")])
    assert c.n_failed == {"nothing": 1, "insured": 1, "both": 2}
    assert (c.n, c.n_incomplete) == (6, 2)


def test_json_keeps_the_contract():
    c = compared({"run_probability": RUNS, "investor_loss": LOSSES, "policy_cost": [[0] * 6, [5] * 6, [9] * 6]})
    document = json.loads(json.dumps(c.to_json(), allow_nan=False))
    assert document["format"] == 2
    assert document["scenario"]["digest"] == "d" * 64
    assert (document["replications"], document["baseline"], document["seconds"]) == (6, "nothing", 1.5)
    assert list(document["variants"]) == list(NAMES)
    insured = document["variants"]["insured"]
    assert {"mean", "low", "high"} <= set(insured["outcomes"]["investor_loss"])
    assert {"mean", "low", "high", "better_share", "variance_reduction"} <= set(insured["difference"]["investor_loss"])
    assert insured["cost"] == 5
    assert document["variants"]["nothing"]["difference"] == {}
    assert document["failed_runs"] == []


def test_json_has_no_number_that_is_not_finite_even_of_one_world_or_none():
    nan = math.nan
    one = compared({"investor_loss": [[5], [3], [nan]], "run_probability": [[1], [0], [0]]})
    none = compared({})
    for c in (one, none):
        json.dumps(c.to_json(), allow_nan=False)
    assert one.to_json()["variants"]["insured"]["difference"]["investor_loss"]["low"] is None
    assert none.ranking == NAMES


def test_frame_is_tidy_and_says_the_same_as_the_json():
    c = compared()
    frame = c.to_frame().set_index(["variant", "outcome"])
    assert len(frame) == 6
    assert frame.index[0] == ("both", "run_probability")
    for (variant, outcome), row in frame.iterrows():
        said = c.to_json()["variants"][variant]
        assert row["level"] == said["outcomes"][outcome]["mean"]
        if variant == "nothing":
            assert math.isnan(row["difference"])
            assert row["pairs"] == 0
        else:
            assert row["difference_low"] == said["difference"][outcome]["low"]
