"""The form of the page: every parameter of a scenario in groups, its variants, and what can be added to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trustsim.analysis.headlines import first_to_rank
from trustsim.registry import REGISTRY, Entry
from trustsim.report.words import words
from trustsim.scenario.at_top import WORLD
from trustsim.scenario.behaviour import ENSEMBLE, POINT, SHIPPED, usual
from trustsim.scenario.layout import FILE, HORIZON, STEP
from trustsim.scenario.merge import named
from trustsim.scenario.presets import presets_of, said_of, values_under
from trustsim.scenario.resolved import Precision
from trustsim.scenario.sections import DO_NOTHING, names_in
from trustsim.scenario.switches import OFF
from trustsim.scenario.tree import Node, Spot, plain
from trustsim.web.fields import Names, choice_of, field_of, fields_of, shown
from trustsim.web.page_state import Applied, problem_json, rankings
from trustsim.web.take_away import taken_away
from trustsim.web.timing import timing_of

Json = dict[str, Any]
_NOTHING = Node({}, Spot(""))
_STUDY = "How long the story goes on, and in what steps."


def form_of(applied: Applied, folder: str) -> Json:
    """Return the whole form of a state: parameters, variants, interventions, outcomes, problems, and what to take away.

    Where the file cannot be read there are no groups, and the problems say why.
    """
    tree, scenario = applied.tree, applied.scenario
    keys = (tree.mapping or {}) if tree is not None else {}
    wanted = [str(plain(each)) for each in (keys["outcomes"].items or ())] if "outcomes" in keys else []
    names = Names(str(_plain(keys, "currency") or "CNY"), _names(keys))
    return {
        "id": applied.file.id,
        "title": str(_plain(keys, "title") or ""),
        "description": str(_plain(keys, "description") or ""),
        "currency": names.currency,
        "horizon_days": scenario.horizon if scenario else None,
        "baseline": _baseline(keys),
        "digest": scenario.digest if scenario else None,
        "problems": [problem_json(problem, Path(folder)) for problem in applied.problems],
        "groups": _groups(keys, names, applied.state.set) if keys else [],
        "variants": _variants(keys, names, applied),
        "interventions": [_intervention(entry, names) for entry in REGISTRY.group("intervention").values()],
        "outcomes": _outcomes(wanted),
        "ranked_by": applied.state.ranked_by or first_to_rank(rankings(wanted)),
        "series": [
            {"name": e.name, "label": words.label(e.name), "unit": e.unit, "text": e.summary}
            for e in REGISTRY.group("series").values()
        ],
        **_size(applied),
        **taken_away(applied, folder),
    }


def _plain(keys: Mapping[str, Node], key: str) -> Any:
    return plain(keys[key]) if key in keys else None


def _names(keys: Mapping[str, Node]) -> dict[str, list[str]]:
    try:
        return names_in(keys, REGISTRY)
    except (TypeError, AttributeError):  # sections of the wrong form, which the problems tell of
        return {}


def _baseline(keys: Mapping[str, Node]) -> str:
    variants = keys["variants"].mapping if "variants" in keys else None
    return str(_plain(keys, "baseline") or next(iter(variants or (DO_NOTHING,))))


def _size(applied: Applied) -> Json:
    scenario = applied.scenario
    if scenario is None:
        worlds = applied.state.replications if applied.needs is None else applied.needs.replications
        return {"replications": worlds, "seed": applied.state.seed, "n_runs": None}
    planned = scenario.replications
    worlds = planned.budget if isinstance(planned, Precision) else planned
    n_variants = len(applied.shown or scenario.variants)
    precision = asdict(planned) if isinstance(planned, Precision) else None
    return {"replications": worlds, "seed": scenario.seed, "n_runs": worlds * n_variants, "precision": precision}


def _groups(keys: Mapping[str, Node], names: Names, changed: Mapping[str, Any]) -> list[Json]:
    study = [field_of(p, keys.get(p.name), p.name, names) for p in (HORIZON, STEP)]
    groups = [_group("study", "Study", _STUDY, [*study, _behaviour(keys), *_presets_of_world(keys)])]
    groups += _shocks(keys, names) + _platforms(keys, names) + _investors(keys, names)
    groups += _network(keys, names) + _actors(keys, names) + _mechanisms(keys, names)
    for group in groups:
        for each in (*group["fields"], *group["more"]):
            each["is_changed"] = each["path"] in changed
    return groups


def _behaviour(keys: Mapping[str, Node]) -> Json:
    """Return the choice of how people behave."""
    said, text = str(_plain(keys, "behaviour") or usual(REGISTRY)), FILE["behaviour"].text
    ways = dict.fromkeys((said, POINT, *((ENSEMBLE,) if SHIPPED.exists() else ())))
    return choice_of("behaviour", "behaviour", text, said, tuple(ways), is_set="behaviour" in keys)


def _presets_of_world(keys: Mapping[str, Node]) -> list[Json]:
    """Return a choice for each group of presets that stands at the top of the file."""
    return [
        choice_of(
            each.key, each.key, words.sentence(words.capital(each.text)), str(_plain(keys, each.key) or ""),
            ("", *REGISTRY.group(each.group)), is_set=each.key in keys,
        )
        for each in presets_of(REGISTRY, WORLD)
    ]  # fmt: skip


def _group(key: str, title: str, text: str, fields: list[Json]) -> Json:
    """Return a group: first what the file or the page sets, then all others."""
    first = [each for each in fields if each["is_set"]]
    return {
        "key": key,
        "title": title,
        "text": text,
        "fields": first,
        "more": [each for each in fields if not each["is_set"]],
    }


def _shocks(keys: Mapping[str, Node], names: Names) -> list[Json]:
    items = (keys["shocks"].items or ()) if "shocks" in keys else ()
    groups = []
    for k, node in enumerate(items):
        entry = _entry_of(node, "shock")
        if entry is not None:
            fields = [*fields_of(entry, node, f"shocks.{k}", names), *timing_of(entry, node, f"shocks.{k}", names)]
            title = f"Shock: {words.label(entry.name)}"
            groups.append(_group(f"shocks.{k}", title, entry.summary, fields))
    return groups


def _entry_of(node: Node, group: Any) -> Entry | None:
    kind = node.mapping.get("kind") if node.mapping else None
    return REGISTRY.group(group).get(str(kind.value)) if kind is not None else None


def _platforms(keys: Mapping[str, Node], names: Names) -> list[Json]:
    entry = REGISTRY["section", "platform"]
    usual = next(p.default for p in entry.parameters if p.name == "kind")
    kinds = REGISTRY.group("platform_kind")
    groups = []
    for k, node in enumerate((keys["platforms"].items or ()) if "platforms" in keys else ()):
        name = str(plain(node).get("name", k)) if node.mapping else str(k)
        kind = kinds.get(str(said_of(node).get("kind", usual))) if node.mapping else None
        laid = _laid("platform", node)
        fields = [each for each in fields_of(entry, node, f"platforms.{name}", names, laid) if each["name"] != "name"]
        text = kind.summary if kind is not None else entry.summary
        groups.append(_group(f"platforms.{name}", f"Platform {name}", text, fields))
    return groups


def _investors(keys: Mapping[str, Node], names: Names) -> list[Json]:
    node = keys.get("investors", _NOTHING)
    entry, segment = REGISTRY["section", "investors"], REGISTRY["section", "segment"]
    groups = [
        _group(
            "investors",
            "Investors",
            entry.summary,
            fields_of(entry, node, "investors", names, _laid("investors", node)),
        )
    ]
    segments = node.mapping.get("segments") if node.mapping else None
    items = (segments.items or ()) if segments is not None else ()
    for name, k in named(items).items():
        path = f"investors.segments.{name}"
        fields = [
            each
            for each in fields_of(segment, items[k], path, names, _laid("segment", items[k]))
            if each["name"] != "name"
        ]
        groups.append(_group(path, f"Segment {name}", segment.summary, fields))
    return groups


def _laid(section: str, node: Node) -> dict[str, Any]:
    return values_under(REGISTRY, section, said_of(node))


def _network(keys: Mapping[str, Node], names: Names) -> list[Json]:
    node = keys.get("network", _NOTHING)
    entry = _entry_of(node, "network_kind")
    kinds = list(REGISTRY.group("network_kind"))
    kind = choice_of("kind", "network.kind", "Which network.", entry.name if entry else "", kinds, is_set=True)
    fields = [kind, *(fields_of(entry, node, "network", names) if entry else [])]
    return [_group("network", "Network", entry.summary if entry else "Who hears from whom.", fields)]


def _actors(keys: Mapping[str, Node], names: Names) -> list[Json]:
    groups = []
    for entry in REGISTRY.group("actor").values():
        items = (keys[entry.plural].items or ()) if entry.plural in keys else ()
        for name, k in named(items).items():
            path = f"{entry.plural}.{name}"
            fields = [each for each in fields_of(entry, items[k], path, names) if each["name"] != "name"]
            groups.append(_group(path, f"{words.capital(words.label(entry.name))} {name}", entry.summary, fields))
    return groups


def _mechanisms(keys: Mapping[str, Node], names: Names) -> list[Json]:
    node = keys.get("mechanisms", _NOTHING)
    groups = []
    for name, entry in REGISTRY.group("mechanism").items():
        own = (node.mapping or {}).get(name)
        is_on = getattr(entry.make, "default_on", True) if own is None else own.value not in (OFF, False)
        path = f"mechanisms.{name}"
        switch = choice_of(
            "switch", path, "Whether it acts.", "on" if is_on else OFF, ("on", OFF), is_set=own is not None
        )
        switch["label"] = "On or off"
        fields = [switch, *(fields_of(entry, own, path, names) if is_on else [])]
        groups.append(_group(path, f"Mechanism: {words.label(name)}", entry.summary, fields))
    return groups


def _variants(keys: Mapping[str, Node], names: Names, applied: Applied) -> list[Json]:
    variants = (keys["variants"].mapping if "variants" in keys else None) or {DO_NOTHING: Node((), Spot(""))}
    baseline = _baseline(keys)
    own = applied.in_file or (DO_NOTHING,)
    return [
        {
            "name": name,
            "is_baseline": name == baseline,
            "from": "file" if name in own else "page",
            "parts": [_part(part, f"variants.{name}.{k}", names) for k, part in enumerate(node.items or ())],
        }
        for name, node in variants.items()
    ]


def _part(node: Node, path: str, names: Names) -> Json:
    if node.mapping is None:
        name = str(node.value)
        return {"name": name, "title": name, "text": "All that this variant does.", "fields": []}
    if "set" in node.mapping:
        changes = shown(node.mapping["set"])
        when = {key: shown(child) for key, child in node.mapping.items() if key != "set"}
        fields = [{**each, "is_changed": each["is_set"]} for each in timing_of(None, node, path, names)] if when else []
        text = "What is otherwise in the world."
        return {"set": changes, "title": "Other settings", "text": text, "values": when, "fields": fields}
    entry = _entry_of(node, REGISTRY.of_item(str(_plain(node.mapping, "kind"))))
    values = {key: shown(child) for key, child in node.mapping.items() if key != "kind"}
    if entry is None:
        return {"kind": str(_plain(node.mapping, "kind")), "title": "", "text": "", "values": values, "fields": []}
    fields = [*fields_of(entry, node, path, names), *timing_of(entry, node, path, names)]
    return {
        "kind": entry.name,
        "title": words.capital(words.label(entry.name)),
        "text": entry.summary,
        "values": values,
        "fields": [{**each, "is_changed": each["is_set"]} for each in fields],
    }


def _intervention(entry: Entry, names: Names) -> Json:
    fields = [*fields_of(entry, None, "", names), *timing_of(entry, None, "", names)]
    for each in fields:
        if each["is_required"] and each["choices"]:
            each["value"] = each["choices"][0]
    return {
        "kind": entry.name,
        "family": entry.family,
        "title": words.capital(words.label(entry.name)),
        "summary": entry.summary,
        "text": entry.text,
        "fields": fields,
    }


def _outcomes(wanted: Sequence[str]) -> list[Json]:
    ranking = rankings(wanted)
    return [
        {
            "name": e.name, "label": words.label(e.name), "unit": e.unit, "better": e.better, "text": e.summary,
            "is_asked": e.name in wanted, "can_rank": e.name in ranking,
        }
        for e in REGISTRY.group("outcome").values()
    ]  # fmt: skip
