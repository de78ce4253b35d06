"""Spread a message from mouth to mouth: tellers tell their neighbours, tire, or are put right; only tellers are
visited."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.act import address
from trustsim.kernels.compiled import compiled

IGNORANT, TELLS, BELIEVES, PUT_RIGHT, NEW = 0, 1, 2, 3, 4
_TIRES = 1 << 31  # a place behind every node number


@compiled
def believe_it(status, beliefs, fear_gain, account_at, v, who, risk, fear) -> None:
    """Make one investor a believer: the risk view rises, fear rises with the investor's susceptibility."""
    status[v, who] = NEW
    k = account_at[who]
    if k >= 0:
        beliefs[layout.RISK, v, k] += risk
        beliefs[layout.FEAR, v, k] += fear * fear_gain[k]


@compiled
def spread(
    status, active, beliefs, fear_gain, account_at, indptr, neighbours, literacy, education, chance, tiring, reverting,
    risk, fear, platform, day, key,
) -> None:  # fmt: skip
    """Take one step, variant by variant.

    ``status`` uint8 (variants, investors); ``active`` bool (variants,); ``education``, ``reverting`` float64
    (variants,). Draws are addressed by (teller, day, listener), so the order of tellers does not matter.
    """
    purpose = np.uint64(purposes.RUMOUR)
    for v in range(len(status)):
        if not active[v]:
            continue
        for i in range(status.shape[1]):
            if status[v, i] != TELLS:
                continue
            for e in range(indptr[i], indptr[i + 1]):
                j = neighbours[e]
                if status[v, j] == IGNORANT:
                    known = literacy[j] + education[v] * (1.0 - literacy[j])
                    a, _, _, _ = draws.philox(np.uint64(i), np.uint64(day), purpose, np.uint64(j), key[0], key[1])
                    if np.float64(a) * draws.UNIFORM_SCALE < chance * (1.0 - 0.5 * known):
                        believe_it(status, beliefs, fear_gain, account_at, v, j, risk, fear)
        for i in range(status.shape[1]):
            s = status[v, i]
            if s != IGNORANT and s != PUT_RIGHT:
                a, b = address(i, day, purposes.RUMOUR, _TIRES + platform, key)
                if np.float64(a) * draws.UNIFORM_SCALE < reverting[v]:
                    status[v, i] = PUT_RIGHT
                    k = account_at[i]
                    if k >= 0:
                        beliefs[layout.RISK, v, k] -= risk
                elif s == NEW:
                    status[v, i] = TELLS
                elif s == TELLS and np.float64(b) * draws.UNIFORM_SCALE < tiring:
                    status[v, i] = BELIEVES
