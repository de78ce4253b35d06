"""Where a step is a day and a run is over its peak within one, the answer says so and names the check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fake import result

from trustsim.ask.result import Result
from trustsim.report.words import pace
from trustsim.report.words.answer import answer


def with_runs(length: float, *, step: float = 1.0, fast: float = 1.0) -> Result:
    """Return the made-up result with runs that peak *length* days after their onset, the rest after four days."""
    made = result()
    n_fast = round(fast * len(made.study.runs))
    runs = tuple(
        replace(run, peak=run.onset + (length if k < n_fast else 4.0)) for k, run in enumerate(made.study.runs)
    )
    study = replace(made.study, runs=runs, scenario=replace(made.study.scenario, step=step))
    return Result(study, made.comparison)


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({"length": 0.0}, True), ({"length": 1.0}, True), ({"length": 2.0}, False),
        ({"length": 2.0, "step": 2.0}, True), ({"length": 0.0, "step": 0.25}, False),
        ({"length": 0.0, "fast": 0.0}, False),
    ],
)  # fmt: skip
def test_a_run_that_peaks_within_a_step_of_a_day_or_more_is_told(changes: dict[str, Any], is_told: bool) -> None:
    told = pace.told(with_runs(**changes))
    assert bool(told) == is_told
    assert ("trustsim halve" in told) == is_told


def test_when_is_this_wrong_says_how_many_runs_are_fast() -> None:
    fast = with_runs(0.0)
    n = sum(run.variant == fast.comparison.baseline for run in fast.study.runs)
    facts = {fact.asked: fact.found for fact in answer(fast).facts}
    assert f"A step is 1 d, and {n} of {n} runs under ‘nothing’ peak within one" in facts["When is this wrong?"]
    usual = {fact.asked: fact.found for fact in answer(result()).facts}
    assert "halve" not in usual["When is this wrong?"]


def test_where_there_is_no_run_nothing_is_told() -> None:
    made = result()
    assert pace.told(Result(replace(made.study, runs=()), made.comparison)) == ""
