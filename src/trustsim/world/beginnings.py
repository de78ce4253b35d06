"""What people are like, believe and know on day 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import HOLDS, Beliefs, Gauges, Terms, Traits
from trustsim.world.owners import Owners
from trustsim.world.population import Population, reading_errors
from trustsim.world.state import State
from trustsim.world.weights import Mechanisms


def fill_traits(owners: Owners, mechanisms: Mechanisms) -> None:
    """Fill ``state.traits`` from the population's traits and from mechanisms, which are the same in all variants here.

    What no mechanism makes is 0; nobody is alarmed or led by a count of neighbours unless a mechanism says when.
    """
    state, traits = owners.state, owners.state.traits
    prior = np.clip(owners.trait("prior_trust"), 1e-4, 1 - 1e-4)
    degree = np.asarray(state.network.in_degree, np.float64)[state.accounts.investor]
    traits[Traits.PRIOR] = np.log(prior / (1 - prior))
    traits[Traits.LINKS] = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
    traits[Traits.HERDING] = owners.trait("herding")
    traits[Traits.LITERACY] = owners.trait("literacy")
    traits[Traits.ATTENTION] = 1 - (1 - owners.trait("attention")) ** owners.dt
    traits[Traits.PRIVACY] = owners.trait("privacy")
    traits[Traits.ALARM] = np.inf
    traits[Traits.NEED] = np.inf
    for settings in mechanisms.values():
        rule: Any = settings[0]
        if hasattr(rule, "traits"):
            for row, column in rule.traits(owners).items():
                traits[row] = column


def fill_memory(state: State) -> None:
    """Let everyone know which neighbours hold nothing at day 0, in the variants where returns are remembered."""
    indptr, neighbours = state.network.indptr, state.network.neighbours
    for v in np.flatnonzero(state.dials[:, Dials.RETURNED]):
        seen = state.beliefs[Beliefs.SEEN, v]
        for p in range(state.n_platforms):
            first, stop = state.accounts.first[p : p + 2]
            out = (state.flags[v, first:stop] & HOLDS) == 0
            who, at = state.accounts.investor[first:stop][out], state.accounts.at[p]
            if state.network.is_complete:
                seen[first:stop] = len(who) - out
                continue
            ends = np.concatenate([neighbours[indptr[i] : indptr[i + 1]] for i in who] or [neighbours[:0]])
            known = at[ends]
            seen[:stop] += np.bincount(known[known >= 0], minlength=stop).astype(np.float32)


def fill_beliefs(state: State, population: Population, key: NDArray[np.uint64]) -> None:
    """Let everyone start at the prior, with an own reading of each platform's published risk.

    In fund safety what the custody regime adds comes on top. The reading has an error of spread ``noise`` of the
    mechanism risk view · (1 − scope of a report) · (1 − literacy / 2). Nobody is afraid or scarred.
    """
    state.beliefs[: Beliefs.SERVICE + 1] = state.traits[Traits.PRIOR]
    error = reading_errors(population.n_investors, key)[state.accounts.investor]
    literacy, noise = state.traits[Traits.LITERACY], state.dials[:, Dials.REPORT_NOISE]
    for p in range(state.n_platforms):
        mine = slice(state.accounts.first[p], state.accounts.first[p + 1])
        spread = noise * (1 - state.terms[Terms.REPORT_SCOPE, :, p])
        published = state.gauges[Gauges.PUBLISHED_RISK, :, p]
        state.beliefs[Beliefs.FUND, :, mine] += state.terms[Terms.CUSTODY_TRUST, :, p][:, None].astype(np.float32)
        state.beliefs[Beliefs.RISK, :, mine] = (
            published[:, None] + spread[:, None] * (1 - 0.5 * literacy[mine]) * error[mine]
        )
