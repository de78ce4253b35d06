"""The description of a study by the ODD protocol, and the STRESS-ABS checklist, as one Markdown file.

ODD: Grimm and others (2006), doi:10.1016/j.ecolmodel.2006.04.023, in the update of 2020, doi:10.18564/jasss.4259.
STRESS: Monks and others (2019), doi:10.1080/17477778.2018.1442155.
What is said of a mechanism is its docstring, its parameters in force are those of the resolved scenario, figures are
those of the run. What only the authors can know is marked where the scenario does not say it.
"""

from __future__ import annotations

import inspect
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2

from trustsim.analysis.compared import Compared
from trustsim.experiment.folder import versions
from trustsim.kernels import draws
from trustsim.model import DAY
from trustsim.registry import REGISTRY, Entry
from trustsim.report.odd.concepts import ALWAYS, CONCEPTS, METHODS, START
from trustsim.report.odd.found import failures, levels, network_file, notes, patterns
from trustsim.report.odd.told import Told, italic, of_entry, of_item, of_kind, of_place
from trustsim.report.tables.markdown import Markdown, code, fenced, paragraphs, shown
from trustsim.report.words import force, sources, story, words
from trustsim.report.words.command import command
from trustsim.report.words.force import Assumption
from trustsim.scenario.presets import presets_of
from trustsim.scenario.resolved import Variant

RESOLVED = "resolved.yaml"


def write(result: Compared, path: str | os.PathLike[str]) -> Path:
    """Write the description of *result* and return its path."""
    target = Path(path)
    target.write_text(render(result), encoding="utf-8")
    return target


def render(result: Compared) -> str:
    """Return the description as text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("trustsim.report.odd"), undefined=jinja2.StrictUndefined, finalize=shown,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"code": code, "link": lambda url: Markdown(f"<{url}>")}
    return environment.get_template("odd.md.j2").render(_context(result))


def _context(result: Compared) -> dict[str, Any]:
    scenario, c = result.scenario, result.comparison
    listed = _listed(result)
    mechanisms = {
        name: of_entry(REGISTRY["mechanism", name], listed.get(f"mechanism: {words.label(name)}", []), users)
        for name, users in _on(result).items()
    }
    struck = _kinds((*scenario.shocks, *(item for v in _variants(result) for item in v.shocks)))
    shocks = [of_item("shock", kind, listed) for kind in struck]
    levers = [of_item("intervention", kind, listed) for kind in _kinds(_items(result))]
    places, counting = (
        [of_place(owner, found) for owner, found in listed.items() if owner.startswith(starts)]
        for starts in (_places(result), force.COUNTING)
    )
    kinds = _kinds_of_world(result)
    names = dict.fromkeys([name for name in (c.ranked_by, *scenario.outcomes) if name])
    asked = [of_entry(REGISTRY.outcome(name), [], unit=True) for name in names]
    told = (*mechanisms.values(), *shocks, *levers, *places, *counting, *kinds, *asked)
    cited = sources.cited((*METHODS, *(name for each in told for name in each.ids), *_named(result)))
    return {
        "scenario": scenario, "comparison": c, "words": words, "study": result.study,
        "listing": lambda texts: Markdown(", ".join(texts)),
        "ranked_by": words.label(c.ranked_by or ""),
        "notes": notes(scenario.document.get("notes") or {}),
        "author": scenario.document.get("notes") or {},
        "patterns": patterns(result),
        "phases": [Markdown(f"{k}. {phase}") for k, phase in enumerate(DAY, 1)],
        "timeline": story.timeline(scenario), "packages": story.packages(scenario, c.baseline, c.variants),
        "mechanisms": mechanisms,
        "concepts": {
            concept: [told for name, told in mechanisms.items() if concept in _concepts(name)] for concept in CONCEPTS
        },
        "n_off": len(REGISTRY.group("mechanism")) - len(mechanisms),
        "off": _off(result),
        "always": [(title, paragraphs(inspect.getdoc(thing) or "")) for title, thing in ALWAYS],
        "start": [(title, paragraphs(inspect.getdoc(thing) or "")) for title, thing in START],
        "draws": paragraphs(inspect.getdoc(draws) or ""),
        "places": places, "counting": counting, "kinds": kinds, "shocks": shocks, "levers": levers,
        "world": story.world_of(scenario, c.baseline), "network_file": network_file(scenario.document),
        "asked": asked, "levels": levels(result),
        **_sourcing([a for found in listed.values() for a in found if a.is_figure]), "scope": sources.SCOPE,
        "failures": failures(result), "precision": result.precision,
        "version": versions()["trustsim"],
        "versions": [f"{name} {version}" for name, version in versions().items()],
        "machine": f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors, {sys.byteorder}-endian",
        "command": fenced(command(result, RESOLVED), "sh"),
        "publications": [s for s in cited if s.is_doi], "evidence": [s for s in cited if s.is_evidence],
        "rows": [s for s in cited if s.is_construct],
    }  # fmt: skip


def _concepts(mechanism: str) -> tuple[str, ...]:
    """Return the design concepts that a mechanism says it is about."""
    return tuple(getattr(REGISTRY["mechanism", mechanism].make, "concepts", ()))


def _sourcing(figures: Sequence[Assumption]) -> dict[str, Any]:
    """Count the parameters that name a source of numbers, only a construct, nothing; list the latter two by owner."""
    assumed: dict[str, list[Markdown]] = {}
    for a in figures:
        if a.is_assumed or a.is_construct:
            text = f"{words.label(a.name)} {a.value}"
            assumed.setdefault(a.owner, []).append(italic(text) if a.is_construct else Markdown(shown(text)))
    n_named, n_assumed = sum(a.is_construct for a in figures), sum(a.is_assumed for a in figures)
    return {
        "sourced": len(figures) - n_named - n_assumed, "n_named": n_named, "n_assumed": n_assumed, "assumed": assumed,
    }  # fmt: skip


def _worlds(result: Compared) -> list[Any]:
    return [story.world_of(result.scenario, name) for name in result.comparison.variants]


def _on(result: Compared) -> dict[str, str]:
    """Return the mechanisms that are on, each with the variants that alone have it ('' where all have)."""
    variants, found = result.comparison.variants, {}
    worlds = dict(zip(variants, _worlds(result), strict=True))
    for name in REGISTRY.group("mechanism"):
        users = [variant for variant, world in worlds.items() if world.mechanisms.get(name) is not None]
        if users:
            found[name] = "" if len(users) == len(variants) else words.listing([words.quoted(v) for v in users])
    return found


def _off(result: Compared) -> list[str]:
    """Return the mechanisms that are on by default and that the scenario has switched off."""
    on = _on(result)
    usual = (e for e in REGISTRY.group("mechanism").values() if getattr(e.make, "default_on", True))
    return [words.label(e.name) for e in usual if e.name not in on]


def _listed(result: Compared) -> dict[str, list[Assumption]]:
    """Return every parameter in force by its owner."""
    c = result.comparison
    found: dict[str, list[Assumption]] = {}
    for assumption in story.assumptions(result.scenario, c.baseline, c.variants):
        found.setdefault(assumption.owner, []).append(assumption)
    return _together(found)


def _together(listed: Mapping[str, list[Assumption]]) -> dict[str, list[Assumption]]:
    """Let owners that are alike in everything stand as one, as the copies of a platform: 'platform Bank 1 … Bank 9'."""
    alike: dict[tuple[Assumption, ...], list[str]] = {}
    for owner, found in listed.items():
        alike.setdefault(tuple(replace(a, owner="") for a in found), []).append(owner)
    named = {k: o[0] if len(o) == 1 else f"{o[0]} … {o[-1]} ({len(o)} alike)" for k, o in alike.items()}
    return {named[key]: [replace(a, owner=named[key]) for a in key] for key in alike}


def _variants(result: Compared) -> list[Variant]:
    return [v for v in result.scenario.variants if v.name in result.comparison.variants]


def _items(result: Compared) -> list[Any]:
    return [item for v in _variants(result) for item in v.items]


def _kinds(items: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(item.kind for item in items))


def _places(result: Compared) -> tuple[str, ...]:
    """Return how the owners of the values of people, networks, platforms and actors begin."""
    actors = {f"{words.label(kind)} " for world in _worlds(result) for kind in world.actors}
    return ("network", "investors", "platform ", *actors)


def _kinds_of_world(result: Compared) -> list[Told]:
    """Tell of the network kinds, the presets and the kinds of actors in use."""
    found: dict[str, Entry] = {}
    for world in _worlds(result):
        found |= {e.name: e for e in REGISTRY.group("network_kind").values() if e.make is type(world.network)}
        people = world.investors
        for section, parts in (("platform", world.platforms), ("investors", [people]), ("segment", people.segments)):
            groups = presets_of(REGISTRY, section)
            used = [each.chosen({each.key: getattr(one, each.key)}, REGISTRY) for each in groups for one in parts]
            found |= {f"{e.group} {e.name}": e for e in used if e is not None}
        found |= {f"actor {kind}": REGISTRY["actor", kind] for kind in world.actors}
    return [of_kind(e) for e in found.values()]


def _named(result: Compared) -> Iterator[str]:
    """Yield the sources that docstrings of the engine and the scenario's expectations and notes name."""
    for _, thing in (*ALWAYS, *START):
        yield from sources.ids_in(inspect.getdoc(thing) or "")
    for e in result.scenario.expect:
        yield from (name for name in sources.ids_of(e.source) if name in sources.known())
    yield from (name for name in result.scenario.document.get("notes") or {} if name in sources.known())
