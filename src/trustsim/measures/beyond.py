"""What a crisis adds to calm: flows of money and of people beyond those of the calm twin, platform by platform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, WINDING, Gauges
from trustsim.kernels.times import SAME_TIME, whole_steps
from trustsim.measures.model import Calm
from trustsim.scenario.counted import RunRule
from trustsim.world.rows import index_of

Floats = NDArray[np.float64]
LEFT_IN_CALM = 0.2  # of what there was at first: where calm keeps less, what a crisis leaves of it says nothing
ENOUGH = 20  # clients of day 0 left in calm: of fewer what a crisis leaves is chance, where it is not a fifth of all
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
        :func:`relative_survival`, of all platforms together. Once calm keeps less than a fifth, that is held against
        the first day of which it keeps a fifth, for as long as ENOUGH are left. On a platform that has failed nothing
        stays: who is caught there cannot go any more, and no remedy is the better for it.
        """
        parts = (self._gone(name, of), self.calm(name), self._of(of), self.left_in_calm())
        return _most_gone(*(each.sum(axis=2) for each in parts))

    def gone_on(self, name: str, of: str, at: NDArray[np.int64]) -> Floats:
        """Return float64 (lanes,): of what would have stayed in calm, the share that more is gone at the end of a step,
        int64 (lanes,); below 0 where less is; NaN where nothing was there, or stays in calm."""
        whole, gone, calm = (x.sum(axis=2) for x in (self._of(of), self._gone(name, of), self.calm(name)))
        lanes = np.arange(len(at))
        with np.errstate(invalid="ignore", divide="ignore"):
            stays, in_calm = (1 - each[at, lanes] / whole[0] for each in (gone, calm))
            return np.asarray(np.where((whole[0] > 0) & (in_calm > 0), 1 - stays / in_calm, np.nan))

    def share_gone_of_each(self, name: str, of: str) -> Floats:
        """Return the same of each platform, float64 (lanes, platforms)."""
        return _most_gone(self._gone(name, of), self.calm(name), self._of(of), self.left_in_calm())

    def left_in_calm(self) -> Floats:
        """Return how many accounts of day 0 have not left in calm."""
        return np.asarray(self.calm("cohort") - self.calm("cohort_left"))

    def _gone(self, name: str, of: str) -> Floats:
        start = self._of(of)[0]
        return np.where(self._history[:, Gauges.STATUS] == FAILED, start, self._of(name))

    def steps(self, days: float) -> int:
        """Return how many steps some days touch, at least one."""
        return max(int(whole_steps(days, self.dt)), 1)

    def outflow(self, of: str) -> tuple[Floats, Floats]:
        """Return what flows out, and what comes in or is not wanted any more, of ``claims`` (minor units) or
        ``accounts``."""
        out, back = (np.asarray(sum(self.flow(name) for name in names)) for names in _FLOWS[of])
        return out, back

    def within(self, days: float, of: str) -> Floats:
        """Return the net outflow of the last *days*: what comes in beyond calm, or is taken back, offsets what goes
        out, and where less comes in than in calm nothing goes out."""
        out, back = (within(flow, days / self.dt) for flow in self.outflow(of))
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


def _most_gone(gone: Floats, in_calm: Floats, there: Floats, left: Floats) -> Floats:
    """Return the largest share over time, the first axis, that is gone beyond calm of what was there at first; ``left``
    is how many have not left in calm."""
    whole = there[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        stays, stays_in_calm = (np.clip(1 - each / whole, 0.0, 1.0) for each in (gone, in_calm))
    survival, is_late = relative_survival(stays, stays_in_calm, left), stays_in_calm < LEFT_IN_CALM
    beyond = np.nan_to_num(1 - np.where(is_late, 1.0, survival)).max(axis=0)
    has_late = (is_late & ~np.isnan(survival)).any(axis=0)
    columns = zip(survival[:, has_late].T, stays_in_calm[:, has_late].T, strict=True)
    beyond[has_late] = np.maximum(beyond[has_late], [_gone_late(*column) for column in columns])
    return np.where(whole > 0, beyond, np.nan)


def _gone_late(survival: Floats, in_calm: Floats) -> float:
    """Return the largest share gone, by the relative survival, float64 (steps + 1,) like both, since the first step of
    which calm keeps a fifth, over the steps on which it keeps less than that of day 0.

    A start counts as no better than day 0: who is kept from leaving, and leaves later, makes no crisis.
    """
    days = np.flatnonzero((in_calm < LEFT_IN_CALM) & ~np.isnan(survival))
    since = np.searchsorted(-np.minimum.accumulate(in_calm), -in_calm[days] / LEFT_IN_CALM)
    at_start = np.minimum(survival[since], 1.0)
    gone = 1 - survival[days] / np.where(at_start > 0, at_start, np.inf)
    return float(np.where(at_start > 0, gone, 0.0).max())


def relative_survival(stays: Floats, in_calm: Floats, left: Floats) -> Floats:
    """Return of what stays in calm the share that stays, float64 like both, shares of what there was at day 0.

    It is a relative survival (Pohar Perme and others 2012, doi:10.1111/j.1541-0420.2011.01640.x), which does not depend
    on how many leave in calm meanwhile; above 1 where more stay than in calm, NaN where calm keeps less than a fifth
    and fewer than ENOUGH accounts, ``left``.
    """
    is_known = (in_calm >= LEFT_IN_CALM) | ((left >= ENOUGH) & (in_calm > 0))
    return np.where(is_known, stays / np.where(is_known, in_calm, 1.0), np.nan)


def within(flow: Floats, steps: float) -> Floats:
    """Return the sums of a flow over the last *steps* up to each, as far as there are so many.

    Of a step that is in part longer ago, so of one that is longer than all that counts, its part counts: within a step
    money flows evenly.
    """
    whole = int(steps + SAME_TIME)
    total, before = (np.concatenate([np.zeros((whole + 1, *flow.shape[1:])), x]) for x in (flow.cumsum(axis=0), flow))
    n = len(flow)
    part = max(steps - whole, 0.0)
    return np.asarray(total[whole + 1 :] - total[1 : n + 1] + (part * before[1 : n + 1] if part > SAME_TIME else 0.0))
