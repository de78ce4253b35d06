"""The pages about what the registry holds: mechanisms, shocks, interventions, kinds, outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import trustsim as ts
from made.tables import code, linked, table
from trustsim.errors import a
from trustsim.scenario.catalog import catalog_json

Lines = Iterator[str]

SOURCES = """\
A source is a DOI, an id of the [table of sources](sources.md) (`E-…` facts, `P-…` signs, `T-…` theory, `A1` … `L4`
constructs), or `assumed`: a number chosen by us, to be varied before anything is concluded from it."""
MADE = "Made from the registry by `python docs/make.py`; do not edit. `trustsim catalog {}` prints the same.\n"
PAGES: dict[str, tuple[str, str, tuple[tuple[str, str, str], ...]]] = {
    "mechanisms": (
        "Mechanisms",
        "Rules of the world, under `mechanisms:` in a scenario. `off` switches one off. What else a scenario can\n"
        "hold: [shocks](shocks.md), [interventions](interventions.md), [platforms, custody and networks](world.md),\n"
        "[outcomes, series and indicators](outcomes.md); where each stands in the file:\n"
        "[the keys of a scenario](scenario-reference.md).",
        (
            ("mechanism", "", ""),
            (
                "stock",
                "Stocks of platforms",
                "What mechanisms keep of a platform: a key of it for day 0, then a series, which triggers may watch.",
            ),
            ("column", "Columns of accounts", "What mechanisms keep of an account, where they are on."),
        ),
    ),
    "shocks": (
        "Shocks",
        "What strikes from outside, under `shocks:`. Each may carry `day` (or `from`) or `chance`, `until`, `when`\n"
        "([when something acts](scenario-reference.md#when-something-acts)).",
        (
            ("shock", "", ""),
            (
                "incident",
                "Incidents",
                "Shocks that strike, are found out and are told, by the name that a lever controls.",
            ),
            ("term", "Controls of incidents", "What levers multiply of an incident, `incident_control` among them."),
        ),
    ),
    "interventions": (
        "Interventions",
        "The levers, in `variants:`. Each may carry `from`, `until` and `when`\n"
        "([when something acts](scenario-reference.md#when-something-acts)). The family says who would use it.",
        (("intervention", "", ""),),
    ),
    "actors": (
        "Actors",
        "Who stands beside investors and platforms, observes and acts. Each kind has a list of its own at the top of\n"
        "a scenario, under the plural of its name (`regulators:`); without it there is nobody. A variant changes the\n"
        "list, or one of it by `{set: {regulators.NAME.lag: 3 d}}`.",
        (
            ("actor", "", ""),
            (
                "actor_stock",
                "Stocks",
                "What is recorded of an actor every day: `model.of_actors(name)`; the outcome `of_actors` has it at\n"
                "the horizon.",
            ),
            ("actor_purse", "Purses", "Money of an actor's own."),
        ),
    ),
    "world": (
        "Platforms, custody and networks",
        "The presets of a platform, and the kinds that the network can be of. A preset lays its values under other\n"
        "keys of the platform; what the file says itself lies over them, and a kind over a jurisdiction, and that\n"
        "over a custody regime: a stricter law changes nothing that the kind sets. `trustsim resolve FILE --laid`\n"
        "prints what is in force. What the keys mean: [the keys of a scenario](scenario-reference.md#platforms).",
        (
            ("platform_kind", "Platform kinds", "Presets of a platform's settings: `kind:` of a platform."),
            (
                "custody",
                "Custody regimes",
                "Presets of who keeps the client money: `custody:` of a platform. The figures are assumed.",
            ),
            ("jurisdiction", "Jurisdictions", "Presets of what the law asks: `jurisdiction:` of a platform."),
            ("network_kind", "Network kinds", "Who sees and hears whom: `kind:` of the `network:`."),
        ),
    ),
    "outcomes": (
        "Outcomes, series and indicators",
        "What is measured: shares in [0, 1], days, money in units of the currency, in JSON and in tables alike;\n"
        "pictures show shares as percentages. Misperception is held against [the true risk](reliability.md).",
        (
            ("outcome", "Outcomes", "One number for a world and variant; `outcomes:` names those to show of all."),
            ("series", "Series", "One number for a day, variant and platform: `result.series(name)`."),
            (
                "indicator",
                "Indicators",
                "What a trigger (`when: {indicator: …}`) may watch; it sees yesterday's value, on each platform. The\n"
                "threshold has its unit: of `runners` a number of accounts, while the series of that name is a share.",
            ),
        ),
    ),
}
MEASURED = ("outcome", "series", "indicator")
ROWS = ("incident", "term", "stock", "column", "actor_stock", "actor_purse")


def page(name: str) -> str:
    """Return one of the PAGES: every entry of its groups with everything that the registry knows of it."""
    title, about, groups = PAGES[name]
    lines = [f"# {title}\n", MADE.format(groups[0][0]), f"{about}\n", f"{SOURCES}\n"]
    for group, heading, text in groups:
        entries = catalog_json(ts.catalog.REGISTRY, group)["entries"]
        if heading:
            lines += [f"## {heading}\n", f"{text}\n"]
        if group in MEASURED:
            lines += [*_measures(entries), ""]
        elif group in ROWS:
            cells = ((code(e["name"]), _plain(e["text"]), linked(e["source"])) for e in entries)
            lines += [*table(("name", "what it is", "source"), cells), ""]
        else:
            lines += [line for entry in entries for line in _entry(entry, "###" if heading else "##")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _measures(entries: Sequence[dict[str, Any]]) -> Lines:
    """Yield a table of outcomes, series or indicators."""
    yield from table(
        ("name", "what it is", "unit", "better", "rows", "source"),
        (
            (code(e["name"]), _plain(e["text"]), e["unit"], e["better"], ", ".join(e["rows"]), linked(e["source"]))
            for e in entries
        ),
    )


def _entry(entry: dict[str, Any], level: str) -> Lines:
    yield f"{level} `{entry['name']}`\n"
    text, answer = _parts(entry["text"])
    yield f"{text}\n"
    if answer:
        yield f"**Known answer.** {answer}\n"
    yield f"*{'; '.join(_facts(entry))}*\n"
    if entry["parameters"]:
        yield from parameters(entry["parameters"])
        yield ""
    if "lays" in entry:
        yield ", ".join(f"`{key}: {value}`" for key, value in entry["lays"].items()) + "\n"


def _parts(text: str) -> tuple[str, str]:
    """Return a docstring in two parts: what it says, and its known answer with the test that holds it."""
    said, _, answer = text.replace("``", "`").partition("Known answer: ")
    answer, _, rest = answer.partition("\n\n")
    answer = " ".join(answer.split())
    return "\n\n".join(filter(None, (said.strip(), rest.strip()))), answer[:1].upper() + answer[1:]


def _facts(entry: dict[str, Any]) -> Lines:
    if entry["family"]:
        yield f"family: {entry['family']}"
    if entry["rows"]:
        yield f"catalogue rows {', '.join(entry['rows'])}"
    yield f"source: {linked(entry['source'])}"
    made = ts.catalog.REGISTRY[entry["group"], entry["name"]].make
    if entry["group"] == "mechanism" and not getattr(made, "default_on", True):
        yield "off unless a file names it"


def parameters(entries: Sequence[dict[str, Any]]) -> Lines:
    """Yield the table of the parameters of an entry."""
    yield from table(("parameter", "meaning", "unit", "bounds", "default", "source"), map(_parameter, entries))


def _parameter(p: dict[str, Any]) -> tuple[str, ...]:
    unit = p["unit"] + (" or distribution" if p["spread"] else "")
    bounds = ", ".join(p["choices"]) or (a(p["refers"]) if p["refers"] else _bounds(p["low"], p["high"]))
    default = "required" if p["required"] else shown(p["default"])
    return (code(p["name"]), p["text"], unit, bounds, default, linked(p["source"]))


def shown(default: object) -> str:
    """Return a default as it is written in a file."""
    return code(default) if default not in ("", None) else "none"


def _bounds(low: str | None, high: str | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"≥ {low}"
    return f"≤ {high}" if low is None else f"{low} … {high}"


def _plain(text: str) -> str:
    """Return a docstring as the text of one cell."""
    return re.sub(r"\s+", " ", text.replace("``", "`"))
