"""Whether a run store holds what a study gives: hashes of what is kept, and a sample that is run again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trustsim.experiment.passes import Simulate
from trustsim.experiment.records import Records, reading_of
from trustsim.experiment.run import Run
from trustsim.experiment.shards import Damaged, Series
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import episodes_of, value_of
from trustsim.experiment.stored import Addresses, Lying
from trustsim.experiment.work import Grouping
from trustsim.scenario.resolved import Scenario
from trustsim.world.lockstep import lockstep_groups


@dataclass(frozen=True)
class Part:
    """Runs of a study that have an engine in common: what is run, where each variant is kept, how many replications."""

    scenario: Scenario
    addresses: Addresses
    total: int
    simulate: Simulate = simulate_run
    groups: Grouping = lockstep_groups


@dataclass(frozen=True)
class Verified:
    """What was compared: runs that are kept, passes that were run again, and what differs, each in a line."""

    n_kept: int
    n_again: int
    differs: tuple[str, ...]


@dataclass(frozen=True)
class _Pass:
    """A pass to run again, and what is kept of it by variant."""

    part: Part
    replication: int
    kept: Mapping[str, Lying]


def verify(folder: str | os.PathLike[str], parts: Sequence[Part], *, sample: int = 5) -> Verified:
    """Recompute the hashes of all that a store keeps and run *sample* passes of a study again, to the bit.

    Nothing is written. The passes are chosen by a fixed shuffle of the finished replications. ``differs`` names shards
    and rows that are not as they were written, and outcomes, series and runs on platforms that come out otherwise.
    """
    place = Path(folder)
    try:
        with reading_of(place) as records:
            names = {address: name for part in parts for name, address in part.addresses.items()}
            differs = [f"{what}: not as it was written" for what in records.changed(names)]
            passes = list(_sampled(records, parts, sample))
            n_kept = sum(records.number(part.addresses, part.total) for part in parts)
    except Damaged as error:
        return Verified(0, 0, (str(error),))
    for each in passes:
        run = each.part.simulate(each.part.scenario, tuple(each.kept), each.replication)
        differs += [f"replication {run.replication}, {what}" for what in _differing(run, each.kept, place)]
    return Verified(n_kept, len(passes), tuple(differs))


def _sampled(records: Records, parts: Sequence[Part], sample: int) -> Iterator[_Pass]:
    """Yield some passes of which every variant is kept, in an order without a pattern, always the same."""
    every = []
    for k, part in enumerate(parts if sample else ()):
        grouped = part.groups(part.scenario, tuple(part.addresses))
        for names in grouped:
            numbers = [records.replications(part.addresses[name], part.total) for name in names]
            every += [(k, replication, names) for replication in sorted(set.intersection(*numbers))]
    for k, replication, names in sorted(every, key=_shuffled)[:sample]:
        stored = {name: records.lying(parts[k].addresses[name], replication) for name in names}
        yield _Pass(parts[k], replication, stored)


def _shuffled(one: tuple[int, int, tuple[str, ...]]) -> bytes:
    return hashlib.sha256(repr(one).encode()).digest()


def _differing(run: Run, stored: Mapping[str, Lying], folder: Path) -> Iterator[str]:
    """Name what one pass gives otherwise than it is kept, to the bit."""
    for k, variant in enumerate(run.variants):
        lying = stored[variant]
        for name in run.outcomes.keys() - set(lying.outcomes):
            yield f"outcome {name} of {variant}, which is not kept"
        for n, name in enumerate(lying.outcomes):
            if np.float64(value_of(run, name, k)).tobytes() != lying.values[8 * n : 8 * n + 8]:
                yield f"outcome {name} of {variant}"
        if episodes_of(run, k) != lying.episodes:
            yield f"runs on platforms of {variant}"
        if lying.place.shard is not None:
            with suppress(Damaged):  # that it is not as it was written is told
                series = Series(folder, lying.series, lying.shape, [[lying.place]])
                for name, days in run.series.items():
                    if name not in lying.series:
                        yield f"series {name} of {variant}, which is not kept"
                    elif days[:, k].tobytes() != np.ascontiguousarray(series[name][0, :, 0]).tobytes():
                        yield f"series {name} of {variant}"
