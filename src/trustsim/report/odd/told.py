"""How the description tells of one thing: its docstring, its sources and its parameters in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trustsim.registry import REGISTRY, Entry, Group
from trustsim.report.tables.markdown import Markdown, code, paragraphs, shown, table
from trustsim.report.words import sources, words
from trustsim.report.words.force import Assumption
from trustsim.scenario.catalog import laid_by


@dataclass(frozen=True)
class Told:
    """One thing as the description tells it: its docstring, the rows and sources behind it, its parameters in force."""

    title: str
    text: tuple[Markdown, ...]
    facts: Markdown
    parameters: Markdown
    ids: tuple[str, ...]


def of_entry(entry: Entry, listed: Sequence[Assumption], users: str = "", *, unit: bool = False) -> Told:
    """Tell of a registered thing; ``users``: the variants that alone have it."""
    facts = [f"rows {', '.join(entry.rows)}"] * bool(entry.rows) + [f"source: {entry.source}"]
    if unit:
        better = f", {entry.better} is better" if entry.better else ""
        facts.insert(0, f"unit: {entry.unit}{better}")
    facts += [f"on in {users} only"] * bool(users)
    ids = (*sources.ids_of(entry.source), *entry.rows, *sources.ids_in(entry.text), *ids_of(listed))
    text = tuple(paragraphs(entry.text))
    return Told(words.capital(words.label(entry.name)), text, italic("; ".join(facts)), parameters(listed), ids)


def of_item(group: Group, kind: str, listed: Mapping[str, list[Assumption]]) -> Told:
    """Tell of a shock or an intervention; where variants use it in different forms, each with its own values."""
    owners = (f"{group}: {words.label(kind)}", words.label(kind))
    forms = {o: found for o, found in listed.items() if o.partition(" in ‘")[0] in owners}
    told = of_entry(REGISTRY[group, kind], [a for found in forms.values() for a in found])
    tables = [Markdown(f"{shown(words.capital(owner))}:\n\n{parameters(found)}") for owner, found in forms.items()]
    return Told(told.title, told.text, told.facts, Markdown("\n\n".join(tables)), told.ids)


def of_place(owner: str, listed: Sequence[Assumption]) -> Told:
    """Tell of the values of a platform, of the network, the investors or an actor, or of how a study counts."""
    return Told(f"Values of {owner}", (), Markdown(""), parameters(listed), ids_of(listed))


def of_kind(entry: Entry) -> Told:
    """Tell of a kind of network, or of a preset with what it lays."""
    told = of_entry(entry, [])
    title = f"{entry.group.replace('_', ' ').capitalize()}: {words.label(entry.name)}"
    figures = laid_by(entry, REGISTRY)
    laid = Markdown(", ".join(f"{code(name)} {shown(str(value))}" for name, value in figures.items()))
    return Told(title, (*told.text, *([laid] if figures else [])), told.facts, told.parameters, told.ids)


def ids_of(listed: Sequence[Assumption]) -> tuple[str, ...]:
    """Return the names of the sources of some parameters."""
    return tuple(name for a in listed for name in sources.ids_of(a.source))


def italic(text: str) -> Markdown:
    """Return a text in italics."""
    return Markdown(f"*{shown(text)}*")


def _bold(text: str) -> Markdown:
    return Markdown(f"**{shown(text)}**")


def parameters(listed: Sequence[Assumption]) -> Markdown:
    """Return parameters with what they are; a value that is not the default stands out."""
    return table(
        ("parameter", "value", "default", "unit", "source", "meaning"),
        ((code(a.name), _bold(a.value) if a.is_set else a.value, a.default, a.unit, a.source, a.text) for a in listed),
    )
