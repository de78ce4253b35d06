"""A plain number above 1 is no share: the error says which may be meant."""

from __future__ import annotations

import pytest

import trustsim as ts
from trustsim.errors import UnitError
from trustsim.units import parse


@pytest.mark.parametrize("given", [4, 4.0, "4"])
def test_a_plain_four_is_refused_with_what_may_be_meant(given: object) -> None:
    with pytest.raises(UnitError) as told:
        parse(given, "share")
    assert told.value.allowed.startswith("0.04 or 4 %?")
    assert "400 %" in told.value.allowed


@pytest.mark.parametrize(
    ("given", "value"), [("4 %", 0.04), (0.04, 0.04), (1, 1.0), ("400 %", 4.0), (-1, -1.0), (0, 0)]
)
def test_a_share_is_a_part_of_one_or_has_a_sign(given: object, value: float) -> None:
    assert parse(given, "share") == value


@pytest.mark.parametrize("path", ["platforms.0.liquid_share", "platforms.0.equity", "shocks.0.share"])
def test_a_file_is_told_so_whatever_the_bounds(path: str) -> None:
    with pytest.raises(ts.ScenarioError, match=r"given: 4 as a share\n\s*allowed: 0\.04 or 4 %\?"):
        ts.load("scenarios/quickstart.yaml", overrides={path: 4})


@pytest.mark.parametrize(("said", "allowed"), [("member 0", "from 1 on"), ("member 999", "member 1 to member 50")])
def test_a_member_that_there_is_not_is_refused_with_those_that_there_are(said: str, allowed: str) -> None:
    with pytest.raises(ts.ScenarioError, match=allowed):
        ts.load("scenarios/quickstart.yaml", overrides={"behaviour": said})
