"""A late crisis shows like an early one: what is gone is held against what calm still keeps, where that is enough."""

from __future__ import annotations

import numpy as np
import pytest
from counted import mean, story, study
from numpy.typing import NDArray

from trustsim.catalog import REGISTRY
from trustsim.measures.beyond import ENOUGH, _most_gone
from trustsim.measures.reach import in_words
from trustsim.scenario.load import from_document

DAYS = np.arange(601)
IN_CALM = np.exp(-0.0047 * DAYS)


def most_gone(stays: NDArray[np.float64], of: int = 1000) -> float:
    """Return the largest share gone, of so many accounts."""
    gone, in_calm = (of * (1 - each)[:, None] for each in (stays, IN_CALM))
    return float(_most_gone(gone, in_calm, np.full((len(DAYS), 1), float(of)), of - in_calm)[0])


@pytest.mark.parametrize("day", [20, 250, 350, 500])
def test_a_third_gone_at_once_is_a_third_on_every_day(day: int) -> None:
    assert most_gone(IN_CALM * np.where(day <= DAYS, 2 / 3, 1)) == pytest.approx(1 / 3)


def test_a_late_crisis_makes_an_early_one_no_larger() -> None:
    both = IN_CALM * np.where(DAYS >= 20, 2 / 3, 1) * np.where(DAYS >= 500, 0.9, 1)
    assert most_gone(both) == pytest.approx(1 / 3)


def test_who_is_kept_from_leaving_and_leaves_later_makes_no_crisis() -> None:
    kept = np.where(DAYS < 500, 1.0, IN_CALM)
    assert most_gone(kept) == 0


def test_of_fewer_than_enough_accounts_nothing_is_said() -> None:
    gone = IN_CALM * np.where(DAYS >= 550, 0, 1)
    assert most_gone(gone, round(ENOUGH / IN_CALM[550]) - 10) == 0
    assert most_gone(gone, round(ENOUGH / IN_CALM[550]) + 10) == 1


@pytest.mark.parametrize("day", [8, 45])
def test_everybody_is_caught_in_a_failure_however_late(day: int) -> None:
    """By day 45 calm keeps an eighth of 600."""
    wave = {"kind": "default_wave", "platform": "H", "day": day, "share": "100 %"}
    found = study(story(
        shocks=[wave], platforms=[{"name": "H", "liquid_share": "5 %", "patience": "1 d", "equity": "10 %"}],
        mechanisms={"choice": "off", "ordinary": {"leave": "0.047 /day", "join": "0.047 /day"}},
    ), 3)  # fmt: skip
    assert mean(found, "failure_probability") == 1
    for name in ("excess_withdrawn", "excess_left"):
        assert mean(found, name) == 1, name


def test_check_says_from_when_on_nothing_can_be_told() -> None:
    assert in_words(from_document(story(horizon="300 d"), REGISTRY)) is None
    told = in_words(from_document(story(horizon="900 d"), REGISTRY))
    assert told is not None
    assert told.startswith("by about day ")
    assert in_words(from_document(story(horizon="900 d", mechanisms={"ordinary": "off"}), REGISTRY)) is None
