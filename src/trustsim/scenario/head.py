"""The head of a scenario: format version, currency, clock, outcomes, what matters, replications."""

from __future__ import annotations

from collections.abc import Mapping

from trustsim import units
from trustsim.errors import choice
from trustsim.registry import LISTED
from trustsim.scenario.counted import Counted, ways
from trustsim.scenario.entries import REFUSED, Reader, build, quantity
from trustsim.scenario.layout import FORMAT, HORIZON, PRECISION, STEP, broken_keys
from trustsim.scenario.readings import known_variant
from trustsim.scenario.resolved import Precision
from trustsim.scenario.timing import outcome_value
from trustsim.scenario.tree import Node, Report, join, kind_of

MOST_STEPS = 1_000_000
_WHOLE = 1e-9  # share of the horizon by which its steps may miss it
DEFAULT_REPLICATIONS = 200


def check_version(node: Node | None, tree: Node, report: Report) -> None:
    if node is None:
        report.absent(tree.spot, "trustsim", "a scenario without its format version", f"trustsim: {FORMAT}")
    elif node.value is True or not isinstance(node.value, int) or node.value != FORMAT:
        report.add(node.spot, "trustsim", f"the format version {kind_of(node)}", f"trustsim: {FORMAT}")


def read_clock(keys: Mapping[str, Node], tree: Node, reader: Reader) -> tuple[float | None, float | None]:
    horizon = keys.get("horizon")
    if horizon is None or horizon.value is None:
        spot = tree.spot if horizon is None else horizon.spot
        reader.report.absent(spot, "horizon", "a scenario without a horizon", "a duration such as horizon: 180 d")
        return None, None
    days = quantity(HORIZON, horizon, "horizon", reader)
    step = quantity(STEP, keys["step"], "step", reader) if "step" in keys else 1.0
    if days is REFUSED or step is REFUSED:
        return None if days is REFUSED else days, None
    if not 1 <= round(days / step) <= MOST_STEPS:
        given = f"{units.show(days, 'duration')} in steps of {units.show(step, 'duration')}: {days / step:.10g} steps"
        reader.report.add(horizon.spot, "horizon", given, f"from 1 to {MOST_STEPS} steps")
    elif abs(days / step - round(days / step)) > _WHOLE * days / step:
        given = f"{units.show(days, 'duration')} in steps of {units.show(step, 'duration')}: {days / step:.4g} steps"
        near = units.show(round(days / step) * step, "duration")
        reader.report.add(horizon.spot, "horizon", given, "a whole number of steps", near)
    return days, step


def read_counted(keys: Mapping[str, Node], reader: Reader) -> Counted:
    """Return how a scenario counts; what a file does not say, and what is wrong with it (and reported), by default."""
    made = {
        name: build(reader.registry["section", name], keys[name], name, reader)
        for name in ways(reader.registry)
        if name in keys
    }
    return Counted(**{name: thing for name, thing in made.items() if thing is not None})


def read_outcomes(node: Node | None, reader: Reader) -> tuple[str, ...]:
    known = reader.group("outcome")
    if node is None or not node.items:
        return tuple(known)
    for k, name in enumerate(node.items):
        if name.value not in known:
            given = f"the outcome {kind_of(name)}, which does not exist"
            reader.report.add(name.spot, join("outcomes", k), given, *choice(name.value, known, LISTED))
    return tuple(dict.fromkeys(str(name.value) for name in node.items))


def read_matters(node: Node | None, reader: Reader) -> dict[str, float]:
    """Return by outcome the smallest difference that matters; what is wrong is reported and left out."""
    found = {}
    known = {name: entry for name, entry in reader.group("outcome").items() if entry.better}
    for name, value in ((node.mapping or {}) if node is not None else {}).items():
        path = join("matters", name)
        if name not in known:
            given = f"{name!r}, which is no outcome with a better side"
            reader.report.add(value.key or value.spot, path, given, *choice(name, known, LISTED))
        elif (size := outcome_value(name, value, path, reader)) is not REFUSED:
            if size < 0:
                reader.report.add(value.spot, path, kind_of(value), "a difference of at least zero")
            else:
                found[name] = size
    return found


def read_replications(node: Node | None, reader: Reader) -> int | Precision | None:
    if node is None:
        return DEFAULT_REPLICATIONS
    if node.mapping is None:
        if isinstance(node.value, bool) or not isinstance(node.value, int) or not 1 <= node.value <= 10**9:
            allowed = "a whole number of at least 1, or {precision: …, of: outcome, budget: …}"
            reader.report.add(node.spot, "replications", kind_of(node), allowed)
            return None
        return node.value
    if broken_keys(node, PRECISION, "replications", reader.report):
        return None
    keys, known = node.mapping, reader.group("outcome")
    asked = [key for key in ("of", "difference") if key in keys]
    if len(asked) != 1:
        given = " and ".join(asked) or "neither 'of' nor 'difference'"
        reader.report.add(node.spot, "replications", given, "one of of, difference")
        return None
    key = asked[0]
    of = str(keys[key].value)
    if of not in known:
        given = f"the outcome {of!r}, which does not exist"
        reader.report.add(keys[key].spot, f"replications.{key}", given, *choice(of, known, LISTED))
        return None
    if "variant" in keys:
        known_variant(keys["variant"], "replications.variant", reader)
    half_width = outcome_value(of, keys["precision"], "replications.precision", reader)
    if half_width is REFUSED:
        return None
    if half_width <= 0:
        reader.report.add(
            keys["precision"].spot, "replications.precision", kind_of(keys["precision"]), "a positive half width"
        )
        return None
    budget = keys["budget"].value if "budget" in keys else 2000
    variant = str(keys["variant"].value) if "variant" in keys else ""
    return Precision(half_width, of, int(str(budget)), key == "difference", variant)
