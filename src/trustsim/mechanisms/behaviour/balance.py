"""What keeps calm in balance: how readily each joins, so that as many come as go, and which yields are in line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Terms

if TYPE_CHECKING:
    from trustsim.world.population import Accounts

Floats = NDArray[np.float64]
_MOST, _LEAST = math.log(100.0), -30.0  # of joining against leaving, log-odds: assumed, a hundredth is away at least
_NEW = math.log(4.0)  # of a platform without clients: assumed, as of one that four in five hold


def usual_entry(accounts: Accounts, churn: Floats) -> Floats:
    """Return float64 (accounts,): log-odds of joining against those of leaving at which claims stay as on day 0.

    ``churn`` float64 (accounts,): what each owner adds to the log-odds of leaving. Who leaves more readily comes more
    readily, and larger platforms are chosen more often: a birth-and-death chain for each account, in balance by
    itself. One number for each platform then sets what comes on day 0, from owners who hold fewer accounts than they
    would, to what goes. Where everybody is in, a hundredth is away. A platform without clients has nothing
    to balance, and draws them as one that four in five hold.
    """
    held, investor = accounts.balance > 0, accounts.investor
    n_held = np.bincount(investor[held], minlength=len(accounts.places))
    comes = ~held & (n_held < accounts.places)[investor]
    ready = np.exp(churn)
    gone = np.where(held, ready * accounts.balance, 0.0)
    come = np.where(comes, ready * accounts.usual * accounts.ticket, 0.0)
    goes, comes_in = (np.add.reduceat(np.append(of, 0.0), accounts.first[:-1]) for of in (gone, come))
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(goes > 0, np.minimum(np.log(goes / comes_in), _MOST), _NEW)
        entry = churn + np.log(accounts.usual) + np.repeat(level, np.diff(accounts.first))
    return np.asarray(np.clip(entry, _LEAST, _MOST))


def in_line(terms: Floats, margin: float) -> Floats:
    """Return the promised yield, float64 (worlds, platforms), or what is nearest to it of what is in line: what claims
    earn when invested by these terms, float64 (Terms, worlds, platforms), less at most *margin*."""
    liquid, lost = terms[Terms.LIQUID_SHARE], terms[Terms.DEFAULT_RATE] * (1 - terms[Terms.RECOVERY])
    earned = (1 - liquid) * (terms[Terms.ASSET_YIELD] - lost)
    earned = earned + liquid * (terms[Terms.SAFE_YIELD] - terms[Terms.CUSTODY_COST])
    return np.asarray(np.clip(terms[Terms.PROMISED_YIELD], earned - margin, np.maximum(earned, 0.0)))
