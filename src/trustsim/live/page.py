"""The page: Mesa's controls, a slider for each knob, and two pictures."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import solara

from trustsim.live.classroom import FEWEST, LARGEST, WatchedModel, knobs
from trustsim.report.pictures import watched
from trustsim.scenario.resolved import Scenario

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=r"(?s).*found despite early return", category=UserWarning)  # in Mesa 3.3
    from mesa.visualization import Slider, SolaraViz

MOST_WORLDS = 100
STEP_MS = 200  # pause between two days while it plays
_PNG: dict[str, Any] = {"format": "png", "dpi": 110, "pil_kwargs": {"compress_level": 1}}  # quick rather than small

_HINT = (
    "Press play, or step a day. Sliders and the variant take hold with Reset; another world has other people and luck."
)


def inputs(story: Scenario) -> dict[str, Any]:
    """Return what Mesa's page needs to build a :class:`WatchedModel`: the story, and a widget for each value."""
    names = [variant.name for variant in story.variants]
    found: dict[str, Any] = {
        "story": story,
        "variant": {"type": "Select", "label": "Variant shown", "value": story.baseline, "values": names},
        "world": Slider("World", 0, 0, MOST_WORLDS - 1, 1),
    }
    count = story.document["investors"].get("count")
    if count is not None and story.document["network"]["kind"] != "file":
        found["count"] = Slider("Investors", count, min(count, FEWEST), max(count, LARGEST), 10)
    for knob in knobs(story):
        found[knob.path] = Slider(knob.label, knob.value, knob.low, knob.high, knob.step, dtype=float)
    return found


def first_model(story: Scenario) -> WatchedModel:
    """Return the model that the page opens with."""
    return WatchedModel(**{name: _value(given) for name, given in inputs(story).items()})


def _value(given: Any) -> Any:
    if isinstance(given, Slider):
        return given.value
    return given["value"] if isinstance(given, dict) else given


def _network(model: WatchedModel) -> None:
    solara.Text(today(model))
    solara.FigureMatplotlib(watched.network_today(model, model.links, model.places), **_PNG)


def _course(model: WatchedModel) -> None:
    solara.FigureMatplotlib(watched.course(model), **_PNG)


def today(model: WatchedModel) -> str:
    """Say in a sentence what the network's picture shows."""
    trust = watched.trust_of_who_stays(model)
    gone = int(np.isnan(trust).sum())
    mean = "nobody is left" if gone == len(trust) else f"those who stay trust at {100 * np.nanmean(trust):.0f} %"
    return f"Day {model.day * model.dt:g} of {model.story.horizon:g}: {gone} of {len(trust)} have run; {mean}."


@solara.component  # type: ignore[untyped-decorator]
def Watch(story: Scenario) -> None:
    """Show one run of *story*, a scenario of classroom size."""
    model = solara.use_memo(lambda: first_model(story), [story.digest])
    solara.Info(_HINT, dense=True)
    SolaraViz(
        model, components=[(_network, 0), (_course, 0)], model_params=inputs(story), name=story.title or "trustsim",
        play_interval=STEP_MS,
    )  # fmt: skip
