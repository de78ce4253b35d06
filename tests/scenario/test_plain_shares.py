"""A plain number that is too large for a share may lack its %: the error says what may be meant."""

from __future__ import annotations

import pytest

import trustsim as ts
from trustsim.units import Unit, share_meant


@pytest.mark.parametrize("given", [4, 4.0, "4", "４"])
def test_of_a_plain_four_both_are_named_that_may_be_meant(given: object) -> None:
    assert share_meant(given, "share") == ": 0.04 or 4 %?"


@pytest.mark.parametrize(
    ("given", "unit"),
    [("400 %", "share"), (0.5, "share"), (1, "share"), (True, "share"), (4, "number"), (250, "share"), ("x", "share")],
)
def test_of_nothing_else_anything_is_said(given: object, unit: Unit) -> None:
    assert share_meant(given, unit) == ""


@pytest.mark.parametrize(("path", "most"), [("platforms.0.liquid_share", 100), ("shocks.0.share", 100)])
def test_a_file_is_told_so_with_the_bounds(path: str, most: int) -> None:
    with pytest.raises(ts.ScenarioError, match=rf"allowed: from 0 % to {most} %: 0\.04 or 4 %\?"):
        ts.load("scenarios/quickstart.yaml", overrides={path: 4})
    with pytest.raises(ts.ScenarioError, match=rf"allowed: from 0 % to {most} %$"):
        ts.load("scenarios/quickstart.yaml", overrides={path: "400 %"})


@pytest.mark.parametrize(("said", "allowed"), [("member 0", "from 1 on"), ("member 999", "member 1 to member 50")])
def test_a_member_that_there_is_not_is_refused_with_those_that_there_are(said: str, allowed: str) -> None:
    with pytest.raises(ts.ScenarioError, match=allowed):
        ts.load("scenarios/quickstart.yaml", overrides={"behaviour": said})
