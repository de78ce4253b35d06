"""The page about the keys of a scenario file, made from its layout and the registry, as the JSON Schema is."""

from __future__ import annotations

from collections.abc import Iterator

import trustsim as ts
from made.entries import parameters, shown
from made.tables import code, table
from trustsim import units
from trustsim.registry import Parameter
from trustsim.scenario import layout, targets
from trustsim.scenario.at_top import layout_of
from trustsim.scenario.catalog import catalog_json
from trustsim.scenario.layout import Key, Layout

HOLDS = {
    "anything": "",
    "text": "text",
    "whole": "whole number",
    "mapping": "mapping",
    "list": "list",
    "pair": "list of two",
    "texts": "list of texts",
}
REQUIRED = ("trustsim", "horizon", "network", "platforms")
FORMS = {
    "trustsim": "`1`",
    "replications": "whole number, or [a precision](#replications-until-a-precision)",
    "network": "[a kind of network](world.md#network-kinds) and its settings",
    "investors": "[settings](#investors)",
    "platforms": "list of [platforms](#platforms)",
    "regulators": "list of [regulators](actors.md)",
    "mechanisms": "[mechanisms](mechanisms.md) by name: `on`, `off` or settings",
    "shocks": "list of [shocks](shocks.md) with [their time](#when-something-acts)",
    "variants": "named lists of [parts](#variants)",
    "outcomes": "list of [outcomes](outcomes.md#outcomes)",
    "sweep": "[paths and values](#sweep)",
    "expect": "list of [expectations](#expect)",
    "indicator": "[an indicator](outcomes.md#indicators)",
    "platform": "name of a platform",
    "of": "[an outcome](outcomes.md#outcomes)",
    "day": "duration, or two of them",
    "file": "path of a scenario file",
    "plus": "term, or list of them",
    "less": "term, or list of them",
    "per": "term, or list of them",
    "statistic": "`mean`, `sd`, `total`, `median`, `quantile 90 %`",
    "worlds": "whole number, or two shares",
    "from": "value of the path",
    "to": "value of the path",
}
TITLES = {"investors": "Investors", "run": "What is a run", "waiting": "What waiting costs"}
TIMES = {p.name: p for p in (layout.HORIZON, layout.STEP, layout.LASTING, layout.LAG)}
MINUTES = 24 * 60  # of a day
TIMING = (layout.START, layout.CHANCE, layout.UNTIL)

ABOUT = """\
# The keys of a scenario file

Made by `python docs/make.py` from the tables that the loader and the JSON Schema (`trustsim schema`) are made from; do
not edit. How they work together is told in [the scenario file, by example](scenario-format.md).

Values are written with their unit: `15 %`, `30 d`, `50000 CNY`, `0.2 /day`; see [values](scenario-format.md#values).
Only the keys marked *required* must be there. An unknown key is an error, and the message names the nearest right one.
"""
EXTENDS = (
    "`extends`",
    "File or files, relative to this one, that this one is laid over.",
    "text, or list of texts",
    "",
    "",
)
VARIANTS = """\
Under `variants:` each name has a list. Its parts are:

| part | is |
|---|---|
| `{kind: …, …}` | [an intervention](interventions.md) or [a shock](shocks.md) with its [time](#when-something-acts) |
| `name` | the name of another variant, all of whose parts are taken |
| `{set: {path: value}}` | changes to the world, lists of [actors](actors.md) among it |
| `{set: …, from: …}` | other terms of platforms in [time](#when-something-acts): [`new_terms`](interventions.md) |
"""
APPENDS = """\
A key with a `+` before it (`+shocks:`) appends to the list of the file that this one extends. A mapping over a list
changes the items that its keys name, and `null` removes what is extended, at any depth
([building on another file](scenario-format.md#building-on-another-file)).
"""
TERMS = """\
Under `plus`, `less` and `per` stand terms. A term has the keys from `outcome` to `per`, and says only in what it
differs from the one that holds it.
"""
SWEEP = """\
Under `sweep:` stand dotted paths, each with a list of values (`grid`, `zip`) or two bounds (`lhs`, `sobol`), and:

| key | meaning | default |
|---|---|---|
| `design` | how points are made of them: DESIGNS | `grid` |
| `samples` | how many points `lhs` and `sobol` make | `64` |

[Sweeps](sweeps.md) tells what the designs are.
"""


def page() -> str:
    """Return ``docs/scenario-reference.md``."""
    designs = ", ".join(code(name) for name in layout.DESIGNS)
    parts = [
        ABOUT,
        "## At the top\n",
        *_keys(layout_of(ts.catalog.REGISTRY), REQUIRED, (EXTENDS,)),
        "",
        APPENDS,
        *_section("investors", "Under `investors:`."),
        *_section("segment", "Each of the `segments:` of the investors; their shares add to 100 %."),
        *_section("platform", "Each of the `platforms:`. `kind:`, `jurisdiction:` and `custody:` put other defaults in "
                  "place of those below; they are listed among [the presets](world.md)."),
        *_section("run", "Under `run:`; how it is counted: [the model](model.md#measuring)."),
        *_section("waiting", "Under `waiting:`."),
        "## When something acts\n",
        "Beside its own settings, every shock and every intervention may carry `when`, and what stands below. A shock\n"
        "with a `chance` has neither a day nor a trigger: it strikes on the first day on which its draw says so, on\n"
        "each platform by a draw of its own; all variants that hold it share the draw, and the step does not change\n"
        "how likely it is. Without any of them it is there from day 0.\n",
        *table(("key", "meaning", "bounds", "default"), map(_time, TIMING)),
        "",
        "Under `when:` stands a trigger. It sees yesterday's value, fires when that has been past the threshold for\n"
        "`lasting`, and the answer comes `lag` later and stays.\n",
        *_keys(layout.WHEN),
        "",
        f"## Variants\n\n{VARIANTS}",
        "## Replications until a precision\n",
        "In place of a number, `replications:` may hold what is to be reached ([precision](precision.md)).\n",
        *_keys(layout.PRECISION),
        "",
        f"## Sweep\n\n{SWEEP.replace('DESIGNS', designs)}",
        "## Expect\n",
        "Each entry of `expect:` names what is looked at and what it must be ([evidence](evidence.md)).\n",
        *_keys(layout.EXPECT),
        "",
        TERMS,
        "## A targets file\n",
        "What `trustsim calibrate --targets` reads ([calibration](calibration.md)).\n",
        *_keys(targets.FILE),
        "",
        "Each of the `parameters:`, by its scenario path:\n",
        *_keys(targets.PARAMETER),
        "",
        "Each of the `targets:`:\n",
        *_keys(targets.TARGET),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _section(name: str, about: str) -> Iterator[str]:
    entry = catalog_json(ts.catalog.REGISTRY, "section", name)["entries"][0]
    yield f"## {TITLES.get(name, name.capitalize() + 's')}\n"
    yield f"{about}\n"
    yield f"{entry['text'].replace('``', '`')}\n"
    yield from parameters(entry["parameters"])
    yield ""


def _keys(keys: Layout, required: tuple[str, ...] = (), first: tuple[tuple[str, ...], ...] = ()) -> Iterator[str]:
    rows = [_key(name, key, key.is_required or name in required) for name, key in keys.items()]
    yield from table(("key", "meaning", "holds", "bounds", "default"), [*rows[:1], *first, *rows[1:]])


def _key(name: str, key: Key, is_required: bool) -> tuple[str, ...]:
    time = TIMES.get(name) if key.holds == "anything" else None
    form = "duration" if time else FORMS.get(name, HOLDS[key.holds]) or "value in the unit of what is measured"
    bounds = ", ".join(map(code, key.choices)) or (_range(time) if time else _whole(key))
    default = "required" if is_required else _default(key.default if time is None else _shown(time))
    return (code(name), key.text, form, bounds, default)


def _time(p: Parameter) -> tuple[str, ...]:
    return (code(p.name), p.text, _range(p), _default(_shown(p)))


def _shown(p: Parameter) -> str | None:
    return None if p.default is None or p.is_required else units.show(p.default, p.unit)


def _range(p: Parameter) -> str:
    low = "" if p.low is None else _least(p.low) if p.unit == "duration" else units.show(p.low, p.unit)
    return f"{low} … {units.show(p.high, p.unit)}" if p.high is not None else f"≥ {low}"


def _least(days: float) -> str:
    return f"{days * MINUTES:g} min" if 0 < days < 1 / 24 else units.show(days, "duration")


def _whole(key: Key) -> str:
    if key.holds != "whole":
        return ""
    return f"≥ {key.low}" if key.high == 2**63 - 1 else f"{key.low} … {key.high:,}"


def _default(value: object) -> str:
    return "" if value is None else shown(value)
