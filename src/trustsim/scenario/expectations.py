"""What a scenario must show (``expect``) and what it varies (``sweep``): kept as written, checked here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from trustsim.errors import nearest, one_of
from trustsim.scenario.entries import REFUSED, Reader
from trustsim.scenario.items import threshold
from trustsim.scenario.layout import DESIGNS, EXPECT, broken_keys
from trustsim.scenario.resolved import Expectation
from trustsim.scenario.tree import Node, join, kind_of, plain

SWEPT_SECTIONS = ("network", "investors", "platforms", "mechanisms", "shocks", "variants")
MOST_VALUES = 2000
_RANGE = re.compile(r"\s*uniform\s*\(([^,]+),([^,]+)\)\s*")
_TESTS = ("between", "above", "below", "equals", "sign")


def read_expectations(node: Node | None, reader: Reader) -> tuple[Expectation, ...]:
    """Return the entries of ``expect`` as written; what is wrong is reported and left out."""
    items = node.items if node is not None and node.items is not None else ()
    made = [_expectation(item, join("expect", k), reader) for k, item in enumerate(items)]
    return tuple(each for each in made if each is not None)


def _expectation(node: Node, path: str, reader: Reader) -> Expectation | None:
    broken = broken_keys(node, EXPECT, path, reader.report)
    keys = node.mapping
    if keys is None or broken:
        return None
    report, spot = reader.report, node.spot
    measured = [key for key in ("outcome", "difference") if key in keys]
    if len(measured) != 1:
        report.add(
            spot, path, " and ".join(measured) or "neither 'outcome' nor 'difference'", "one of outcome, difference"
        )
        return None
    if not any(test in keys for test in _TESTS):
        report.add(spot, path, "nothing that is expected", one_of(_TESTS))
    outcomes = reader.group("outcome")
    name = keys[measured[0]]
    if name.value not in outcomes:
        given = f"the outcome {name.value!r}, which does not exist"
        report.add(name.spot, join(path, measured[0]), given, one_of(outcomes), nearest(name.value, list(outcomes)))
        return None
    for key in ("variant", "against"):
        if key in keys:
            known_variant(keys[key], join(path, key), reader)
    for key in ("above", "below", "equals", "tolerance"):
        if key in keys:
            threshold(str(name.value), keys[key], join(path, key), reader)
    _check_between(keys.get("between"), str(name.value), join(path, "between"), reader)
    return Expectation(plain(node))


def _check_between(node: Node | None, outcome: str, path: str, reader: Reader) -> None:
    if node is None or node.items is None:
        return
    low, high = (threshold(outcome, bound, join(path, k), reader) for k, bound in enumerate(node.items))
    if low is not REFUSED and high is not REFUSED and low > high:
        reader.report.add(node.spot, path, "a lower bound above the upper one", "[low, high]")


def known_variant(node: Node, path: str, reader: Reader) -> None:
    """Report a name that is no variant of this scenario."""
    names = list(reader.names.get("variant", ()))
    if "variant" in reader.names and node.value not in names:
        given = f"the variant {kind_of(node)}, which does not exist"
        reader.report.add(node.spot, path, given, one_of(names), nearest(node.value, names))


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
    if head not in SWEPT_SECTIONS:
        given = f"the path {path!r}"
        allowed = f"a path under {one_of(SWEPT_SECTIONS)}"
        reader.report.add(node.key or node.spot, where, given, allowed, nearest(head, SWEPT_SECTIONS))
        return ()
    is_range = design in ("lhs", "sobol")
    if is_range and isinstance(node.value, str) and (match := _RANGE.fullmatch(node.value)):
        return tuple(replace(node, value=bound.strip()) for bound in match.groups())
    if not node.items or (is_range and len(node.items) != 2):
        allowed = "[low, high] or uniform(low, high)" if is_range else "a list of at least one value"
        reader.report.add(node.spot, where, kind_of(node), allowed)
        return ()
    return tuple(value.at(node.key) for value in node.items)
