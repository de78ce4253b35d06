"""What a crisis adds to calm: flows of money and of people beyond those of the calm twin, platform by platform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, WINDING, Gauges
from trustsim.measures.model import Calm
from trustsim.scenario.counted import RunRule
from trustsim.world.rows import index_of

Floats = NDArray[np.float64]
LEFT_IN_CALM = 0.2  # of what there was at day 0: where calm keeps less, what a crisis leaves of it says nothing
_FLOWS = {  # out, and in or taken back
    "claims": (("requests",), ("inflow", "taken_back")),
    "accounts": (("runners", "leavers"), ("joiners", "stayers")),
}
_STOCK = {"claims": "claims", "accounts": "holders"}


class Beyond:
    """Flows beyond calm, from the days of a model and of its calm twin; all arrays float64 (steps + 1, lanes,
    platforms).

    Nothing flows beyond calm once a platform has ended: what calm goes on to do there is no gain.
    """

    def __init__(self, history: Floats, calm: Calm, dt: float) -> None:
        self.dt = dt
        self._history, self._calm, self._lane = history, calm.history, calm.lane
        self.has_ended = np.maximum.accumulate(history[:, Gauges.STATUS] >= WINDING, axis=0)
        self.is_over = np.vstack([np.zeros_like(self.has_ended[:1]), self.has_ended[:-1]])  # from the day after

    def calm(self, name: str) -> Floats:
        """Return a gauge of the calm twins."""
        return self._calm[:, index_of("stock", name)][:, self._lane]

    def flow(self, name: str) -> Floats:
        """Return a gauge that counts what a day brings, less that of calm."""
        return np.where(self.is_over, 0.0, self._of(name) - self.calm(name))

    def share_gone(self, name: str, of: str) -> Floats:
        """Return float64 (lanes,): of what would have stayed in calm, the largest share over time that is gone; NaN
        where there was nothing.

        ``name``: a gauge of what has gone so far; ``of``: one of what there was at day 0. It is the complement of
        :func:`relative_survival`, of all platforms together. Days on which calm has little left do not count. On a
        platform that has failed nothing stays: who is caught there cannot go any more, and no remedy is the better for
        it.
        """
        return _most_gone(*(each.sum(axis=2) for each in (self._gone(name, of), self.calm(name), self._of(of))))

    def share_gone_of_each(self, name: str, of: str) -> Floats:
        """Return the same of each platform, float64 (lanes, platforms)."""
        return _most_gone(self._gone(name, of), self.calm(name), self._of(of))

    def _gone(self, name: str, of: str) -> Floats:
        start = self._of(of)[0]
        return np.where(self._history[:, Gauges.STATUS] == FAILED, start, self._of(name))

    def steps(self, days: float) -> int:
        """Return how many steps some days are, at least one."""
        return max(round(days / self.dt), 1)

    def outflow(self, of: str) -> tuple[Floats, Floats]:
        """Return what flows out, and what comes in or is not wanted any more, of ``claims`` (minor units) or
        ``accounts``."""
        out, back = (np.asarray(sum(self.flow(name) for name in names)) for names in _FLOWS[of])
        return out, back

    def within(self, days: float, of: str) -> Floats:
        """Return the net outflow of the last *days*: what comes in beyond calm, or is taken back, offsets what goes
        out, and where less comes in than in calm nothing goes out."""
        out, back = (within(flow, self.steps(days)) for flow in self.outflow(of))
        return np.asarray(out - np.maximum(back, 0.0))

    def share_within(self, rule: RunRule) -> Floats:
        """Return the net outflow of the days of the rule of a run / what was held before, there or in calm; NaN where
        :meth:`base` is."""
        return self.within(rule.within, rule.of) / self.base(rule.within, rule.of)

    def peak(self, days: float, of: str) -> Floats:
        """Return the largest net outflow of so many *days* / what was held before, of all platforms together that had
        clients at day 0, float64 (lanes,); NaN where none had."""
        base = self.base(days, of)
        flow = np.where(np.isnan(base), 0.0, self.within(days, of)).sum(axis=2)
        held = np.nan_to_num(base).sum(axis=2)
        largest = (flow / np.where(held > 0, held, np.inf)).max(axis=0)
        return np.where(held[0] > 0, largest, np.nan)

    def base(self, days: float, of: str) -> Floats:
        """Return what was held at the beginning of the last *days*, there or in calm; NaN where there was nothing, and
        on a platform that had no clients at day 0."""
        held = np.maximum(self.calm(_STOCK[of]), self._of(_STOCK[of]))
        before = np.maximum(np.arange(len(held)) - self.steps(days), 0)
        return np.where((held[before] > 0) & (held[0] > 0), held[before], np.nan)

    def _of(self, name: str) -> Floats:
        return self._history[:, index_of("stock", name)]


def _most_gone(gone: Floats, in_calm: Floats, there: Floats) -> Floats:
    """Return the largest share over time, the first axis, that is gone beyond calm of what was there at first."""
    whole = there[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        stays, stays_in_calm = (np.clip(1 - each / whole, 0.0, 1.0) for each in (gone, in_calm))
    beyond = np.nan_to_num(1 - relative_survival(stays, stays_in_calm))
    return np.where(whole > 0, beyond.max(axis=0), np.nan)


def relative_survival(stays: Floats, in_calm: Floats) -> Floats:
    """Return of what stays in calm the share that stays, float64 like both, shares of what there was at day 0.

    It is a relative survival (Pohar Perme and others 2012, doi:10.1111/j.1541-0420.2011.01640.x), which does not depend
    on how many leave in calm meanwhile; above 1 where more stay than in calm, NaN where calm keeps less than a fifth.
    """
    return np.where(in_calm >= LEFT_IN_CALM, stays / np.maximum(in_calm, LEFT_IN_CALM), np.nan)


def within(flow: Floats, steps: int) -> Floats:
    """Return the sums of a flow over the last *steps* up to each, as far as there are so many."""
    total = np.cumsum(flow, axis=0)
    return np.asarray(total - np.concatenate([np.zeros_like(total[:steps]), total[:-steps]])[: len(total)])
