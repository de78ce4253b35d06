"""A run whose numbers cannot be is a failed run that says what, where and when."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fake_engine import one_pass, scenario, simulate

from trustsim.catalog import REGISTRY
from trustsim.experiment.run import Run
from trustsim.experiment.sound import AbsurdNumber, check_numbers
from trustsim.experiment.study import run_study

NAMES = ("nothing", "insured", "both")


def run_with(outcome: str = "", series: str = "", at: tuple[int, ...] = (), value: float = np.nan) -> Run:
    """Return a run of the fake engine with one number replaced."""
    run = simulate(scenario(), NAMES, 0)
    if outcome:
        values = np.zeros(3)
        values[at] = value
        return dataclasses.replace(run, outcomes={**run.outcomes, outcome: values})
    days = run.series["outflow"].copy()
    days[at] = value
    return dataclasses.replace(run, series={series: days})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"series": "outflow", "at": (3, 1, 0)},
            "series outflow, platform 'Harbour', variant 'insured', day 3: given nan; "
            "allowed: a finite number of at least 0",
        ),
        (
            {"series": "trust", "at": (0, 2, 2), "value": np.inf},
            "series trust, all platforms together, variant 'both', day 0: given inf; "
            "allowed: a finite number from 0 to 1, or NaN where it does not apply",
        ),
        (
            {"series": "queue", "at": (4, 0, 1), "value": 1.01},
            "series queue, platform 'Quay', variant 'nothing', day 4: given 1.01; allowed: a finite number from 0 to 1",
        ),
        (
            {"outcome": "policy_cost", "at": (1,)},
            "outcome policy_cost, variant 'insured', day 4, the last: given nan; "
            "allowed: a finite number of at least 0; "
            "one that may not apply to a run is entered with may_not_apply=True",
        ),
        (
            {"outcome": "run_probability", "at": (2,), "value": 0.5},
            "outcome run_probability, variant 'both', day 4, the last: given 0.5; allowed: 0 or 1",
        ),
        (
            {"outcome": "loss_by_segment[novice]", "at": (0,), "value": np.inf},
            "outcome loss_by_segment[novice], variant 'nothing', day 4, the last: given inf; "
            "allowed: a finite number of at least 0, or NaN where it does not apply",
        ),
        (
            {"outcome": "policy_cost", "at": (0,), "value": -5.0},
            "outcome policy_cost, variant 'nothing', day 4, the last: given -5; allowed: a finite number of at least 0",
        ),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_told_with_place_and_day(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(AbsurdNumber) as caught:
        check_numbers(run_with(**wrong), scenario())  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_what_declares_that_it_may_not_apply_may_be_nan_and_rounding_is_no_fault() -> None:
    check_numbers(run_with("time_to_failure", at=(1,)), scenario())
    check_numbers(run_with("loss_gini", at=(1,), value=-1e-16), scenario())
    check_numbers(run_with("one's own, not registered here", at=(1,)), scenario())


def test_a_series_of_nobody_has_no_number_on_any_day() -> None:
    run = simulate(scenario(), NAMES, 0)
    days = run.series["outflow"].copy()
    days[:, 1, 0] = np.nan
    check_numbers(dataclasses.replace(run, series={"outflow": days}), scenario())
    days[2, 1, 0] = 0.1
    with pytest.raises(AbsurdNumber, match="series outflow, platform 'Harbour', variant 'insured', day 0: given nan"):
        check_numbers(dataclasses.replace(run, series={"outflow": days}), scenario())


def test_every_series_is_always_a_number_but_those_of_what_has_ended() -> None:
    ending = {name for name, entry in REGISTRY.group("series").items() if entry.may_not_apply}
    assert ending == {
        "liquidity", "solvency", "trust", "trust_fund", "trust_integrity", "trust_info", "trust_service", "fear",
        "misperception",
    }  # fmt: skip


def half_of_worlds_absurd(story: object, variants: tuple[str, ...], replication: int) -> Run:
    run = simulate(story, variants, replication)
    if replication % 2:
        run.series["outflow"][2, 0, 1] = np.nan
    return run


def test_a_run_of_any_engine_with_a_number_that_cannot_be_is_a_failed_run_of_the_study() -> None:
    study = run_study(scenario(6), workers=1, simulate=half_of_worlds_absurd, groups=one_pass)
    assert study.replications.tolist() == [0, 2, 4]
    assert {(f.replication, f.type) for f in study.failed} == {(k, "AbsurdNumber") for k in (1, 3, 5)}
    assert study.failed[0].message.startswith("series outflow, platform 'Quay', variant 'nothing', day 2: given nan")
