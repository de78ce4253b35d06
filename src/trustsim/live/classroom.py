"""A scenario of a size to be watched: what stands on sliders, and the model that Mesa's page builds from them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from trustsim import units
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.registry import Group, Parameter
from trustsim.report.pictures.places import layout
from trustsim.report.words import words
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario

USUAL, FEWEST, LARGEST = 300, 20, 500  # investors: by default, and the bounds of what a picture shows well
MOST_LINKS = 10_000  # more would hide the people, and are not drawn

_PLAIN = ("share", "number", "log-odds", "per_day")
_WIDER = 3.0  # how far beyond its value a slider goes where the bounds of the parameter are far off


@dataclass(frozen=True)
class Knob:
    """A number of the scenario on a slider: ``path`` in the file; value, bounds and step in the unit shown."""

    path: str
    label: str
    value: float
    low: float
    high: float
    step: float
    is_percent: bool

    def written(self, value: float) -> str | float:
        """Return what a scenario file says for the slider at *value*."""
        return f"{value:.10g} %" if self.is_percent else value


def knobs(scenario: Scenario) -> tuple[Knob, ...]:
    """Return sliders for what the scenario has of these: its first shock's size, its first platform's cash, and the
    numbers of mechanisms that a class moves first (``taught``)."""
    return tuple(_knob(*place) for place in _places(scenario.document))


def _places(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Parameter, float]]:
    """Yield (path, whose it is, parameter, value in the computed unit)."""
    for shock in document.get("shocks", ())[:1]:
        sizes = [p for p in _numbers("shock", shock["kind"]) if p.name in shock][:1]
        yield from _found("shocks.0", words.label(shock["kind"]), sizes, shock)
    for platform in document["platforms"][:1]:
        cash = [p for p in _numbers("section", "platform") if p.name == "liquid_share"]
        yield from _found(f"platforms.{platform['name']}", platform["name"], cash, platform)
    for mechanism, entry in REGISTRY.group("mechanism").items():
        settings = document["mechanisms"][mechanism]
        if settings != "off":
            taught = [p for p in _numbers("mechanism", mechanism) if p.name == getattr(entry.make, "taught", "")]
            yield from _found(f"mechanisms.{mechanism}", words.label(mechanism), taught, settings)


def _numbers(group: Group, name: str) -> list[Parameter]:
    """Return the parameters with two bounds that are no lengths of time, sums of money or counts."""
    entry = REGISTRY[group, name]
    return [p for p in entry.parameters if p.unit in _PLAIN and p.low is not None and p.high is not None]


def _found(
    path: str, owner: str, parameters: list[Parameter], settings: Mapping[str, Any]
) -> Iterator[tuple[str, str, Parameter, float]]:
    for p in parameters:
        given = settings.get(p.name)  # None where a member says it
        value = p.default if given is None else units.parse(given, p.unit)
        if isinstance(value, int | float):
            yield f"{path}.{p.name}", owner, p, float(value)


def _knob(path: str, owner: str, p: Parameter, value: float) -> Knob:
    is_percent = p.unit == "share"
    scale = 100.0 if is_percent else 1.0
    assert p.low is not None
    assert p.high is not None
    usual = value if p.is_required else max(value, float(p.default))
    far = 1.0 if is_percent else _WIDER * (usual or 1.0)
    low, high = max(p.low, min(0.0, value)) * scale, max(value, min(p.high, far)) * scale
    step = 10.0 ** math.floor(math.log10((high - low) / 20))
    unit = "%" if is_percent else {"log-odds": "log-odds", "per_day": "per day"}.get(p.unit, "")
    label = f"{words.capital(owner)}: {words.label(p.name)}" + (f", {unit}" if unit else "")
    high = low + step * math.ceil((high - low) / step - 1e-9)
    return Knob(path, label, round(value * scale, 10), low, high, step, is_percent)


def classroom(scenario: Scenario) -> Scenario:
    """Return *scenario* with at most LARGEST investors, USUAL where there were more; a network from a file is kept.

    Raises TrustsimError where such a file, or many platforms, cannot be made so small.
    """
    count = scenario.document["investors"].get("count")
    if scenario.document["network"]["kind"] == "file":
        return scenario
    return scenario if count is not None and count <= LARGEST else changed(scenario, {"investors.count": USUAL})


def changed(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return *scenario* as if its file had said *values*, by dotted path; raises ScenarioError."""
    if not values:
        return scenario
    story = from_document(scenario.document, REGISTRY, file=scenario.source or "<scenario>", overrides=values)
    return replace(story, source=scenario.source)


class WatchedModel(TrustCrisisModel):
    """One run of a variant, beside the baseline where both can share a pass, built from the values of the page.

    Parameters
    ----------
    story : a scenario of classroom size.
    variant : which is shown. world : number of the replication. count : investors, None for those of the story.
    scenario : what Mesa 3.5 takes for its own; not used.
    kwargs : values of sliders by the path of their knob, in the unit shown; Mesa asks for this name.

    Attributes
    ----------
    links, places : the network as a networkx graph, and float64 (investors, 2), where its nodes are drawn.
    """

    def __init__(
        self,
        story: Scenario,
        variant: str,
        world: int = 0,
        count: int | None = None,
        scenario: object = None,
        **kwargs: float,
    ) -> None:
        by_path = {knob.path: knob for knob in knobs(story)}
        values = {path: by_path[path].written(v) for path, v in kwargs.items() if v != by_path[path].value}
        if count is not None and count != story.document["investors"].get("count"):
            values["investors.count"] = count
        story = changed(story, values)
        shown = _with_baseline(story, variant)
        super().__init__(story, shown, world, investors_as_agents=True)
        self.shown = shown.index(variant)
        n = self.state.population.n_investors
        if n > LARGEST:
            raise TrustsimError(
                f"live: given {n} investors; allowed: at most {LARGEST}, such as --set investors.count=300"
            )
        self.links = self.state.network.to_networkx()
        if self.links.number_of_edges() > MOST_LINKS:
            self.links.clear_edges()
        self.places = layout(self.links)


def _with_baseline(story: Scenario, variant: str) -> tuple[str, ...]:
    """Return the variants to run: the baseline first, if it differs and shares its world with *variant*."""
    names = tuple(dict.fromkeys((story.baseline, variant)))
    return names if len(lockstep_groups(story, names)) == 1 else (variant,)
