"""What of a scenario is assumed, and how far it may be otherwise: numbers, rules, the network, what is called a run.

*Numbers*: those whose only source is that they are assumed, a row of the catalogue or a sign, which give no number; of
rules all of them, of people, platforms, shocks and levers those that are as by default or by a preset, for what the
file says otherwise is its story. Counts, names, zeros and the numbers of the network stay. None has a range of its own,
so each gets one of ``SPREAD``: from its value divided by it to its value times it; of a share in (0, 1) it is the odds
that are divided and multiplied; of a distribution the scale, of a beta distribution the odds of its mean. Where a bound
is nearer the range ends there. A number has one position in all segments, platforms and variants, so that what parts
variants stays.

What may be otherwise as a whole: :mod:`trustsim.analysis.choices`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from trustsim.analysis.choices import CHOICES, RULE_OFF, SPREAD, Choice, odds_moved
from trustsim.kernels import draws
from trustsim.kernels.purposes import purpose_of
from trustsim.registry import REGISTRY, Parameter, parameters_of
from trustsim.scenario.presets import presets_of, values_under
from trustsim.scenario.resolved import Item, Scenario, World
from trustsim.units import Distribution

_UNITS = ("share", "duration", "per_day", "number", "log-odds", "money")
_SCALED = {"lognormal": (0,), "exponential": (0,), "pareto": (0,), "gamma": (1,)}  # arguments by distribution
_NO_NUMBER = re.compile(r"assumed|[A-Z]\d+|P-\d+")  # sources that give none
_RULES, _NETWORK = "mechanisms.", "network"
Change = Callable[[str, Any], Any]  # what stands in the place of a dataclass, by its path


def parameters(thing: Any) -> tuple[Parameter, ...]:
    """Return the parameters of an instance: for a section those of its entry, with what mechanisms declared of it."""
    section = next((entry for entry in REGISTRY.group("section").values() if entry.make is type(thing)), None)
    if section is not None:
        return section.parameters
    return parameters_of(type(thing)) if is_dataclass(thing) else ()


@dataclass(frozen=True)
class Number:
    """One assumed number: its path, as in a file but without the names of platforms and segments.

    ``value``: in the baseline's world, in the computed unit; ``low``, ``high``: how far it may move, in logarithms of
    the number or of its odds, ``high - low`` at most 2 ln SPREAD.
    """

    path: str
    parameter: Parameter
    value: float | Distribution
    low: float
    high: float

    @property
    def name(self) -> str:
        """Its path, of a rule without what they all begin with: ``media.reach``."""
        return self.path.removeprefix(_RULES)

    def at(self, x: float) -> float:
        """Return the number that lies *x* from its value; of a distribution its mean."""
        found = moved_by(self.value, self.parameter, x)
        return found.mean if isinstance(found, Distribution) else float(found)


@dataclass(frozen=True)
class Factors:
    """All that may be otherwise in a scenario."""

    numbers: tuple[Number, ...]
    choices: tuple[Choice, ...]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.choices)


@dataclass(frozen=True)
class Setting:
    """One set of assumptions: by path how far each number is moved, by choice its level; no entry: as in the file."""

    moves: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)


def factors_of(scenario: Scenario, variants: Sequence[str]) -> Factors:
    """Return what may be otherwise in the worlds of these variants, in their levers and in the shocks."""
    found: dict[str, Number] = {}

    def note(path: str, thing: Any) -> Any:
        for p in parameters(thing):
            range_of = _range(path, thing, p)
            if range_of is not None:
                low, high = range_of
                known = found.get(f"{path}.{p.name}")
                if known is None:
                    found[f"{path}.{p.name}"] = Number(f"{path}.{p.name}", p, getattr(thing, p.name), low, high)
                else:
                    found[known.path] = replace(known, low=max(low, known.low), high=min(high, known.high))
        return thing

    _through(scenario, variants, note)
    choices = [choice for make in CHOICES if (choice := make(scenario, variants)) is not None]
    return Factors(tuple(n for n in found.values() if n.low < n.high), tuple(choices))


def sets_of(factors: Factors, n: int, seed: int) -> tuple[Setting, ...]:
    """Return *n* sets: a Latin hypercube over numbers and choices, so that levels of a choice are equally often there.

    The column of each factor is drawn by its own name: what else a scenario assumes leaves it as it is
    (``test_one_more_factor_leaves_the_columns_of_the_others_as_they_are``). The numbers of a rule that is off in a set
    are not moved there, for they move nothing. Latin hypercube: McKay, Beckman and Conover 1979,
    doi:10.1080/00401706.1979.10489755.
    """
    numbers = [_column("number", x.path, n, seed) for x in factors.numbers]
    choices = [_column("choice", c.name, n, seed) for c in factors.choices]
    return tuple(_setting(factors, [c[k] for c in numbers], [c[k] for c in choices]) for k in range(n))


def _column(what: str, name: str, n: int, seed: int) -> list[float]:
    """Return where a factor lies in each of *n* sets: one place in each n-th of [0, 1), in an order of its own."""
    order, within, *_ = draws.uniforms(n, purpose_of("set of assumptions", what, name), draws.key_of(seed, 0))
    return [(int(rank) + float(u)) / n for rank, u in zip(order.argsort().argsort(), within, strict=True)]


def _setting(factors: Factors, numbers: Sequence[float], choices: Sequence[float]) -> Setting:
    """Return the set at these places in [0, 1) of each number and choice."""
    chosen = {c.name: c.at(u) for c, u in zip(factors.choices, choices, strict=True) if u < c.share}
    off = f"{_RULES}{chosen[RULE_OFF]}." if RULE_OFF in chosen else None
    moves = {
        x.path: float(x.low + u * (x.high - x.low))
        for x, u in zip(factors.numbers, numbers, strict=True)
        if off is None or not x.path.startswith(off)
    }
    return Setting(moves, chosen)


def scenario_at(scenario: Scenario, variants: Sequence[str], factors: Factors, setting: Setting) -> Scenario:
    """Return the scenario with these variants under a set of assumptions."""
    by_path: dict[str, list[tuple[Parameter, float]]] = {}
    for number in factors.numbers:
        if x := setting.moves.get(number.path, 0.0):
            by_path.setdefault(number.path.rpartition(".")[0], []).append((number.parameter, x))

    def move(path: str, thing: Any) -> Any:
        changes = {}
        for p, x in by_path.get(path, ()):
            if _range(path, thing, p) is not None:
                changes[p.name] = moved_by(getattr(thing, p.name), p, x)
        return _changed(thing, changes)

    there = _through(scenario, variants, move)
    for choice in factors.choices:
        if level := setting.choices.get(choice.name, ""):
            there = choice.change(there, level)
    return there


def moved_by(value: Any, p: Parameter, x: float) -> Any:
    """Return a value moved by *x* in its logarithm or that of its odds, or a distribution so moved."""
    if isinstance(value, Distribution):
        if value.name == "beta":
            a, b = value.args
            mean = odds_moved(a / (a + b), x)
            return Distribution("beta", (mean * (a + b), (1 - mean) * (a + b)))
        scaled = _SCALED[value.name]
        return Distribution(value.name, tuple(v * math.exp(x) if k in scaled else v for k, v in enumerate(value.args)))
    if _has_odds(value, p):
        return odds_moved(value, x)
    found = value * math.exp(x)
    return round(found) if isinstance(value, int) else found


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _has_odds(value: float, p: Parameter) -> bool:
    return p.unit == "share" and p.low is not None and p.low >= 0 and p.high == 1 and 0 < value < 1


def _range(path: str, thing: Any, p: Parameter) -> tuple[float, float] | None:
    """Return how far a parameter of a thing may move; None where it stays."""
    value = getattr(thing, p.name, None)
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | Distribution):
        return None
    if p.unit not in _UNITS or p.step is not None or not _is_assumed(p) or _is_story(path, thing, p):
        return None
    if isinstance(value, Distribution):
        return (-math.log(SPREAD), math.log(SPREAD)) if value.name in (*_SCALED, "beta") else None
    return None if value == 0 else _within(float(value), p)


def _is_assumed(p: Parameter) -> bool:
    return all(_NO_NUMBER.fullmatch(source.strip()) for source in p.source.split(";"))


def _is_story(path: str, thing: Any, p: Parameter) -> bool:
    """Whether what is no rule has another value than by default, or by the preset that the file chooses: its story.

    By value, not by what the file says: in a run folder the file says everything.
    """
    if path.startswith(_RULES):
        return False
    return path == _NETWORK or p.is_required or bool(getattr(thing, p.name) != _usual(thing).get(p.name, p.default))


def _usual(thing: Any) -> Mapping[str, Any]:
    """Return what the presets of a section lay in it."""
    section = next((e.name for e in REGISTRY.group("section").values() if e.make is type(thing)), "")
    keys = [each.key for each in presets_of(REGISTRY, section)] if section else []
    return values_under(REGISTRY, section, {key: getattr(thing, key) for key in keys}) if keys else {}


def _within(value: float, p: Parameter) -> tuple[float, float]:
    """Return the ends of the range of a number that is not zero, in its logarithm, cut at the bounds."""
    most = math.log(SPREAD)
    if _has_odds(value, p):
        return (max(-most, _log_odds(p.low) - _log_odds(value)) if p.low else -most), most
    near, far = (p.low, p.high) if value > 0 else (p.high, p.low)
    low = -most if near is None or near / value <= 0 else max(-most, math.log(near / value))
    high = most if far is None or far / value <= 0 else min(most, math.log(far / value))
    return low, high


def _through(scenario: Scenario, variants: Sequence[str], change: Change) -> Scenario:
    """Return the scenario with these variants and every dataclass in worlds, levers and shocks changed.

    The baseline's world is first; a world that variants share stays shared.
    """
    worlds: dict[int, World] = {}

    def world_of(world: World) -> World:
        if id(world) not in worlds:
            parts = {f.name: _each(f.name, getattr(world, f.name), change) for f in fields(world)}
            worlds[id(world)] = replace(world, **parts)
        return worlds[id(world)]

    for variant in scenario.variants:
        if variant.name == scenario.baseline:
            world_of(variant.world)
    kept = tuple(
        replace(v, world=world_of(v.world), items=_items(v.items, change), shocks=_items(v.shocks, change))
        for v in scenario.variants
        if v.name in variants or v.name == scenario.baseline
    )
    return replace(scenario, variants=kept, shocks=_items(scenario.shocks, change))


def _items(items: Sequence[Item], change: Change) -> tuple[Item, ...]:
    return tuple(replace(item, what=_each(item.kind, item.what, change)) for item in items)


def _each(path: str, value: Any, change: Change) -> Any:
    """Return a value with every dataclass in it changed, the inner ones first; others have no place in a path."""
    if isinstance(value, Mapping):
        return {name: _each(f"{path}.{name}", inner, change) for name, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_each(path, inner, change) for inner in value)
    if not is_dataclass(value) or isinstance(value, type | Distribution):
        return value
    inside = {f.name: _each(f"{path}.{f.name}", getattr(value, f.name), change) for f in fields(value) if f.init}
    return change(path, _changed(value, {k: new for k, new in inside.items() if new is not getattr(value, k)}))


def _changed(thing: Any, changes: Mapping[str, Any]) -> Any:
    """Return a dataclass with changes, those of what mechanisms declared of it too."""
    declared = dict(getattr(thing, "declared", ()))
    beside = {name: value for name, value in changes.items() if name in declared}
    own = {name: value for name, value in changes.items() if name not in declared and value != getattr(thing, name)}
    if beside:
        own["declared"] = tuple({**declared, **beside}.items())
    return replace(thing, **own) if own else thing
