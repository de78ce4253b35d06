"""The state of the page holds a scenario and what was changed in it; it is read as a browser sends it, and applied."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trustsim.errors import Place, Problem, choice
from trustsim.experiment.estimate import Estimate, estimate
from trustsim.registry import LISTED, REGISTRY
from trustsim.scenario.merge import overridden
from trustsim.scenario.resolved import Precision, Scenario
from trustsim.scenario.tree import LONGEST, Node, Report, Spot
from trustsim.web.changes import node_of, variants_of, with_variants, without_switches
from trustsim.web.files import File, Files, read
from trustsim.web.outgoing import without_paths
from trustsim.web.refused import Refused
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
    values = {key: value for key, value in document.items() if value is not None}
    for key, wanted, allowed in (
        ("scenario", str, "the id of a scenario"),
        ("set", dict, "a mapping of dotted paths to texts"),
        ("variants", dict, "a mapping of names to lists of parts, or to null"),
        ("show", list, "a list of names"),
        ("replications", int, "a whole number"),
        ("seed", int, "a whole number"),
        ("ranked_by", str, "the name of an outcome"),
    ):
        value = values.get(key)
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise Refused(400, f"{key}: {str(value)[:80]!r}", allowed)
    if "scenario" not in values:
        raise Refused(400, "no scenario", "the id of a scenario")
    if not all(isinstance(name, str) for name in values.get("show", ())):
        raise Refused(400, "show: something that is no text", "a list of names of variants")
    for name, parts in values.get("variants", {}).items():
        if parts is not None and not isinstance(parts, list):
            raise Refused(400, f"variants.{name[:80]}: no list", "a list of parts, or null to leave the variant out")
    n_parts = sum(max(1, len(parts or ())) for parts in values.get("variants", {}).values())
    if len(values.get("set", ())) + n_parts > MOST_CHANGES:
        raise Refused(413, "very many changes", f"at most {MOST_CHANGES} in one state")
    if "show" in values:
        values["show"] = tuple(values["show"])
    return PageState(**values)


def apply(state: PageState, files: Files, limits: Limits) -> Applied:
    """Return the scenario of a state. Raises Refused where there is no such file."""
    file = files.find(state.scenario)
    spot = Spot(os.path.join(files.folder, PAGE))
    overrides: dict[str, Node] = {}
    in_file: list[str] = []

    def changed(tree: Node, report: Report) -> Node:
        values = {path: node_of(value, path, spot, report) for path, value in state.set.items()}
        numbers = {"replications": state.replications, "seed": state.seed}
        values |= {key: Node(number, spot, spot) for key, number in numbers.items() if number is not None}
        overrides.update(without_switches(tree, values))
        in_file.extend(variants_of(tree))
        whole = with_variants(overridden(tree, overrides, report), state.variants, spot, report)
        _stop_if_long(whole, limits, report)
        _stop_if_many(whole, report)
        return whole

    result = read(file, changed)
    problems = result.problems or (*_too_large(result.scenario, limits), *_unranked(result.scenario, state.ranked_by))
    scenario, needs = None if problems else result.scenario, None
    if scenario is not None:
        needs = estimate(scenario, variants=_shown(scenario, state), workers=limits.workers)
        problems = beyond(needs, limits)
    return Applied(state, file, result.tree, None if problems else scenario, problems, overrides, tuple(in_file), needs)


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
        "variants": sum(max(1, _length(variant)) for variant in variants_of(tree).values()),
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


def rankings(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the outcomes that have a better side, so that they can rank variants, of those asked for (none: all)."""
    outcomes = REGISTRY.group("outcome")
    return tuple(name for name in wanted or outcomes if name in outcomes and outcomes[name].better)


def _unranked(scenario: Scenario | None, wanted: str | None) -> list[Problem]:
    """Return a problem where the variants cannot be ranked by what the page asks for."""
    names = rankings(scenario.outcomes) if scenario is not None else ()
    if scenario is None or wanted is None or wanted in names:
        return []
    return [Problem(Place(PAGE, 1, 1, "ranked_by"), repr(wanted[:LONGEST]), *choice(wanted, names, LISTED))]


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
