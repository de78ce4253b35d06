"""What a report runs again: some worlds with the causes of every request taken down, and one world day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trustsim.analysis.attribution import Attribution, attribution
from trustsim.analysis.causes import CLAIMS
from trustsim.errors import TrustsimError
from trustsim.experiment.address import addresses, engine
from trustsim.experiment.pool import Pool
from trustsim.experiment.simulate import simulate
from trustsim.experiment.store import Store
from trustsim.experiment.work import Progress
from trustsim.report.spread import Spread, spread_of

if TYPE_CHECKING:
    from trustsim.report.result import Result

MOST_WORLDS, FEWEST_WORLDS = 20, 2  # whose withdrawals are shared out
_ACCOUNT_DAYS = 4e8  # days of accounts that these worlds may hold: half a minute on two cores


@dataclass(frozen=True, eq=False)
class Again:
    """What was run again for a report.

    Attributes
    ----------
    attribution : the direct parts of some worlds; None where none of them finished.
    spread : one world at four moments; None where there is no network to draw.
    claims : what platforms owe on day 0, minor units, mean over the worlds of the attribution; NaN without it.
    addresses : of the runs of each variant. engine : the hash of the source that makes the numbers.
    """

    attribution: Attribution | None
    spread: Spread | None
    claims: float
    addresses: Mapping[str, str]
    engine: str


def run_again(
    result: Result,
    store: Store,
    *,
    progress: Progress | None = None,
    workers: int | None = None,
    pool: Pool | None = None,
) -> Again | None:
    """Run again what the report of *result* tells beside its outcomes; worlds that are in *store* are not.

    Returns None for a study without a finished replication.
    """
    if result.comparison.n == 0:
        return None
    variants = result.study.variants
    try:
        found = attribution(
            result.scenario, variants=variants, replications=n_worlds(result), workers=workers, progress=progress,
            store=store, pool=pool, replays=False,
        )  # fmt: skip
    except TrustsimError:  # not one of these worlds finished: the report says so
        found = None
    claims = np.nan if found is None else float(found.study.outcomes[CLAIMS].mean())
    where = addresses(result.scenario, variants, simulate)
    return Again(found, spread_of(result), claims, where, engine())


def n_worlds(result: Result) -> int:
    """Return of how many worlds the withdrawals are shared out: fewer where each of them is large."""
    world = result.scenario.variants[0].world
    accounts = float(getattr(world.investors, "count", 0) or 0) * max(len(world.platforms), 1)
    size = max(accounts, 1.0) * result.scenario.n_days * len(result.study.variants)
    n = int(np.clip(_ACCOUNT_DAYS / size, FEWEST_WORLDS, MOST_WORLDS))
    return min(n, int(result.study.replications[-1]) + 1)
