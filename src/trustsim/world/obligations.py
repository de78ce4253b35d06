"""Who owes whom among platforms: what the file says or a random network draws, and how it is cleared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

from trustsim.kernels import draws, purposes
from trustsim.kernels.layout import FAILED, Books, Gauges
from trustsim.world.sections import owed
from trustsim.world.state import State

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_ROUNDS = 20_000
_SETTLED = 1e-13  # relative change at which the clearing vector is found


def stated(state: State) -> Ints:
    """Return int64 (3, debts): debtor, creditor, amount, as the platforms' ``owes`` say."""
    names = {platform.name: p for p, platform in enumerate(state.platforms)}
    debts = [(p, to, amount) for p, x in enumerate(state.platforms) for to, amount in owed(x.owes).items()]
    return np.array([(p, names[to], amount) for p, to, amount in debts], np.int64).reshape(-1, 3).T


def lend_at_random(state: State, variant: int, links: float, share: float, key: NDArray[np.uint64]) -> Ints:
    """Let each platform lend a *share* of what it has in equal parts to random others; return as :func:`stated`.

    Every ordered pair is linked with the same chance, so that a platform lends to ``links`` others on average. The
    money moves: net worth does not change.
    """
    n = state.n_platforms
    chance = min(links / max(n - 1, 1), 1.0)
    wanted = int(links * n + 8 * np.sqrt(links * n) + 20)
    u = draws.uniforms(wanted, purposes.OBLIGATION, key)[0]
    steps = np.floor(np.log(u) / np.log1p(-chance)) + 1 if chance < 1 else np.ones(n * (n - 1))
    pair = np.cumsum(steps).astype(np.int64) - 1
    pair = pair[pair < n * (n - 1)]
    creditor, other = np.divmod(pair, max(n - 1, 1))
    debtor = other + (other >= creditor)
    books, ladder = state.books[:, variant], state.ladder[:, variant]
    total = books[Books.CASH] + books[Books.CUSTODY] + ladder.sum(axis=0)
    n_debtors = np.bincount(creditor, minlength=n)
    amount = np.floor(share * total / np.maximum(n_debtors, 1)).astype(np.int64)[creditor]
    amount = np.minimum(amount, np.maximum(books[Books.CASH], 0)[creditor] // np.maximum(n_debtors, 1)[creditor])
    np.subtract.at(books[Books.CASH], creditor, amount)
    np.add.at(books[Books.CASH], debtor, amount)
    return np.stack([debtor, creditor, amount])


def clearing(debts: Ints, own: Floats) -> Floats:
    """Return float64 (platforms,): what each can pay, p = min(p̄, own + what it is paid), the greatest such vector.

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


def pay(state: State, variant: int, debts: Ints, paid: Floats) -> None:
    """Move the payments between the books, in whole minor units, never more than there is."""
    debtor, creditor, amount = debts
    due = np.maximum(np.bincount(debtor, amount, state.n_platforms), 1.0)
    moved = np.floor(amount * (paid / due)[debtor] + 1e-6).astype(np.int64)
    cash = state.books[Books.CASH, variant]
    np.subtract.at(cash, debtor, moved)
    np.add.at(cash, creditor, moved)


def net_worth(state: State, variant: int, debts: Ints) -> Ints:
    """Return int64 (platforms,): cash, client money, assets and what others that stand owe, less all that is owed."""
    debtor, creditor, amount = debts
    books = state.books[:, variant]
    stands = state.gauges[Gauges.STATUS, variant] != FAILED
    worth = books[Books.CASH] + books[Books.CUSTODY] + state.ladder[:, variant].sum(axis=0)
    worth = worth - books[Books.DEBT] - books[Books.CLAIMS]
    np.add.at(worth, creditor, amount * stands[debtor])
    np.subtract.at(worth, debtor, amount)
    return np.asarray(worth, np.int64)
