"""What stands at the top of a scenario file beside its fixed keys: what the registry adds."""

from __future__ import annotations

from collections.abc import Iterator

from trustsim.errors import ModelError
from trustsim.registry import REGISTRY, Entry, Registry
from trustsim.scenario import layout
from trustsim.scenario.layout import FILE, Key, Layout

WORLD = "world"  # the section of presets whose key stands at the top
_OF_THE_WORLD = ("network", "investors", "platforms", "mechanisms")
_OF_A_FILE = ("platform", "segment", "variant", "audience", "file")  # what a parameter may refer to


def layout_of(registry: Registry) -> Layout:
    """Return the keys at the top of a file: the fixed ones, those of presets of the world, the lists of actors."""
    names = {each.name: Key("text", each.summary) for each in _presets(registry)}
    lists = {entry.plural: Key("list", entry.summary) for entry in registry.group("actor").values()}
    return {**FILE, **names, **lists}


def keys_of_world(registry: Registry) -> tuple[str, ...]:
    """Return the keys at the top under which a variant may set values."""
    lists = [entry.plural for entry in registry.group("actor").values()]
    return (*_OF_THE_WORLD, *(each.name for each in _presets(registry)), *lists)


def keys_of_sweeps(registry: Registry) -> tuple[str, ...]:
    """Return the keys at the top under which values may be swept or fitted."""
    return (*keys_of_world(registry), "behaviour", "shocks", "variants")


def check_key(key: str, thing: Entry, registry: Registry) -> None:
    """Raise ModelError where a key at the top cannot be, or stands for another thing; it names both files."""
    given = f"{thing.group} {thing.name!r}: given the key {key!r} in {thing.file}"
    if not key.isidentifier():
        raise ModelError(f"{given}; allowed: letters, digits and underscores")
    fixed = dict.fromkeys((*FILE, "extends"), str(layout.__file__))
    own = (thing.group, thing.name)
    taken = fixed | {known: other.file for known, other in _added(registry) if (other.group, other.name) != own}
    if key in taken:
        raise ModelError(f"{given}, which is one at the top of a file already, by {taken[key]}; allowed: another name")


def _check_actor(entry: Entry) -> None:
    """Raise ModelError where actors of a kind could not be listed, named and referred to in a file."""
    given = f"actor {entry.name!r}: given"
    if "name" not in [p.name for p in entry.parameters]:
        raise ModelError(f'{given} no name in {entry.file}; allowed: name: str = parameter(unit="name", …)')
    if entry.name in (*_OF_A_FILE, *REGISTRY.groups):
        raise ModelError(f"{given} in {entry.file}, which parameters refer to as something else; allowed: another name")
    check_key(entry.plural, entry, REGISTRY)


def _presets(registry: Registry) -> list[Entry]:
    entries = [registry["presets", name] for name in registry.names("presets")]
    return sorted((each for each in entries if each.make.section == WORLD), key=lambda each: -each.make.rank)


def _added(registry: Registry) -> Iterator[tuple[str, Entry]]:
    for entry in _presets(registry):
        yield entry.name, entry
    for entry in registry.group("actor").values():
        yield entry.plural, entry


REGISTRY.check("actor", _check_actor)
