"""What stands at the top of a scenario file beside its fixed keys: what the registry adds."""

from __future__ import annotations

from trustsim.registry import Registry
from trustsim.scenario.layout import FILE, Key, Layout
from trustsim.scenario.presets import WORLD, presets_of

_OF_THE_WORLD = ("network", "investors", "platforms", "mechanisms")


def layout_of(registry: Registry) -> Layout:
    """Return the keys at the top of a file: the fixed ones, and those of presets of the world."""
    names = {each.key: Key("text", f"{each.text[0].upper()}{each.text[1:]}.") for each in presets_of(registry, WORLD)}
    return {**FILE, **names}


def keys_of_world(registry: Registry) -> tuple[str, ...]:
    """Return the keys at the top under which a variant may set values."""
    return (*_OF_THE_WORLD, *(each.key for each in presets_of(registry, WORLD)))


def keys_of_sweeps(registry: Registry) -> tuple[str, ...]:
    """Return the keys at the top under which values may be swept or fitted."""
    return (*keys_of_world(registry), "shocks", "variants")
