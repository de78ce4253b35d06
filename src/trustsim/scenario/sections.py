"""Some sections describe the world at day 0: network, investors with segments, platforms, mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trustsim.errors import UnitError, choice, one_of
from trustsim.names import CLIENTS, EVERYONE
from trustsim.registry import Entry, Group, Registry
from trustsim.scenario.behaviour import behaving
from trustsim.scenario.currency import converted
from trustsim.scenario.entries import Reader, build
from trustsim.scenario.lists import copies_of, item_path, n_copies, names_of_actors, names_once, read_actors
from trustsim.scenario.merge import named, spot_of
from trustsim.scenario.presets import build_section, over_presets
from trustsim.scenario.resolved import Brings, World
from trustsim.scenario.switches import read_mechanisms
from trustsim.scenario.tree import Node, join, kind_of, look_alike

DO_NOTHING = "nothing"  # the only variant of a scenario without variants
SHARES_ADD_TO_ONE = 1e-6


def names_in(tree: Mapping[str, Node], registry: Registry) -> dict[str, list[str]]:
    """Return the names of platforms, segments, variants and actors as written, for references to be checked against.

    ``grouping``: the segments that outcomes may have a number for, those of variants among them.
    """
    investors = tree["investors"].mapping if "investors" in tree else None
    segments = investors.get("segments") if investors else None
    variants = tree["variants"].mapping if "variants" in tree else None
    told = list(named(segments.items or ())) if segments else []
    usual = [each.name for each in registry["section", "investors"].make.segments]
    return {
        "platform": _platform_names(tree["platforms"].items or ()) if "platforms" in tree else [],
        "segment": told,
        "audience": [EVERYONE, CLIENTS, *(told or usual)],
        "grouping": [*(told or usual), *_segments_set(variants or {})],
        "variant": list(variants or (DO_NOTHING,)),
        **names_of_actors(tree, registry),
    }


def _segments_set(variants: Mapping[str, Node]) -> list[str]:
    """Return the names of the segments that variants ``set`` in place of those of the scenario."""
    parts = [part.mapping for each in variants.values() for part in each.items or () if part.mapping]
    values = [part["set"].mapping or {} for part in parts if "set" in part]
    lists = [each["investors.segments"].items for each in values if "investors.segments" in each]
    whole = [each["investors"].mapping or {} for each in values if "investors" in each]
    lists += [each["segments"].items for each in whole if "segments" in each]
    return [name for items in lists for name in named(items or ())]


def _platform_names(items: tuple[Node, ...]) -> list[str]:
    listed: list[str] = []
    for name, index in named(items).items():
        listed += copies_of(name, n_copies(items[index]))
    return listed


def read_world(tree: Node, reader: Reader) -> World | None:
    """Return the world that a scenario's tree describes, or None where something is wrong (and reported)."""
    tree = over_presets(tree, reader)
    sections = tree.mapping or {}
    network = _network(sections.get("network"), tree, reader)
    investors = _investors(sections.get("investors", Node({}, tree.spot)), reader)
    platforms = _platforms(sections.get("platforms"), tree, reader)
    mechanisms = read_mechanisms(sections.get("mechanisms", Node({}, tree.spot)), reader)
    actors = read_actors(sections, reader)
    is_good = network is None or _check_brought(network, investors, sections["network"], reader)
    if network is None or investors is None or not is_good:
        return None
    if platforms is None or mechanisms is None or actors is None:
        return None
    world = behaving(World(network, investors, platforms, mechanisms, actors), tree, reader)
    return world if world is not None and _fits(world, tree, reader) else None


def _fits(world: World, tree: Node, reader: Reader) -> bool:
    """Whether the parts of a world agree with each other; what does not is reported by who knows (``misfits``)."""
    parts = {
        "network": world.network,
        "investors": world.investors,
        **{join("platforms", platform.name): platform for platform in uncopied(world.platforms)},
        **{join("mechanisms", name): settings for name, settings in world.mechanisms.items()},
        **{
            join(reader.registry["actor", kind].plural, each.name): each
            for kind, those in world.actors.items()
            for each in those
        },
    }
    told = [
        (path, misfit) for path, part in parts.items() if hasattr(part, "misfits") for misfit in part.misfits(world)
    ]
    for path, misfit in told:
        where = join(path, misfit.path)
        reader.report.add(spot_of(tree, where), where, misfit.given, misfit.allowed, misfit.nearest)
    return not told


def kind_entry(node: Node, path: str, groups: Sequence[Group], reader: Reader) -> Entry | None:
    """Return the entry that the ``kind`` of a mapping names, or None where there is none (and it is reported).

    ``groups``: where it is looked for; the first goes before the others.
    """
    found = {name: entry for group in reversed(groups) for name, entry in reader.group(group).items()}
    kinds = dict(sorted(found.items()))
    what = " or ".join(group.removesuffix("_kind") for group in groups)
    if node.mapping is None:
        reader.report.add(node.spot, path, kind_of(node), f"a mapping with the kind of {what} and its parameters")
        return None
    kind, listed = node.mapping.get("kind"), "` and `".join(f"trustsim catalog {group}" for group in groups)
    if kind is None:
        near = next(filter(None, map(look_alike, node.mapping)), None)
        article = "an" if what[0] in "aeiou" else "a"
        reader.report.absent(
            node.key or node.spot, path, f"{article} {what} without 'kind'", f"kind: {one_of(kinds, listed)}", near
        )
        return None
    if not isinstance(kind.value, str) or kind.value not in kinds:
        given = f"the {what} kind {kind_of(kind)}, which does not exist"
        reader.report.add(kind.spot, join(path, "kind"), given, *choice(kind.value, kinds, listed))
        return None
    return kinds[kind.value]


def _network(node: Node | None, tree: Node, reader: Reader) -> Any:
    if node is None:
        kinds = one_of(reader.group("network_kind"))
        reader.report.absent(tree.spot, "network", "a scenario without 'network'", f"a mapping with kind: {kinds}")
        return None
    entry = kind_entry(node, "network", ("network_kind",), reader)
    return build(entry, node, "network", reader, beside=("kind",)) if entry else None


def _check_brought(network: Any, investors: Any, node: Node, reader: Reader) -> bool:
    """Report a network that cannot be had, or that brings another number of people than the scenario has."""
    if not isinstance(network, Brings):
        return True
    key = next((key for key in ("path", "name") if key in (node.mapping or {})), "")
    spot = node.mapping[key].spot if node.mapping and key else node.spot
    try:
        network.fit(getattr(investors, "count", None), getattr(investors, "newcomers", 0))
    except UnitError as error:
        reader.report.add(spot, join("network", key) if key else "network", error.given, error.allowed, error.nearest)
        return False
    return True


def _investors(node: Node, reader: Reader) -> Any:
    segments: tuple[Any, ...] | None = ()
    if node.mapping is not None and "segments" in node.mapping:
        segments = _segments(node.mapping["segments"], reader)
    elif reader.rates:
        segments = tuple(_exchanged(each, reader) for each in reader.registry["section", "investors"].make.segments)
    also = {"segments": segments} if segments else {}
    investors = build_section("investors", node, "investors", reader, also, beside=("segments",))
    return None if segments is None else investors


def _exchanged(segment: Any, reader: Reader) -> Any:
    """Return a segment that nobody described with its money in the currency of the scenario."""
    amounts = {p.name: converted(p, reader.rates) for p in reader.registry["section", "segment"].parameters}
    return replace(segment, **{name: amount for name, amount in amounts.items() if amount is not None})


def _segments(node: Node, reader: Reader) -> tuple[Any, ...] | None:
    path = "investors.segments"
    if not node.items:
        reader.report.add(node.spot, path, kind_of(node), "a list of segments, each with name, share and traits")
        return None
    made = [build_section("segment", item, item_path(path, item, k), reader) for k, item in enumerate(node.items)]
    is_good = names_once(node.items, path, "segment", reader)
    segments = tuple(each for each in made if each is not None)
    if not is_good or len(segments) < len(made):
        return None
    total = sum(segment.share for segment in segments)
    if abs(total - 1) > SHARES_ADD_TO_ONE:
        shares = " + ".join(f"{100 * segment.share:g} %" for segment in segments)
        given = f"shares that add to {100 * total:.10g} % ({shares})"
        reader.report.add(node.key or node.spot, path, given, "shares of segments that add to 100 %")
        return None
    return segments


def _platforms(node: Node | None, tree: Node, reader: Reader) -> tuple[Any, ...] | None:
    if node is None:
        reader.report.absent(
            tree.spot, "platforms", "a scenario without 'platforms'", "a list of at least one platform"
        )
        return None
    if not node.items:
        reader.report.add(node.spot, "platforms", "an empty list", "a list of at least one platform")
        return None
    made = [
        build_section("platform", item, item_path("platforms", item, k), reader) for k, item in enumerate(node.items)
    ]
    is_good = names_once(node.items, "platforms", "platform", reader)
    if not is_good or any(each is None for each in made):
        return None
    return tuple(one for each in made for one in _copied(each))


def _copied(platform: Any) -> list[Any]:
    """Return all copies of a platform, by name: itself where there is one. Each says how many there are."""
    copies = getattr(platform, "copies", 1)
    return [platform] if copies == 1 else [_called(platform, name) for name in copies_of(platform.name, copies)]


def _called(platform: Any, name: str) -> Any:
    """Return a platform under another name; nothing else of it is checked again, for there may be thousands."""
    other = object.__new__(type(platform))
    other.__dict__.update(platform.__dict__, name=name)
    return other


def uncopied(platforms: Sequence[Any]) -> list[Any]:
    """Return platforms as they are written, each once with the number of its copies."""
    written, k = [], 0
    while k < len(platforms):
        copies = getattr(platforms[k], "copies", 1)
        written.append(platforms[k] if copies == 1 else _called(platforms[k], platforms[k].name.removesuffix(" 1")))
        k += copies
    return written


def share_parts(base: World, other: World) -> World:
    """Return *other* with every part that equals *base*'s replaced by it; *base* itself where all are equal."""
    if other == base:
        return base
    mechanisms = {
        name: base.mechanisms[name] if base.mechanisms[name] == now else now for name, now in other.mechanisms.items()
    }
    return World(
        network=base.network if other.network == base.network else other.network,
        investors=base.investors if other.investors == base.investors else other.investors,
        platforms=base.platforms if other.platforms == base.platforms else other.platforms,
        mechanisms=base.mechanisms if mechanisms == base.mechanisms else mechanisms,
        actors=base.actors if other.actors == base.actors else other.actors,
        members=base.members if other.members == base.members else other.members,
    )
