"""What a ``set`` with a time changes in the course of a run: a lever for each thing that it gives other settings.

Which things can have others then, a lever says: ``sets`` is the list of the file whose keys are its parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trustsim.errors import nearest, one_of
from trustsim.registry import Entry
from trustsim.scenario.entries import Reader, build
from trustsim.scenario.resolved import Item, Timing
from trustsim.scenario.tree import Node, join, kind_of


def read_changes(values: Mapping[str, Node], path: str, timing: Timing, reader: Reader) -> tuple[Item, ...]:
    """Return the levers that make these changes at their time, one for each platform; what is wrong is reported."""
    levers = {entry.make.sets: entry for entry in reader.group("intervention").values() if hasattr(entry.make, "sets")}
    given: dict[tuple[str, str], dict[str, Node]] = {}
    for key, node in (leaf for each in values.items() for leaf in _leaves(*each)):
        section, _, rest = key.partition(".")
        if section in levers and not reader.names.get("platform"):
            continue  # what there is cannot be known, and is told
        names, setting = _named(rest, reader.names.get("platform", ())) if section in levers else ((), "")
        if _can_change(key, node, names, setting, levers, join(path, key), reader):
            for name in names:
                given.setdefault((section, name), {})[setting] = node
    made = []
    for (section, name), settings in given.items():
        entry, where = levers[section], next(iter(settings.values())).spot
        whole = Node({"platform": Node(name, where), **settings}, where)
        what = build(entry, whole, join(path, f"{section}.{name}"), reader)
        made += [] if what is None else [Item(entry.name, what, timing)]
    return tuple(made)


def _leaves(key: str, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the single settings at and below a path, each with its path."""
    if node.mapping:
        for name, child in node.mapping.items():
            yield from _leaves(f"{key}.{name}", child)
    else:
        yield key, node


def _named(rest: str, names: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Split what stands behind ``platforms.`` into the platforms that it names, all copies of one, and the setting."""
    whole = max((name for name in names if rest.startswith(f"{name}.")), key=len, default=None)
    if whole is not None:
        return (whole,), rest[len(whole) + 1 :]
    head, _, setting = rest.rpartition(".")
    copies = (name for name in names if name.startswith(f"{head} ") and name[len(head) + 1 :].isdigit())
    return tuple(copies), setting


def _can_change(
    key: str, node: Node, names: Sequence[str], setting: str, levers: Mapping[str, Entry], where: str, reader: Reader
) -> bool:
    """Whether a path can change in the course of a run, to a value; if not that is reported."""
    section, _, rest = key.partition(".")
    spot, can = node.key or node.spot, _settings(levers.get(section))
    if section in levers and "." in rest and not names:
        head, known = rest.partition(".")[0], reader.names["platform"]
        reader.report.add(spot, where, f"{head!r} in {section}", one_of(known), nearest(head, list(known)))
    elif setting not in can:
        can_change = [f"{each}.NAME.KEY with KEY one of {', '.join(_settings(x))}" for each, x in levers.items()]
        given = f"{key!r} with a time, which cannot change in the course of a run"
        allowed = "; ".join([*can_change, "other paths without from, until and when"])
        near = nearest(setting, can)
        reader.report.add(spot, where, given, allowed, near)
    elif node.value is None or isinstance(node.value, dict | tuple):
        reader.report.add(node.spot, where, kind_of(node), "a value to change to")
    else:
        return True
    return False


def _settings(lever: Entry | None) -> list[str]:
    """Return the settings that a lever can change."""
    return [] if lever is None else [p.name for p in lever.parameters if p.default is None]
