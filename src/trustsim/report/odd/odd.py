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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jinja2

from trustsim import outcomes as measuring
from trustsim.analysis.compared import Compared
from trustsim.analysis.evidence import findings, variants_needed
from trustsim.experiment.folder import versions
from trustsim.kernels import account_pass, act, balance, draws, settle
from trustsim.model import TrustCrisisModel
from trustsim.registry import REGISTRY, Entry
from trustsim.report.tables.evidence_tables import expected, observed, what_of
from trustsim.report.tables.markdown import Markdown, code, fenced, paragraphs, shown, table
from trustsim.report.words import reading, sources, story, words
from trustsim.report.words.story import Assumption
from trustsim.scenario.document import content_of
from trustsim.world import custody, population, state, terms, weights

#: which mechanisms a design concept of ODD is about; what they do is told by their docstrings
CONCEPTS = {
    "emergence": ("herding", "fear", "queue_news", "switching", "spillover", "interaction", "threshold", "clusters"),
    "adaptation": (
        "choice", "ordinary", "switching", "threshold", "best_response", "global_game", "interaction", "imitation",
        "observation", "clusters", "adoption", "reentry",
    ),
    "objectives": ("switching", "best_response", "global_game"),
    "learning": ("trust", "risk_view", "dealings", "opinion", "bounded_confidence"),
    "prediction": ("risk_view", "best_response", "global_game"),
    "sensing": ("media", "queue_news", "health", "herding", "service_desk", "threshold", "observation"),
    "interaction": (
        "herding", "fear", "spillover", "service_desk", "obligations", "opinion", "bounded_confidence", "imitation",
        "interaction", "observation", "threshold",
    ),
    "collectives": ("clusters",),
}  # fmt: skip
#: submodels that every scenario has, with where their docstring is
ALWAYS = (
    ("Hearing", account_pass.hear),
    ("Asking for money, joining, and what neighbours see", act.act),
    ("Assets", balance.carry),
    ("Payment", settle.settle),
    ("Failure", settle.fail),
    ("How levers combine", terms),
    ("What counts as a run on a platform", measuring.find_runs),
)
START = (
    ("People", population.draw_population),
    ("Accounts", population.open_accounts),
    ("Balance sheets", state.build),
    ("Beliefs", weights.fill_beliefs),
)
METHODS = (
    "doi:10.1016/j.ecolmodel.2006.04.023", "doi:10.18564/jasss.4259", "doi:10.1080/17477778.2018.1442155",
    "doi:10.1145/2063384.2063405",
    "doi:10.1080/01621459.1927.10502953", "doi:10.1111/j.2517-6161.1992.tb01876.x",
    "doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
)  # fmt: skip
RESOLVED = "resolved.yaml"


@dataclass(frozen=True)
class Told:
    """One thing as the description tells it: its docstring, the rows and sources behind it, its parameters in force."""

    title: str
    text: tuple[Markdown, ...]
    facts: Markdown
    parameters: Markdown
    ids: tuple[str, ...]


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
        name: _entry(REGISTRY["mechanism", name], listed.get(f"mechanism: {words.label(name)}", []), users)
        for name, users in _on(result).items()
    }
    struck = _kinds(scenario.shocks)
    shocks = [_entry(REGISTRY["shock", kind], listed[f"shock: {words.label(kind)}"]) for kind in struck]
    levers = [_lever(kind, listed) for kind in _kinds(_items(result))]
    places = [_place(owner, found) for owner, found in listed.items() if _is_place(owner)]
    kinds = _kinds_of_world(result)
    names = dict.fromkeys([name for name in (c.ranked_by, *scenario.outcomes) if name])
    asked = [_entry(REGISTRY.outcome(name), [], unit=True) for name in names]
    told = (*mechanisms.values(), *shocks, *levers, *places, *kinds, *asked)
    cited = sources.cited((*METHODS, *(name for each in told for name in each.ids), *_named(result)))
    return {
        "scenario": scenario, "comparison": c, "words": words, "study": result.study,
        "listing": lambda texts: Markdown(", ".join(texts)),
        "ranked_by": words.label(c.ranked_by or ""),
        "notes": _notes(scenario.document.get("notes") or {}),
        "author": scenario.document.get("notes") or {},
        "patterns": _patterns(result),
        "phases": paragraphs(inspect.getdoc(TrustCrisisModel.step) or ""),
        "timeline": story.timeline(scenario), "packages": story.packages(scenario, c.baseline, c.variants),
        "mechanisms": mechanisms,
        "concepts": {concept: [mechanisms[n] for n in names if n in mechanisms] for concept, names in CONCEPTS.items()},
        "n_off": len(REGISTRY.group("mechanism")) - len(mechanisms),
        "off": _off(result),
        "always": [(title, paragraphs(inspect.getdoc(thing) or "")) for title, thing in ALWAYS],
        "start": [(title, paragraphs(inspect.getdoc(thing) or "")) for title, thing in START],
        "draws": paragraphs(inspect.getdoc(draws) or ""),
        "places": places, "kinds": kinds, "shocks": shocks, "levers": levers,
        "world": story.world_of(scenario, c.baseline), "network_file": _network_file(scenario.document),
        "asked": asked, "levels": _levels(result),
        **_sourcing([a for found in listed.values() for a in found if a.is_figure]), "scope": sources.SCOPE,
        "failures": _failures(result), "precision": result.precision,
        "version": versions()["trustsim"],
        "versions": [f"{name} {version}" for name, version in versions().items()],
        "machine": f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors, {sys.byteorder}-endian",
        "command": fenced(reading.command(result, RESOLVED), "sh"),
        "publications": [s for s in cited if s.is_doi], "evidence": [s for s in cited if s.is_evidence],
        "rows": [s for s in cited if s.is_construct],
    }  # fmt: skip


def _sourcing(figures: Sequence[Assumption]) -> dict[str, Any]:
    """Count the parameters that name a source of numbers, only a construct, nothing; list the latter two by owner."""
    assumed: dict[str, list[Markdown]] = {}
    for a in figures:
        if a.is_assumed or a.is_construct:
            text = f"{words.label(a.name)} {a.value}"
            assumed.setdefault(a.owner, []).append(_italic(text) if a.is_construct else Markdown(shown(text)))
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
    """Return every parameter in force by its owner; of variants with another world, the owners that only they have."""
    c = result.comparison
    found: dict[str, list[Assumption]] = {}
    for world in (c.baseline, *c.variants):
        here: dict[str, list[Assumption]] = {}
        for assumption in story.assumptions(result.scenario, world, c.variants):
            here.setdefault(assumption.owner, []).append(assumption)
        found = {**here, **found}
    return _together(found)


def _together(listed: Mapping[str, list[Assumption]]) -> dict[str, list[Assumption]]:
    """Let owners that are alike in everything stand as one, as the copies of a platform: 'platform Bank 1 … Bank 9'."""
    alike: dict[tuple[Assumption, ...], list[str]] = {}
    for owner, found in listed.items():
        alike.setdefault(tuple(replace(a, owner="") for a in found), []).append(owner)
    named = {k: o[0] if len(o) == 1 else f"{o[0]} … {o[-1]} ({len(o)} alike)" for k, o in alike.items()}
    return {named[key]: [replace(a, owner=named[key]) for a in key] for key in alike}


def _items(result: Compared) -> list[Any]:
    return [item for v in result.scenario.variants if v.name in result.comparison.variants for item in v.items]


def _kinds(items: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(item.kind for item in items))


def _is_place(owner: str) -> bool:
    return owner.startswith(("network", "investors", "platform "))


def _entry(entry: Entry, listed: Sequence[Assumption], users: str = "", *, unit: bool = False) -> Told:
    """Tell of a registered thing; ``users``: the variants that alone have it."""
    facts = [f"rows {', '.join(entry.rows)}"] * bool(entry.rows) + [f"source: {entry.source}"]
    if unit:
        better = f", {entry.better} is better" if entry.better else ""
        facts.insert(0, f"unit: {entry.unit}{better}")
    facts += [f"on in {users} only"] * bool(users)
    ids = (*sources.ids_of(entry.source), *entry.rows, *sources.ids_in(entry.text), *_ids(listed))
    text = tuple(paragraphs(entry.text))
    return Told(words.capital(words.label(entry.name)), text, _italic("; ".join(facts)), _parameters(listed), ids)


def _lever(kind: str, listed: Mapping[str, list[Assumption]]) -> Told:
    """Tell of an intervention; where variants use it in different forms, each with its own values."""
    forms = {o: found for o, found in listed.items() if o.partition(" in ‘")[0] == words.label(kind)}
    told = _entry(REGISTRY["intervention", kind], [a for found in forms.values() for a in found])
    tables = [Markdown(f"{shown(words.capital(owner))}:\n\n{_parameters(found)}") for owner, found in forms.items()]
    return Told(told.title, told.text, told.facts, Markdown("\n\n".join(tables)), told.ids)


def _place(owner: str, listed: Sequence[Assumption]) -> Told:
    return Told(f"Values of {owner}", (), Markdown(""), _parameters(listed), _ids(listed))


def _kinds_of_world(result: Compared) -> list[Told]:
    """Tell of the network kinds, platform kinds and custody regimes in use."""
    found: dict[str, Entry] = {}
    for world in _worlds(result):
        found |= {e.name: e for e in REGISTRY.group("network_kind").values() if e.make is type(world.network)}
        for one in world.platforms:
            used = (REGISTRY.group("platform_kind").get(one.kind), REGISTRY.group("custody").get(one.custody))
            found |= {f"{e.group} {e.name}": e for e in used if e is not None}
    return [_kind(e) for e in found.values()]


def _kind(entry: Entry) -> Told:
    told = _entry(entry, [])
    title = f"{entry.group.replace('_', ' ').capitalize()}: {words.label(entry.name)}"
    text = told.text
    if entry.group == "custody":
        figures = {n: getattr(entry.make, n) for n in inspect.get_annotations(custody.Custody)}
        values = Markdown(", ".join(f"{code(name)} {value:g}" for name, value in figures.items()))
        text = (*text, *paragraphs(inspect.getdoc(custody.Custody) or ""), values)
    return Told(title, text, told.facts, told.parameters, told.ids)


def _ids(listed: Sequence[Assumption]) -> tuple[str, ...]:
    return tuple(name for a in listed for name in sources.ids_of(a.source))


def _named(result: Compared) -> Iterator[str]:
    """Yield the sources that docstrings of the engine and the scenario's expectations and notes name."""
    for _, thing in (*ALWAYS, *START):
        yield from sources.ids_in(inspect.getdoc(thing) or "")
    for e in result.scenario.expect:
        yield from (name for name in sources.ids_of(e.source) if name in sources.known())
    yield from (name for name in result.scenario.document.get("notes") or {} if name in sources.known())


def _italic(text: str) -> Markdown:
    return Markdown(f"*{shown(text)}*")


def _bold(text: str) -> Markdown:
    return Markdown(f"**{shown(text)}**")


def _parameters(listed: Sequence[Assumption]) -> Markdown:
    """Return parameters with what they are; a value that is not the default stands out."""
    return table(
        ("parameter", "value", "default", "unit", "source", "meaning"),
        ((code(a.name), _bold(a.value) if a.is_set else a.value, a.default, a.unit, a.source, a.text) for a in listed),
    )


def _notes(notes: Mapping[str, Any]) -> list[Markdown]:
    return [Markdown(f"{shown(key)}: {shown(str(value))}") for key, value in notes.items()]


def _patterns(result: Compared) -> Markdown:
    """Return what the scenario must show: the expectations with what was found, where the study has what they need."""
    scenario, study = result.scenario, result.study
    has_all = set(variants_needed(scenario.expect, scenario.baseline)) <= set(study.variants)
    if not has_all or len(study.replications) == 0:
        rows = [(e.id, what_of(e, scenario.baseline), e.source) for e in scenario.expect]
        return table(("expectation", "what", "source"), rows)
    return table(
        ("expectation", "what", "must be", "found [95 %]", "verdict", "source"),
        (
            (f.expectation.id, what_of(f.expectation, scenario.baseline), expected(f, scenario.currency),
             observed(f, scenario.currency), f.verdict, f.expectation.source)
            for f in findings(study, REGISTRY)
        ),
    )  # fmt: skip


def _levels(result: Compared) -> Markdown:
    """Return the level of every outcome asked for under every variant, with its interval."""
    currency, c = result.scenario.currency, result.comparison
    measures = [reading.outcome(result, name) for name in reading.asked(result)] if c.n else []
    rows = []
    for variant in c.ranking:
        cells: list[object] = [variant]
        for m in measures:
            found = reading.level(result, m.name, variant)
            ends = words.interval(found.low, found.high, m.unit, currency)
            cells.append(Markdown(f"{words.quantity(found.mean, m.unit, currency)} [{ends}], n = {found.n}"))
        rows.append(cells)
    return table(("variant, best first", *(m.label for m in measures)), rows if measures else [])


def _failures(result: Compared) -> Markdown:
    rows = ((r.replication, ", ".join(r.variants), r.stage, r.type, r.message) for r in result.comparison.failed)
    return table(("replication", "variants", "stage", "error", "message"), rows)


def _network_file(document: Mapping[str, Any]) -> Markdown:
    """Return the name and the hash of the file that the network is read from; nothing where it is generated."""
    path = document.get("network", {}).get("path")
    if path is None:
        return Markdown("")
    content = content_of(path)
    return Markdown(code(Path(path).name) + (f", {code(content)}" if content != path else ""))
