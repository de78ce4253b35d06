"""What the number of contacts and platforms beside do to a run: the quickstart on other networks, without a lever."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import trustsim as ts
from trustsim.experiment.study import run_study
from trustsim.kernels.layout import ALARMED, Gauges
from trustsim.model.batch import Batch
from trustsim.model.crisis import TrustCrisisModel

Floats = NDArray[np.float64]
WORLDS, PEOPLE, USUAL = 40, 1000, 8  # co-clients at a mean degree of 10, where four in five are clients
DEGREES = (2, 5, 10, 14, 30, 50, 100)
EXPONENTS = ((1.0, 0.0), (1.0, 1.0), (0.6, 0.6), (0.0, 0.0))  # of departures, of alarms
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("small world", {"kind": "small_world", "mean_degree": 10, "rewire": "10 %"}),
    ("Poisson", {"kind": "poisson", "mean_degree": 10}),
    ("preferential", {"kind": "preferential", "links": 5}),
)
OUTCOMES = ("excess_withdrawn", "failure_probability")
BESIDE = (0, 1, 2, 4, 9)


def found(
    file: str, network: dict[str, Any], exponents: tuple[float, float], worlds: int = WORLDS, people: int = PEOPLE
) -> list[tuple[float, float]]:
    """Return mean and half 95 % interval, in per cent, of each of OUTCOMES with nothing done."""
    of_departures, of_alarms = exponents
    changes: dict[str, Any] = {
        "investors.count": people, "network": network, "outcomes": list(OUTCOMES),
        "mechanisms.herding.degree_exponent": of_departures, "mechanisms.herding.usual_contacts": USUAL,
        "mechanisms.fear.degree_exponent": of_alarms, "mechanisms.fear.usual_contacts": USUAL,
    }  # fmt: skip
    scenario = ts.load(file, overrides=changes)
    study = run_study(scenario, variants=["nothing"], replications=worlds, workers=1)
    each = (100 * study.outcomes[name][:, 0] for name in OUTCOMES)
    return [(float(x.mean()), 1.96 * float(x.std(ddof=1)) / len(x) ** 0.5) for x in each]


def ran_beside(file: str, n_strangers: int, worlds: int = WORLDS, people: int = PEOPLE, **more: Any) -> Floats:
    """Return float64 (worlds,): the share of the clients of the struck platform that ran, beside some platforms.

    Each has as many clients. Everybody holds one account, has 10 neighbours of each platform, and reads nothing of one
    platform into news about another. ``more``: changes of the file.
    """
    k = n_strangers + 1
    struck = {"kind": "p2p_lending", "custody": "payment_firm", "liquid_share": "15 %"}
    names = ["Harbour", *(f"Stranger {n}" for n in range(1, k))]
    changes = {
        "platforms": [{"name": name, **struck} for name in names], "investors.count": people * k,
        "investors.considered": 1, "mechanisms.spillover": "off",
        "network": {"kind": "poisson", "mean_degree": 10 * k}, **more,
    }  # fmt: skip
    scenario = ts.load(file, overrides=changes)
    batch = Batch(scenario, [next(v for v in scenario.variants if v.name == "nothing")], range(worlds))
    for _ in range(scenario.n_days):
        batch.step()
    runners = batch.history[:, Gauges.RUNNERS, :, 0].sum(axis=0)
    return np.asarray(runners / batch.history[0, Gauges.ACCOUNTS, :, 0], np.float64)


def alarmed_again(file: str, variant: str, worlds: int = 5) -> float:
    """Return which share of the clients' alarms is not their first of the run."""
    alarms, first = 0, 0
    for rng in range(worlds):
        scenario = ts.load(file, overrides={"investors.count": PEOPLE})
        model = TrustCrisisModel(scenario, [variant], rng=rng, collects=False)
        before, ever = model.state.flags[0] & ALARMED, np.zeros(model.state.accounts.n_accounts, np.bool_)
        for _ in range(scenario.n_days):
            model.step()
            now, is_client = model.state.flags[0] & ALARMED, model.state.known[0] > 0
            turned = (now > before) & is_client
            alarms, first = alarms + int(turned.sum()), first + int((turned & ~ever).sum())
            before, ever = now, ever | turned
    return 1 - first / max(alarms, 1)
