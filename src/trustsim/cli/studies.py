"""Commands on studies and their run folders: compare, run, resume, status, repeat, report, export, verify."""

from __future__ import annotations

import shlex
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli import common, folders
from trustsim.cli.common import (
    INTERRUPTED,
    NOT_MET,
    SOME_FAILED,
    dask_option,
    json_option,
    main,
    print_json,
    quiet_option,
    room_options,
    set_option,
    timeout_option,
    workers_option,
)
from trustsim.cli.completion import scenario_argument
from trustsim.cli.folders import KINDS, Counts, Folder, How, Kind
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.ask.result import Result
    from trustsim.experiment.verify import Part

ODD = "odd.md"
COMPILE_SECONDS = 20
MOST_FAILURES = 5
_STUDY_OPTIONS = (
    scenario_argument,
    click.option("--out", metavar="DIR", help="Run folder; by default the file's name with '-run', in this folder."),
    click.option("--replications", type=click.IntRange(min=1), metavar="N", help="How many worlds."),
    click.option(
        "--precision", metavar="TEXT", help="'1 pp of run_probability': worlds until then, N (or 2000) at most."
    ),
    click.option("--variants", metavar="A,B", help="Only these variants; without the baseline the first one serves."),
    set_option,
    workers_option,
    dask_option,
    timeout_option,
    room_options,
    click.option("--seed", type=click.IntRange(min=0, max=2**63 - 1), metavar="S", help="In place of the file's seed."),
    json_option,
    quiet_option,
)


def study_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of those that run a study."""
    for option in reversed(_STUDY_OPTIONS):
        command = option(command)
    return command


rank_option = click.option("--rank-by", metavar="OUTCOME", help="What orders the variants and answers the question.")


@main.command()
@study_options
@rank_option
def compare(
    file: str,
    out: str | None,
    replications: int | None,
    precision: str | None,
    variants: str | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
    rank_by: str | None,
) -> None:
    """Run all variants of FILE in the same worlds, print them ranked, and write a run folder with the report.

    What finished is kept as it comes: the same command, or `trustsim resume DIR`, goes on where one was stopped.
    """
    how = How(workers, dask, timeout, as_json, quiet)
    _begin("compare", file, out, how, replications, common.names(variants), settings, seed, precision, rank_by)


@main.command()
@study_options
def run(
    file: str,
    out: str | None,
    replications: int | None,
    precision: str | None,
    variants: str | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run variants of FILE and print the level of every outcome, without comparing; write a run folder."""
    how = How(workers, dask, timeout, as_json, quiet)
    _begin("run", file, out, how, replications, common.names(variants), settings, seed, precision)


run_folder = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="RUN_FOLDER"
)


@main.command()
@run_folder
@workers_option
@dask_option
@timeout_option
@room_options
@json_option
@quiet_option
def resume(
    folder: Path, workers: int | None, dask: str | None, timeout: float | None, as_json: bool, quiet: bool
) -> None:
    """Go on with the study in a run folder, of whatever command; only what is missing is run."""
    folders.go_on(folder, How(workers, dask, timeout, as_json, quiet))


@main.command()
@run_folder
@json_option
def status(folder: Path, as_json: bool) -> None:
    """Say what is done, failed and left of the study in a run folder, of whatever command, also while it runs."""
    from trustsim.experiment.request import RUNS
    from trustsim.experiment.store import reading_of

    study = folders.read(folder)
    asked = folders.counts(study)
    with reading_of(folder / RUNS) as records:
        found = [records.count(part.addresses, part.total) for part in asked.parts]
        for part in asked.parts:
            records.check(part.addresses)
    done, failed = sum(each.done for each in found), sum(each.failed for each in found)
    left = asked.n_runs - done - failed
    pace = next((each.seconds_a_run for each in found), 0.0)
    seconds_left = left * pace if pace > 0 else None
    if as_json:
        counted = {"done": done, "failed": failed, "left": left}
        title = study.scenario.title
        print_json({"format": 1, "title": title, **counted, "seconds_left": seconds_left})
        return
    click.echo(f"{folder}: {asked.what}")
    click.echo(f"runs done: {done}, failed: {failed}, left: {left}")
    failures = [each for part in found for each in part.failures]
    for replication, what in failures[:MOST_FAILURES]:
        click.echo(f"failed: {what}\n  repeat it with: {_repeat(folder, replication)}")
    if len(failures) > MOST_FAILURES:
        click.echo(f"and {len(failures) - MOST_FAILURES} more failed passes")
    if left > 0:
        time_left = "" if seconds_left is None else f"about {seconds_left:.0f} s left; "
        click.echo(f"{time_left}go on with: {study.resume}")


@main.command()
@run_folder
@click.argument("replication", type=click.IntRange(min=0))
def repeat(folder: Path, replication: int) -> None:
    """Run one REPLICATION of the study in a run folder again, in this process, and show what it raises.

    Nothing is kept. A run that fails shows its whole traceback.
    """
    for part in folders.counts(folders.read(folder)).parts:
        for variants in part.groups(part.scenario, tuple(part.addresses)):
            _repeat_one(part, variants, replication)


def _repeat_one(part: Part, variants: tuple[str, ...], replication: int) -> None:
    try:
        run = part.simulate(part.scenario, variants, replication)
    except Exception:
        click.echo(f"replication {replication}, {', '.join(variants)}:\n{traceback.format_exc()}", err=True)
        raise click.exceptions.Exit(SOME_FAILED) from None
    for k, variant in enumerate(variants):
        asked = [name for name in run.outcomes if name.partition("[")[0] in part.scenario.outcomes]
        named = asked or list(run.outcomes)
        values = ", ".join(f"{name} {run.outcomes[name][k]:.6g}" for name in named)
        click.echo(f"replication {replication}, {variant}: {values}")


@main.command()
@run_folder
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="By default report.html in RUN_FOLDER.")
@click.option("--odd", is_flag=True, help="Describe the model by ODD and STRESS too: odd.md.")
@rank_option
def report(folder: Path, out: Path | None, odd: bool, rank_by: str | None) -> None:
    """Write the HTML report of what is finished in a run folder.

    Some of its worlds are run again, once, to tell why money was withdrawn and to show a run on the network.
    """
    from trustsim.experiment.folder import can_write
    from trustsim.experiment.request import REPORT, RUNS

    result, place = _finished(folder, rank_by), out or folder / REPORT
    keeps = folder if can_write(folder / RUNS) else None  # else the worlds run again are kept as long as this takes
    click.echo(f"report: {result.report(place, out=keeps, progress=True)}")
    if odd:
        click.echo(f"description: {result.odd(place.with_name(ODD))}")


@main.command()
@run_folder
@click.option(
    "--to", "kind", type=click.Choice(["csv", "parquet", "netcdf", "xlsx"]), default="csv",
    show_default=True, help="Parquet, netCDF and Excel's xlsx need the extras of these names.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="By default RUN_FOLDER.")
def export(folder: Path, kind: Any, out: Path | None) -> None:
    """Write outcomes, runs on platforms and series of what is finished in a run folder for other programs."""
    for file in _finished(folder).export(out or folder, kind):
        click.echo(file)


@main.command()
@run_folder
@click.option("--sample", type=click.IntRange(min=0), default=5, show_default=True, help="Passes to run again.")
def verify(folder: Path, sample: int) -> None:
    """Recompute the hashes of a run folder's input and results, and run a sample of it again, to the bit.

    Nothing is written. Ends with status 1 and names what differs.
    """
    from trustsim.experiment.request import RUNS, changed, read
    from trustsim.experiment.verify import verify as verify_runs

    differs = [f"{name}: not as it was written" for name in changed(folder, read(folder))]
    try:
        study = folders.read(folder, checks=False)
        differs += _other_addresses(study)
    except TrustsimError:  # what was changed cannot even be read
        if not differs:
            raise
    if not differs:
        found = verify_runs(folder / RUNS, folders.counts(study).parts, sample=sample)
        differs = list(found.differs)
        click.echo(f"{folder}: {found.n_kept} runs kept; {found.n_again} passes run again")
    for line in differs:
        click.echo(f"differs: {line}")
    if differs:
        raise click.exceptions.Exit(NOT_MET)
    click.echo("all as it was written, to the bit")


def _other_addresses(study: Folder) -> list[str]:
    """Say which runs of a study this version of trustsim would keep elsewhere, for they would be others."""
    now, then = folders.renewed(study), study.request
    if then.addresses is None:
        told = "this version of trustsim is not the one that made these runs; trustsim resume makes them anew"
        return [] if now.engine == then.engine else [told]
    return [
        f"{name}: the scenario, a file that it names or this version of trustsim is not what it was"
        for name, address in (now.addresses or {}).items()
        if then.addresses[name] != address
    ]


def _finished(folder: Path, rank_by: str | None = None) -> Result:
    common.import_mesa()
    from trustsim.ask import result as results
    from trustsim.experiment.request import asked

    study = asked(folder, lambda path: common.read_scenario(str(path), ()))
    return results.kept(folder, study, common.registry(), rank_by=rank_by)


def _repeat(folder: Path, replication: int) -> str:
    return f"trustsim repeat {shlex.quote(str(folder))} {replication}"


def _begin(
    command: str,
    file: str,
    out: str | None,
    how: How,
    replications: int | None,
    variants: list[str] | None,
    settings: tuple[str, ...],
    seed: int | None,
    precision: str | None,
    rank_by: str | None = None,
) -> None:
    """Check the input, write down what is asked for, so that a study can be resumed from its folder alone, and run."""
    more = {}
    if precision is not None:
        more = {"replications": common.precision_document(precision, replications)}
    scenario = common.read_scenario(file, settings, more)
    common.import_mesa()
    from trustsim.analysis.comparison import check_rank
    from trustsim.experiment.address import addresses, engine
    from trustsim.experiment.estimate import estimate
    from trustsim.experiment.folder import make
    from trustsim.experiment.request import Request
    from trustsim.experiment.simulate import simulate
    from trustsim.experiment.study import choose_variants, with_seed

    check_rank(common.registry(), rank_by)
    scenario = scenario if seed is None else with_seed(scenario, seed)
    chosen = choose_variants(scenario, variants)
    n_worlds = None if more else replications
    needs = estimate(scenario, variants=chosen, replications=n_worlds, workers=how.workers)
    common.check_memory(needs, scenario, how.workers, how.dask)
    where = addresses(scenario, chosen, simulate)
    request = Request(command, n_worlds, variants, where, rank_by, engine())
    folders.go(make(folders.new(file, "run", out)), how, [scenario], request)


def _go_on(study: Folder, how: How) -> None:
    """Run what is missing of the study in a folder, print what it says, and leave with the status that it deserves."""
    from trustsim.ask import result as results
    from trustsim.experiment.request import REPORT
    from trustsim.report.tables.table import print_levels, print_ranked_table

    request, place = study.request, study.place
    if not how.quiet and _is_cold():
        click.echo(f"compiling kernels (once, about {COMPILE_SECONDS} s) …", err=True)
    with common.cluster(how.dask) as pool:
        result = results.compare(
            study.scenario,
            replications=request.replications,
            variants=request.variants,
            workers=how.workers,
            progress=not how.quiet,
            out=study.store,
            rank_by=request.rank_by,
            pool=pool,
            timeout=how.timeout,
            room=common.room(how.quiet),
            registry=common.registry(),
        )
    compares = request.command == "compare"
    trouble = _saved(result, study)
    if how.as_json:
        print_json(result.to_json() if compares else result.comparison.levels_json())
    else:
        (print_ranked_table if compares else print_levels)(result.comparison)
        if result.precision and request.replications is None:
            click.echo(result.precision)
    if compares and trouble is None:
        trouble = _reported(result, study, how)
    if trouble is None and not how.as_json:
        then = f"next: trustsim report {shlex.quote(str(place))}"
        click.echo(f"report: {place / REPORT}" if compares else f"runs: {place}; {then}")
    if result.study.interrupted:
        click.echo(f"interrupted; go on with: {study.resume}", err=True)
    for failed in result.study.failed[:1]:
        click.echo(f"repeat a failed run with: {_repeat(place, failed.replication)}", err=True)
    _end(result, trouble)


def _counts(study: Folder) -> Counts:
    """Return the runs of a comparison: every variant in every world."""
    from trustsim.experiment.address import addresses
    from trustsim.experiment.simulate import simulate
    from trustsim.experiment.study import choose_variants, total_of
    from trustsim.experiment.verify import Part

    scenario, request = study.scenario, study.request
    where = addresses(scenario, choose_variants(scenario, request.variants), simulate)
    total = total_of(scenario, request.replications)
    has_rule = request.replications is None and not isinstance(scenario.replications, int)
    what = f"{'at most ' if has_rule else ''}{total} replications of {len(where)} variants"
    return Counts(what, [Part(scenario, where, total)], total * len(where))


KINDS.update({command: Kind(_go_on, _counts) for command in ("compare", "run")})


def _is_cold() -> bool:
    """Whether the kernels are still to be compiled for this Python, numba and processor."""
    from trustsim.kernels.account_pass import account_pass
    from trustsim.kernels.compiled import is_compiled

    return not is_compiled(account_pass)


def _saved(result: Result, study: Folder) -> TrustsimError | None:
    """Write the run folder; what hinders it is returned, so that the numbers are printed all the same."""
    try:
        result.save(study.place, command=shlex.join(["trustsim", *sys.argv[1:]]))
    except TrustsimError as error:
        return error
    return None


def _reported(result: Result, study: Folder, how: How) -> TrustsimError | None:
    """Write the report, and return what hinders it.

    That of a study that was stopped runs no worlds again: whoever stops it wants to leave.
    """
    from trustsim.experiment.request import REPORT

    rerun = not result.study.interrupted
    try:
        result.report(study.place / REPORT, out=study.store, rerun=rerun, progress=not how.quiet, workers=how.workers)
    except TrustsimError as error:
        return error
    return None


def _end(result: Result, trouble: TrustsimError | None) -> None:
    """Leave with the status that a study deserves."""
    if trouble is not None:
        raise trouble
    if result.study.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)
    if result.study.failed:
        raise click.exceptions.Exit(SOME_FAILED)
