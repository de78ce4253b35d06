"""The targets file of a calibration: which parameters are free between which bounds, and what the runs must come near.

::

    parameters:
      mechanisms.herding.weight: {from: 0, to: 10}
      platforms.Harbour.liquid_share: {from: 5 %, to: 30 %, scale: log}
    targets:
      - {outcome: run_probability, value: 30 %, tolerance: 5 pp, source: E-01}
      - {difference: investor_loss, variant: insured, value: -3 pp, tolerance: 1 pp}
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from trustsim.errors import choice, nearest, one_of
from trustsim.registry import LISTED, Registry
from trustsim.scenario.at_top import keys_of_sweeps
from trustsim.scenario.entries import REFUSED, Reader
from trustsim.scenario.layout import Key, Layout, broken_keys
from trustsim.scenario.merge import overridden
from trustsim.scenario.readings import known_variant
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.steps import Steps, step_of
from trustsim.scenario.story import read_story
from trustsim.scenario.timing import outcome_value
from trustsim.scenario.tree import Node, Report, join, kind_of, tree_of
from trustsim.scenario.yaml_file import read_file
from trustsim.units import Unit

SCALES = ("linear", "log")
_DIGITS = 6  # significant digits of a value that is tried
_QUANTITY = re.compile(r"\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")

FILE: Layout = {
    "parameters": Key("mapping", "Scenario paths and the bounds of each.", is_required=True),
    "targets": Key("list", "What the runs must come near.", is_required=True),
}
PARAMETER: Layout = {
    "from": Key("anything", "The lowest value.", is_required=True),
    "to": Key("anything", "The highest value.", is_required=True),
    "scale": Key("text", "Whether values are even on a line or in their logarithm.", "linear", choices=SCALES),
}
TARGET: Layout = {
    "outcome": Key("text", "The outcome whose mean is compared."),
    "difference": Key("text", "The outcome whose mean paired difference is compared."),
    "variant": Key("text", "The variant that is measured; for an outcome by default the baseline."),
    "against": Key("text", "What a difference is taken from; by default the baseline."),
    "value": Key("anything", "What was observed.", is_required=True),
    "tolerance": Key("anything", "One standard deviation of the value.", is_required=True),
    "source": Key("text", "Id of the evidence table, DOI, or 'assumed'.", "assumed"),
    "note": Key("text", "Anything to add."),
}


@dataclass(frozen=True)
class FreeParameter:
    """A path that is fitted, between two bounds in the unit of the file.

    ``whole``: it takes whole multiples of ``step`` only (1: whole numbers, 2: even ones), the bounds among them.
    Before anything is known its values are even on a line, or with ``log`` in their logarithm.
    """

    path: str
    low: float
    high: float
    unit: str = ""
    whole: bool = False
    log: bool = False
    step: float = 1.0

    @property
    def steps(self) -> Steps | None:
        """The values that it takes, where these are multiples of a step."""
        return Steps(self.low, self.high, self.step) if self.whole else None

    def tried(self, value: float) -> float:
        """Return a value as it is tried: a multiple of the step, or six digits, within the bounds."""
        if self.steps is not None:
            return self.steps.nearest(value)
        return min(max(float(f"{value:.{_DIGITS}g}"), self.low), self.high)

    def text(self, value: float) -> str | float | int:
        """Return a value as a scenario file would hold it."""
        number = int(value) if self.whole and float(value).is_integer() else value
        return f"{number!r} {self.unit}" if self.unit else number


@dataclass(frozen=True)
class Target:
    """A mean that runs must come near: of an outcome under ``variant``, less that under ``against`` where one is named.

    ``value`` and ``tolerance`` (one standard deviation) are in the computed unit; ``binary``: a run gives 0 or 1;
    ``censored``: a run without the event counts with the horizon.
    """

    outcome: str
    unit: Unit
    binary: bool
    variant: str
    against: str | None
    value: float
    tolerance: float
    source: str = "assumed"
    censored: bool = False

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants that must be run for it."""
        return (self.variant,) if self.against is None else (self.against, self.variant)


@dataclass(frozen=True)
class Targets:
    """A targets file that was read: what is free, and what is to be met; at least one of each."""

    parameters: tuple[FreeParameter, ...]
    targets: tuple[Target, ...]

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants that must be run, each once."""
        return tuple(dict.fromkeys(name for target in self.targets for name in target.variants))


def read_targets(path: str | os.PathLike[str], scenario: Scenario, registry: Registry) -> Targets:
    """Return the targets file at *path*, every bound tried out in *scenario*.

    Raises
    ------
    ScenarioError : with everything that is wrong with the file.
    """
    report = Report()
    tree = read_file(os.fspath(path), report)
    broken = frozenset(FILE) if tree is None else broken_keys(tree, FILE, "", report)
    keys = {} if tree is None or tree.mapping is None else tree.mapping
    names = {"variant": [variant.name for variant in scenario.variants]}
    reader = Reader(registry, report, scenario.currency, scenario.document.get("rates") or {}, names)
    parameters: list[FreeParameter | None] = []
    targets: list[Target | None] = []
    if "parameters" in keys and "parameters" not in broken:
        document = {key: value for key, value in scenario.document.items() if key not in ("sweep", "expect")}
        base = tree_of(document, "", "", report)
        found = keys["parameters"].mapping or {}
        parameters = [free_parameter(name, node, base, reader) for name, node in found.items()]
        _at_least_one(parameters, keys["parameters"], "parameters", "a scenario path {from: …, to: …}", report)
    if "targets" in keys and "targets" not in broken:
        items = keys["targets"].items or ()
        targets = [_target(node, join("targets", k), scenario, reader) for k, node in enumerate(items)]
        _at_least_one(targets, keys["targets"], "targets", "{outcome: …, value: …, tolerance: …}", report)
    report.stop_if_any()
    return Targets(tuple(p for p in parameters if p is not None), tuple(t for t in targets if t is not None))


def _at_least_one(found: list[FreeParameter | None] | list[Target | None], node: Node, path: str, form: str,
                  report: Report) -> None:  # fmt: skip
    if not found:
        report.add(node.spot, path, f"no {path}", f"at least one, {form}")


def free_parameter(path: str, node: Node, base: Node, reader: Reader) -> FreeParameter | None:
    """Return the parameter at a path, its bounds tried out in *base*; None where something is wrong (and reported)."""
    where, report = join("parameters", path), reader.report
    head = path.partition(".")[0]
    sections = keys_of_sweeps(reader.registry)
    if head not in sections:
        given, allowed = f"the path {path!r}", f"a path under {one_of(sections)}"
        report.add(node.key or node.spot, where, given, allowed, nearest(head, sections))
        return None
    broken = broken_keys(node, PARAMETER, where, report)
    if node.mapping is None or broken & {"from", "to"}:
        return None
    keys = node.mapping
    bottom, top = (_bound(keys[key], join(where, key), report) for key in ("from", "to"))
    for key in ("from", "to"):
        _story_with(base, path, keys[key].at(node.key), reader.registry, report)
    if bottom is None or top is None or broken:
        return None
    (low, unit), (high, other) = bottom, top
    log = "scale" in keys and keys["scale"].value == "log"
    if unit != other:
        given = f"bounds in {unit or 'no unit'!r} and {other or 'no unit'!r}"
        report.add(keys["to"].spot, join(where, "to"), given, "one unit for both")
    elif not low < high:
        report.add(keys["to"].spot, join(where, "to"), kind_of(keys["to"]), f"more than {keys['from'].value}")
    elif log and low <= 0:
        report.add(keys["from"].spot, join(where, "from"), kind_of(keys["from"]), "a positive bound for scale: log")
    else:
        step = step_of(base, path, str(keys["from"].value), reader.registry, unit, reader.currency)
        return FreeParameter(path, low, high, unit, step is not None, log, 1.0 if step is None else step)
    return None


def _bound(node: Node, path: str, report: Report) -> tuple[float, str] | None:
    """Return the number and the unit of a bound."""
    is_number = isinstance(node.value, int | float | str) and not isinstance(node.value, bool)
    match = _QUANTITY.fullmatch(str(node.value)) if is_number else None
    if match is None or not math.isfinite(float(match[1].replace("_", ""))):
        report.add(node.spot, path, kind_of(node), "a number, with its unit")
        return None
    return float(match[1].replace("_", "")), match[2]


def _story_with(base: Node, path: str, value: Node, registry: Registry, report: Report) -> None:
    """Report what is wrong with the scenario that has *value* at *path*."""
    read_story(overridden(base, {path: value}, report), registry, report, "")


def _target(node: Node, path: str, scenario: Scenario, reader: Reader) -> Target | None:
    report = reader.report
    broken = broken_keys(node, TARGET, path, report)
    if node.mapping is None or broken:
        return None
    keys = node.mapping
    measured = [key for key in ("outcome", "difference") if key in keys]
    if len(measured) != 1:
        given = " and ".join(measured) or "neither 'outcome' nor 'difference'"
        report.add(node.spot, path, given, "one of outcome, difference")
        return None
    name, outcomes = keys[measured[0]], reader.group("outcome")
    n_before = len(report.problems)
    if name.value not in outcomes:
        given = f"the outcome {name.value!r}, which does not exist"
        report.add(name.spot, join(path, measured[0]), given, *choice(name.value, outcomes, LISTED))
    for key in ("variant", "against"):
        if key in keys:
            known_variant(keys[key], join(path, key), reader)
    pair = _variants(keys, node, path, scenario, report, is_difference=measured[0] == "difference")
    value, tolerance = (outcome_value(str(name.value), keys[k], join(path, k), reader) for k in ("value", "tolerance"))
    if tolerance is not REFUSED and not tolerance > 0:
        spot = keys["tolerance"]
        report.add(spot.spot, join(path, "tolerance"), kind_of(spot), "a positive standard deviation")
    if len(report.problems) > n_before or value is REFUSED or tolerance is REFUSED:
        return None
    entry = outcomes[str(name.value)]
    source = str(keys["source"].value) if "source" in keys else "assumed"
    return Target(entry.name, entry.unit, entry.binary, *pair, value, tolerance, source, entry.censored_at_horizon)


def _variants(
    keys: Mapping[str, Node], node: Node, path: str, scenario: Scenario, report: Report, *, is_difference: bool
) -> tuple[str, str | None]:
    """Return which variant is measured, and what it is compared with."""
    variant = str(keys["variant"].value) if "variant" in keys else scenario.baseline
    if not is_difference:
        if "against" in keys:
            spot = keys["against"].key or keys["against"].spot
            report.add(spot, join(path, "against"), "'against' beside 'outcome'", "'against' with 'difference'")
        return variant, None
    against = str(keys["against"].value) if "against" in keys else scenario.baseline
    if variant == against:
        given = f"the difference of {variant!r} from itself"
        report.add(node.spot, path, given, "variant: another one than it is compared with")
    return variant, against
