"""Who waits for own money beyond what was agreed sees it: trust falls by the day, and fear does not fade."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import times
from trustsim.kernels.asking import lag_of
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import Beliefs, Traits

_whole_steps: Any = inlined(times.whole_steps)
_CLIP, _1 = np.float32(CLIP), np.float32(1)
_LEAST_KEPT = np.float32(1e-3)  # share of fear that a step leaves; where it is less, fear is that of the day


@compiled
def see_own_wait(accounts, platforms, strengths, clock) -> None:
    """Let the owners of accounts that wait beyond the lag in the agreed terms, in whole steps, see it; nobody else is
    visited.

    ``strengths`` float32 (lanes, 3): what a step of it costs of trust in fund safety and in service, log-odds, and the
    share of the fading of fear that goes on.
    """
    n_lanes, n_platforms = accounts.queue_n.shape
    for v in range(n_lanes):
        w = v // (n_lanes // len(accounts.first))
        for p in range(n_platforms):
            lag = _whole_steps(lag_of(platforms.agreed_terms[:, v, p]), clock.dt)
            begin = accounts.first[w, p]
            for k in range(begin, begin + accounts.queue_n[v, p]):
                i = accounts.queue[v, k]
                if np.float64(clock.day - accounts.asked_day[v, i]) > lag:
                    _sees(accounts.beliefs, accounts.traits, platforms.weights, strengths, (w, v, p, i))


@inlined
def _sees(beliefs, traits, weights, strengths, whose) -> None:
    """Let one owner, ``whose`` (world, lane, platform, account), take the wait as bad news, as any other: scars and
    all."""
    w, v, p, i = whose
    fund, service, fades = strengths[v, 0], strengths[v, 1], strengths[v, 2]
    bad, scar = weights[v, p, Weights.BAD_NEWS], beliefs[Beliefs.SCAR, v, i]
    harm = bad * (_1 + weights[v, p, Weights.SCAR_BAD] * scar)
    beliefs[Beliefs.FUND, v, i] = max(beliefs[Beliefs.FUND, v, i] - harm * fund, -_CLIP)
    beliefs[Beliefs.SERVICE, v, i] = max(beliefs[Beliefs.SERVICE, v, i] - harm * service, -_CLIP)
    beliefs[Beliefs.SCAR, v, i] = min(scar + bad * weights[v, p, Weights.SCARRING] * fund, _CLIP)
    keep = traits[Traits.FEAR_KEEP, w, i]
    if keep > _LEAST_KEPT:
        beliefs[Beliefs.FEAR, v, i] *= fades + (_1 - fades) / keep
