"""The share of worlds with an event against a fundamental, its middle and its width, on worlds made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri

from trustsim.analysis.fragility import RUN, Fragility, fragility, tipping
from trustsim.analysis.intervals import proportion
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment.design import Sweep, run_sweep
from trustsim.experiment.run import Run
from trustsim.scenario.load import load

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
LOSS = "shocks.0.share"


def swept(at: list[float], tips: NDArray[np.float64], *, rising: bool = True, path: str = LOSS) -> Sweep:
    """Return a sweep in which each world has a run from its own value on (or below it)."""
    story = load(QUICKSTART, REGISTRY, overrides={"sweep": {path: [f"{x:g} %" for x in at]}})

    def simulate(story: object, columns: tuple[str, ...], replication: int) -> Run:
        x = np.array([at[int(name.split(" @ ")[1])] for name in columns])
        ran = (x >= tips[replication]) if rising else (x < tips[replication])
        return Run(replication, columns, {RUN: ran.astype(float), "investor_loss": x}, {})

    return run_sweep(
        story, REGISTRY, variants=["nothing"], replications=len(tips), workers=1, simulate=simulate,
        groups=lambda s, n: (n,),
    )  # fmt: skip


def normal(n: int, middle: float, width: float) -> NDArray[np.float64]:
    """Return n numbers that are spread as a normal distribution is."""
    return np.asarray(middle + width * ndtri((np.arange(n) + 0.5) / n))


@pytest.mark.parametrize("rising", [True, False])
def test_middle_and_width_are_those_of_the_worlds(rising: bool) -> None:
    at = [2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
    found = fragility(swept(at, normal(200, 8.5, 2.0), rising=rising))
    assert (found.is_rising, found.unit, found.n_back) == (rising, "%", 0)
    assert found.middle == pytest.approx(8.5, abs=0.03)
    assert found.width.mean == pytest.approx(2.0, rel=0.03)
    assert found.width.low < 1.9 < 2.1 < found.width.high < 2.4
    ran = [(s.mean, s.low, s.high) for s in found.shares]
    tips = normal(200, 8.5, 2.0)
    for (mean, low, high), x in zip(ran, at, strict=True):
        there = proportion(((x >= tips) if rising else (x < tips)).astype(float))
        assert (mean, low, high) == (there.mean, there.low, there.high)
    assert found.expected(np.array(at)) == pytest.approx([mean for mean, _, _ in ran], abs=0.02)


def test_the_order_of_the_file_does_not_matter() -> None:
    one, other = (fragility(swept(at, normal(50, 5, 1.5))) for at in ([2.0, 4.0, 6.0, 8.0], [6.0, 2.0, 8.0, 4.0]))
    assert one.to_frame().equals(other.to_frame())
    assert (one.middle, one.width) == (other.middle, other.width)


def test_a_step_has_no_width_and_says_how_wide_it_could_be() -> None:
    at = [2.0, 4.0, 6.0, 8.0]
    for tips, middle in ((np.full(30, 4.7), 5.0), (np.where(np.arange(30) < 10, 5.0, 3.0), 4.0)):
        found = fragility(swept(at, tips))
        assert found.middle == middle
        assert (found.width.mean, found.width.low) == (0, 0)
        assert 0 < found.width.high < 2
        assert found.expected(np.array([2.0, 8.0])).tolist() == [0, 1]
    more = fragility(swept(at, np.full(300, 4.7)))
    assert more.width.high < found.width.high


def test_the_interval_holds_the_width_in_95_of_100_studies() -> None:
    """Worlds drawn from a normal distribution; the interval is of the likelihood ratio, so it covers what it says."""
    rng = np.random.default_rng(1)
    at = np.linspace(2, 14, 7)
    held = 0
    for _ in range(400):
        tips = rng.normal(8.5, 2.0, 40)
        counts = np.histogram(tips, np.concatenate([[-np.inf], at, [np.inf]]))[0]
        width = tipping(at, counts)[1]
        held += width.low <= 2.0 <= width.high
    assert held / 400 == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 400))


def test_where_nothing_ever_runs_there_is_no_middle() -> None:
    found = fragility(swept([2.0, 4.0], np.full(10, 9.0)))
    assert math.isnan(found.middle)
    assert math.isnan(found.width.mean)
    assert [s.mean for s in found.shares] == [0, 0]


def test_few_worlds_that_scatter_set_no_upper_end() -> None:
    assert tipping(np.array([1.0, 2.0]), np.array([1, 0, 1]))[1].high == math.inf


@pytest.mark.parametrize(
    ("outcome", "variant", "path", "said"),
    [
        ("investor_loss", None, LOSS, "not 0 or 1"),
        (RUN, "gate", LOSS, "variant"),
        ("no_such", None, LOSS, "outcome"),
        (RUN, None, "platforms.Harbour.custody", "no numbers"),
    ],
)
def test_what_has_no_curve_is_told(outcome: str, variant: str | None, path: str, said: str) -> None:
    story = swept([2.0, 4.0], np.full(5, 3.0))
    if path != LOSS:
        story = replace(story, design=replace(story.design, paths=(path,), points=(("bank",), ("ledger",))))
    with pytest.raises(TrustsimError, match=said):
        fragility(story, outcome, variant)


def test_a_sweep_of_two_things_has_no_curve() -> None:
    story = swept([2.0, 4.0], np.full(5, 3.0))
    two = replace(story.design, paths=(LOSS, "horizon"), points=(("2 %", "9 d"), ("4 %", "9 d")))
    with pytest.raises(TrustsimError, match="one path"):
        fragility(replace(story, design=two))


def test_a_world_that_goes_back_is_counted_by_how_often_it_runs() -> None:
    story = swept([2.0, 4.0, 6.0, 8.0], np.array([3.0, 5.0, 7.0, 5.0]))
    story.studies[1].outcomes[RUN][2] = 1.0  # runs at 4, not at 6, runs at 8
    found: Fragility = fragility(story)
    assert found.n_back == 1
    assert [s.mean for s in found.shares] == [0, 0.5, 0.75, 1]
