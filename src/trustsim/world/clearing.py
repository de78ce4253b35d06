"""What each platform can pay of what it owes the others: the clearing vector, for one rule (mechanisms/sector).

It stands apart from the rule because it needs scipy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_ROUNDS = 20_000
_SETTLED = 1e-13  # relative change at which the clearing vector is found


def clearing(debts: Ints, own: Floats) -> Floats:
    """Return float64 (platforms,): what each can pay, p = min(p̄, own + what it is paid), the greatest such vector.

    ``debts`` int64 (3, debts): debtor, creditor, amount; ``own`` float64 (platforms,): cash to pay from.

    Found from above, so that nobody pays less than must be (Eisenberg and Noe 2001, doi:10.1287/mnsc.47.2.236.9835).
    """
    debtor, creditor, amount = debts
    due = np.bincount(debtor, amount, len(own)).astype(np.float64)
    part = np.asarray(amount / np.maximum(due, 1e-300)[debtor], np.float64)
    paid = due.copy()
    for _ in range(_MOST_ROUNDS):
        now = np.minimum(due, own + np.bincount(creditor, part * paid[debtor], len(own)))
        if np.abs(now - paid).max(initial=0.0) <= _SETTLED * max(due.max(initial=0.0), 1.0):
            return np.asarray(now)
        paid = now
    return _cleared_by_defaults(debts, own, due, part)


def _cleared_by_defaults(debts: Ints, own: Floats, due: Floats, part: Floats) -> Floats:
    """Return what rounds of payment would take too long to come down to: money that goes round and hardly leaks.

    The fictitious defaults of Eisenberg and Noe: who cannot pay all where the others do defaults; what those pay is the
    solution of linear equations; again, until nobody else defaults.
    """
    debtor, creditor, _ = debts
    n, least = len(own), _SETTLED * max(due.max(initial=0.0), 1.0)
    to_whom = csr_array((part, (creditor, debtor)), shape=(n, n))
    paid, falls = due.copy(), np.zeros(n, np.bool_)
    while True:
        fresh = ~falls & (due - own - to_whom @ paid > least)
        if not fresh.any():
            return np.asarray(np.clip(paid, 0.0, due))
        falls |= fresh
        inside, outside = to_whom[falls][:, falls], to_whom[falls][:, ~falls] @ due[~falls]
        equations = (eye_array(int(falls.sum()), format="csc") - inside).tocsc()
        solved = spsolve(equations, own[falls] + outside)
        paid[falls] = np.minimum(np.where(np.isfinite(solved), np.maximum(solved, 0.0), 0.0), paid[falls])
