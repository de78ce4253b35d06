"""These commands look into a run folder: status, repeat, report, export, verify."""

from __future__ import annotations

import shlex
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli import common, folders
from trustsim.cli.common import NOT_MET, SOME_FAILED, json_option, main, print_json
from trustsim.cli.folders import Folder
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.ask.result import Result
    from trustsim.experiment.verify import Part


ODD = "odd.md"
MOST_FAILURES = 5
rank_option = click.option("--rank-by", metavar="OUTCOME", help="What orders the variants and answers the question.")
run_folder = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="RUN_FOLDER"
)


@main.command()
@run_folder
@json_option
def status(folder: Path, as_json: bool) -> None:
    """Say what is done, failed and left of the study in a run folder, of whatever command, also while it runs."""
    from trustsim.experiment.request import RUNS
    from trustsim.experiment.store import reading_of

    study = folders.read(folder)
    counts = folders.counts(study)
    with reading_of(folder / RUNS) as records:
        by_part = [records.count(part.addresses, part.total) for part in counts.parts]
        for part in counts.parts:
            records.check(part.addresses)
    done, failed = sum(each.done for each in by_part), sum(each.failed for each in by_part)
    left = counts.n_runs - done - failed
    pace = next((each.seconds_a_run for each in by_part), 0.0)
    seconds_left = left * pace if pace > 0 else None
    if as_json:
        counted = {"done": done, "failed": failed, "left": left}
        title = study.scenario.title
        print_json({"format": 1, "title": title, **counted, "seconds_left": seconds_left})
        return
    click.echo(f"{folder}: {counts.what}")
    click.echo(f"runs done: {done}, failed: {failed}, left: {left}")
    failures = [each for part in by_part for each in part.failures]
    for replication, what in failures[:MOST_FAILURES]:
        click.echo(f"failed: {what}\n  repeat it with: {repeat_line(folder, replication)}")
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
        wanted = [name for name in run.outcomes if name.partition("[")[0] in part.scenario.outcomes]
        named = wanted or list(run.outcomes)
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
        checked = verify_runs(folder / RUNS, folders.counts(study).parts, sample=sample)
        differs = list(checked.differs)
        click.echo(f"{folder}: {checked.n_kept} runs kept; {checked.n_again} passes run again")
    for line in differs:
        click.echo(f"differs: {line}")
    if differs:
        raise click.exceptions.Exit(NOT_MET)
    click.echo("all as it was written, to the bit")


def _other_addresses(study: Folder) -> list[str]:
    """Say which runs of a study this version of trustsim would keep elsewhere, for they would be others."""
    now, then = folders.renewed(study), study.request
    if then.addresses is None:
        line = "this version of trustsim is not the one that made these runs; trustsim resume makes them anew"
        return [] if now.engine == then.engine else [line]
    return [
        f"{name}: the scenario, a file that it names or this version of trustsim is not what it was"
        for name, address in (now.addresses or {}).items()
        if then.addresses[name] != address
    ]


def _finished(folder: Path, rank_by: str | None = None) -> Result:
    from trustsim.experiment.request import study_of

    common.import_mesa()
    from trustsim.ask import result as results

    study = study_of(folder, lambda path: common.read_scenario(str(path), ()))
    return results.kept(folder, study, common.registry(), rank_by=rank_by)


def repeat_line(folder: Path, replication: int) -> str:
    return f"trustsim repeat {shlex.quote(str(folder))} {replication}"
