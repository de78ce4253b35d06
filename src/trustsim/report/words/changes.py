"""What a variant changes in the world, in words: other values, other kinds, what is there no more, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trustsim.analysis.assumed import parameters
from trustsim.registry import REGISTRY, Parameter
from trustsim.report.words import force, words
from trustsim.scenario.document import text_of
from trustsim.scenario.resolved import World

Parts = Mapping[str, Any]


def changes(usual: World, world: World, currency: str) -> tuple[str, ...]:
    """Tell how *world* differs from the *usual* one, one change a text; nothing where it is alike."""
    if world is usual or world == usual:
        return ()
    before, after = dict(force.parts(usual)), dict(force.parts(world))
    return (*_gone(before, after), *_come(before, after, currency), *_others(before, after, currency),
            *_order(before, after))  # fmt: skip


def _gone(before: Parts, after: Parts) -> Iterator[str]:
    for owner in _without(before, after):
        yield f"without {_named(owner)}"


def _come(before: Parts, after: Parts, currency: str) -> Iterator[str]:
    for owner in _without(after, before):
        how = force.details(after[owner], currency, is_world=True)
        yield f"with {_named(owner)}" + (f" ({how})" if how else "")


def _without(some: Parts, others: Parts) -> list[str]:
    """Return whose parts stand in *some* and not in *others*; of what holds parts itself, only the whole."""
    own = [owner for owner in some if owner not in others]
    return [o for o in own if not any(o.startswith((f"{whole}:", f"{whole},")) for whole in own)]


def _others(before: Parts, after: Parts, currency: str) -> Iterator[str]:
    for owner, thing in after.items():
        usual = before.get(owner, thing)
        if type(thing) is not type(usual):
            how = force.details(thing, currency)
            yield f"{owner}: {_kind(thing)} instead of {_kind(usual)}" + (f" ({how})" if how else "")
            continue
        for p in sorted(parameters(thing), key=lambda p: p.refers not in REGISTRY.groups):  # presets first
            old, new = getattr(usual, p.name), getattr(thing, p.name)
            if old != new:
                yield f"{owner}: {words.label(p.name)} {' instead of '.join(_apart(new, old, p, currency))}"


def _apart(new: Any, old: Any, p: Parameter, currency: str) -> tuple[str, str]:
    """Return two values that differ as texts that do: in full where they are rounded to the same."""
    told = (force.value_text(new, p, currency), force.value_text(old, p, currency))
    if told[0] != told[1]:
        return told
    return str(text_of(new, p.unit, currency, spread=p.spread)), str(text_of(old, p.unit, currency, spread=p.spread))


def _order(before: Parts, after: Parts) -> Iterator[str]:
    """Say which of those that are in both stand in another order."""
    first, now = [o for o in before if o in after], [o for o in after if o in before]
    moved = [mine for mine, other in zip(now, first, strict=True) if mine != other]
    if moved:
        yield f"in another order: {words.listing(list(map(_named, moved)))}"


def _kind(thing: Any) -> str:
    """Return what a part is by the registry, 'small world' for a network; else by its class."""
    return words.label(next((entry.name for entry in REGISTRY if entry.make is type(thing)), type(thing).__name__))


def _named(owner: str) -> str:
    return owner.replace(": ", " ", 1)
