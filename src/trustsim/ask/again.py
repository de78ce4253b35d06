"""What a report runs again: some worlds with the causes of every request taken down, and one world day by day."""

from __future__ import annotations

import numpy as np

from trustsim.analysis.attribution import attribution
from trustsim.analysis.compared import Compared
from trustsim.ask.spreading import spread_of
from trustsim.errors import TrustsimError
from trustsim.experiment.simulate import simulate
from trustsim.experiment.store import Store
from trustsim.experiment.work import Progress
from trustsim.report.page.again import NETWORK, WHY, Again, nothing
from trustsim.report.words import words

MOST_WORLDS, FEWEST_WORLDS = 20, 2  # whose withdrawals are shared out
_ACCOUNT_DAYS = 4e8  # days of accounts that these worlds may hold: half a minute on two cores


def run_again(
    result: Compared, store: Store | None = None, *, progress: Progress | None = None, workers: int | None = None
) -> Again:
    """Run again what the report of *result* tells beside its outcomes; worlds that are in *store* are not.

    What cannot be run again is missing, with the reason: an error here is no reason to have no report.
    """
    if result.comparison.n == 0:
        return nothing("No replication was finished, so there is no world to run again.")
    if result.simulate is not simulate:
        return nothing("These worlds were made by an engine of one’s own, which tells no causes and cannot be watched.")
    missing: dict[str, str] = {}
    found, spread, n = None, None, n_worlds(result)
    try:
        found = attribution(
            result.scenario, variants=result.study.variants, replications=n, workers=workers, progress=progress,
            store=store, replays=False,
        )  # fmt: skip
    except TrustsimError:
        missing[WHY] = f"None of the {words.plural(n, 'world')} that were run again for this finished."
    except Exception as error:
        missing[WHY] = _told(error)
    try:
        spread = spread_of(result)
        if spread is None:
            missing[NETWORK] = "Nobody is linked to some others but not to all: there is no network to draw."
    except Exception as error:
        missing[NETWORK] = _told(error)
    return Again(found, spread, missing)


def _told(error: Exception) -> str:
    """Say what went wrong: as in a study, whatever it is, it is told."""
    return f"The worlds for this could not be run again: {words.sentence(f'{type(error).__name__}: {error}')}"


def n_worlds(result: Compared) -> int:
    """Return of how many worlds the withdrawals are shared out: fewer where each of them is large."""
    world = result.scenario.variants[0].world
    accounts = float(getattr(world.investors, "count", 0) or 0) * max(len(world.platforms), 1)
    size = max(accounts, 1.0) * result.scenario.n_days * len(result.study.variants)
    n = int(np.clip(_ACCOUNT_DAYS / size, FEWEST_WORLDS, MOST_WORLDS))
    return min(n, int(result.study.replications[-1]) + 1)
