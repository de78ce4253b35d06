"""The pictures of a result, by name: ``result.plot.fan('outflow')``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustsim
from trustsim.analysis.compared import Compared

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trustsim.report.pictures.figures import Panels


@dataclass(frozen=True)
class Plots:
    """The pictures of a result, by name; each takes an ``ax`` to draw on, or makes its own, and returns it."""

    result: Compared

    def fan(
        self,
        series: str,
        variant: str | Sequence[str] | None = None,
        platform: str | None = None,
        ax: Axes | None = None,
    ) -> Axes | Panels:
        """Draw a series over time: median with 50 % and 90 % bands; small multiples for several variants."""
        return trustsim.plots.fan(self.result, series, variant, platform, ax)

    def difference_fan(self, series: str, variant: str, ax: Axes | None = None, platform: str | None = None) -> Axes:
        """Draw the paired difference of a series to the baseline over time."""
        return trustsim.plots.difference_fan(self.result, series, variant, ax, platform)

    def distribution(self, outcome: str, ax: Axes | None = None) -> Axes:
        """Draw an outcome's value in every run, variant by variant."""
        return trustsim.plots.distribution(self.result, outcome, ax)

    def differences(self, outcome: str, ax: Axes | None = None) -> Axes:
        """Draw the paired difference of an outcome to the baseline, with its interval, for every variant."""
        return trustsim.plots.differences(self.result, outcome, ax)

    def survival(self, outcome: str = "time_to_failure", ax: Axes | None = None) -> Axes:
        """Draw the share of worlds in which an event, by the time to it, has not happened yet, day by day."""
        return trustsim.plots.survival(self.result, outcome, ax)

    def tradeoff(self, loss: str = "investor_loss", cost: str = "policy_cost", ax: Axes | None = None) -> Axes:
        """Draw loss against cost of every variant, with intervals."""
        return trustsim.plots.tradeoff(self.result, loss, cost, ax)

    def robustness(self, ax: Axes | None = None) -> Axes:
        """Draw how far the first in rank is ahead in every other set of assumptions."""
        return trustsim.plots.robustness(self.result, ax)

    def hangs_on(self, ax: Axes | None = None) -> Axes:
        """Draw the difference of the first and its rival along each number on which their order hangs."""
        return trustsim.plots.hangs_on(self.result, ax)

    def unknowns(self, event: str = "run_probability") -> Panels:
        """Draw the share of worlds with an event against each of what nobody knows beforehand."""
        return trustsim.plots.unknowns(self.result, event)
