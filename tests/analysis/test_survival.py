"""Times to an event: what a world without it counts for, and the survival curve."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from trustsim.analysis.evidence import findings
from trustsim.analysis.measures import measure_of
from trustsim.analysis.one_number import measured_of, values_at
from trustsim.analysis.survival import survival
from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError
from trustsim.experiment.study import Study
from trustsim.measures.outcomes.trust import recovered
from trustsim.registry import Registry
from trustsim.scenario.expected import Expectation, Reading
from trustsim.scenario.resolved import Scenario, Variant

NAN = math.nan


def test_a_survival_curve_steps_down_where_the_event_happens():
    days, share = survival(np.array([10.0, NAN, 30.0, 10.0]), 90.0)
    assert days.tolist() == [0, 10, 30, 90]
    assert share.tolist() == [1, 0.5, 0.25, 0.25]


def test_the_area_under_a_survival_curve_is_the_restricted_mean():
    rng = np.random.default_rng(3)
    times = np.where(rng.random(200) < 0.3, NAN, np.floor(rng.exponential(20, 200)).clip(0, 89))
    days, share = survival(times, 90.0)
    restricted = measure_of(REGISTRY.outcome("time_to_failure")).counted(times, 90.0).mean()
    assert float(np.sum(np.diff(days) * share[:-1])) == pytest.approx(restricted)


def test_an_event_that_never_happens_or_worlds_that_are_not_there_have_a_curve_too():
    days, share = survival(np.full(5, NAN), 90.0)
    assert (days.tolist(), share.tolist()) == ([0, 90], [1, 1])
    assert np.isnan(survival(np.zeros(0), 90.0)[1]).all()


def test_trust_is_recovered_so_many_days_after_day_0_wherever_its_lowest_is():
    """Lost on day 10, lowest on day 20, back on day 40; all that 91 days later: not by day 120; never lost: day 0."""
    days = np.arange(121.0)
    soon = np.interp(days, [0, 9, 10, 20, 39, 40], [1, 1, 0.8, 0.5, 0.8, 0.95])
    late = np.concatenate([np.ones(91), soon[:30]])
    never = np.full(121, 0.95) + 0.05 * (days == 0)
    twice = np.where(days < 60, soon, np.concatenate([np.ones(60), 0.9 * soon[:61]]))  # lowest the second time
    found = recovered(np.stack([soon, late, never, twice], axis=1))
    np.testing.assert_array_equal(found, [40, NAN, 0, NAN])
    counted = measure_of(REGISTRY.outcome("trust_recovery")).counted(found, 120.0)
    assert counted.tolist() == [40, 120, 0, 120]


def test_the_outcomes_that_are_times_to_an_event_are_declared():
    declared = {name for name, entry in REGISTRY.group("outcome").items() if entry.censored_at_horizon}
    assert declared == {"run_onset", "time_to_failure", "time_to_awareness", "trust_recovery"}


@pytest.mark.parametrize("about", [{"unit": "share", "may_not_apply": True}, {"unit": "duration"}])
def test_only_a_duration_that_may_not_apply_is_the_time_to_an_event(about):
    with pytest.raises(ModelError, match="given censored_at_horizon; allowed: a duration that may not apply"):
        Registry().enter("outcome", "when", source="assumed", censored_at_horizon=True, **about)


def test_expectations_and_sweeps_count_a_world_without_the_event_with_the_horizon_too():
    times = np.array([[10.0], [NAN], [NAN], [20.0]])
    scenario = Scenario(
        title="", description="", horizon=90.0, step=1.0, currency="CNY", shocks=(),
        variants=(Variant("nothing", (), SimpleNamespace(platforms=())),),
        baseline="nothing", replications=4, seed=1, outcomes=(),
        expect=(Expectation("one", Reading("time_to_failure"), "assumed", low=0.0, high=90.0),), sweep={},
        document={}, digest="",
    )  # fmt: skip
    study = Study(scenario, ("nothing",), np.arange(4), {"time_to_failure": times}, {}, (), 1.0)
    (found,) = findings(study, REGISTRY)
    assert (found.observed.mean, found.observed.n) == (52.5, 4)
    measured = measured_of(scenario, REGISTRY, "time_to_failure", None, paired=False)
    assert values_at([study], measured).tolist() == [52.5]
