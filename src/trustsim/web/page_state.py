"""The state of the page: a scenario and what was changed in it; read from what a browser sends, and applied."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trustsim.errors import Place, Problem, nearest, one_of
from trustsim.experiment.estimate import Estimate, estimate
from trustsim.registry import REGISTRY
from trustsim.scenario.merge import overridden
from trustsim.scenario.resolved import Precision, Scenario
from trustsim.scenario.sections import DO_NOTHING
from trustsim.scenario.switches import OFF
from trustsim.scenario.tree import LONGEST, Node, Report, Spot, tree_of
from trustsim.scenario.yaml_file import read_text
from trustsim.web.files import MOST_VALUES, File, Files, read
from trustsim.web.refused import Refused
from trustsim.web.told import without_paths
from trustsim.world import network_size

PAGE = "the page"  # what messages call the place of a value that was set there
MOST_CHANGES, MOST_PARTS = 1000, 500  # in one state; shocks, segments and parts of variants in one form
_KEYS = ("scenario", "set", "variants", "show", "replications", "seed", "ranked_by")


@dataclass(frozen=True)
class PageState:
    """What the address of the page holds; see :func:`state_of`."""

    scenario: str
    set: Mapping[str, Any] = field(default_factory=dict)
    variants: Mapping[str, list[Any] | None] = field(default_factory=dict)
    show: tuple[str, ...] | None = None
    replications: int | None = None
    seed: int | None = None
    ranked_by: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the state as the browser sends it."""
        document = {key: getattr(self, key) for key in _KEYS}
        return {**document, "show": None if self.show is None else list(self.show)}


@dataclass(frozen=True)
class Limits:
    """What a study asked for on the page may need, so that nobody stops the machine by a slip of the hand.

    ``memory`` (bytes) and ``minutes`` hold for a study as a whole, with so many ``workers`` (None: all processors), and
    for a world that is watched.
    """

    investors: int = 100_000
    replications: int = 10_000
    variants: int = 64
    steps: int = 10_000
    platforms: int = 200
    memory: int = 4 * 2**30
    minutes: float = 240.0
    workers: int | None = None


@dataclass(frozen=True)
class Applied:
    """A file with the page's changes in it: the merged tree, the scenario where nothing is wrong, what is wrong."""

    state: PageState
    file: File
    tree: Node | None
    scenario: Scenario | None
    problems: tuple[Problem, ...]
    overrides: Mapping[str, Node]  # what the page set, by dotted path, replications and seed among them
    in_file: tuple[str, ...]  # names of the file's own variants

    needs: Estimate | None = None  # of the study, where there is a scenario

    @property
    def shown(self) -> tuple[str, ...] | None:
        """The variants to run in the order of the file, the baseline among them; None for all."""
        return None if self.scenario is None else _shown(self.scenario, self.state)


def state_of(document: object) -> PageState:
    """Return the state that plain data describes. Raises Refused (400) where it is none."""
    if not isinstance(document, dict):
        raise Refused(400, "a body that is no mapping", f"a mapping with {', '.join(_KEYS)}")
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise Refused(400, f"the unknown key {unknown[0][:LONGEST]!r}", f"one of {', '.join(_KEYS)}")
    given = {key: value for key, value in document.items() if value is not None}
    for key, wanted, allowed in (
        ("scenario", str, "the id of a scenario"),
        ("set", dict, "a mapping of dotted paths to texts"),
        ("variants", dict, "a mapping of names to lists of parts, or to null"),
        ("show", list, "a list of names"),
        ("replications", int, "a whole number"),
        ("seed", int, "a whole number"),
        ("ranked_by", str, "the name of an outcome"),
    ):
        value = given.get(key)
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise Refused(400, f"{key}: {str(value)[:80]!r}", allowed)
    if "scenario" not in given:
        raise Refused(400, "no scenario", "the id of a scenario")
    if not all(isinstance(name, str) for name in given.get("show", ())):
        raise Refused(400, "show: something that is no text", "a list of names of variants")
    for name, parts in given.get("variants", {}).items():
        if parts is not None and not isinstance(parts, list):
            raise Refused(400, f"variants.{name[:80]}: no list", "a list of parts, or null to leave the variant out")
    n_parts = sum(max(1, len(parts or ())) for parts in given.get("variants", {}).values())
    if len(given.get("set", ())) + n_parts > MOST_CHANGES:
        raise Refused(413, "very many changes", f"at most {MOST_CHANGES} in one state")
    if "show" in given:
        given["show"] = tuple(given["show"])
    return PageState(**given)


def apply(state: PageState, files: Files, limits: Limits) -> Applied:
    """Return the scenario of a state. Raises Refused where there is no such file."""
    file = files.find(state.scenario)
    spot = Spot(os.path.join(files.folder, PAGE))
    overrides: dict[str, Node] = {}
    in_file: list[str] = []

    def changed(tree: Node, report: Report) -> Node:
        values = {path: _node(value, path, spot, report) for path, value in state.set.items()}
        numbers = {"replications": state.replications, "seed": state.seed}
        values |= {key: Node(number, spot, spot) for key, number in numbers.items() if number is not None}
        overrides.update(_without_switches(tree, values))
        in_file.extend(_variants_of(tree))
        whole = _with_variants(overridden(tree, overrides, report), state, spot, report)
        _stop_if_long(whole, limits, report)
        _stop_if_many(whole, report)
        return whole

    found = read(file, changed)
    problems = found.problems or (*_too_large(found.scenario, limits), *_unranked(found.scenario, state.ranked_by))
    scenario, needs = None if problems else found.scenario, None
    if scenario is not None:
        needs = estimate(scenario, variants=_shown(scenario, state), workers=limits.workers)
        problems = beyond(needs, limits)
    return Applied(state, file, found.tree, None if problems else scenario, problems, overrides, tuple(in_file), needs)


def _shown(scenario: Scenario, state: PageState) -> tuple[str, ...] | None:
    if state.show is None:
        return None
    wanted = {*state.show, scenario.baseline}
    names = tuple(variant.name for variant in scenario.variants)
    return None if wanted >= set(names) else tuple(name for name in names if name in wanted)


def beyond(needs: Estimate, limits: Limits, what: str = "a study") -> tuple[Problem, ...]:
    """Return a problem where all that is asked for, taken together, needs more than the server allows."""
    sizes = (
        (needs.memory_bytes / 2**30, limits.memory / 2**30, "GiB of memory", "memory"),
        (needs.seconds / 60, limits.minutes, "minutes", "minutes"),
    )
    return tuple(
        Problem(
            Place(PAGE, 1, 1, needs.largest),
            f"{what} that needs about {_rounded(size)} {unit}",
            f"at most {_rounded(most)} {unit} on this page (trustsim serve --most-{name} {_rounded(1.1 * size)} raises "
            "it; the command line has no limit)",
        )
        for size, most, unit, name in sizes
        if size > most
    )


def _rounded(size: float) -> str:
    """Say a size with two digits, and no more of them than it has."""
    return f"{size:.2g}" if size < 100 else str(round(size))


def _variants_of(tree: Node) -> dict[str, Node]:
    """Return the variants that a tree writes down; none where it has no such key."""
    variants = (tree.mapping or {}).get("variants")
    return (variants.mapping or {}) if variants is not None else {}


def _with_variants(tree: Node, state: PageState, spot: Spot, report: Report) -> Node:
    """Return a tree with the variants that the page added or changed, and without those that it took away."""
    if not state.variants:
        return tree
    old = _variants_of(tree) or {DO_NOTHING: Node((), spot, spot)}
    new = {name: _variant(name, parts, spot, report) for name, parts in state.variants.items() if parts is not None}
    kept = {name: node for name, node in {**old, **new}.items() if state.variants.get(name, ()) is not None}
    return replace(tree, value={**(tree.mapping or {}), "variants": Node(kept, spot, spot)})


def _without_switches(tree: Node, values: Mapping[str, Node]) -> dict[str, Node]:
    """Leave out what stands below a mechanism that is switched off, and 'on' for one that has settings."""
    off = {path for path, node in values.items() if path.startswith("mechanisms.") and node.value in (OFF, False)}
    mechanisms = (tree.mapping or {}).get("mechanisms")
    listed = (mechanisms.mapping or {}) if mechanisms else {}
    set_up = {f"mechanisms.{name}" for name, node in listed.items() if node.mapping}
    set_up |= {path.rpartition(".")[0] for path in values if path.count(".") > 1}
    return {
        path: node
        for path, node in values.items()
        if path.rpartition(".")[0] not in off and not (path in set_up and node.value in ("on", True))
    }


def _node(value: object, path: str, spot: Spot, report: Report) -> Node:
    """Return what the page set, text read as in a scenario file."""
    node = written(value, spot) if isinstance(value, str) else None
    if node is None:
        whole = tree_of({path: value} if path else {}, spot.file, "", report)
        node = (whole.mapping or {}).get(path, Node(None, spot))
    return replace(node, spot=spot, key=spot)


def written(text: str, spot: Spot) -> Node | None:
    """Return what a text means in a scenario file; None for one that is just text, such as ``*`` or ``a: b``.

    A list or a mapping is one in brackets.
    """
    node = read_text(text, spot.file, Report(most_values=MOST_VALUES)) if text else None
    if node is None or ((node.items is not None or node.mapping is not None) and text.lstrip()[:1] not in "[{"):
        return None
    return node


def _variant(name: str, parts: list[Any], spot: Spot, report: Report) -> Node:
    path = f"variants.{name}"
    return Node(tuple(_part(part, f"{path}.{k}", spot, report) for k, part in enumerate(parts)), spot, spot)


def _part(value: object, path: str, spot: Spot, report: Report, depth: int = 0) -> Node:
    """Return a part of a variant: a name stays text, the values of an intervention are read as in a scenario file."""
    if isinstance(value, dict) and depth < 4:
        children = {key: _part(child, f"{path}.{key}", spot, report, depth + 1) for key, child in value.items()}
        return Node({key: replace(child, key=spot) for key, child in children.items()}, spot, spot)
    if isinstance(value, str) and depth == 0:
        return Node(value, spot)
    return _node(value, path, spot, report)


def _stop_if_long(tree: Node, limits: Limits, report: Report) -> None:
    """Raise ScenarioError where the copies of platforms alone would keep the server busy."""
    platforms = (tree.mapping or {}).get("platforms")
    items = (platforms.items or ()) if platforms is not None else ()
    copies = [item.mapping["copies"].value for item in items if item.mapping and "copies" in item.mapping]
    n = len(items) + sum(n - 1 for n in copies if isinstance(n, int))
    if n > limits.platforms:
        report.add(Spot(PAGE), "platforms", *_limit(n, limits.platforms, "platforms"))
        report.stop_if_any()


def _stop_if_many(tree: Node, report: Report) -> None:
    """Raise ScenarioError where the form alone would keep the server and the browser busy."""
    investors = (tree.mapping or {}).get("investors", tree).mapping or {}
    counts = {
        "shocks": _length((tree.mapping or {}).get("shocks")),
        "investors.segments": _length(investors.get("segments")),
        "variants": sum(max(1, _length(variant)) for variant in _variants_of(tree).values()),
    }
    for path, n in counts.items():
        if n > MOST_PARTS:
            given = f"{n} of them, with their parts" if path == "variants" else f"{n} of them"
            report.add(Spot(PAGE), path, given, f"at most {MOST_PARTS} on this page; the command line has no limit")
            report.stop_if_any()


def _length(node: Node | None) -> int:
    """Return how many items a list has; 0 for what is none."""
    return len(node.items or ()) if node is not None else 0


def _limit(n: int, most: int, what: str) -> tuple[str, str]:
    """Say that something is larger than the server allows: (given, allowed)."""
    raised = f"trustsim serve --most-{what} {n} raises it; the command line has no limit"
    return f"{n} {what}", f"at most {most} on this page ({raised})"


def _too_large(scenario: Scenario | None, limits: Limits) -> list[Problem]:
    """Return a problem for everything that is larger than the server allows."""
    if scenario is None:
        return []
    replications = scenario.replications
    budget = replications.budget if isinstance(replications, Precision) else replications
    worlds = [variant.world for variant in scenario.variants]
    people = max(network_size.expected(w.network, w.investors.count)[0] + w.investors.newcomers for w in worlds)
    counts = (
        ("replications", budget, limits.replications, "replications"),
        ("investors.count", people, limits.investors, "investors"),
        ("variants", len(scenario.variants), limits.variants, "variants"),
        ("horizon", scenario.n_days, limits.steps, "steps"),
    )
    return [Problem(Place(PAGE, 1, 1, path), *_limit(n, most, what)) for path, n, most, what in counts if n > most]


def rankings(asked: Sequence[str]) -> tuple[str, ...]:
    """Return the outcomes that have a better side, so that they can rank variants, of those asked for (none: all)."""
    outcomes = REGISTRY.group("outcome")
    return tuple(name for name in asked or outcomes if name in outcomes and outcomes[name].better)


def _unranked(scenario: Scenario | None, wanted: str | None) -> list[Problem]:
    """Return a problem where the variants cannot be ranked by what the page asks for."""
    names = rankings(scenario.outcomes) if scenario is not None else ()
    if scenario is None or wanted is None or wanted in names:
        return []
    return [Problem(Place(PAGE, 1, 1, "ranked_by"), repr(wanted[:LONGEST]), one_of(names), nearest(wanted, names))]


def problem_json(problem: Problem, folder: Path | None) -> dict[str, Any]:
    """Return a problem as the page shows it: beside the field with this path."""
    place = problem.place
    given, allowed = without_paths(problem.given, folder), without_paths(problem.allowed, folder)
    near = None if problem.nearest is None else without_paths(problem.nearest, folder)
    return {
        "file": os.path.basename(place.file),
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "given": given,
        "allowed": allowed,
        "nearest": near,
        "text": f"given: {given}; allowed: {allowed}" + (f"; did you mean {near}?" if near else ""),
    }
