"""When shocks, interventions and settings of a variant act, and the triggers that they wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trustsim import units
from trustsim.errors import UnitError
from trustsim.registry import Parameter
from trustsim.scenario.entries import REFUSED, Reader, check_name, quantity
from trustsim.scenario.layout import CHANCE, LAG, LASTING, START, UNTIL, WHEN, broken_keys
from trustsim.scenario.resolved import Timing, Trigger
from trustsim.scenario.tree import LONGEST, Node, join
from trustsim.units import Unit, major

TIMING_KEYS = ("from", "until", "when", "day")
_ANY_UNIT: tuple[Unit, ...] = ("share", "duration", "money")


def read_timing(
    keys: Mapping[str, Node], path: str, what: str, start: float, horizon: float | None, node: Node, reader: Reader
) -> Timing | None:
    """Return when something acts, or None where that is wrong (and reported).

    ``what``: 'a shock', 'an intervention', …; ``start``: its day where the file says none.
    """
    begin = "day" if "day" in keys else "from"
    values: dict[str, Any] = {"start": start, "until": None, "when": None}
    for key, name, parameter in ((begin, "start", START), ("until", "until", UNTIL), ("chance", "chance", CHANCE)):
        if key in keys:
            values[name] = quantity(parameter, keys[key], join(path, key), reader)
    if "when" in keys:
        values["when"] = _trigger(keys["when"], join(path, "when"), reader)
    if any(value is REFUSED for value in values.values()):
        return None
    spot = keys[begin].spot if begin in keys else node.spot
    if horizon is not None and values["start"] > horizon:
        given = f"{what} on day {values['start']:g}, after the horizon"
        reader.report.add(spot, join(path, begin), given, f"a day up to the horizon, {units.show(horizon, 'duration')}")
        return None
    if values["until"] is not None and values["until"] <= values["start"]:
        given = f"until day {values['until']:g}, which is not after the start on day {values['start']:g}"
        reader.report.add(keys["until"].spot, join(path, "until"), given, "an end after the start")
        return None
    return Timing(**values)


def has_two_days(keys: Mapping[str, Node], path: str, reader: Reader) -> bool:
    """Whether both words for a start stand there; reported."""
    has_both = "day" in keys and "from" in keys
    if has_both:
        spot = keys["day"].key or keys["day"].spot
        reader.report.add(spot, join(path, "day"), "'day' beside 'from'", "one of the two: they say the same")
    return has_both


def _trigger(node: Node, path: str, reader: Reader) -> Any:
    broken = broken_keys(node, WHEN, path, reader.report)
    keys = node.mapping
    if keys is None or broken:
        return REFUSED
    trigger: dict[str, Any] = {name: child.value for name, child in keys.items() if name in ("indicator", "platform")}
    unknown = [key for key in ("indicator", "platform") if not _is_known(keys.get(key), join(path, key), key, reader)]
    for key in ("above", "below"):
        if key in keys and keys[key].value is not None:
            trigger[key] = threshold(str(trigger["indicator"]), keys[key], join(path, key), reader)
    for parameter in (LASTING, LAG):
        if parameter.name in keys:
            trigger[parameter.name] = quantity(parameter, keys[parameter.name], join(path, parameter.name), reader)
    if unknown or any(value is REFUSED for value in trigger.values()):
        return REFUSED
    if trigger.get("above") is None and trigger.get("below") is None:
        reader.report.add(
            node.key or node.spot, path, "a trigger without a threshold", "above: or below: a value of the indicator"
        )
        return REFUSED
    return Trigger(**trigger)


def _is_known(node: Node | None, path: str, refers: str, reader: Reader) -> bool:
    if node is None:
        return True
    try:
        check_name(str(node.value), refers, reader)
    except UnitError as error:
        reader.report.add(node.spot, path, error.given, error.allowed, error.nearest)
        return False
    return True


def threshold(indicator: str, node: Node, path: str, reader: Reader) -> Any:
    """Return a value of an indicator or an outcome in its unit; one that is not registered takes any quantity."""
    entry = reader.group("indicator").get(indicator) or reader.group("outcome").get(indicator)
    if entry is not None:
        return quantity(Parameter("", entry.unit, 0.0, None, None, "", ""), node, path, reader)
    for unit in _ANY_UNIT if len(str(node.value)) <= LONGEST else ():
        try:
            return units.parse(node.value, unit, currency=reader.currency, rates=reader.rates)
        except UnitError:
            continue
    return quantity(Parameter("", "per_day", 0.0, None, None, "", ""), node, path, reader)


def outcome_value(outcome: str, node: Node, path: str, reader: Reader) -> Any:
    """Return a value of an outcome as results say it: money in units of the currency; or REFUSED."""
    found, entry = threshold(outcome, node, path, reader), reader.group("outcome").get(outcome)
    return found if found is REFUSED or entry is None else major(float(found), entry.unit)
