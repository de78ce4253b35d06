"""What a scenario must show (``expect``) and what it varies (``sweep``): kept as written, checked here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from trustsim.errors import nearest, one_of
from trustsim.registry import Parameter
from trustsim.scenario.at_top import keys_of_sweeps
from trustsim.scenario.entries import REFUSED, Reader, quantity
from trustsim.scenario.expected import STATISTICS, Expectation
from trustsim.scenario.layout import DESIGNS, EXPECT, broken_keys
from trustsim.scenario.readings import OPERATORS, TermReader, known_variant, unit_of
from trustsim.scenario.tree import Node, join, kind_of, plain
from trustsim.units import Unit, major

MOST_VALUES = 2000
_RANGE = re.compile(r"\s*uniform\s*\(([^,]+),([^,]+)\)\s*")
EVERY_WORLD = "all"
TESTS = ("between", "above", "below", "equals", "sign", "order", "humps")
_QUANTILE = re.compile(r"quantile\s+(.+)")


def read_expectations(node: Node | None, reader: Reader) -> tuple[Expectation, ...]:
    """Return the entries of ``expect``; what is wrong is reported and left out."""
    items = node.items if node is not None and node.items is not None else ()
    terms = TermReader(reader)
    made = [_expectation(k, item, terms) for k, item in enumerate(items)]
    return tuple(each for each in made if each is not None)


def _expectation(k: int, node: Node, terms: TermReader) -> Expectation | None:
    path, reader = join("expect", k), terms.reader
    broken = broken_keys(node, EXPECT, path, reader.report)
    keys = node.mapping
    if keys is None or broken:
        return None
    term = terms.read(keys, node, path)
    if term is None:
        return None
    told = {key: str(keys[key].value) if key in keys else "" for key in ("id", "note", "humps")}
    order = keys["order"].items if "order" in keys else None
    for each in order or ():
        known_variant(each, join(path, "order"), reader)
    statistic, quantile = _statistic(keys, path, reader)
    _check_beside(statistic, node, path, reader)
    bounds = _bounds(unit_of(term, reader), node, path, reader)
    worlds = keys.get("worlds")
    if worlds is not None and worlds.value == EVERY_WORLD:
        bounds["exact"] = True
    return Expectation(
        id=told["id"] or str(k + 1),
        term=term,
        source=str(keys["source"].value),
        order=tuple(str(each.value) for each in order or ()),
        statistic=statistic,
        quantile=quantile,
        worlds=_worlds(worlds, join(path, "worlds"), reader),
        humps=told["humps"],
        note=told["note"],
        **bounds,
    )


def _statistic(keys: Mapping[str, Node], path: str, reader: Reader) -> tuple[str, float | None]:
    """Return what is said of the worlds' values, and of a quantile which one."""
    if "statistic" not in keys:
        return "total" if "sum" in keys else "mean", None
    node, where = keys["statistic"], join(path, "statistic")
    told = str(node.value)
    told = "quantile 50 %" if told == "median" else told
    if match := _QUANTILE.fullmatch(told):
        share = quantity(Parameter("", "share", 0.5, 0.0, 1.0, "", ""), replace(node, value=match[1]), where, reader)
        return "quantile", None if share is REFUSED else float(share)
    if told not in STATISTICS:
        allowed = (*STATISTICS, "median", "quantile 90 %")
        reader.report.add(node.spot, where, kind_of(node), one_of(allowed), nearest(told, allowed))
    return told, None


def _check_beside(statistic: str, node: Node, path: str, reader: Reader) -> None:
    """Report keys that do not go together."""
    keys = node.mapping or {}
    tests = [test for test in TESTS if test in keys]
    if not tests:
        reader.report.add(node.spot, path, "nothing that is expected", one_of(TESTS))
    if len(tests) > 1 and set(tests) != {"above", "below"}:
        reader.report.add(node.spot, path, " and ".join(tests), f"{one_of(TESTS)}, or above and below together")
    if "tolerance" in keys and not ("equals" in keys or "sign" in keys):
        reader.report.add(node.spot, path, "a tolerance of nothing", "equals or sign: zero beside it")
    if "order" in keys:
        others = [key for key in ("difference", "ratio", "sum", "variant", *OPERATORS, "worlds") if key in keys]
        for key in others:
            reader.report.add(
                keys["order"].spot, join(path, "order"), f"'order' beside {key!r}", "an outcome or a series"
            )
    of_all = [key for key in ("worlds", "order", "humps") if key in keys and statistic != "mean"]
    for key in of_all:
        given = f"{key!r} beside the statistic {statistic!r}"
        reader.report.add(
            keys[key].spot, join(path, key), given, "one of the two: both are said of all worlds together"
        )
    if "humps" in keys and "worlds" in keys:
        reader.report.add(keys["worlds"].spot, join(path, "worlds"), "'worlds' beside 'humps'", "one of the two")


def _bounds(unit: Unit, node: Node, path: str, reader: Reader) -> dict[str, Any]:
    """Return ``low``, ``high``, ``is_open``, ``equals`` and ``exact`` of an entry."""
    keys = node.mapping or {}
    wanted: Unit = "number" if unit == "count" else unit  # means of whole numbers need not be whole

    def value(key: str, at: Node) -> float:
        found = quantity(Parameter("", wanted, 0.0, None, None, "", ""), at, join(path, key), reader)
        return math.nan if found is REFUSED else major(float(found), wanted)

    if "between" in keys:
        low, high = (value(join("between", k), bound) for k, bound in enumerate(keys["between"].items or ()))
        if low > high:
            spot = keys["between"].spot
            reader.report.add(spot, join(path, "between"), "a lower bound above the upper one", "[low, high]")
        return {"low": low, "high": high}
    near = value("tolerance", keys["tolerance"]) if "tolerance" in keys else 0.0
    sign = keys["sign"].value if "sign" in keys else None
    if "equals" in keys or sign == "zero":
        middle = value("equals", keys["equals"]) if "equals" in keys else 0.0
        return {"low": middle - near, "high": middle + near, "equals": middle, "exact": "tolerance" not in keys}
    above = 0.0 if sign == "positive" else value("above", keys["above"]) if "above" in keys else None
    below = 0.0 if sign == "negative" else value("below", keys["below"]) if "below" in keys else None
    return {
        "low": -math.inf if above is None else above,
        "high": math.inf if below is None else below,
        "is_open": (above is not None, below is not None),
    }


def _worlds(node: Node | None, path: str, reader: Reader) -> tuple[float, float] | int | None:
    if node is None or node.value == EVERY_WORLD or (type(node.value) is int and node.value >= 0):
        return node.value if node is not None and isinstance(node.value, int) else None
    if len(node.items or ()) != 2:
        allowed = f"a whole number of worlds, {EVERY_WORLD}, or two shares of them: [low, high]"
        reader.report.add(node.spot, path, kind_of(node), allowed)
        return None
    share = Parameter("worlds", "share", 0.0, 0.0, 1.0, "", "")
    low, high = (quantity(share, bound, join(path, k), reader) for k, bound in enumerate(node.items or ()))
    if low is REFUSED or high is REFUSED:
        return None
    if low > high:
        reader.report.add(node.spot, path, "a lower bound above the upper one", "[low, high]")
    return float(low), float(high)


def read_sweep(
    node: Node | None, reader: Reader, try_out: Callable[[Mapping[str, Node]], None]
) -> dict[str, tuple[Any, ...]]:
    """Return the swept paths with their values as written; every value is tried out and what is wrong is reported.

    A Latin hypercube (``lhs``) and a Sobol sequence (``sobol``) take ``[low, high]`` or ``uniform(low, high)`` a path.
    """
    keys = dict(node.mapping or {}) if node is not None else {}
    design = _design(keys.pop("design", None), reader)
    samples = keys.pop("samples", None)
    if samples is not None and (not isinstance(samples.value, int) or samples.value is True or samples.value < 1):
        reader.report.add(samples.spot, "sweep.samples", kind_of(samples), "a whole number of at least 1")
    lists = {path: _values(path, values, design, reader) for path, values in keys.items()}
    if sum(map(len, lists.values())) > MOST_VALUES:
        assert node is not None
        given = f"{sum(map(len, lists.values()))} values"
        reader.report.add(
            node.spot, "sweep", given, f"at most {MOST_VALUES} listed values; design: sobol draws from ranges"
        )
    elif design == "zip" and len({len(values) for values in lists.values()}) > 1:
        assert node is not None
        lengths = ", ".join(f"{path}: {len(values)}" for path, values in lists.items())
        reader.report.add(
            node.spot, "sweep", f"lists of unlike length ({lengths})", "lists of one length for design: zip"
        )
    elif design == "zip":
        for row in zip(*lists.values(), strict=True):
            try_out(dict(zip(lists, row, strict=True)))
    else:
        for path, values in lists.items():
            for value in values:
                try_out({path: value})
    return {path: tuple(plain(value) for value in values.items or (values,)) for path, values in keys.items()}


def _design(node: Node | None, reader: Reader) -> str:
    if node is None:
        return "grid"
    if node.value not in DESIGNS:
        reader.report.add(node.spot, "sweep.design", kind_of(node), one_of(DESIGNS), nearest(node.value, DESIGNS))
    return str(node.value)


def _values(path: str, node: Node, design: str, reader: Reader) -> tuple[Node, ...]:
    where = join("sweep", path)
    head = path.partition(".")[0]
    sections = keys_of_sweeps(reader.registry)
    if head not in sections:
        given = f"the path {path!r}"
        allowed = f"a path under {one_of(sections)}"
        reader.report.add(node.key or node.spot, where, given, allowed, nearest(head, sections))
        return ()
    is_range = design in ("lhs", "sobol")
    if is_range and isinstance(node.value, str) and (match := _RANGE.fullmatch(node.value)):
        return tuple(replace(node, value=bound.strip()) for bound in match.groups())
    if not node.items or (is_range and len(node.items) != 2):
        allowed = "[low, high] or uniform(low, high)" if is_range else "a list of at least one value"
        reader.report.add(node.spot, where, kind_of(node), allowed)
        return ()
    return tuple(value.at(node.key) for value in node.items)
