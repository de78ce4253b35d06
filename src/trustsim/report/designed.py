"""``trustsim.sweep`` and ``trustsim.sensitivity``: load, run every point with progress, and say what it means."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from trustsim.analysis.robust import Robust, robust
from trustsim.analysis.sensitivity import Sensitivity
from trustsim.analysis.sensitivity import sensitivity as sensitivity_of
from trustsim.catalog import REGISTRY
from trustsim.experiment.design import ranges_of, run_sweep
from trustsim.registry import Registry
from trustsim.report.result import Out, running
from trustsim.scenario.load import given
from trustsim.scenario.resolved import Scenario

Given = Scenario | str | os.PathLike[str]


def sweep(
    scenario: Given,
    *,
    outcome: str | None = None,
    progress: bool = True,
    out: Out = None,
    registry: Registry = REGISTRY,
    **options: Any,
) -> Robust:
    """Run a scenario, or a file, at every point of its ``sweep`` and compare its variants over the points.

    Parameters
    ----------
    outcome : what decides; by default the outcome that ranks the variants.
    progress : whether to show a bar (plain lines where there is no terminal).
    out : a run folder: runs that are kept there are not computed again.
    options : of :func:`trustsim.experiment.design.run_sweep`: variants, replications, workers, timeout, pool, design.

    Raises
    ------
    ScenarioError, TrustsimError : for what is wrong with the file or an argument, before anything runs.
    """
    story = given(scenario, registry)
    with running(progress, out) as (callback, store):
        found = run_sweep(story, registry, progress=callback, store=store, **options)
    return robust(found, registry, outcome)


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
    progress, out : as in :func:`sweep`.
    options : of :func:`trustsim.analysis.sensitivity.sensitivity`: method, outcome, variant, paired, samples; and of
        :func:`trustsim.experiment.design.run_sweep`: replications, workers, timeout, pool.
    """
    story = given(scenario, registry)
    between = ranges_of(story, registry, ranges)
    with running(progress, out) as (callback, store):
        return sensitivity_of(story, registry, between, progress=callback, store=store, **options)
