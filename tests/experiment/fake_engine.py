"""A world without an engine: a tiny scenario and passes whose numbers are a function of the replication alone."""

from __future__ import annotations

import os

import numpy as np

from trustsim.experiment.run import Run
from trustsim.measures.runs import LiquidityRun
from trustsim.scenario.resolved import Item, Scenario, Variant, World
from trustsim.world.network_kinds import NoLinks
from trustsim.world.sections import Investors, Platform

NAMES = ("nothing", "insured", "both")
N_DAYS = 4


def scenario(n_replications=12, names=NAMES, seed=1):
    platforms = tuple(Platform(name, "p2p_lending") for name in ("Harbour", "Quay"))
    world = World(network=NoLinks(), investors=Investors(count=10), platforms=platforms, mechanisms={})
    return Scenario(
        title="A theft",
        description="",
        horizon=float(N_DAYS),
        step=1.0,
        currency="CNY",
        shocks=(),
        variants=tuple(Variant(name, (Item(name, rank),), world) for rank, name in enumerate(names)),
        baseline=names[0],
        replications=n_replications,
        seed=seed,
        outcomes=("run_probability", "investor_loss", "time_to_failure"),
        expect=(),
        sweep={},
        document={"title": "A theft", "seed": seed, "behaviour": "point"},
        digest="d" * 64,
        source="theft.yaml",
    )


def simulate(story, variants, replication):
    """Same worlds for all variants: the draws depend on seed and replication, a variant only shifts them."""
    rng = np.random.default_rng([story.seed, replication])
    panic, loss, paths = rng.random(), rng.lognormal(10), rng.random((N_DAYS + 1, 1, 3))
    rank_of = {variant.name: variant.items[0].what for variant in story.variants}
    rank = np.array([rank_of[name] for name in variants])
    has_run = panic > 0.4 + 0.2 * rank
    outcomes = {
        "run_probability": has_run.astype(float),
        "investor_loss": loss / (1 + rank),
        "time_to_failure": np.where(has_run, 30 * panic + rank, np.nan),
    }
    series = {"outflow": (paths / (1 + rank[None, :, None])).astype(np.float32)}
    onset = 3 * panic
    later, first = (onset + 0.7, onset + 0.9, onset + 1.1), (onset, onset + 0.3, onset + 0.5)
    episodes = [
        (
            LiquidityRun(replication, name, "Harbour", *later, "spill-over", loss / 1e9, loss / 2e9, "herding"),
            LiquidityRun(replication, name, "Quay", *first, "belief", 0.1 + panic / 3, panic / 9, "fear"),
        )
        if has_run[v]
        else ()
        for v, name in enumerate(variants)
    ]
    return Run(replication, tuple(variants), outcomes, series, tuple(episodes), ("Harbour", "Quay"))


def one_pass(story, variants):
    return (tuple(variants),)


def two_passes(story, variants):
    return (tuple(variants[:1]), tuple(variants[1:])) if len(variants) > 1 else (tuple(variants),)


def has_a_bug(story, variants, replication):
    raise KeyError(f"nobody, in world {replication}")


def fails_on_odd(story, variants, replication):
    if replication % 2 and "both" in variants:
        raise ValueError(f"no bank left in world {replication}")
    return simulate(story, variants, replication)


def dies_on_third(story, variants, replication):
    if replication == 3:
        os._exit(9)
    return simulate(story, variants, replication)


def interrupted_at_four(story, variants, replication):
    if replication == 4:
        raise KeyboardInterrupt
    return simulate(story, variants, replication)
