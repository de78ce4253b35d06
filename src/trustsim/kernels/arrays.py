"""Arrays that travel together, each group with a type; rows and shapes in kernels/layout.py.

Several worlds, replications of one study, are stepped together, each in some variants. ``w`` counts worlds, ``v`` lanes
(a variant of a world: those of world w are ``w * n : (w + 1) * n`` for n variants), ``p`` platforms, ``a`` accounts and
``i`` investors. All worlds have as many people and accounts; how many of these are on a platform differs. The arrays of
a group are views: what a kernel writes is what everybody sees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Accounts(NamedTuple):
    """The accounts of each world, platform by platform, and who acts on them."""

    beliefs: NDArray[np.float32]  # (Beliefs, v, a)
    flags: NDArray[np.uint8]  # (v, a)
    known: NDArray[np.uint8]  # (v, a) CO_CLIENT, FLED, WARY, MOVED: what is known of the owner, and by the owner
    actions: NDArray[np.uint8]  # (v, a rounded up to 8)
    balance: Ints  # (v, a) minor units
    requested: Ints  # (v, a) minor units
    asked_day: NDArray[
        np.int32
    ]  # (v, a) step since which what was asked for first waits; −1: nothing since it was opened
    later: Ints  # (v, a) minor units of what is asked for that were asked for later than that
    later_day: NDArray[np.int32]  # (v, a) step since which these wait: a mean by money where there are several
    first_asked: NDArray[np.int32]  # (v, a) step of the first request of the owner, −1 before any
    paid: Ints  # (v, a) paid out to the owner so far, minor units
    waited: NDArray[np.int32]  # (v, a) steps of the longest wait for money that has come
    queue: NDArray[np.int32]  # (v, a) accounts with an unpaid request, in order, those of a platform from its first on
    queue_n: Ints  # (v, p) how many there are
    traits: NDArray[np.float32]  # (Traits, w, a)
    ticket: Ints  # (w, a) what a joiner pays in, as far as the safe account holds it, minor units
    investor: Ints  # (w, a) whose account
    first: Ints  # (w, p + 1) where the accounts of a platform begin
    at: NDArray[np.int32]  # (w, p, i) the account of an investor on a platform, −1 without one
    ones: NDArray[np.float32]  # (a,) all 1: what is taken in alike by all
    group_of: NDArray[np.int32]  # (GROUPINGS, w, a) of whose client of day 0 it is, −1 of nobody's: see world/groups.py
    stream: Ints  # (p,) by what the draws of each platform are addressed: see world/streams.py


class People(NamedTuple):
    """The money of investors outside platforms, and what they lost."""

    safe: Ints  # (v, i) minor units
    loss: Ints  # (v, i) minor units
    money_days: Floats  # (v, i) money that came · the days beyond the agreed lag that it was waited for


class Platforms(NamedTuple):
    """What stands for each platform."""

    books: Ints  # (Books, v, p) minor units
    ladder: Ints  # (RUNGS, v, p) minor units
    terms: Floats  # (Terms, v, p)
    agreed_terms: Floats  # (Terms, v, p) of calm: what platforms and clients have agreed on
    gauges: Floats  # (Gauges, v, p)
    weights: NDArray[np.float32]  # (v, p, Weights)
    dials: Floats  # (v, Dials)
    sums: Ints  # (v, p, Sums)
    by_group: Ints  # (v, groups) trust of the clients of day 0, in fixed point, of all platforms together
    flows: Ints  # (v, p + 1, p + 1) paid from where to where, the last place is the safe accounts, minor units
    market: Ints  # (p,) platforms of one number sell their assets on one market
    has_parts: bool  # the parts of trust are measured too


class Tail(NamedTuple):
    """Columns of accounts that mechanisms declare; none where no such mechanism is on. See kernels/columns.py."""

    columns: NDArray[np.float32]  # (columns, v, a)
    laws: NDArray[np.float32]  # (columns, v, p, Laws)
    bounds: NDArray[np.float32]  # (columns, 2) low, high
    means: Floats  # (columns, v, p) over the holders


class Links(NamedTuple):
    """The networks in rows: the neighbours of i are ``neighbours[indptr[w, i]:indptr[w, i + 1]]``."""

    indptr: Ints  # (w, i + 1)
    neighbours: NDArray[np.int32]  # (entries of all worlds,)
    is_complete: bool  # everyone is everyone's neighbour, and the rows are empty


class Groups(NamedTuple):
    """All that moves, and the links between people."""

    accounts: Accounts
    people: People
    platforms: Platforms
    links: Links
    tail: Tail | None  # None where no columns are declared


class Pushes(NamedTuple):
    """What pushes people to run beside what they believe, log-odds, and where beliefs stood on day 0."""

    calm: Floats  # (v, p) what a platform adds without the day's part
    fund: Floats  # (v, p) trust in fund safety on day 0 beyond the prior
    risk: Floats  # (v, p) published on day 0
    noise: Floats  # (v, p) spread of its reading
    leant: Floats  # (CHANNELS, v, p) what mechanisms lean on running
    columns: NDArray[np.float32]  # (columns, v, a)
    law_column: Ints  # (laws,)
    law_channel: Ints  # (laws,)
    law_run: Floats  # (laws, v, p) what a unit of the column adds


class Bulletin(NamedTuple):
    """The day's public messages."""

    evidence: NDArray[np.float32]  # (messages, v, p, Targets + 2) strength by target, reach, reached before
    begun: Ints  # (messages,) step on which it was first told
    is_page: NDArray[np.bool_]  # (messages,) read by those who look at their account
    by_literacy: NDArray[np.bool_]  # (messages,) the literate discount it
    segment: Ints  # (messages,) whom it is for, −1: anybody
    is_for_clients: NDArray[np.bool_]  # (messages,) only those with an open account hear it


class Calendar(NamedTuple):
    """When locked balances mature."""

    cycle: Ints  # (p,) steps from one maturity to the next, 0 where nothing is locked
    order: Ints  # (w, a) the accounts of each platform by day of maturity
    begins: Ints  # (w, p, longest cycle + 1) where each day of the cycle begins in ``order``


class Clock(NamedTuple):
    """When, and by which luck."""

    day: int  # number of the step, from 1
    dt: float  # days in a step
    keys: NDArray[np.uint64]  # (w, 2) of each replication
