"""The table of one world at some moments: who is calm, alarmed, has run or is away."""

from __future__ import annotations

from trustsim.report.pictures.network import when
from trustsim.report.pictures.spread import ALARMED, AWAY, CALM, RAN, STATES, Spread
from trustsim.report.tables.plain import Table, download
from trustsim.report.words import words

_CODES = dict(zip((AWAY, CALM, ALARMED, RAN), ("away", "calm", "alarmed", "ran"), strict=True))  # in the download


def moments(spread: Spread) -> tuple[Table, str]:
    """Return the shares in each state, a row a variant and moment, and the download: a row an investor."""
    cells = [
        [words.quantity(spread.share(v, m, state), "share") for state in (CALM, ALARMED, RAN, AWAY)]
        for v in range(len(spread.variants))
        for m in range(len(spread.moments))
    ]
    at = [(name, when(spread, m)) for name in spread.variants for m in range(len(spread.moments))]
    head = ("variant", "moment", *(STATES[state] for state in (CALM, ALARMED, RAN, AWAY)))
    rows = tuple((*where, *row) for where, row in zip(at, cells, strict=True))
    return Table(head, rows, "Shares of those who held money on day 0."), download(*_investors(spread))


def _investors(spread: Spread) -> tuple[list[str], list[list[object]]]:
    """Return the download: the state of every investor at every moment."""
    head = [
        "investor",
        *(f"{name}, {when(spread, m)}" for name in spread.variants for m in range(len(spread.moments))),
    ]
    table = spread.states.reshape(-1, spread.n_investors).T
    return head, [[k, *(_CODES[s] for s in row)] for k, row in enumerate(table)]
