"""One world to watch on the page, day by day: the same people and the same luck under several variants."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trustsim.ask.spreading import median_world
from trustsim.kernels import layout
from trustsim.kernels.layout import Gauges
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.report.pictures.places import places_of
from trustsim.report.pictures.spread import links_between, of_investors, part_of, trust_of_investors
from trustsim.report.words import reading, story, words
from trustsim.scenario.resolved import Scenario

if TYPE_CHECKING:
    from trustsim.ask.result import Result

STAYS, ASKED, LEFT, NO_CLIENT = range(4)
MOST_INVESTORS, MOST_LINKS, MOST_DAYS = 1000, 6000, 400
STATUS = ("open", "stopped", "winding down", "failed")


def watch(scenario: Scenario, variants: Sequence[str], replication: int) -> dict[str, Any]:
    """Run one replication of some variants and return what the page draws of it: see the keys below.

    ``places`` of the ``n`` investors drawn, ``edges`` between them; by variant, ``trust`` and ``status`` as base64 of
    uint8 (days, n), and the day's figures of all ``platform``s together; ``events`` are the shocks.
    """
    days = _days(scenario.n_days)
    by_variant: dict[str, dict[str, Any]] = {}
    shown: dict[str, Any] = {}
    for group in lockstep_groups(scenario, tuple(variants)):
        model = TrustCrisisModel(scenario, group, rng=replication, collects=False)
        shown = shown or _shown(model)
        investors = shown["investors"][shown["investors"] < model.state.population.n_investors]
        by_variant.update(_watched(model, days, investors))
        model.__dict__.clear()
    investors = shown.pop("investors")
    return {
        "days": [round(k * scenario.step, 4) for k in days],
        "replication": replication,
        "variants": list(variants),
        "n": len(investors),
        **shown,
        "trust": {name: by_variant[name]["trust"] for name in variants},
        "status": {name: by_variant[name]["status"] for name in variants},
        "platform": {name: by_variant[name]["platform"] for name in variants},
        "events": _events(scenario, days),
    }


def worth_watching(result: Result) -> list[dict[str, Any]]:
    """Return which worlds of a study to watch, by what ranks under the baseline: the median, the least, the most."""
    c = result.comparison
    if c.n == 0:
        return []
    worlds = {int(result.study.replications[median_world(result)[0]]): "the median world"}
    if c.ranked_by is not None:
        values = reading.values(result, c.ranked_by, c.baseline)
        label = words.label(c.ranked_by)
        if np.isfinite(values).any():
            worlds.setdefault(int(result.study.replications[np.nanargmax(values)]), f"highest {label}")
            worlds.setdefault(int(result.study.replications[np.nanargmin(values)]), f"lowest {label}")
    return [{"replication": replication, "text": text} for replication, text in worlds.items()]


def _days(n_steps: int) -> list[int]:
    """Return the steps that are shown: all, or every how-many-th of very many; the last one always."""
    every = -(-(n_steps + 1) // MOST_DAYS)
    return sorted({*range(0, n_steps + 1, every), n_steps})


def _shown(model: TrustCrisisModel) -> dict[str, Any]:
    """Return who is drawn and where, from the first world: the network is the same for all variants that share it."""
    network, people = model.state.network, model.state.population
    if network.is_complete:
        investors = np.arange(min(network.n_nodes, MOST_INVESTORS), dtype=np.int64)
        links = np.zeros((0, 2), np.int64)
    else:
        start = int(network.degree.argmax()) if network.n_nodes else 0
        investors = part_of(network, start, MOST_INVESTORS)
        links = links_between(network, investors)
    places = places_of(len(investors), links)
    links = links[:: -(-len(links) // MOST_LINKS) or 1]
    segments = model.variants[0].world.investors.segments
    return {
        "investors": investors,
        "places": np.round(places, 4).tolist(),
        "edges": links.tolist(),
        "segments": [str(segment.name) for segment in segments],
        "segment": people.segment[investors].tolist(),
        "note": _note(len(investors), network.n_nodes, network.is_complete),
    }


def _note(n_shown: int, n_nodes: int, is_complete: bool) -> str:
    text = "" if n_shown == n_nodes else f"Drawn are {n_shown} of {n_nodes} investors, linked to each other. "
    return text + ("Everybody is linked to everybody; no link is drawn." if is_complete else "")


def _watched(model: TrustCrisisModel, days: Sequence[int], investors: NDArray[np.int64]) -> dict[str, dict[str, Any]]:
    """Step a model to its horizon; return by variant what the page draws of it on these days."""
    n_variants, n = model.state.n_lanes, len(investors)
    trust = np.zeros((n_variants, len(days), n), np.uint8)
    status = np.full((n_variants, len(days), n), NO_CLIENT, np.uint8)
    was_client = np.zeros((n_variants, n), np.bool_)
    has_asked = np.zeros((n_variants, n), np.bool_)
    for step in range(model.story.n_days + 1):
        if step:
            model.step()
            has_asked |= _asks(model)[:, investors]
        if step not in days:
            continue
        k = days.index(step)
        holds = _holds(model)[:, investors]
        trust[:, k] = _trust(model)[:, investors]
        was_client |= holds
        status[:, k] = np.where(was_client, np.where(holds, STAYS, LEFT), NO_CLIENT)
        status[:, k][has_asked & was_client] = ASKED
        has_asked[:] = False
    series = {name: model.series(name)[list(days), :, -1] for name in ("outflow", "trust")}
    standing = model.history[list(days), Gauges.STATUS].max(axis=2).astype(int)
    return {
        variant.name: {
            "trust": base64.b64encode(trust[v].tobytes()).decode(),
            "status": base64.b64encode(status[v].tobytes()).decode(),
            "platform": {
                **{name: [_number(x) for x in values[:, v]] for name, values in series.items()},
                "status": [STATUS[x] if x < len(STATUS) else "" for x in standing[:, v]],
            },
        }
        for v, variant in enumerate(model.variants)
    }


def _number(x: float) -> float:
    return round(float(x), 6) if np.isfinite(x) else 0.0


def _asks(model: TrustCrisisModel) -> NDArray[np.bool_]:
    """Return bool (variants, investors): who asked for money back on any platform this step."""
    return of_investors(model, (model.state.actions & np.uint8(layout.RUNS | layout.LEAVES)) > 0)


def _holds(model: TrustCrisisModel) -> NDArray[np.bool_]:
    """Return bool (variants, investors): who holds money on a platform."""
    return of_investors(model, (model.state.flags & np.uint8(layout.HOLDS)) > 0)


def _trust(model: TrustCrisisModel) -> NDArray[np.uint8]:
    """Return uint8 (variants, investors): trust, 255 for full trust."""
    return np.round(255 * trust_of_investors(model)).astype(np.uint8)


def _events(scenario: Scenario, days: Sequence[int]) -> list[dict[str, Any]]:
    """Return what strikes, each on the shown day that is nearest."""
    shown = np.array(days) * scenario.step
    events = []
    for item in story.dated(scenario):
        at = float(shown[np.abs(shown - story.day_of(item)).argmin()])
        described = story.event(item, "shock", scenario)
        events.append({"day": round(at, 4), "text": described.title})
    return sorted(events, key=lambda event: float(event["day"]))
