"""What stands at the top of a scenario file beside its fixed keys: what the registry adds."""

from __future__ import annotations

from trustsim.errors import ModelError
from trustsim.registry import Registry
from trustsim.scenario.layout import FILE, Key, Layout
from trustsim.scenario.presets import WORLD, presets_of

_OF_THE_WORLD = ("network", "investors", "platforms", "mechanisms")


def layout_of(registry: Registry) -> Layout:
    """Return the keys at the top of a file: the fixed ones, those of presets of the world, the lists of actors."""
    names = {each.key: Key("text", f"{each.text[0].upper()}{each.text[1:]}.") for each in presets_of(registry, WORLD)}
    lists = {entry.plural: Key("list", entry.summary) for entry in registry.group("actor").values()}
    taken = [name for name in (*names, *lists) if name in FILE or (name in names and name in lists)]
    if taken:
        raise ModelError(f"top of a scenario file: given {taken[0]!r} once more; allowed: another name")
    return {**FILE, **names, **lists}


def keys_of_world(registry: Registry) -> tuple[str, ...]:
    """Return the keys at the top under which a variant may set values."""
    lists = [entry.plural for entry in registry.group("actor").values()]
    return (*_OF_THE_WORLD, *(each.key for each in presets_of(registry, WORLD)), *lists)


def keys_of_sweeps(registry: Registry) -> tuple[str, ...]:
    """Return the keys at the top under which values may be swept or fitted."""
    return (*keys_of_world(registry), "shocks", "variants")
