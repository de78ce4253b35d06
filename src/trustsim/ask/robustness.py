"""The robustness study with which a comparison ends: how many sets of assumptions, run or read, and what they say."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from trustsim import arguments
from trustsim.analysis.comparison import Comparison
from trustsim.analysis.holding import Held, holding, rivals_of
from trustsim.analysis.luck import FEWEST
from trustsim.analysis.other_sets import FEWEST_WORLDS, WORLDS, OtherSets, RunOptions, kept_sets, plan, run_sets
from trustsim.errors import TrustsimError
from trustsim.experiment.stop import Stopped
from trustsim.experiment.store import Records, Store
from trustsim.experiment.study import Study
from trustsim.experiment.work import Progress

Asked = bool | int | str  # whether, of how many sets, or of how many sets and worlds each: "50x8"
STOPPED = "It was stopped before any set of assumptions was finished."
NOT_RUN = "No other set of assumptions was run."
NO_VALUE = "No set of assumptions has a value for every variant."


def check(asked: Asked) -> Asked:
    """Return what is asked for. Raises TrustsimError for a number of sets or of worlds that cannot be."""
    if isinstance(asked, bool):
        return asked
    n, worlds = arguments.times("robustness", asked, least=(1, FEWEST_WORLDS))
    return n if worlds is None else f"{n}x{worlds}"


MOST = 50  # sets by default: of more the share is hardly better known, and a study of thousands of worlds waits


def hindrance(study: Study, comparison: Comparison, asked: Asked) -> str:
    """Return the sentence that says why no robustness study can be; '' where one can."""
    if study.interrupted:
        return "The study was stopped before it."
    if len(study.variants) < 2 or not rivals_of(comparison):
        return "There is no order that could change: nothing is held against the first in rank."
    if size(study, asked)[0] == 0:
        return (
            f"With fewer than {FEWEST * WORLDS} worlds none is run by default; --robustness N, in Python robustness=N, "
            "asks for N sets of assumptions."
        )
    return ""


def size(study: Study, asked: Asked) -> tuple[int, int]:
    """Return how many sets are run, of how many worlds each: by default about as many runs again as the study has, MOST
    sets at most, or none of a small one."""
    if not isinstance(asked, bool):
        n, worlds = arguments.times("robustness", asked, least=(1, FEWEST_WORLDS))
        return n, WORLDS if worlds is None else worlds
    n = min(len(study.replications) // WORLDS, MOST)
    return (n if asked and n >= FEWEST else 0), WORLDS


def study_of(
    study: Study,
    comparison: Comparison,
    asked: Asked,
    *,
    progress: Progress | None = None,
    store: Store | None = None,
    **how: Unpack[RunOptions],
) -> Held:
    """Run what is lacking of the robustness study; whatever goes wrong, the comparison stays as it is."""
    if why := hindrance(study, comparison, asked):
        return Held(None, why)
    try:
        others = run_sets(study, plan(study, *size(study, asked)), progress=progress, store=store, **how)
    except TrustsimError as error:
        return Held(None, f"Other sets of assumptions could not be run: {error}.")
    except Stopped:
        raise
    except KeyboardInterrupt:
        return Held(None, STOPPED, interrupted=True)
    if not others.planned.factors:
        return Held(None, "Nothing in this scenario is assumed that could be otherwise.")
    return held(study, comparison, others, STOPPED if others.interrupted else NO_VALUE)


def read(study: Study, comparison: Comparison, asked: Asked, store: Records) -> Held:
    """Return what a run store holds of the robustness study, without running anything."""
    if why := hindrance(study, comparison, asked):
        return Held(None, why)
    others = kept_sets(study, plan(study, *size(study, asked)), store)
    return held(study, comparison, others, NOT_RUN)


def held(study: Study, comparison: Comparison, others: OtherSets, missing: str) -> Held:
    """Return what the sets say of an order; *missing* where they say nothing."""
    found = holding(study, comparison, others)
    return Held(found, "" if found is not None else missing, others.interrupted, others)


def ranked_anew(before: Held | None, study: Study, comparison: Comparison) -> Held | None:
    """Return what the same sets say where the variants are ranked otherwise."""
    if before is None or before.others is None:
        return before
    return held(study, comparison, before.others, NO_VALUE)


def table(of: Held | None) -> pd.DataFrame:
    """Return one row a set. Raises TrustsimError where there is none."""
    if of is None or of.found is None:
        why = "without a robustness study" if of is None else f"without one: {of.missing}"
        raise TrustsimError(f"sets: given a comparison {why.removesuffix('.')}; allowed: one with it")
    return of.found.frame
