"""Attribution: how much of what was withdrawn under each variant came from which channel, told in two ways.

*Direct*: every request is shared out among the channels that pushed it over the line (:mod:`trustsim.analysis.causes`);
the parts add up to what was withdrawn. *Replay*: the same worlds and draws with one channel off; what is not withdrawn
then is what the channel makes in all, also through others: fear that neighbours would not have caught without herding.

The replays are shared out as well, so the difference between the two is told to the cent. What falls away without a
channel is what falls away in its own part, and in the part of every other channel: negative where another channel takes
over. Effects of replays need not add up: where two channels are both needed each of them counts in full.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim.analysis.causes import WITHDRAWN, simulate_with_causes
from trustsim.analysis.intervals import Interval, mean
from trustsim.errors import TrustsimError, one_of
from trustsim.experiment.address import addresses
from trustsim.experiment.estimate import estimate
from trustsim.experiment.plan import choose_variants, total_of
from trustsim.experiment.pool import Pool
from trustsim.experiment.room import FREE, Room
from trustsim.experiment.store import Store
from trustsim.experiment.study import Study, collect, fitted, opened, share_left
from trustsim.experiment.work import Progress, Work, finish
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world.leaning import CHANNELS

Floats = NDArray[np.float64]


def without(variant: Variant, channel: str) -> Variant:
    """Return *variant* in a world where one of CHANNELS is off: beliefs stay as on day 0, or the mechanism is; what
    mechanisms and columns lean on decisions by the channel counts for nothing."""
    mechanisms, members = dict(variant.world.mechanisms), variant.world.members
    for name, settings in mechanisms.items():
        off = getattr(settings, "without", {})
        if channel in off:
            mechanisms[name] = None if off[channel] is None else replace(settings, **off[channel])
            if members is not None:  # what is off stays so, whatever a member says of it
                kept = (path for path in members.paths if path[0] != name or path[1] not in (off[channel] or ()))
                members = members.only(kept)
    world = replace(variant.world, mechanisms=mechanisms, muted=channel, members=members)
    return replace(variant, name=_name(variant.name, channel), world=world)


def _name(variant: str, channel: str) -> str:
    return f"{variant} without {channel}"


@dataclass(frozen=True, eq=False)
class Attribution:
    """What was withdrawn under each variant and why; shares of the claims of day 0.

    Attributes
    ----------
    study : all runs, every variant and its replays.
    withdrawn : float64 (n, variants).
    direct : float64 (n, variants, CHANNELS); adds up to ``withdrawn`` along the last axis.
    spared : float64 (n, variants, CHANNELS, CHANNELS): what falls away without the channel of the third axis, in the
        part of that of the fourth. None where no channel was put off.
    """

    study: Study
    variants: tuple[str, ...]
    withdrawn: Floats
    direct: Floats
    spared: Floats | None

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.study.scenario

    def total(self, variant: str) -> Interval:
        """Return the mean of what was withdrawn under one variant, with its 95 % interval."""
        return mean(self.withdrawn[:, self._column(variant)], at_least=0.0)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a variant and channel.

        ``direct`` with its 95 % interval and ``share`` of all that was withdrawn; ``replay``: what falls away without
        the channel, with its interval; of which in its ``own`` part, and ``via`` each of the others. The last three
        only where channels were put off.
        """
        rows = [self._row(v, k) for v in range(len(self.variants)) for k in range(len(CHANNELS))]
        index = pd.MultiIndex.from_product([self.variants, CHANNELS], names=["variant", "channel"])
        return pd.DataFrame(rows, index=index)

    def _row(self, v: int, k: int) -> dict[str, float]:
        direct, total = self.direct[:, v, k], float(self.withdrawn[:, v].mean())
        most = float(self.withdrawn[:, v].max())
        share = float(direct.mean()) / total if total > 0 else 0.0
        row = {**_with_limits("direct", mean(direct, scale=most)), "share": share}
        if self.spared is None:
            return row
        spared = self.spared[:, v, k]
        parts = spared.mean(axis=0)
        return {
            **row,
            **_with_limits("replay", mean(spared.sum(axis=1), scale=most)),
            "own": float(parts[k]),
            **{f"via_{name}": float(parts[j]) if j != k else 0.0 for j, name in enumerate(CHANNELS)},
        }

    def _column(self, variant: str) -> int:
        if variant not in self.variants:
            raise TrustsimError(f"variant: given {variant!r}; allowed: {one_of(self.variants)}")
        return self.variants.index(variant)


def _with_limits(name: str, interval: Interval) -> dict[str, float]:
    return {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}


def attribution(
    scenario: Scenario,
    *,
    variants: str | Iterable[str] | None = None,
    replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    timeout: float | None = None,
    room: Room | None = None,
    replays: bool = True,
) -> Attribution:
    """Run *variants*, all by default, and each of them with every channel off; share out what was withdrawn.

    Without ``replays`` no channel is put off: only the direct parts are told. The other parameters are those of
    :func:`~trustsim.experiment.study.run_study`.

    Raises
    ------
    TrustsimError : for an unknown variant or a count out of range, before anything runs; where no replication finished
        under all variants.
    """
    chosen = choose_variants(scenario, variants)
    total = total_of(scenario, replications)
    whole = with_replays(scenario, chosen) if replays else scenario
    names = [variant.name for variant in whole.variants] if replays else list(chosen)
    needs = estimate(whole, variants=names, replications=total, workers=workers, with_series=False)
    space = room or FREE
    fits = fitted(space, needs, scenario, workers, pool, simulate_with_causes)
    with opened(store) as (place, _):
        where = {n: n for n in names} if store is None else addresses(whole, names, simulate_with_causes)
        space.check_time(needs, left=lambda: share_left(place, where, total, with_series=False))
        work = Work(whole, where, total, fits.workers, pool, timeout, simulate_with_causes, with_series=False)
        began = time.perf_counter()
        is_finished = finish(work, place, progress)
        seconds = time.perf_counter() - began
        study = collect(place, whole, where, total, seconds=seconds, interrupted=not is_finished)
    if not len(study.replications):
        reason = "none of its replications finished under all variants"
        raise TrustsimError(f"attribution: given a study of which {reason}; allowed: at least one")
    return _of(study, chosen, replays)


def with_replays(scenario: Scenario, chosen: Sequence[str]) -> Scenario:
    """Return the scenario with each of the chosen variants and its replays."""
    every = [v for v in scenario.variants if v.name in chosen]
    every += [without(variant, channel) for variant in every for channel in CHANNELS]
    names = [variant.name for variant in every]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise TrustsimError(f"variants: given one called {twice[0]!r}; allowed: another name, this is that of a replay")
    return replace(scenario, variants=tuple(every))


def _of(study: Study, chosen: tuple[str, ...], replays: bool) -> Attribution:
    columns = {name: k for k, name in enumerate(study.variants)}
    parts = np.stack([study.outcomes[channel] for channel in CHANNELS], axis=2)

    def part(of: Iterable[str]) -> Floats:
        return np.asarray(parts[:, [columns[name] for name in of]])

    direct, spared = part(chosen), None
    if replays:
        spared = np.stack([direct - part(_name(v, channel) for v in chosen) for channel in CHANNELS], axis=2)
    return Attribution(study, chosen, study.outcomes[WITHDRAWN][:, [columns[name] for name in chosen]], direct, spared)
