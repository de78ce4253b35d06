"""Figures that are measured within this process: studies, the minimal rule, Mesa objects, many platforms."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from trustsim.bench.figures import Figure, Target, ratio
from trustsim.bench.objects import Crowd
from trustsim.bench.worlds import minimal, signal_on, story
from trustsim.bench.yardstick import Yardstick
from trustsim.catalog import REGISTRY
from trustsim.experiment.estimate import estimate
from trustsim.experiment.passing import Passing
from trustsim.experiment.store import Store
from trustsim.experiment.study import run_study
from trustsim.kernels.layout import Beliefs, Gauges
from trustsim.model import Batch
from trustsim.scenario.load import load
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import find

CONTAGION = "limits/T-34-contagion"
_OBJECT_TURNS = 2  # they take a second


def studies(
    yard: Yardstick, file: str | os.PathLike[str], turns: int, worlds: int, small: tuple[int, int, int]
) -> list[Figure]:
    """Return what a whole study takes, without its report: the story in *file* as it is, in *worlds*; and *small*
    (worlds, people, days) of its first variant."""
    whole = load(file, REGISTRY)
    n_small, people, days = small
    one = story(file, people, 1)
    short = replace(one, horizon=days * one.step, baseline=one.variants[0].name)
    return [
        _study(yard, turns, "study", f"study, {worlds} worlds", whole, worlds, 1.5),
        _study(yard, turns, "study_small", f"study, {n_small} × {people:,} × 1", short, n_small, 2.5),
    ]


def _study(yard: Yardstick, turns: int, name: str, what: str, scenario: Scenario, worlds: int, limit: float) -> Figure:
    def work(room: Passing) -> None:
        with Store(room.path) as store:
            run_study(scenario, replications=worlds, workers=1, store=store)

    run_study(scenario, replications=3, workers=1)  # so that compiling is not timed
    people = scenario.variants[0].world.investors.count or 0
    n = worlds * people * scenario.n_days * len(scenario.variants)
    return Figure(name, what, tuple(yard.turns(turns, Passing, work)), n=n, target=Target(limit, of_pass=True))


def many_small(yard: Yardstick, turns: int, worlds: int, people: int, days: int) -> Figure:
    """Return what so many worlds of the minimal rule take, each with a network of its own, set-up included."""
    scenario = minimal(people, 1, days)
    together = estimate(scenario, replications=worlds, workers=1).worlds

    def work(_: object) -> None:
        for first in range(0, worlds, together):
            batch = Batch(scenario, scenario.variants, range(first, min(first + together, worlds)))
            run_days(batch, days)

    seconds = yard.turns(turns, lambda: None, work)
    return Figure("minimal_small", f"minimal, {worlds:,} × {people:,} × 1", tuple(seconds), n=worlds * people * days)


def run_days(batch: Batch, days: int) -> None:
    """Step worlds of the minimal rule, with its signals."""
    everywhere = np.ones(batch.state.n_lanes, np.bool_)
    for day in range(1, days + 1):
        if signal_on(day):
            batch.engine.day.do.post(0, everywhere, reach=1.0, fading=1.0, fund=-signal_on(day))
        batch.step()


def against_objects(yard: Yardstick, turns: int, people: int, days: int, widths: tuple[int, ...]) -> list[Figure]:
    """Return the minimal rule as Mesa objects and in the engine with so many variants: days only, and their ratios.

    Is right where as many are out on every day in both.
    """
    out: list[int] = []

    def all_days(crowd: Crowd) -> None:
        out[:] = [0]
        for _ in range(days):
            crowd.step()
            out.append(crowd.n_out())

    seconds = yard.turns(min(turns, _OBJECT_TURNS), lambda: _crowd(people, days), all_days)
    objects = Figure("objects", f"minimal, {people:,}, Mesa objects", tuple(seconds), n=people * days)
    figures = [objects]
    for width, limit in zip(widths, (500, 200), strict=True):
        engine, is_right = _in_engine(yard, turns, people, days, width, out)
        name, what, target = f"objects_over_{width}", f"  objects / {_variants(width)}", Target(limit, at_least=True)
        figures += [engine, ratio(name, what, objects, engine, target, is_right=is_right)]
    return figures


def _in_engine(yard: Yardstick, turns: int, people: int, days: int, width: int, out: list[int]) -> tuple[Figure, bool]:
    scenario, same = minimal(people, width, days), []

    def work(batch: Batch) -> None:
        run_days(batch, days)
        ran = batch.history[:, Gauges.RUNNERS, :, 0].cumsum(axis=0)
        same.append(bool((ran == np.array(out)[:, None]).all()))

    seconds = yard.turns(turns, lambda: Batch(scenario, scenario.variants, (0,)), work)
    what = f"minimal, {people:,}, {_variants(width)}"
    return Figure(f"minimal_{width}", what, tuple(seconds), n=people * days * width), all(same)


def _variants(n: int) -> str:
    return f"{n} variant{'s' if n > 1 else ''}"


def _crowd(people: int, days: int) -> Crowd:
    scenario = minimal(people, 1, days)
    state = Batch(scenario, scenario.variants, (0,)).state
    links, trust = state.network, state.beliefs[Beliefs.FUND, 0].astype(np.float64)
    neighbours = np.split(links.neighbours, links.indptr[1:-1])
    return Crowd(trust.tolist(), [known.tolist() for known in neighbours])


def contagion(yard: Yardstick, turns: int, worlds: int) -> Figure:
    """Return what a world of a thousand platforms takes in all variants of its shipped scenario, of so many worlds."""
    scenario = load(find(CONTAGION), REGISTRY)
    seconds = yard.turns(turns, lambda: None, lambda _: run_study(scenario, replications=worlds, workers=1))
    return Figure("platforms", "1,000 platforms, a world", tuple(x / worlds for x in seconds))
