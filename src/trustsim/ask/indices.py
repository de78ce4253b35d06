"""``trustsim.sensitivity``: load, run every point with progress, and say what an outcome depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trustsim.analysis.sensitivity import Sensitivity
from trustsim.analysis.sensitivity import sensitivity as sensitivity_of
from trustsim.ask.designed import Given
from trustsim.ask.running import Out, running
from trustsim.catalog import REGISTRY
from trustsim.experiment.points import ranges_of
from trustsim.registry import Registry
from trustsim.scenario.load import given


def sensitivity(
    scenario: Given,
    ranges: Mapping[str, Sequence[Any]] | None = None,
    *,
    progress: bool = True,
    out: Out = None,
    registry: Registry = REGISTRY,
    **options: Any,
) -> Sensitivity:
    """Return which of the parameters in *ranges* an outcome depends on.

    Parameters
    ----------
    ranges : bounds by scenario path, ``{"platforms.Harbour.liquid_share": ("5 %", "25 %")}``; by default the ``sweep``
        of the scenario, where it is one over ranges.
    progress, out : as in :func:`trustsim.ask.designed.sweep`.
    options : of :func:`trustsim.analysis.sensitivity.sensitivity`: method, outcome, variant, paired, samples; and of
        :func:`trustsim.experiment.design.run_sweep`: replications, workers, timeout, pool.
    """
    story = given(scenario, registry)
    between = ranges_of(story, registry, ranges)
    with running(progress, out) as (callback, store):
        return sensitivity_of(story, registry, between, progress=callback, store=store, **options)
