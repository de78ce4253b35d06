"""A declaration that is refused says why, with its files, and leaves nothing behind; a file may be run again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from apart import in_a_process

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError
from trustsim.registry import Registry, parameter
from trustsim.world.hazards import draw
from trustsim.world.rows import column, purse, stock, term

NUMBER: dict[str, Any] = {"unit": "number", "source": "assumed", "text": "x"}
SHARE: dict[str, Any] = {**NUMBER, "unit": "share", "start": 0.5}
HERE = r"in .*test_declaring\.py"

REFUSED: dict[str, tuple[Any, str, dict[str, Any], str]] = {
    "no name": (stock, "", SHARE, "given the name ''; allowed: lower-case letters"),
    "two words": (stock, "a b", SHARE, "given the name 'a b'"),
    "a path": (column, "a.b", SHARE, "given the name 'a.b'"),
    "upper case": (stock, "Brand", SHARE, "given the name 'Brand'"),
    "a name in Chinese": (purse, "法院", {"source": "assumed", "text": "x"}, "given the name '法院'"),
    "a gauge": (stock, "liquidity", SHARE, "one of the engine's; allowed: another name"),
    "a gauge, of accounts": (column, "liquidity", SHARE, "one of the engine's; allowed: another name"),
    "a term": (term, "cover", NUMBER, "one of the engine's; allowed: another name"),
    "an entry of the books": (purse, "thieves", {"source": "assumed", "text": "x"}, "one of the engine's"),
    "a series": (stock, "open", SHARE, r"registered twice: it stands for .* in .*series\.py; allowed: another name"),
    "a setting": (stock, "equity", SHARE, "a setting of platforms; allowed: another name"),
    "a setting, of accounts": (column, "equity", SHARE, "a setting of platforms; allowed: another name"),
    "a preset's key": (stock, "jurisdiction", SHARE, "a setting of platforms; allowed: another name"),
    "a start beyond a share": (stock, "fine", {**SHARE, "start": 7}, "given 700 %; allowed: from 0 % to 100 %"),
    "a start that is none": (column, "fine", {**SHARE, "start": float("nan")}, "given nan %; allowed: "),
    "an endless start": (stock, "fine", {**NUMBER, "start": float("inf")}, "given inf; allowed: a finite number"),
    "a neutral beyond bounds": (term, "fine", {**NUMBER, "neutral": 3, "high": 2}, "given 3; allowed: at most 2"),
    "a neutral that is none": (term, "fine", {**NUMBER, "neutral": float("nan")}, "given nan; allowed: any number"),
    "bounds that cross": (stock, "fine", {**SHARE, "low": 1, "high": 0}, "given low=1 and high=0; allowed: "),
    "no unit": (stock, "fine", {**SHARE, "unit": "shair"}, r"given the unit 'shair'; .*did you mean share\?"),
    "a unit of words": (stock, "fine", {**SHARE, "unit": "text"}, "the unit 'text'; allowed: a unit of numbers"),
    "state of nobody": (stock, "fine", {**SHARE, "of": "nation"}, "given of='nation'; allowed: one of platform, "),
    "a purse of all": (purse, "fine", {"source": "assumed", "text": "x", "of": "sector"}, "given of='sector'"),
    "a purse of nobody": (purse, "fine", {"source": "assumed", "text": "x", "of": "actr"}, "given of='actr'"),
}  # fmt: skip

pytestmark = pytest.mark.slow  # each in a process of its own


@pytest.mark.parametrize("case", REFUSED)
def test_a_declaration_that_is_refused_leaves_nothing_behind(case: str) -> None:
    declare, name, about, told = REFUSED[case]
    before = list(REGISTRY), {group: REGISTRY.names(group) for group in REGISTRY.groups}
    with pytest.raises(ModelError, match=rf"{HERE}.*{told}"):
        declare(name, **about)
    assert (list(REGISTRY), {group: REGISTRY.names(group) for group in REGISTRY.groups}) == before


def test_a_column_of_a_name_that_an_indicator_has_declares_nothing() -> None:
    found = in_a_process("""
from trustsim.errors import ModelError
from trustsim.world.rows import column, stock
before, errors = {group: REGISTRY.names(group) for group in ("column", "stock")}, []
for declare, name in ((column, "paid_share"), (column, "brand"), (stock, "satisfaction")):
    try:
        declare(name, start=0.5, unit="share", source="assumed", text="x")
    except ModelError as error:
        errors.append(str(error))
try:
    stock("mood", start=0, unit="number", source="assumed", text="x")
    column("mood", start=0, unit="number", source="assumed", text="x")
except ModelError as error:
    errors.append(str(error))
platform = [parameter.name for parameter in REGISTRY["section", "platform"].parameters]
more = [[name for name in REGISTRY.names(group) if name not in names] for group, names in before.items()]
print(json.dumps([errors, *more, "satisfaction" in platform]))
""")
    errors, columns, stocks, is_setting = found
    assert len(errors) == 4
    assert all("__main__" in error and "outside.py" in error for error in errors[:3])
    assert "given the name of a stock; allowed: another name" in errors[3]
    assert columns == []
    assert stocks == ["mood"]
    assert not is_setting


TWICE = """
from trustsim.world.hazards import draw
from trustsim.world.rows import column, purse, stock, term
common = {"unit": "share", "source": "assumed", "text": "x"}
glow = stock("glow", start=0.25, **common)
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('stock("sheen", start=0.25, **common)', 'stock("sheen", start=0.75, **common)'),
        ('stock("sheen", start=0.25, **common)', 'stock("sheen", start=0.25, **common)'),
        ('term("sheen", **common)', 'term("sheen", **common)'),
        ('draw("club", "cold", text="a")', 'draw("club", "cold", text="a")'),
        ('[stock("sheen", start=k, **common) for k in (0.25,', "0.75)]"),
    ],
)
def test_a_name_that_one_file_declares_twice_is_an_error_with_both_lines(first: str, second: str) -> None:
    found = in_a_process(f"""
from trustsim.errors import ModelError
try:
    exec(compile({TWICE + first + chr(10) + second!r}, "own", "exec"), {{"__name__": "own", "__file__": "own.py"}})
except ModelError as error:
    print(json.dumps([str(error), [row.make.start for row in REGISTRY.group("stock").values() if row.name == "sheen"]]))
""")
    error, starts = found
    assert "own.py, line" in error
    assert "declared twice, before in own.py, line 6; allowed: another name" in error
    assert set(starts) <= {0.25}


def test_a_file_may_be_run_again_and_what_it_says_then_counts() -> None:
    found = in_a_process(f"""
starts = []
for start in ("0.25", "0.75"):
    source = {TWICE!r}.replace("0.25", start) + 'draw("club", "warm", text="' + start + '")'
    exec(compile(source, "own", "exec"), {{"__name__": "own", "__file__": "own.py"}})
    starts.append(REGISTRY["stock", "glow"].make.start)
glow = story(variants={{"a": []}}).variants[0].world.platforms[0].glow
print(json.dumps([starts, REGISTRY.names("stock").count("glow"), glow]))
""")
    assert found == [[0.25, 0.75], 1, 0.75]


def test_a_draw_of_another_file_is_an_error_with_both() -> None:
    draw("an owner of this test", "luck", text="x")
    elsewhere = 'from trustsim.world.hazards import draw\ndraw("an owner of this test", "luck", text="x")'
    with pytest.raises(ModelError, match=r"in own\.py, line 2: .*before in .*test_declaring\.py, line \d+; allowed: "):
        exec(elsewhere, {"__name__": "own", "__file__": "own.py"})


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"unit": "percent"}, "given the unit 'percent'; allowed: one of share, "),
        ({"unit": "number", "low": 2, "high": 1}, "given low=2 and high=1"),
        ({"unit": "number", "high": 0.5}, "given 1; allowed: at most 0.5"),
    ],
)
def test_a_parameter_that_cannot_be_is_an_error_with_its_entry_and_file(about: dict[str, Any], told: str) -> None:
    @dataclass(frozen=True)
    class Odd:
        """Do nothing."""

        weight: float = parameter(1.0, source="assumed", text="x", **about)

    registry = Registry()
    with pytest.raises(ModelError, match=rf"parameter 'weight' of shock 'odd' {HERE}: {told}"):
        registry.enter("shock", "odd", source="assumed")(Odd)
    assert len(registry) == 0
    with pytest.raises(ModelError, match="given the name 'Odd'"):
        registry.enter("shock", "Odd", source="assumed")(Odd)
    with pytest.raises(ModelError, match="given the family 'platfrom'; allowed: one of regulatory"):
        registry.enter("intervention", "odd", family="platfrom", source="assumed")(Odd)  # type: ignore[arg-type]
