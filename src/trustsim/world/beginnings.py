"""What people are like, believe and know on day 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.arrays import Calendar
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import FREE, HOLDS, LEAVING, Beliefs, Gauges, Terms, Traits
from trustsim.world.drawn import Drawn
from trustsim.world.owners import Owners
from trustsim.world.population import awareness, reading_errors
from trustsim.world.state import State
from trustsim.world.weights import Mechanisms, check_row

Floats = NDArray[np.float64]
_LEAST = 0.01  # assumed: of those who would leave, that have not given notice
_ROUNDS = 4  # in which who is away and who comes are brought in line


def fill_traits(state: State, mechanisms: Mechanisms, dt: float) -> None:
    """Fill ``state.traits`` from the populations' traits and from mechanisms, the same in all variants of a world.

    What no mechanism makes is 0; nobody is alarmed or led by a count of neighbours unless a mechanism says when.
    """
    for w, world in enumerate(state.drawn):
        owners, traits = Owners(world, dt), state.traits[:, w]
        prior = np.clip(owners.trait("prior_trust"), 1e-4, 1 - 1e-4)
        degree = np.asarray(world.network.in_degree, np.float64)[world.accounts.investor]
        traits[Traits.PRIOR] = np.log(prior / (1 - prior))
        traits[Traits.LINKS] = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
        traits[Traits.HERDING] = owners.trait("herding")
        traits[Traits.LITERACY] = owners.trait("literacy")
        traits[Traits.AWARE] = awareness(world.population.n_investors, world.key)[world.accounts.investor]
        traits[Traits.ATTENTION] = 1 - (1 - owners.trait("attention")) ** dt
        traits[Traits.PRIVACY] = owners.trait("privacy")
        traits[Traits.SEGMENT] = world.population.segment[world.accounts.investor]
        traits[Traits.ALARM] = np.inf
        traits[Traits.NEED] = np.inf
        traits[Traits.PLACES] = np.inf
        for settings in mechanisms.values():
            rule: Any = settings[world.lanes.start]
            if hasattr(rule, "traits"):
                for row, column in rule.traits(owners).items():
                    check_row(Traits, row, rule)
                    traits[row] = column


def usual_risk(state: State) -> Floats:
    """Return float64 (lanes, platforms), log-odds: what is published on day 0, or would be of a platform with as much
    cash and no equity where that is less, so that nobody gets used to a platform that is insolvent."""
    published, cash = state.gauges[Gauges.PUBLISHED_RISK], np.clip(state.gauges[Gauges.LIQUIDITY], 0.0, 1.0)
    base, liquidity = state.dials[:, Dials.RISK_BASE, None], state.dials[:, Dials.RISK_LIQUIDITY, None]
    return np.asarray(np.minimum(published, base - liquidity * np.nan_to_num(cash)))


def fill_memory(state: State) -> None:
    """Let everyone know which neighbours hold nothing at day 0, in the lanes where returns are remembered."""
    for v in np.flatnonzero(state.dials[:, Dials.RETURNED]).tolist():
        world, seen = state.world_of(v), state.beliefs[Beliefs.SEEN, v]
        indptr, neighbours = world.network.indptr, world.network.neighbours
        for p in range(state.n_platforms):
            mine = world.mine(p)
            out = (state.flags[v, mine] & HOLDS) == 0
            who, at = world.owners(p)[out], world.accounts.at[p]
            if world.network.is_complete:
                seen[mine] = len(who) - out
                continue
            ends = np.concatenate([neighbours[indptr[i] : indptr[i + 1]] for i in who] or [neighbours[:0]])
            known = at[ends]
            seen[: mine.stop] += np.bincount(known[known >= 0], minlength=mine.stop).astype(np.float32)


def fill_notices(state: State, calendar: Calendar, said: Floats) -> None:
    """Let some have given notice of what is locked before day 0, as many as in a calm that has lasted; in the lanes
    where as many come as go. So does as much fall due in the first weeks as later.

    Of a share ℓ of the balance that is locked, those have asked for the free part since the last maturity, a steps ago,
    and not come back, a share λ (1 − exp(−μ a)) / μ of all, λ and μ being the rates of leaving and joining. Where all
    of the balance is there on day 0, ℓ times as many stand for them. Who has given notice does not leave, and may take
    it back: by so much fewer others come (trait ENTRY, by the terms of the first variant). ``said`` float64 (lanes,
    Weights).
    """
    for w, world in enumerate(state.drawn):
        churn, entry = (state.traits[row, w].astype(np.float64) for row in (Traits.CHURN, Traits.ENTRY))
        usual = entry.copy()
        for p in np.flatnonzero(calendar.cycle > 0).tolist():
            mine, cycle = world.mine(p), calendar.cycle[p]
            since = (-((world.accounts.phase[mine] * cycle) >> 32)) % cycle
            stream = int(state.stream[p])
            u = draws.uniforms(world.population.n_investors, purposes.NOTICE, world.key, day=stream)[0][world.owners(p)]
            lanes = [v for v in world.lanes if said[v, Weights.JOIN_USUAL] > 0]
            for k, v in enumerate(lanes[:1] * _ROUNDS + lanes):
                locked, leave = state.base_terms[Terms.LOCKED_SHARE, v, p], np.exp(said[v, Weights.ORDINARY])
                comes = leave * np.exp(entry[mine])
                away = locked * leave * np.exp(churn[mine]) * -np.expm1(-comes * since) / comes
                if k < _ROUNDS:
                    entry[mine] = usual[mine] + _fewer_come(world, mine, churn, entry, away)
                else:
                    state.flags[v, mine][(u < away) & (state.balance[v, mine] > 0)] ^= LEAVING | FREE
            state.traits[Traits.ENTRY, w, mine] = entry[mine]


def _fewer_come(world: Drawn, mine: slice, churn: Floats, entry: Floats, away: Floats) -> float:
    """Return by how much the log-odds of joining are lower, for as many to come as go, where of those who hold an
    account in *mine* the shares *away*, float64 (accounts of the platform,), have given notice."""
    accounts = world.accounts
    balance, owner = accounts.balance[mine], accounts.investor[mine]
    n_held = np.bincount(accounts.investor[accounts.balance > 0], minlength=len(accounts.places))
    may_come = (balance == 0) & (n_held < accounts.places)[owner]
    goes, comes = np.exp(churn[mine]) * balance, np.exp(entry[mine]) * accounts.ticket[mine]
    back, others = (comes * away)[balance > 0].sum(), comes[may_come].sum()
    if goes.sum() <= 0 or others <= 0:
        return 0.0
    stays = max(float((goes * (1 - away)).sum() / goes.sum()), _LEAST)
    return float(np.log(stays) - np.log1p(back / others))


def fill_beliefs(state: State) -> None:
    """Let everyone start at the prior, with an own reading of each platform's published risk.

    In fund safety what the custody regime adds comes on top. The reading has an error of spread ``noise`` of the
    mechanism risk view · (1 − scope of a report) · (1 − literacy / 2). Nobody is afraid or scarred.
    """
    for w, world in enumerate(state.drawn):
        beliefs, traits = state.beliefs[:, world.part], state.traits[:, w]
        beliefs[: Beliefs.SERVICE + 1] = traits[Traits.PRIOR]
        error = reading_errors(world.population.n_investors, world.key)[world.accounts.investor]
        traits[Traits.READING] = (1 - 0.5 * traits[Traits.LITERACY]) * error
        literacy, noise = traits[Traits.LITERACY], state.dials[world.part, Dials.REPORT_NOISE]
        for p in np.flatnonzero(np.diff(world.accounts.first)).tolist():
            mine = world.mine(p)
            spread = noise * (1 - state.terms[Terms.REPORT_SCOPE, world.part, p])
            published = state.gauges[Gauges.PUBLISHED_RISK, world.part, p]
            custody = state.terms[Terms.CUSTODY_TRUST, world.part, p]
            beliefs[Beliefs.FUND, :, mine] += custody[:, None].astype(np.float32)
            beliefs[Beliefs.RISK, :, mine] = (
                published[:, None] + spread[:, None] * (1 - 0.5 * literacy[mine]) * error[mine]
            )
