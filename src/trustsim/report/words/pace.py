"""Whether a step of a day is short beside the runs that a study shows, in a sentence."""

from __future__ import annotations

from trustsim.analysis.compared import Compared
from trustsim.report.words.words import quoted
from trustsim.units import show

LONG = 1.0  # days: from here on a step is no shorter than people's own turn of a day
FAST = 0.5  # assumed: share of the runs that peak within a step of their onset, from which on they are called fast
SAME = 1e-9


def told(result: Compared) -> str:
    """Say that runs peak within a step of their onset, and which command measures what a shorter step makes of them.

    '' where the step is less than a day, or fewer than :data:`FAST` of the runs under the baseline are so fast.
    """
    step, base = result.scenario.step, result.comparison.baseline
    lengths = [run.peak - run.onset for run in result.study.runs if run.variant == base]
    n_fast = sum(length <= step + SAME for length in lengths)
    if step < LONG - SAME or not lengths or n_fast < FAST * len(lengths):
        return ""
    size = show(step, "duration")
    return (
        f"A step is {size}, and {n_fast} of {len(lengths)} runs under {quoted(base)} peak within one step of their"
        " onset: what happens within a step is seen at its end, which can make a run larger or smaller."
        " ‘trustsim halve’ runs worlds at half the step and says what moves."
    )
