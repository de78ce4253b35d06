"""Reading a merged tree into a :class:`Scenario`, top to bottom, with everything that is wrong reported."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trustsim import names
from trustsim.errors import UnitError, one_of
from trustsim.names import CLIENTS, EVERYONE
from trustsim.registry import Registry
from trustsim.scenario.at_top import WORLD, layout_of
from trustsim.scenario.behaviour import left_free, said_of
from trustsim.scenario.currency import read_currency, read_rates
from trustsim.scenario.document import digest_of, document_of, replications_of, text_of
from trustsim.scenario.entries import Reader
from trustsim.scenario.expectations import read_expectations, read_sweep
from trustsim.scenario.head import (
    check_version,
    read_clock,
    read_counted,
    read_matters,
    read_outcomes,
    read_replications,
)
from trustsim.scenario.items import Flattener, Part, read_item, read_packages
from trustsim.scenario.layout import broken_keys
from trustsim.scenario.merge import overridden
from trustsim.scenario.presets import presets_of, unsaid
from trustsim.scenario.readings import as_written, known_variant
from trustsim.scenario.resolved import Item, Scenario, Variant, World
from trustsim.scenario.sections import DO_NOTHING, names_in, read_world, share_parts
from trustsim.scenario.tree import Node, Report, join, plain

_AS_WRITTEN = ("rates", "scale", "matters", "sweep", "notes")


def read_story(tree: Node, registry: Registry, report: Report, source: str) -> Scenario | None:
    """Return the scenario of a merged tree, or None where something is wrong (and reported)."""
    broken = broken_keys(tree, layout_of(registry), "", report)
    keys = {key: node for key, node in (tree.mapping or {}).items() if key not in broken}
    is_readable = report.is_whole and not broken & {"platforms", "investors", "variants"}
    currency = read_currency(keys.get("currency"), report)
    rates = read_rates(keys.get("rates"), currency, report)
    reader = Reader(registry, report, currency, rates, names_in(keys, registry) if is_readable else {})
    check_version(keys.get("trustsim"), tree, report)
    horizon, step = read_clock(keys, tree, reader)
    world = read_world(Node(keys, tree.spot), reader)
    shock_nodes = keys["shocks"].items or () if "shocks" in keys else ()
    shocks = [read_item(node, join("shocks", k), ("shock",), horizon, reader) for k, node in enumerate(shock_nodes)]
    packages = _packages(keys, horizon, reader)
    unread = broken | ({"platforms"} - keys.keys()) if is_readable else layout_of(registry)
    variants = _variants(packages, keys, Node(keys, tree.spot), world, reader, unread, shocks)
    outcomes = read_outcomes(keys.get("outcomes"), reader)
    matters = read_matters(keys.get("matters"), reader)
    replications = read_replications(keys.get("replications"), reader)
    counted = read_counted(keys, reader)
    _prose(keys, report)
    if "baseline" in keys and keys["baseline"].value:
        known_variant(keys["baseline"], "baseline", reader)
    expect = read_expectations(keys.get("expect"), reader)
    sweep = read_sweep(keys.get("sweep"), reader, lambda point: _try_out(tree, point, registry, report))
    if report.problems or world is None or horizon is None or step is None or replications is None:
        return None
    prose = {key: str(keys[key].value) if key in keys else "" for key in ("title", "description")}
    baseline = str(keys["baseline"].value if "baseline" in keys and keys["baseline"].value else next(iter(packages)))
    seed, scale = (keys[key].value if key in keys else 1 for key in ("seed", "scale"))
    behaviour = said_of(keys.get("behaviour"), registry).text
    chosen = [each.key for each in presets_of(registry, WORLD)]
    head: dict[str, Any] = {
        **prose,
        "horizon": text_of(horizon, "duration", currency),
        "step": text_of(step, "duration", currency),
        "currency": currency,
        "baseline": baseline,
        "replications": replications_of(replications, registry, currency),
        "seed": seed,
        "counted": counted,
        "behaviour": behaviour,
        "outcomes": list(outcomes),
        **{key: plain(keys[key]) for key in (*_AS_WRITTEN, *chosen) if key in keys},
        **({"expect": as_written(keys["expect"])} if "expect" in keys else {}),
    }
    items = tuple(shock for shock in shocks if shock is not None)
    document = document_of(head, world, items, packages, registry, _unwritten(Node(keys, tree.spot), reader))
    return Scenario(
        title=prose["title"],
        description=prose["description"],
        horizon=horizon,
        step=step,
        currency=currency,
        shocks=items,
        variants=variants,
        baseline=baseline,
        replications=replications,
        seed=int(str(seed)),
        outcomes=outcomes,
        expect=expect,
        sweep=sweep,
        document=document,
        digest=digest_of(document),
        source=source,
        scale=int(str(scale)),
        counted=counted,
        matters=matters,
        behaviour=behaviour,
    )


def _unwritten(tree: Node, reader: Reader) -> list[str]:
    """Return the dotted paths at which the file says nothing and presets or a member of an ensemble may."""
    return [*unsaid(tree, reader), *left_free(tree, reader)]


def _try_out(tree: Node, point: Mapping[str, Node], registry: Registry, report: Report) -> None:
    """Report what is wrong with the scenario at one point of its sweep."""
    rest = {key: node for key, node in (tree.mapping or {}).items() if key not in ("sweep", "expect")}
    read_story(overridden(Node(rest, tree.spot), point, report), registry, report, "")


def _prose(keys: Mapping[str, Node], report: Report) -> None:
    """Report a title or a description that a terminal or a page would act on."""
    for key in ("title", "description"):
        if key in keys:
            try:
                names.check_prose(str(keys[key].value), is_line=key == "title")
            except UnitError as error:
                report.add(keys[key].spot, key, error.given, error.allowed)


def _packages(keys: Mapping[str, Node], horizon: float | None, reader: Reader) -> dict[str, tuple[Part, ...]]:
    variants = keys.get("variants")
    if variants is None or variants.mapping is None:
        return {DO_NOTHING: ()}
    if not variants.mapping:
        reader.report.add(variants.spot, "variants", "no variants", "at least one, such as nothing: []")
    return read_packages(variants.mapping, horizon, reader)


def _variants(
    packages: Mapping[str, tuple[Part, ...]], keys: Mapping[str, Node], tree: Node, world: World | None,
    reader: Reader, unread: Container[str], shocks: Sequence[Item | None],
) -> tuple[Variant, ...]:  # fmt: skip
    """Return the variants that can be had; what is wrong with any of them is reported, with a wrong world as well.

    ``unread``: keys at the top of which nothing can be known.
    """
    spots = keys["variants"].mapping or {} if "variants" in keys else {}
    flattener = Flattener(packages, spots, reader)
    common = [shock for shock in shocks if shock is not None]
    variants = []
    for name in packages:
        items, settings = flattener.flat(name)
        own = world
        known = {path: node for path, node in settings.items() if path.partition(".")[0] not in unread}
        if known:
            own = _world_with(known, tree, world, spots[name], join("variants", name), reader)
            _tell_unheard((*common, *items), own, spots[name], join("variants", name), reader)
        if own is not None:
            levers, strikes = (
                tuple(item for item in items if reader.registry.of_item(item.kind) == group)
                for group in ("intervention", "shock")
            )
            variants.append(Variant(name, levers, own, strikes))
    return tuple(variants)


def _tell_unheard(items: Iterable[Item], world: World | None, variant: Node, path: str, reader: Reader) -> None:
    """Report what is told to a segment that a variant, which sets others, does not have."""
    segments = [] if world is None else [segment.name for segment in world.investors.segments]
    for item in items if world is not None else ():
        entry = reader.registry[reader.registry.of_item(item.kind), item.kind]
        for to in (getattr(item.what, p.name) for p in entry.parameters if p.refers == "audience"):
            if to not in (EVERYONE, CLIENTS, *segments):
                given = f"{item.kind} to {to!r}, a segment that this variant has not"
                reader.report.add(variant.key or variant.spot, path, given, one_of((EVERYONE, CLIENTS, *segments)))


def _world_with(
    settings: Mapping[str, Node], tree: Node, base: World | None, variant: Node, path: str, reader: Reader
) -> World | None:
    """Return the world with the ``set`` entries of a variant; what is like the base world is the same object.

    None where something is wrong with it, or with the base world (and reported).
    """
    lists = {entry.plural: Node((), tree.spot) for entry in reader.group("actor").values()}
    changed = overridden(Node({**lists, **(tree.mapping or {})}, tree.spot), settings, reader.report)
    sections = changed.mapping or {}
    set_keys = {path.partition(".")[0] for path in settings} & sections.keys()
    layout = {key: each for key, each in layout_of(reader.registry).items() if key in set_keys}
    if broken_keys(Node({key: sections[key] for key in set_keys}, tree.spot), layout, "", reader.report):
        return None
    world = read_world(changed, replace(reader, names=names_in(sections, reader.registry)))
    if world is None or base is None:
        return None
    names = [platform.name for platform in world.platforms]
    expected = [platform.name for platform in base.platforms]
    if names != expected:
        reader.report.add(
            variant.key or variant.spot,
            path,
            f"'set' to the platforms {', '.join(names)}",
            f"the platforms of the scenario, {', '.join(expected)}",
        )
        return None
    return share_parts(base, world)
