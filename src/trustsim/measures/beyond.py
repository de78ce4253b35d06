"""What a crisis adds to calm: flows of money and of people beyond those of the calm twin, platform by platform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import WINDING, Gauges
from trustsim.measures.model import Calm
from trustsim.world.rows import index_of

Floats = NDArray[np.float64]
_FLOWS = {"claims": (("requests",), "inflow"), "accounts": (("runners", "leavers"), "joiners")}  # out, in
_STOCK = {"claims": "claims", "accounts": "holders"}


class Beyond:
    """Flows beyond calm, from the days of a model and of its calm twin; all arrays float64 (steps + 1, lanes,
    platforms).

    Nothing flows beyond calm once a platform has ended: what calm goes on to do there is no gain.
    """

    def __init__(self, history: Floats, calm: Calm, dt: float) -> None:
        self.dt = dt
        self._history, self._calm, self._lane = history, calm.history, calm.lane
        ended = np.maximum.accumulate(history[:, Gauges.STATUS] >= WINDING, axis=0)
        self.is_over = np.vstack([np.zeros_like(ended[:1]), ended[:-1]])  # from the day after its end

    def calm(self, name: str) -> Floats:
        """Return a gauge of the calm twins."""
        return self._calm[:, index_of("stock", name)][:, self._lane]

    def flow(self, name: str) -> Floats:
        """Return a gauge that counts what a day brings, less that of calm."""
        return np.where(self.is_over, 0.0, self._of(name) - self.calm(name))

    def so_far(self, name: str) -> Floats:
        """Return a gauge that adds up over the days, less that of calm."""
        ahead = self._of(name) - self.calm(name)
        return np.cumsum(np.where(self.is_over, 0.0, np.diff(ahead, axis=0, prepend=0.0)), axis=0)

    def net_outflow(self, of: str) -> Floats:
        """Return what flows out net of what comes in, of ``claims`` (minor units) or ``accounts``."""
        out, back = _FLOWS[of]
        return np.asarray(sum(self.flow(name) for name in out) - self.flow(back))

    def within(self, days: float, of: str) -> Floats:
        """Return the net outflow of the last *days*."""
        return within(self.net_outflow(of), max(round(days / self.dt), 1))

    def base(self, days: float, of: str) -> Floats:
        """Return what calm holds at the beginning of the last *days*, at least a unit."""
        steps = max(round(days / self.dt), 1)
        held = self.calm(_STOCK[of])
        before = np.maximum(np.arange(len(held)) - steps, 0)
        return np.maximum(held[before], 1.0)

    def _of(self, name: str) -> Floats:
        return self._history[:, index_of("stock", name)]


def within(flow: Floats, steps: int) -> Floats:
    """Return the sums of a flow over the last *steps* up to each, as far as there are so many."""
    total = np.cumsum(flow, axis=0)
    return np.asarray(total - np.concatenate([np.zeros_like(total[:steps]), total[:-steps]])[: len(total)])
