"""The pictures of a result: axes in, axes out. ``result.plot`` offers the first five of them bound to a result."""

from trustsim.report.fans import difference_fan, fan
from trustsim.report.graph import layout, network
from trustsim.report.spreads import differences, distribution
from trustsim.report.tradeoff import tradeoff

__all__ = ["difference_fan", "differences", "distribution", "fan", "layout", "network", "tradeoff"]
