"""What the page on worlds that differ says: where they are alike the curve becomes a step, else it stays wide."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scripts import script
from trustsim.analysis.fragility import RUN

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/worlds-differ.md"
THEFTS = [0.5, 1, 1.5, 2, 2.5, 3, 3.25, 3.5, 3.75, 4, 4.25, 4.5, 4.75, 5, 5.5, 6, 7, 8, 10, 14]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """The script that makes the page, as a module."""
    with script("worlds_differ") as module:
        yield module


@pytest.mark.slow
def test_the_width_shrinks_with_the_population_only_where_worlds_are_alike(page: Any) -> None:
    """With sixteen times as many investors the width of worlds that are alike is about a quarter; of those that differ
    it stays, and is several times as wide."""
    few, many = 400, 6_400
    alike = [page.swept(n, 60, THEFTS, False).fragility(RUN).width for n in (few, many)]
    differ = [page.swept(n, 60, THEFTS, True).fragility(RUN).width for n in (few, many)]
    assert alike[1].high < alike[0].low / 2
    assert alike[1].mean / alike[0].mean == pytest.approx(0.25, abs=0.12)
    assert differ[1].low > 5 * alike[1].mean
    assert differ[0].low < differ[1].mean < differ[0].high


def test_the_page_has_the_parameters_in_force(page: Any) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page.parameters() in text


def test_the_page_says_what_its_tables_say() -> None:
    """Alike: ten times the investors divide the width by √10; differing: their intervals have a width in common."""
    numbers = r"\| [\d,]+ \| \d+ \| \S+ % \| (\S+) % \[(\S+), (\S+)\] \| \S+ % \| (\S+) % \[(\S+), (\S+)\] \|"
    rows = [tuple(map(float, found)) for found in re.findall(numbers, PAGE.read_text(encoding="utf-8"))]
    assert len(rows) == 3
    for before, after in pairwise(rows):
        assert before[0] / after[0] == pytest.approx(math.sqrt(10), rel=0.35)
    assert max(row[4] for row in rows) < min(row[5] for row in rows)
    assert min(row[4] for row in rows) > 5 * rows[-1][0]
    spreads = r"\| [\d,]+ \| (\S+) pp \| (\S+) pp \| \d+ \[(\d+), \d+\] \| \d+ \[(\d+), (\d+)\] \|"
    taken = [tuple(map(float, found)) for found in re.findall(spreads, PAGE.read_text(encoding="utf-8"))]
    assert len(taken) == 3
    for before, after in pairwise(taken):
        assert after[0] < before[0] / 2.5
        assert after[1] == pytest.approx(before[1], rel=0.15)
    assert all(row[2] > 75 and 20 < row[3] < row[4] < 90 for row in taken)  # most fail; a part
    assert taken[0][2] < taken[-1][2]  # the more, the larger
