"""The file of a history matching: which parameters are free, and which entries of which scenarios must be met.

::

    parameters:
      mechanisms.herding.weight: {from: 1, to: 14}
    targets:
      ../scenarios/evidence/E-11.yaml:
        worlds: 10
        set: {investors.count: 500}
        entries: {left: 0.5 pp, stands: 2 pp}

What an entry asks is said in its scenario; here stands by how much a model that is right about people may miss it
(its discrepancy, one standard deviation), in the unit of the entry.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from trustsim import units
from trustsim.errors import UnitError, choice
from trustsim.registry import Registry
from trustsim.scenario.behaviour import POINT
from trustsim.scenario.entries import Reader
from trustsim.scenario.layout import Key, Layout, broken_keys
from trustsim.scenario.load import load
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.targets import PARAMETER, FreeParameter, free_parameter
from trustsim.scenario.tree import Node, Report, join, kind_of, plain, tree_of
from trustsim.scenario.yaml_file import read_file

FILE: Layout = {
    "parameters": Key("mapping", "Scenario paths and the bounds of each.", is_required=True),
    "targets": Key("mapping", "Scenario files, relative to this one, and what of each must be met.", is_required=True),
}
STORY: Layout = {
    "worlds": Key("whole", "How many worlds are run at each point.", is_required=True, low=2, high=10**6),
    "set": Key("mapping", "Values by path in place of the scenario's, such as fewer investors.", {}),
    "entries": Key("mapping", "Entries of its `expect` by id, and the discrepancy of each.", is_required=True),
}


@dataclass(frozen=True)
class Goal:
    """An entry that must be met, and its ``discrepancy``, one standard deviation in the computed unit."""

    id: str
    discrepancy: float


@dataclass(frozen=True)
class Story:
    """A scenario whose entries must be met; its ``expect`` holds those of ``goals``, in their order."""

    name: str
    scenario: Scenario
    worlds: int
    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Matching:
    """A file that was read: what is free, and the stories with what must be met; at least one of each."""

    parameters: tuple[FreeParameter, ...]
    stories: tuple[Story, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The goals, story by story: ``E-11 left``."""
        return tuple(f"{story.name} {goal.id}" for story in self.stories for goal in story.goals)


def read_matching(path: str | os.PathLike[str], registry: Registry) -> Matching:
    """Return the file of a history matching. Raises ScenarioError with everything that is wrong with it."""
    report = Report()
    tree = read_file(os.fspath(path), report)
    broken = frozenset(FILE) if tree is None else broken_keys(tree, FILE, "", report)
    report.stop_if_any()
    assert tree is not None
    assert tree.mapping is not None
    assert not broken
    folder = os.path.dirname(os.path.abspath(path))
    targets = tree.mapping["targets"].mapping or {}
    stories = [_story(name, node, folder, registry, report) for name, node in targets.items()]
    found = [story for story in stories if story is not None]
    if not found:
        report.add(tree.mapping["targets"].spot, "targets", "no scenario that can be read", "at least one")
    report.stop_if_any()
    free = _parameters(tree.mapping["parameters"], found[0].scenario, Reader(registry, report))
    report.stop_if_any()
    return Matching(free, tuple(found))


def _parameters(node: Node, story: Scenario, reader: Reader) -> tuple[FreeParameter, ...]:
    document = {key: value for key, value in story.document.items() if key not in ("sweep", "expect")}
    base = tree_of(document, "", "", reader.report)
    known = {
        path: Node(
            {key: each for key, each in (child.mapping or {}).items() if key in PARAMETER}, child.spot, child.key
        )
        for path, child in (node.mapping or {}).items()
    }  # 'source' is for readers
    found = [free_parameter(path, child, base, reader) for path, child in known.items()]
    if not found:
        reader.report.add(node.spot, "parameters", "no parameters", "at least one, a scenario path {from: …, to: …}")
    return tuple(each for each in found if each is not None)


def _story(file: str, node: Node, folder: str, registry: Registry, report: Report) -> Story | None:
    where = join("targets", file)
    if broken_keys(node, STORY, where, report):
        return None
    keys = node.mapping or {}
    overrides = {key: plain(each) for key, each in (keys["set"].mapping or {}).items()} if "set" in keys else {}
    scenario = load(os.path.join(folder, file), registry, overrides={**overrides, "behaviour": POINT})
    by_id = {entry.id: entry for entry in scenario.expect}
    goals = []
    for id, size in (keys["entries"].mapping or {}).items():
        if id not in by_id:
            given = f"the entry {id!r}, which {file} does not have"
            report.add(
                size.key or size.spot, join(where, "entries"), given, *choice(id, by_id, f"the expect of {file}")
            )
        elif any(reading.file for reading in by_id[id].readings):
            report.add(size.spot, join(where, "entries"), f"{id!r}, which reads another file", "one that reads its own")
        else:
            goals.append(Goal(id, _discrepancy(size, join(where, f"entries.{id}"), report)))
    if not goals:
        report.add(node.spot, where, "no entries", "at least one, an id and its discrepancy")
        return None
    asked = replace(scenario, expect=tuple(by_id[goal.id] for goal in goals))
    name = os.path.splitext(os.path.basename(file))[0]
    return Story(name, asked, int(str(keys["worlds"].value)), tuple(goals))


def _discrepancy(node: Node, path: str, report: Report) -> float:
    """Return a size in the unit in which it is written; 0 where it is wrong (and reported)."""
    kinds: tuple[units.Unit, ...] = ("share", "duration", "number")
    for unit in kinds if isinstance(node.value, int | float | str) and not isinstance(node.value, bool) else ():
        try:
            size = float(str(units.parse(node.value, unit)))
        except (UnitError, ValueError):
            continue
        if size > 0:
            return size
    report.add(node.spot, path, kind_of(node), "a positive size, such as 2 pp, 0.5 d or 0.1")
    return 0.0


def digest_parts(matching: Matching) -> Mapping[str, object]:
    """Return what was asked, as plain data, for the file of the members."""
    return {
        f"{story.name} {goal.id}": {
            "source": entry.source, "low": entry.low, "high": entry.high, "discrepancy": goal.discrepancy,
            "worlds": story.worlds, "scenario": story.scenario.digest,
        }
        for story in matching.stories
        for goal, entry in zip(story.goals, story.scenario.expect, strict=True)
    }  # fmt: skip
