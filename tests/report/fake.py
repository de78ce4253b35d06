"""A study that looks like a real one, made without the engine: near tipping, so each world either runs or does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trustsim.analysis.comparison import compare
from trustsim.ask.result import Result
from trustsim.experiment.run import FailedRun
from trustsim.experiment.study import Study
from trustsim.measures.runs import LiquidityRun
from trustsim.registry import Registry, choice, parameter
from trustsim.scenario.resolved import Item, Scenario, Timing, Trigger, Variant, World

VARIANTS = (
    "nothing", "prompt notice", "insured", "both", "announced gate", "liquidity buffer", "rumour rebuttal",
    "service desk and education",
)  # fmt: skip
_PROTECTS = (0.0, 0.08, 0.34, 0.42, -0.10, 0.16, 0.05, 0.02)  # fall of the probability of a run
_COSTS = (0.0, 0.02e6, 0.9e6, 0.92e6, 0.0, 0.35e6, 0.03e6, 0.21e6)  # units of the currency
CLAIMS = 40_000_000

REGISTRY = Registry()


@dataclass(frozen=True)
class Theft:
    """Steal a share of the cash that the custodian holds."""

    platform: str = parameter("Harbour", unit="name", source="E-30", text="which platform", refers="platform")
    day: float = parameter(30.0, unit="duration", source="assumed", text="day of the theft")
    share: float = parameter(0.08, unit="share", source="E-30", text="share of assets that is stolen")
    discovery_lag: float = parameter(10.0, unit="duration", source="assumed", text="days until it is found out")


@dataclass(frozen=True)
class Guarantee:
    """Pay investors of a failed platform from a fund."""

    cover: float = parameter(0.8, unit="share", source="doi:10.1086/261155", text="share of a claim that is covered")
    limit: int = parameter(5_000_000, unit="money", source="assumed", text="largest sum paid to one investor")


@dataclass(frozen=True)
class Platform:
    """A platform."""

    name: str = parameter("Harbour", unit="name", source="assumed", text="its name")
    liquid_share: float = choice(0.12, unit="share", source="E-20", text="cash as a share of claims")
    kind, size, lock_term, asset_market, owes = "p2p_lending", 1.0, 90.0, "", ""


@dataclass(frozen=True)
class Investors:
    """The investors."""

    count: int = parameter(7624, unit="count", source="assumed", text="how many")
    segments = ()


@dataclass(frozen=True)
class SmallWorld:
    """Rewire a ring."""

    degree: int = parameter(10, unit="count", source="assumed", text="mean number of neighbours")


@dataclass(frozen=True)
class Herding:
    """Leave because others leave."""

    weight: float = parameter(2.5, unit="log-odds", source="E-38", text="pull of neighbours who left")


for _name, _unit, _better, _binary, _text in (
    ("run_probability", "share", "lower", True, "Share of worlds in which a run begins."),
    ("peak_outflow", "share", "lower", False, "Largest share of day-0 claims paid out on one day."),
    ("investor_loss", "money", "lower", False, "What investors lose by the end."),
    ("time_to_failure", "duration", "higher", False, "Day on which the platform fails, where it does."),
    ("policy_cost", "money", "lower", False, "What the interventions cost."),
    ("loss_to_others", "money", "lower", False, "What all but the clients lose."),
    ("loss_by_payer", "money", "lower", False, "What clients lose."),
):

    def _outcome(run: Any) -> None:
        raise NotImplementedError

    _outcome.__doc__ = _text
    REGISTRY.enter("outcome", _name, source="assumed", unit=_unit, better=_better, binary=_binary)(_outcome)  # type: ignore[arg-type]


for _name, _unit, _text in (
    ("outflow", "share", "Paid out in a day, as a share of day-0 claims."),
    ("cumulative_outflow", "share", "Paid out so far, as a share of day-0 claims."),
    ("trust", "number", "Mean trust of investors, from 0 to 1."),
    ("cash", "money", "Cash that platforms hold."),
):

    def _series(run: Any) -> None:
        raise NotImplementedError

    _series.__doc__ = _text
    REGISTRY.enter("series", _name, source="assumed", unit=_unit)(_series)  # type: ignore[arg-type]
REGISTRY.enter("shock", "custodian_theft", source="E-30")(Theft)
REGISTRY.enter("intervention", "guarantee", source="assumed")(Guarantee)


_BESIDE = ("loss_to_others", "loss_by_payer")  # which nobody asked to see
ASKED = tuple(name for name in REGISTRY.group("outcome") if name not in _BESIDE)


def scenario(variants: tuple[str, ...] = VARIANTS, title: str = "Custodian theft at a lending platform") -> Scenario:
    """Return a small scenario with these variants."""
    world = World(SmallWorld(), Investors(), (Platform(),), {"herding": Herding(), "rumour": None})
    drier = World(SmallWorld(), Investors(), (Platform(liquid_share=0.3),), {"herding": Herding(), "rumour": None})
    cover = Item("guarantee", Guarantee(), Timing(start=5.0, when=Trigger("outflow", above=0.02, lasting=2.0, lag=1.0)))
    items = [() if k == 0 else (cover,) for k in range(len(variants))]
    worlds = [drier if name == "liquidity buffer" else world for name in variants]
    return Scenario(
        title=title, description="A custodian steals; the platform tells nobody for five days.", horizon=180.0,
        step=1.0, currency="CNY", shocks=(Item("custodian_theft", Theft()),),
        variants=tuple(Variant(*row) for row in zip(variants, items, worlds, strict=True)), baseline=variants[0],
        replications=200, seed=7, outcomes=ASKED, expect=(), sweep={}, document={},
        digest="ab" * 32, source="scenarios/quickstart.yaml",
    )  # fmt: skip


def result(variants: tuple[str, ...] = VARIANTS, n: int = 120, *, title: str = "Custodian theft at a lending platform",
           failed: int = 0) -> Result:  # fmt: skip
    """Return a result of *n* worlds in which the same worlds are fragile under every variant."""
    rng = np.random.default_rng(11)
    story = scenario(variants, title)
    days, v = np.arange(story.n_days + 1), len(variants)
    protects = np.resize(_PROTECTS, v)
    runs = rng.random(n)[:, None] < 0.55 - protects[None, :]
    onset = 34 + rng.gamma(4.0, 3.0, (n, 1)) + 6 * np.maximum(protects, 0)[None, :]
    size = np.where(runs, 0.55 + 0.35 * rng.beta(4, 3, (n, 1)), 0.03 + 0.08 * rng.random((n, 1)))
    gone = size[:, None, :] / (1 + np.exp(-(days[None, :, None] - onset[:, None, :]) / 4.0))
    gone = np.maximum(gone - gone[:, :1], 0)
    flow = np.diff(gone, axis=1, prepend=0)
    trust = 0.78 - 0.55 * gone * np.exp(-np.maximum(days - 60, 0) / 160.0)[None, :, None]
    series = {"outflow": flow, "cumulative_outflow": gone, "trust": trust, "cash": CLAIMS * (0.12 + 0.3 * (1 - gone))}
    loss = np.where(runs, CLAIMS * 0.4 * size * (1.25 - protects[None, :]) * (0.6 + 0.8 * rng.random((n, 1))), 0.0)
    outcomes = {
        "run_probability": runs.astype(np.float64),
        "peak_outflow": flow.max(axis=1),
        "investor_loss": loss,
        "time_to_failure": np.where(runs & (size > 0.7), onset + 12, np.nan),
        "policy_cost": np.resize(_COSTS, v)[None, :] * np.where(runs, 1.4, 0.8),
        "loss_to_others": np.resize(_COSTS, v)[None, :] * np.where(runs, 1.4, 0.8),
        "loss_by_payer[clients]": loss,
    }
    broken = tuple(
        FailedRun(n + k, variants, "simulate", "ModelError", "cash of <Harbour> fell below zero", "Traceback …")
        for k in range(failed)
    )
    study = Study(
        scenario=story, variants=variants, replications=np.arange(n, dtype=np.int64), outcomes=outcomes,
        series={k: np.repeat(x[..., None], 2, axis=3).astype(np.float32) for k, x in series.items()},
        failed=broken, seconds=12.5, runs=_runs(variants, runs, onset, size),
    )  # fmt: skip
    return Result(study, compare(study, REGISTRY))


def _runs(variants: tuple[str, ...], runs: Any, onset: Any, size: Any) -> tuple[LiquidityRun, ...]:
    """Return a run of 11 days on Harbour wherever there is one, every fourth while the platform is insolvent."""
    found = []
    for i, (k, v) in enumerate(np.argwhere(runs)):
        began, why = float(onset[k, v]), "belief" if i % 4 else "fundamental"
        days = began, began + 4, began + 10
        found.append(
            LiquidityRun(int(k), variants[v], "Harbour", *days, why, float(size[k, v]), float(size[k, v]) / 3, "fear")
        )
    return tuple(found)
