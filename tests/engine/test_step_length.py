"""Time: halving the step leaves the results within noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import crisis, finished

import trustsim as ts
from trustsim.experiment.study import run_study
from trustsim.kernels.arrays import Clock
from trustsim.kernels.balance import carry
from trustsim.kernels.layout import Beliefs, Books
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel

PLATFORM = {"name": "Harbour", "kind": "p2p_lending", "custody": "bank", "locked_share": 0.0}
THEFT = {"kind": "custodian_theft", "platform": "Harbour", "day": 5, "share": 0.3, "discovery_lag": 3, "notice_lag": 3}
REPLICATIONS = 8


def in_worlds(step: float, names: list[str], **changes: Any) -> Any:
    """Return float64 (replications, names)."""
    scenario = crisis(
        step=step, investors={"count": 1500}, platforms=[PLATFORM], horizon=40, **{"mechanisms": {}, **changes}
    )
    found = [measured(Finished(finished(scenario, replication=r))) for r in range(REPLICATIONS)]
    return np.array([[run[name][0] for name in names] for run in found])


@pytest.mark.parametrize(("step", "other"), [(1.0, 0.5), (1.0, 0.25)])
def test_a_shorter_step_leaves_calm_churn_as_it_is(step: float, other: float) -> None:
    """Means of 8 worlds; five standard errors of the difference (about 6 % of the churn) plus 3 % for second-order
    terms."""
    a, b = (in_worlds(x, ["monthly_churn"], shocks=[])[:, 0] for x in (step, other))
    error = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / REPLICATIONS)
    assert abs(a.mean() - b.mean()) < 5 * error + 0.03 * a.mean()


@pytest.mark.parametrize("calm", [-0.5, 2.0])
def test_a_shorter_step_leaves_a_crisis_as_it_is(calm: float) -> None:
    """What is asked for by the horizon and the lowest trust; five standard errors plus a tenth: a run feeds on itself
    within the day, and in half steps it is seen half a day earlier."""
    how: dict[str, Any] = {"shocks": [THEFT], "mechanisms": {"choice": {"calm": calm}}}
    a, b = (in_worlds(step, ["cumulative_outflow", "trust_trough"], **how) for step in (1.0, 0.5))
    error = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / REPLICATIONS)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * error + 0.1 * a.mean(axis=0)).all(), (
        a.mean(axis=0),
        b.mean(axis=0),
    )


def perceived(step: float, days: int, platforms: Any = (PLATFORM,), **changes: Any) -> Any:
    """Return the mean perceived risk, risk view and evidence, log-odds, of the clients of Harbour in every variant."""
    scenario = crisis(
        step=step, investors={"count": 4000}, platforms=list(platforms), horizon=days,
        network={"kind": "none"}, **{"mechanisms": {}, "shocks": [], **changes},
    )  # fmt: skip
    beliefs = finished(scenario).state.beliefs
    return (beliefs[Beliefs.RISK] + beliefs[Beliefs.EVIDENCE]).mean(axis=1, dtype=np.float64)


def test_interest_and_defaults_are_the_same_to_a_unit_in_a_year_of_hours_as_of_days() -> None:
    """Some 2 million minor units at 1 % a year: an hour brings 2 of them, and what it leaves of one is not lost."""
    platform = {
        "name": "Harbour", "liquid_share": 0.6, "equity": 0, "asset_yield": 0.01, "safe_yield": 0.01,
        "default_rate": 0.01, "recovery": 0.5, "asset_term": 36500, "locked_share": 0.0,
    }  # fmt: skip
    found = []
    for step in (1.0, 1 / 24):
        story = crisis(platforms=[platform], shocks=[], investors={"count": 50})
        state = TrustCrisisModel(story, rng=0, collects=False).state
        scale = state.books[Books.CLAIMS, 0, 0] / 2e6
        for each in (state.books, state.ladder):
            each[:] = (each / scale).astype(np.int64)
        before = state.books[Books.EARNED, 0, 0], state.ladder.sum() + state.books[Books.CASH, 0, 0]
        keys = state.drawn[0].key[None]
        for k in range(1, round(365 / step) + 1):
            carry(state.groups.platforms, Clock(k, step, keys))
        earned = state.books[Books.EARNED, 0, 0] - before[0]
        found.append((earned, before[1] + earned - state.ladder.sum() - state.books[Books.CASH, 0, 0]))
    assert found[0] == pytest.approx((20_000, 4_000), rel=0.1)
    assert np.abs(np.subtract(*found)).max() <= 1


def test_a_warning_weighs_as_much_in_half_steps() -> None:
    """Perceived risk ten days after. Half of who is left hears half of what was told a day: whole steps tell all of it
    to the first half at once, so half steps come to (1 − √½) / ½ for each ½ / ¾ of theirs. Tolerance: two standard
    deviations of who hears."""
    variants = {"nothing": [], "warned": [{"kind": "official_warning", "strength": 1}]}
    whole, half = (perceived(step, 10, variants=variants) for step in (1.0, 0.5))
    assert whole[1] - whole[0] > 0.1
    told_in_steps = {step: (1 - 0.5**step) / (1 - 0.25**step) for step in (1.0, 0.5)}
    in_half = told_in_steps[0.5] / told_in_steps[1.0]
    assert half[1] - half[0] == pytest.approx(in_half * (whole[1] - whole[0]), rel=0.04)


def test_a_report_is_read_by_as_many_in_half_steps() -> None:
    """Those who look on the day of the report read it; a second look of a few in half steps
    moves nobody further. Tolerance: four standard deviations of the difference, of 800 readers among 3,200."""
    mechanisms = {"risk_view": {"report_weight": 1, "noise": 0, "salience": 1}}
    platforms = [{**PLATFORM, "report_interval": 5, "report_lag": 0, "report_scope": 1}]
    shocks = [{"kind": "default_wave", "day": 2, "share": 0.2, "fund": 0}]
    variants = {"nothing": [], "no reports": [{"kind": "report_schedule", "interval": 0}]}
    how: dict[str, Any] = {"mechanisms": mechanisms, "variants": variants, "shocks": shocks}
    whole, half = (perceived(step, 6, platforms, **how) for step in (1.0, 0.5))
    assert abs(whole[0] - whole[1]) > 0.2
    assert half[0] - half[1] == pytest.approx(whole[0] - whole[1], rel=0.16)


@pytest.mark.slow
def test_about_half_of_what_a_shorter_step_moves_in_the_quickstart_is_who_looks() -> None:
    """Where everybody looks at every step, a step of six hours moves it about half as much."""
    looks = {f"investors.segments.{name}.attention": 1 for name in ("novice", "professional")}
    gaps = []
    for settings in ({}, looks):
        means = []
        for step in ("1 d", "6 h"):
            story = ts.load("scenarios/quickstart.yaml", overrides={"step": step, **settings})
            study = run_study(story, variants="nothing", replications=60, workers=1)
            means.append(study.outcomes["excess_withdrawn"].mean())
        gaps.append(means[0] - means[1])
    assert gaps[0] > 0.08
    assert gaps[1] < 0.7 * gaps[0]
