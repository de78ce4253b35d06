"""Building what the registry declares: one mapping of the file becomes one frozen dataclass instance."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trustsim import names, units
from trustsim.errors import TrustsimError, UnitError, a, nearest, one_of
from trustsim.registry import Entry, Group, Parameter, Registry
from trustsim.scenario.currency import OWN, converted, is_code
from trustsim.scenario.tree import LONGEST, Node, Report, join, kind_of
from trustsim.units import Distribution

LARGEST_COUNT = 2**53
_CENTRED = {"normal", "lognormal", "exponential", "pareto"}  # the first argument is a value that can be drawn


@dataclass(frozen=True)
class Reader:
    """What the reading of any part needs: the registry, the currency, the names used in this file, the report.

    ``names`` maps 'platform', 'segment', 'variant' to the names of this scenario; a kind of name that is missing
    there is not checked.
    """

    registry: Registry
    report: Report
    currency: str = OWN
    rates: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def group(self, group: Group) -> dict[str, Entry]:
        return self.registry.group(group)


def build(
    entry: Entry,
    node: Node,
    path: str,
    reader: Reader,
    *,
    beside: Sequence[str] = (),
    preset: Mapping[str, Any] | None = None,
    also: Mapping[str, Any] | None = None,
) -> Any:
    """Return the instance of ``entry`` that a mapping describes, or None where something is wrong (and reported).

    Parameters
    ----------
    beside : keys of the mapping that belong to someone else, such as ``kind``.
    preset : values, in computed units, that stand for keys which the mapping leaves out.
    also : fields of the dataclass that are no parameters.
    """
    if node.mapping is None:
        reader.report.add(node.spot, path, kind_of(node), f"a mapping of {_of(entry)}'s parameters")
        return None
    is_good = _knows_keys(entry, node.mapping, path, reader, beside)
    values: dict[str, Any] = {}
    for parameter in entry.parameters:
        child = node.mapping.get(parameter.name)
        if child is not None:
            value = quantity(parameter, child, join(path, parameter.name), reader)
            is_good &= value is not REFUSED
            values[parameter.name] = value
        elif preset is not None and parameter.name in preset:
            values[parameter.name] = preset[parameter.name]
        elif parameter.is_required:
            allowed = f"{parameter.name}: {wanted(parameter)} ({parameter.text})"
            reader.report.absent(node.key or node.spot, path, f"{_of(entry)} without {parameter.name!r}", allowed)
            is_good = False
        elif (amount := converted(parameter, reader.rates)) is not None:
            values[parameter.name] = amount
    if not is_good:
        return None
    try:
        made = entry.build(**values, **(also or {}))
        return made if _keeps_steps(entry, values, node, path, reader) else None
    except UnitError as error:
        reader.report.add(node.spot, path, error.given, error.allowed, error.nearest)
    except (TrustsimError, ValueError) as error:
        reader.report.add(node.spot, path, f"{_of(entry)}: {error}", "values that fit together")
    return None


def _keeps_steps(entry: Entry, values: Mapping[str, Any], node: Node, path: str, reader: Reader) -> bool:
    """Whether all numbers are multiples of their parameters' steps; what is not is reported."""
    is_good = True
    for parameter in entry.parameters:
        value = values.get(parameter.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                units.check_step(value, parameter.step, parameter.unit)
            except UnitError as error:
                spot = (
                    (node.mapping or {})[parameter.name].spot if parameter.name in (node.mapping or {}) else node.spot
                )
                reader.report.add(spot, join(path, parameter.name), error.given, error.allowed, error.nearest)
                is_good = False
    return is_good


def _of(entry: Entry) -> str:
    return entry.name if entry.group == "section" else f"{entry.group.replace('_', ' ')} {entry.name}"


def _knows_keys(entry: Entry, mapping: Mapping[str, Node], path: str, reader: Reader, beside: Sequence[str]) -> bool:
    known = [*beside, *(p.name for p in entry.parameters if p.name not in beside)]
    unknown = [key for key in mapping if key not in known]
    for key in unknown:
        spot = mapping[key].key or mapping[key].spot
        given = f"the unknown key {key!r} of {_of(entry)}"
        allowed = one_of(known, f"trustsim catalog {entry.group} {entry.name}", like=key) if known else "no keys"
        reader.report.add(spot, join(path, key), given, allowed, nearest(key, known))
    return not unknown


REFUSED = object()  # stands for a value that was reported


def quantity(parameter: Parameter, node: Node, path: str, reader: Reader) -> Any:
    """Return one value in the computed unit, or REFUSED where it is wrong (and reported)."""
    if reader.report.probe is node.spot:
        reader.report.probed.append(parameter)
    try:
        return _quantity(parameter, node, reader)
    except UnitError as error:
        reader.report.add(node.spot, path, error.given, error.allowed, error.nearest)
        return REFUSED


def _quantity(parameter: Parameter, node: Node, reader: Reader) -> Any:
    given = node.value
    if given is None and parameter.default is None:
        return None
    if given is None or isinstance(given, dict | tuple):
        raise UnitError(kind_of(node), wanted(parameter))
    if parameter.unit in ("text", "name"):
        return _text(parameter, node, reader)
    if isinstance(given, str) and len(given) > LONGEST:
        raise UnitError(given, f"{wanted(parameter)}, in at most {LONGEST} characters")
    if parameter.unit == "money" and isinstance(given, str):
        _check_currency(given, reader)
    value = units.parse(given, parameter.unit, currency=reader.currency, spread=parameter.spread, rates=reader.rates)
    if isinstance(value, Distribution):
        _check_distribution(value, str(given), parameter)
    elif not isinstance(value, bool | str):
        _check_bounds(value, given, parameter)
        if parameter.unit == "count" and abs(value) > LARGEST_COUNT:
            raise UnitError(repr(given), f"a whole number up to {LARGEST_COUNT}")
    return value


def _check_bounds(value: float, given: object, parameter: Parameter) -> None:
    """Raise UnitError where a number lies beyond its bounds, with what may be meant by one that lacks its %."""
    try:
        units.check_bounds(value, parameter.low, parameter.high, parameter.unit)
    except UnitError as error:
        raise UnitError(error.given, error.allowed + units.share_meant(given, parameter.unit)) from error


def _text(parameter: Parameter, node: Node, reader: Reader) -> str:
    value = node.value
    if not isinstance(value, str):
        raise UnitError(repr(value), "text (in quotes where it looks like a number)")
    if value == parameter.default:
        return value
    if parameter.choices and value not in parameter.choices:
        raise UnitError(repr(value), one_of(parameter.choices), nearest(value, parameter.choices))
    if parameter.unit == "name" and not parameter.refers:
        names.check(value)
    if parameter.refers == "file":
        return _file(value, node, reader.report)
    if parameter.refers:
        check_name(value, parameter.refers, reader)
    return value


def check_name(value: str, refers: str, reader: Reader) -> None:
    """Raise UnitError unless *value* is a name of the kind *refers*: of this file, or of a group of the registry."""
    if refers in reader.names:
        known: Sequence[str] = reader.names[refers]
        if value == names.EVERY and refers in ("platform", "segment"):
            return
    else:
        known = list(reader.registry.group(refers))
        if not known:
            return
    if value not in known:
        raise UnitError(
            f"the {refers.replace('_', ' ')} {value!r}, which does not exist",
            one_of(known, "" if refers in reader.names else f"trustsim catalog {refers}", like=value)
            if known
            else f"{a(refers)} of this scenario",
            nearest(value, known),
        )


def _file(value: str, node: Node, report: Report) -> str:
    """Return the absolute path of a file that is named relative to the scenario file that holds *node*."""
    path = os.path.abspath(os.path.join(os.path.dirname(node.spot.file), value))
    if report.is_outside(path):
        raise UnitError(f"{value!r}, a file outside of the folder", "a file in the folder that is served")
    allowed = "the path of a file, relative to the scenario file"
    if os.path.isdir(path):
        raise UnitError(f"{value!r}, a folder", allowed)
    if not os.path.isfile(path):
        raise UnitError(f"{value!r}, a file that does not exist", allowed, _near(path))
    if not os.access(path, os.R_OK):
        raise UnitError(f"{value!r}, a file that may not be read", "the path of a file that you can read")
    return path


def _near(path: str) -> str | None:
    """Return the name of the file beside a missing one that is most like it."""
    folder, name = os.path.split(path)
    return nearest(name, os.listdir(folder)) if os.path.isdir(folder) and os.access(folder, os.R_OK) else None


def _check_currency(given: str, reader: Reader) -> None:
    word = units.plain(given).strip().rpartition(" ")[2]
    if is_code(word) and word != reader.currency and word not in reader.rates:
        allowed = f"money in {reader.currency}, the currency of the scenario, or a rate: rates: {{{word}: …}}"
        raise UnitError(f"{given!r}, money in {word}", allowed)


def _check_distribution(value: Distribution, given: str, parameter: Parameter) -> None:
    """Bounds apply to what is drawn; arguments that are values themselves must lie inside them too."""
    inside = value.args if value.name in ("uniform", "choice") else value.args[:1] if value.name in _CENTRED else ()
    for argument in inside:
        try:
            units.check_bounds(argument, parameter.low, parameter.high, parameter.unit)
        except UnitError as error:
            raise UnitError(f"{error.given} in {given!r}", error.allowed) from error
    if value.name == "beta" and parameter.high is not None and parameter.high < 1:
        raise UnitError(
            repr(given), f"a distribution of values {units.between(parameter.low, parameter.high, parameter.unit)}"
        )
    units.check_draws(value, given, parameter.low, parameter.high, parameter.unit)


_UNIT_WORDS = {
    "share": "a share such as 15 %",
    "duration": "a duration such as 30 d or 2 h",
    "money": "money such as 50000 CNY",
    "per_day": "a rate such as 0.2 /day",
    "count": "a whole number",
    "log-odds": "a number (log-odds)",
    "flag": "true or false",
}


_REFERS = {"file": "the path of a file", "audience": "everyone, clients, or the name of a segment"}


def wanted(parameter: Parameter) -> str:
    """Say what a parameter takes: its unit, its choices, its bounds."""
    if parameter.choices:
        return one_of(parameter.choices)
    words = _UNIT_WORDS.get(parameter.unit, a(parameter.unit))
    if parameter.refers:
        words = _REFERS.get(parameter.refers, f"the name of {a(parameter.refers.replace('_', ' '))}")
    if parameter.low is not None or parameter.high is not None:
        words += f", {units.between(parameter.low, parameter.high, parameter.unit)}"
    return words
