"""Spread a message from mouth to mouth: tellers tell their neighbours, tire, or are put right; only tellers are
visited."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import draws, layout
from trustsim.kernels.act import address
from trustsim.kernels.compiled import compiled

IGNORANT, TELLS, BELIEVES, PUT_RIGHT, NEW = 0, 1, 2, 3, 4
_TIRES, _FROM_ALL = 1 << 31, 3 << 30  # places behind every node number


@compiled
def believe_it(status, beliefs, fear_gain, account_at, v, who, risk, fear) -> None:
    """Make one investor a believer: the risk view rises, fear rises with the investor's susceptibility."""
    status[v, who] = NEW
    k = account_at[who]
    if k >= 0:
        beliefs[layout.RISK, v, k] += risk
        beliefs[layout.FEAR, v, k] += fear * fear_gain[k]


@compiled
def tell_all(
    status, beliefs, fear_gain, account_at, literacy, education, chance, risk, fear, purpose, platform, v, day, key
) -> None:  # fmt: skip
    """Let every teller of one variant tell everyone."""
    n_tellers = 0
    for i in range(status.shape[1]):
        n_tellers += 1 if status[v, i] == TELLS else 0
    if n_tellers == 0:
        return
    for j in range(status.shape[1]):
        if status[v, j] == IGNORANT:
            known = literacy[j] + education * (1.0 - literacy[j])
            a, _ = address(j, day, purpose, _FROM_ALL + platform, key)
            missed = math.exp(n_tellers * math.log1p(-min(chance * (1.0 - 0.5 * known), 1.0 - 1e-16)))
            if np.float64(a) * draws.UNIFORM_SCALE < 1.0 - missed:
                believe_it(status, beliefs, fear_gain, account_at, v, j, risk, fear)


@compiled
def spread(
    status, active, beliefs, fear_gain, account_at, indptr, neighbours, is_complete, literacy, education, chance,
    tiring, forgetting, reverting, risk, fear, purpose, platform, day, key,
) -> None:  # fmt: skip
    """Take one step, variant by variant.

    ``status`` uint8 (variants, investors); ``active`` bool (variants,); ``education``, ``reverting`` float64
    (variants,). Draws are addressed by (teller, day, listener), so the order of tellers does not matter; where everyone
    is everyone's neighbour (``is_complete``) one draw a listener stands for all tellers. ``purpose`` int64 is that of
    this rumour alone.
    """
    for v in range(len(status)):
        if not active[v]:
            continue
        if is_complete:
            tell_all(
                status, beliefs, fear_gain, account_at, literacy, education[v], chance, risk, fear, purpose, platform,
                v, day, key,
            )  # fmt: skip
        for i in range(0 if is_complete else status.shape[1]):
            if status[v, i] != TELLS:
                continue
            for e in range(indptr[i], indptr[i + 1]):
                j = neighbours[e]
                if status[v, j] == IGNORANT:
                    known = literacy[j] + education[v] * (1.0 - literacy[j])
                    a, _, _, _ = draws.philox(
                        np.uint64(i), np.uint64(day), np.uint64(purpose), np.uint64(j), key[0], key[1]
                    )
                    if np.float64(a) * draws.UNIFORM_SCALE < chance * (1.0 - 0.5 * known):
                        believe_it(status, beliefs, fear_gain, account_at, v, j, risk, fear)
        for i in range(status.shape[1]):
            s = status[v, i]
            if s != IGNORANT and s != PUT_RIGHT:
                a, b, c, _ = draws.philox(
                    np.uint64(i), np.uint64(day), np.uint64(purpose), np.uint64(_TIRES + platform), key[0], key[1]
                )
                if np.float64(a) * draws.UNIFORM_SCALE < reverting[v]:
                    status[v, i] = PUT_RIGHT
                    k = account_at[i]
                    if k >= 0:
                        beliefs[layout.RISK, v, k] -= risk
                elif forgetting > 0.0 and np.float64(c) * draws.UNIFORM_SCALE < forgetting:
                    status[v, i] = IGNORANT
                    k = account_at[i]
                    if k >= 0:
                        beliefs[layout.RISK, v, k] -= risk
                elif s == NEW:
                    status[v, i] = TELLS
                elif s == TELLS and np.float64(b) * draws.UNIFORM_SCALE < tiring:
                    status[v, i] = BELIEVES
