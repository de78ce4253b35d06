"""An engine whose numbers are a formula of one assumption: what a robustness study must find is known."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import trustsim as ts
from trustsim.experiment.run import Run
from trustsim.world.network_kinds import NoLinks

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
NAMES = ["nothing", "insured", "buffer"]
USUAL = 2.0  # of queue_news.fear
SLOPE, AHEAD = 0.1, 0.02  # the first is ahead by AHEAD at USUAL, and loses SLOPE for each unit of its logarithm
TIPS = USUAL * math.exp(AHEAD / SLOPE)  # 2.443
FLIPS = 0.5 - AHEAD / SLOPE / (2 * math.log(1.5))  # of numbers even in their logarithm between 1 / 1.5 and 1.5: 25.3 %
LUCK, OTHER_LUCK = 0.004, 0.006  # s.d. in a world of a variant, and beside that under other assumptions


def scenario(**overrides):
    return ts.load(
        QUICKSTART, overrides={"outcomes": ["excess_withdrawn"], "matters": {"excess_withdrawn": "0.5 %"}, **overrides}
    )


def world_of(story, name):
    return next(v.world for v in story.variants if v.name == name)


def fear_of(story, name):
    return (
        world_of(story, name).mechanisms["queue_news"].fear if world_of(story, name).mechanisms["queue_news"] else USUAL
    )


def engine(story, variants, replication, *, at=fear_of, slope=SLOPE, ahead=AHEAD, luck=OTHER_LUCK, tails=None, **_):
    """‘insured’ is ahead of ‘buffer’ where the assumed number is small, and both are far ahead of ‘nothing’."""
    rng = np.random.default_rng([story.seed, replication])
    common, own = 0.05 * rng.random(), dict(zip(NAMES, LUCK * rng.standard_normal(len(NAMES)), strict=True))
    values = []
    for column in variants:
        name = column.partition(" @ ")[0]
        worse = slope * math.log(at(story, column) / USUAL) - ahead if name == "insured" else 0.0
        moved = np.random.default_rng([replication, NAMES.index(name), round(1e9 * at(story, column))])
        worse += luck * (moved.standard_normal() if tails is None else moved.standard_t(tails)) * (" @ " in column)
        values.append(0.9 if name == "nothing" else 0.5 + worse + common + own[name])
    return run_of(story, variants, replication, np.array(values))


def cannot_flip(story, variants, replication, **more):
    return engine(story, variants, replication, slope=0.0, ahead=0.3, **more)


def run_of(story, variants, replication, values):
    n_platforms = len(world_of(story, variants[0]).platforms)
    series = {"outflow": np.zeros((story.n_days + 1, len(variants), n_platforms + 1), np.float32)}
    names = tuple(p.name for p in world_of(story, variants[0]).platforms)
    return Run(replication, tuple(variants), {"excess_withdrawn": values}, series, ((),) * len(variants), names)


def compared(simulate=engine, replications=200, robustness=True, **more):
    """Compare the three variants; the order of what is asked for stays."""
    options = {"variants": NAMES, "replications": replications, "workers": 1, "progress": False, **more}
    return ts.compare(scenario(), simulate=simulate, robustness=robustness, **options)


@dataclass(frozen=True)
class Nobody:
    """People of whom nothing is declared."""

    count: int = 10
    newcomers: int = 0
    newcomer_links: float = 0.0
    considered: int = 1
    segments: tuple = ()


def without_assumptions(story):
    """Return a scenario in which nothing is assumed that could be otherwise: no rule, no link, no lever, no people."""
    nothing = {"network": NoLinks(), "mechanisms": {}, "platforms": (), "investors": Nobody(), "members": None}
    bare = replace(story.variants[0].world, **nothing)
    variants = tuple(replace(v, world=bare, items=(), shocks=()) for v in story.variants)
    return replace(story, variants=variants, shocks=())
