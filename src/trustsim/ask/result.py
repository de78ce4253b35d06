"""What ``trustsim.compare`` gives back, and that function: load, run all replications, compare."""

from __future__ import annotations

import html
import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trustsim.analysis import stopping
from trustsim.analysis.compared import Compared, rule_of
from trustsim.analysis.comparison import compare as compare_study
from trustsim.analysis.headlines import check_rank
from trustsim.ask import again
from trustsim.ask import robustness as robust
from trustsim.ask.plots import Plots
from trustsim.ask.running import Out, running
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError, unknown
from trustsim.experiment import folder
from trustsim.experiment.frames import outcomes_frame, runs_frame, series_frame
from trustsim.experiment.passes import Simulate
from trustsim.experiment.pool import Pool
from trustsim.experiment.request import ROBUSTNESS, RUNS, Asked
from trustsim.experiment.room import Room
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import reading_of
from trustsim.experiment.study import Study, collect, run_study, until_enough
from trustsim.experiment.work import Grouping, Progress
from trustsim.registry import LISTED, Registry
from trustsim.report.odd import odd
from trustsim.report.page import page
from trustsim.report.page.again import nothing
from trustsim.report.tables.table import ranked_html
from trustsim.report.words import caveats, words
from trustsim.scenario.behaviour import parts_of
from trustsim.scenario.load import given
from trustsim.scenario.resolved import Scenario
from trustsim.units import name_of
from trustsim.world.lockstep import lockstep_groups

_IN_UNITS = ("level", "low", "high", "difference", "difference_low", "difference_high")  # of the outcome


@dataclass(frozen=True, repr=False)
class Result(Compared):
    """A finished comparison: the runs (``study``), what they say (``comparison``), tables, pictures and files.

    Everywhere shares are in [0, 1], durations in days, money in units of the currency; ``attrs["units"]`` of a frame
    says it.
    """

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``trustsim compare --json``.

        With ``behaviour``, ``precision`` where the scenario asks for one, and ``robustness`` where it was asked for.
        """
        rule = rule_of(self.scenario, REGISTRY)
        more: dict[str, Any] = {"behaviour": parts_of(self.scenario.behaviour)[0]}
        more |= {} if rule is None else {"precision": stopping.to_json(rule, self.study)}
        more |= {} if self.robustness is None else {"robustness": self.robustness.to_json()}
        return {**self.comparison.to_json(), **more}

    @property
    def is_cut(self) -> bool:
        """Whether the study or its robustness study was stopped before its end, and can be gone on with."""
        return self.study.interrupted or (self.robustness is not None and self.robustness.interrupted)

    @property
    def plot(self) -> Plots:
        """The pictures: ``result.plot.fan('outflow')``."""
        return Plots(self)

    def table(self, outcome: str | None = None) -> pd.DataFrame:
        """Return one row a variant, best first, for one outcome: by default the one that ranks the variants.

        Columns: level, low, high, n; difference to the baseline with its low and high, pairs, better_share, tie_share,
        variance_reduction; cost. ``attrs["units"]`` says what they are in.
        Raises TrustsimError for an outcome that was not measured.
        """
        c = self.comparison
        name = outcome if outcome is not None else c.ranked_by or next(iter(c.measures), "")
        if name not in c.measures:
            raise unknown("outcome", name, c.measures, LISTED)
        frame = c.to_frame()
        rows = frame[frame["outcome"] == name].set_index("variant").drop(columns=["outcome", "unit"])
        table = rows.assign(cost=[c.costs[variant] for variant in rows.index])
        told = name_of(c.measures[name].unit, c.currency)
        table.attrs["units"] = {**dict.fromkeys(_IN_UNITS, told), "cost": c.currency}
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return one row a replication and variant, one column an outcome asked for: the runs behind the table."""
        return outcomes_frame(self.study)

    def sets(self) -> pd.DataFrame:
        """Return one row an other set of assumptions: every number and choice, and how the order came out there.

        Numbers are in computed units (shares in [0, 1], days, money in minor units), of distributions their means.
        ``margin``: by how much the first in rank is ahead of the best of the others, in the unit of the outcome that
        ranks, luck taken out; ``holds``: whether none of them is ahead.
        Raises TrustsimError where there is no robustness study.
        """
        return robust.table(self.robustness)

    def runs(self) -> pd.DataFrame:
        """Return one row a run on a platform (row C15): when it began, what set it off, how far it went.

        Columns: replication, variant, platform; onset, peak, end (days); trigger ('fundamental': the platform was
        insolvent; else 'spill-over': another had a run or became so in the week before, or one began in the same step
        with more outflow; else 'belief'); withdrawn, speed (net outflow beyond calm in the run, and the largest in a
        day, over what calm held); acted_on (the channel of attribution that most of its first runners acted on).
        """
        return runs_frame(self.study)

    def series(self, name: str) -> pd.DataFrame:
        """Return one row a replication, day, variant and platform ('all' is their sum) with the column ``value``."""
        frame = series_frame(self.study, [name]).rename(columns={name: "value"})
        frame.attrs["units"] = {"value": frame.attrs["units"][name]}
        return frame

    def save(self, place: str | os.PathLike[str], *, command: str = "") -> Path:
        """Write outcomes, runs on platforms and what they are into a folder, as CSV and JSON."""
        return folder.save(self.study, place, command=command)

    def export(self, place: str | os.PathLike[str], to: folder.Kind = "csv") -> tuple[Path, ...]:
        """Write outcomes, runs on platforms and series for other programs; 'csv', 'parquet', 'netcdf' or 'xlsx'."""
        return folder.export(self.study, place, to)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        out: Out = None,
        rerun: bool = True,
        progress: bool | Progress = False,
        workers: int | None = None,
    ) -> Path:
        """Write the self-contained HTML report and return its path.

        Some worlds are run again for it: to tell why money was withdrawn, and to show a run on the network. They are
        kept in the run folder *out*, or its run store that is open; without ``rerun`` none is, and the report says so.
        """
        target, found = folder.expanded(path), nothing()
        if rerun:
            with running(progress, out, "worlds run again") as (callback, store):
                found = again.run_again(self, store, progress=callback, workers=workers)
        with running(progress, None, "charts of the report") as (callback, _):
            folder.write_whole({target: lambda beside: page.write(self, beside, found, callback)})
        return target

    def odd(self, path: str | os.PathLike[str]) -> Path:
        """Write the description of the model by the ODD protocol, with the STRESS checklist, and return its path."""
        target = folder.expanded(path)
        folder.write_whole({target: lambda beside: odd.write(self, beside)})
        return target

    def __repr__(self) -> str:
        c = self.comparison
        size = f"{words.plural(c.n, 'replication')} of {words.plural(len(c.variants), 'variant')}"
        by = f", best first by {words.label(c.ranked_by)}" if c.ranked_by else ""
        return f"<Result {c.title!r}: {size}{by}: {', '.join(c.ranking)}>"

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{html.escape(line)}</p>" for line in caveats.below(self))
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{ranked_html(self.comparison)}{told}"


def compare(
    scenario: Scenario | str | os.PathLike[str],
    *,
    replications: int | None = None,
    variants: str | Iterable[str] | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | Progress = True,
    out: Out = None,
    rank_by: str | None = None,
    pool: Pool | None = None,
    timeout: float | None = None,
    room: Room | None = None,
    simulate: Simulate = simulate_run,
    groups: Grouping = lockstep_groups,
    registry: Registry = REGISTRY,
    robustness: robust.Asked = True,
) -> Result:
    """Run a scenario, or a scenario file, and compare its variants with the baseline in the same worlds.

    It ends with a robustness study: the same variants under other sets of assumptions, which leaves all other numbers
    as they are (:mod:`trustsim.analysis.holding`).

    Parameters
    ----------
    replications, variants, seed, workers, timeout, room : as in :func:`trustsim.experiment.study.run_study`; None
        leaves the scenario's own (and all CPUs).
    progress : True shows a bar (plain lines on stderr where there is no terminal), False nothing; or a callback.
    out : a run folder, or its run store that is open: runs that are kept there are not computed again, and those that
        finish are kept there.
    rank_by : the outcome that orders the variants; None as in :func:`trustsim.analysis.comparison.compare`.
    pool : an executor to run on in place of this machine's processes, see :mod:`trustsim.experiment.pool`.
    simulate, groups, registry : the engine and the meaning of its outcomes; for tests and for models of your own.
    robustness : of how many sets of assumptions, of how many worlds each where two are given as in ``"50x8"``; True
        about as many runs again, in a study of at least 40 worlds, False none.

    Raises
    ------
    ScenarioError : with everything that is wrong with the file. TrustsimError : for an argument out of range.
    """
    story = given(scenario, registry)
    check_rank(registry, rank_by)
    asked = robust.check(robustness)
    with running(progress, out) as (callback, store):
        study = run_study(
            story,
            variants=variants,
            replications=replications,
            seed=seed,
            workers=workers,
            progress=callback,
            store=store,
            pool=pool,
            timeout=timeout,
            rule=rule_of(story, registry) if replications is None else None,
            room=room,
            simulate=simulate,
            groups=groups,
        )
    compared = compare_study(study, registry, rank_by=rank_by)
    if asked is False:
        return Result(study, compared, simulate)
    with running(progress is True, out, "other sets of assumptions") as (callback, store):
        held = robust.study_of(
            study, compared, asked, progress=callback, store=store, workers=workers, pool=pool, timeout=timeout,
            room=room, simulate=simulate, groups=groups,
        )  # fmt: skip
    return Result(study, compared, simulate, held)


def kept(place: Path, asked: Asked, registry: Registry, *, rank_by: str | None = None, seconds: float = 0.0) -> Result:
    """Return what is finished of a study in a run folder, without running anything, also while it runs.

    ``rank_by`` as in :func:`trustsim.analysis.comparison.compare`, None as the folder asks; ``seconds``: what to say
    that the study took.
    Raises TrustsimError where no replication is finished.
    """
    with reading_of(place / RUNS) as runs:
        n_gone = runs.n_gone(asked.addresses, asked.total)
        if n_gone:
            raise TrustsimError(
                f"{place / RUNS}: given a run store of which shards were deleted, with {n_gone} runs of this study; "
                f"allowed: trustsim resume {place}, which computes these runs again"
            )

        def study_of(upto: int) -> Study:
            n_done = sum(len(runs.done(address, upto)) for address in asked.addresses.values())
            is_cut = n_done < upto * len(asked.addresses)
            return collect(runs, asked.scenario, asked.addresses, upto, seconds=seconds, interrupted=is_cut)

        study = until_enough(rule_of(asked.scenario, registry) if asked.has_rule else None, asked.total, study_of)
        compared = compare_study(study, registry, rank_by=rank_by or asked.request.rank_by)
        wanted = asked.request.command == "compare" and asked.request.options.get(ROBUSTNESS, True)
        held = None if wanted is False else robust.read(study, compared, wanted, runs)
    if len(study.replications) == 0:
        what = "a folder without a finished replication"
        if asked.request.addresses not in (None, asked.addresses):
            what = "runs that another version of trustsim began"
        raise TrustsimError(f"{place}: given {what}; allowed: trustsim resume {shlex.quote(str(place))}")
    return Result(study, compared, robustness=held)
