"""Make what the program itself can say of the docs: ``python docs/make.py`` after a change of mechanisms or parameters.

Written are ``docs/mechanisms.md`` (from the registry), and from one run of the quickstart its file and table in
``README.md`` and ``docs/pictures/quickstart.png``. Tests compare the first two with the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trustsim as ts
from trustsim import units
from trustsim.report.table import ranked_table
from trustsim.scenario.catalog import catalog_json

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = "scenarios/quickstart.yaml"
BEGIN, END = "<!-- made by docs/make.py -->\n", "<!-- end -->\n"

CUSTODY = ("misuse", "loss", "lag", "throughput", "cost", "trust", "visibility")
GROUPS = {
    "mechanism": ("Mechanisms", "Rules of the world, under `mechanisms:`. `off` switches one off."),
    "shock": ("Shocks", "What strikes from outside, under `shocks:`. Each may carry `day`, `until`, `when`."),
    "intervention": ("Interventions", "The levers, in `variants:`. Each may carry `from`, `until`, `when`."),
    "section": ("Sections", "What exists at day 0: `investors:`, its `segments:`, and each of the `platforms:`."),
    "platform_kind": ("Platform kinds", "Presets of a platform's settings: `kind:` of a platform."),
    "custody": (
        "Custody regimes",
        "Who keeps the client money: `custody:` of a platform. `misuse` and `loss` are factors on what the\n"
        "platform can misuse and on a loss at the keeper, `lag` is days added to the payout lag, `throughput` the\n"
        "most that can be paid out in a day / claims, `cost` a year / money kept, `trust` log-odds added to where\n"
        "trust in fund safety rests, `visibility` the share of an unpaid queue that outsiders see. The figures are\n"
        "assumed.",
    ),
    "network_kind": ("Network kinds", "Who sees and hears whom: `kind:` of the `network:`."),
    "outcome": ("Outcomes", "One number for a run and variant, under `outcomes:`."),
    "series": ("Series", "One number for a day, variant and platform: `result.series(name)`."),
    "indicator": ("Indicators", "What a trigger (`when: {indicator: …}`) may watch; it sees yesterday's value."),
}


def mechanisms_page() -> str:
    """Return ``docs/mechanisms.md``: every entry of the registry with all its parameters."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Everything that a scenario can hold\n"
    yield "Made from the registry by `python docs/make.py`; do not edit. `trustsim catalog` prints the same.\n"
    yield "A source is a DOI, an id of the evidence table (`E-…` facts, `P-…` signs), a row of the catalogue of"
    yield "constructs (`A1` … `L4`) that says what is to be represented, or `assumed`: a number chosen by us, to be"
    yield "varied before anything is concluded from it.\n"
    for group, (title, about) in GROUPS.items():
        yield f"## {title}\n\n{about}\n"
        for entry in catalog_json(ts.catalog.REGISTRY, group)["entries"]:
            yield from _entry(entry)


def _entry(entry: dict[str, Any]) -> Iterator[str]:
    yield f"### `{entry['name']}`\n"
    facts = [entry["family"], f"rows {', '.join(entry['rows'])}" if entry["rows"] else "", f"source: {entry['source']}"]
    if "unit" in entry and entry["group"] != "indicator":
        facts.append(f"unit: {entry['unit']}")
    if entry["group"] == "mechanism" and not getattr(
        ts.catalog.REGISTRY["mechanism", entry["name"]].make, "default_on", True
    ):
        facts.append("off unless a file names it")
    if entry.get("better"):
        facts.append(f"{entry['better']} is better")
    yield f"{entry['text'].replace('``', '`')}\n\n*{'; '.join(filter(None, facts))}*\n"
    if entry["parameters"]:
        yield "| parameter | meaning | unit | bounds | default | source |\n|---|---|---|---|---|---|"
        yield from (_row(parameter) for parameter in entry["parameters"])
        yield ""
    if entry["group"] == "platform_kind":
        yield f"{_preset(entry['name'])}\n"
    if entry["group"] == "custody":
        regime = ts.catalog.REGISTRY["custody", entry["name"]].make
        yield ", ".join(f"`{name}` {getattr(regime, name):g}" for name in CUSTODY) + "\n"


def _preset(kind: str) -> str:
    """Return what a platform kind sets, as in a scenario file."""
    unit = {p.name: p.unit for p in ts.catalog.REGISTRY["section", "platform"].parameters}
    preset = ts.catalog.REGISTRY["platform_kind", kind].make.preset
    return ", ".join(f"`{name}: {units.show(value, unit[name])}`" for name, value in preset.items())


def _row(p: dict[str, Any]) -> str:
    unit = p["unit"] + (" or distribution" if p["spread"] else "")
    bounds = ", ".join(p["choices"]) or (f"a {p['refers']}" if p["refers"] else _bounds(p["low"], p["high"]))
    if p["required"]:
        default = "required"
    else:
        default = f"`{p['default']}`" if p["default"] != "" else "empty"
    cells = (f"`{p['name']}`", p["text"], unit, bounds, default, p["source"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _bounds(low: str | None, high: str | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"≥ {low}"
    return f"≤ {high}" if low is None else f"{low} … {high}"


def readme_with(text: str, scenario: str, table: str) -> str:
    """Return the README *text* with the quickstart's file and its ranked *table* in their places."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    shown = f"$ trustsim compare {QUICKSTART}\n{table}\nreport: quickstart-run/report.html"
    return f"{before}{BEGIN}```yaml\n{scenario}```\n\n```console\n{shown}\n```\n{END}{after}"


def main() -> None:
    """Write all of it; the quickstart is run once, as its file says."""
    (ROOT / "docs/mechanisms.md").write_text(mechanisms_page(), encoding="utf-8")
    result = ts.compare(ROOT / QUICKSTART)
    readme = ROOT / "README.md"
    scenario = (ROOT / QUICKSTART).read_text(encoding="utf-8")
    text = readme_with(readme.read_text(encoding="utf-8"), scenario, ranked_table(result.comparison))
    readme.write_text(text, encoding="utf-8")
    panels = result.plot.fan("outflow")
    (ROOT / "docs/pictures").mkdir(exist_ok=True)
    panels[0].get_figure(root=True).savefig(ROOT / "docs/pictures/quickstart.png", dpi=80, facecolor="white")


if __name__ == "__main__":
    main()
