"""Whether a run store holds what the scenario gives: hashes of what is kept, and a sample that is run again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trustsim.experiment.simulate import Run
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import Series, Store
from trustsim.experiment.study import Study, collect
from trustsim.experiment.work import Grouping, Simulate
from trustsim.model import lockstep_groups
from trustsim.scenario.resolved import Scenario


@dataclass(frozen=True)
class Verified:
    """What was compared: runs that were run again, and what differs, each in a line."""

    n_again: int
    differs: tuple[str, ...]


def verify(
    store: Store,
    scenario: Scenario,
    addresses: dict[str, str],
    total: int,
    *,
    sample: int = 5,
    simulate: Simulate = simulate_run,
    groups: Grouping = lockstep_groups,
) -> Verified:
    """Recompute the hashes of all that *store* keeps and run *sample* passes of a study again, to the bit.

    The passes are chosen by a fixed shuffle of the finished replications. ``differs`` names shards and rows that are
    not as they were written, and outcomes, series and runs on platforms that come out otherwise.
    """
    differs = [f"{what}: not as it was written" for what in store.changed()]
    kept = collect(store, scenario, addresses, total)
    passes = [(row, names) for row in range(len(kept.replications)) for names in groups(scenario, kept.variants)]
    again = sorted(passes, key=_shuffled)[:sample]
    for row, names in again:
        run = simulate(scenario, names, int(kept.replications[row]))
        columns = [kept.variants.index(name) for name in names]
        differs += [f"replication {run.replication}, {what}" for what in _differing(run, kept, row, columns)]
    return Verified(len(again), tuple(differs))


def _shuffled(one: tuple[int, tuple[str, ...]]) -> bytes:
    """Return a key that puts passes in an order without a pattern, always the same."""
    return hashlib.sha256(repr(one).encode()).digest()


def _differing(run: Run, kept: Study, row: int, columns: Sequence[int]) -> list[str]:
    """Name what one pass gives otherwise than it is kept in *row*, to the bit."""
    found = []
    for name, values in run.outcomes.items():
        if values.tobytes() != np.ascontiguousarray(kept.outcomes[name][row, columns]).tobytes():
            found.append(f"outcome {name} of {', '.join(run.variants)}")
    if isinstance(kept.series, Series):
        series = kept.series.part(slice(row, row + 1))
        for name, days in run.series.items():
            if days.tobytes() != np.ascontiguousarray(series[name][0][:, columns]).tobytes():
                found.append(f"series {name} of {', '.join(run.variants)}")
    return found
