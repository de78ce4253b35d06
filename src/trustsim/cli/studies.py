"""These commands run the variants of a scenario, and go on with any study: compare, run, resume."""

from __future__ import annotations

import functools
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli import common, folders
from trustsim.cli.common import INTERRUPTED, SOME_FAILED, main, print_json, set_option
from trustsim.cli.completion import scenario_argument
from trustsim.cli.folders import KINDS, Counts, Folder, Kind
from trustsim.cli.how import How, check_memory, cluster, gathered, how_options, room, with_options
from trustsim.cli.looking import rank_option, repeat_line, run_folder
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.ask.result import Result

COMPILE_SECONDS = 20
_STUDY_OPTIONS = (
    scenario_argument,
    click.option("--out", metavar="DIR", help="Run folder; by default the file's name with '-run', in this folder."),
    click.option("--replications", type=click.IntRange(min=1), metavar="N", help="How many worlds."),
    click.option(
        "--precision", metavar="TEXT", help="'1 pp of run_probability': worlds until then, N (or 2000) at most."
    ),
    click.option(
        "--variants", metavar="A,B", callback=lambda ctx, option, text: common.names(text),
        help="Only these variants; without the baseline the first one serves.",
    ),
    set_option,
)  # fmt: skip
_seed_option = click.option(
    "--seed", type=click.IntRange(min=0, max=2**63 - 1), metavar="S", help="In place of the file's seed."
)


def robustness_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give compare what says how large its robustness study is; it gets it as ``robustness``: a number, two as in
    50x8, or a flag."""

    @functools.wraps(command)
    def call(*, robustness: int | str | None, no_robustness: bool, **options: Any) -> None:
        if no_robustness and robustness is not None:
            raise click.UsageError("--robustness beside --no-robustness; one of the two")
        command(robustness=True if robustness is None and not no_robustness else robustness or False, **options)

    options = (
        click.option(
        "--robustness", metavar="N[xM]", callback=lambda ctx, option, text: _sets(text),
        help="How many other sets of assumptions, of M worlds each; by default a quarter as many as worlds, 50 at most,"
        " of 4 each, from 40 worlds on.",
        ),
        click.option("--no-robustness", is_flag=True, help="No robustness study."),
    )  # fmt: skip
    return with_options(call, options)


def _sets(text: str | None) -> int | str | None:
    """Return what --robustness asks for, checked."""
    if text is None:
        return None
    from trustsim.ask.robustness import check

    return check(text)


@dataclass(frozen=True)
class Arguments:
    """What a command is asked to run: see the options of :func:`study_options`."""

    file: str
    out: str | None
    replications: int | None
    precision: str | None
    variants: list[str] | None
    settings: tuple[str, ...]
    seed: int | None


def study_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of those that run a study; it gets them as ``arguments`` and ``how``."""
    return with_options(how_options(_seed_option)(gathered(command, "arguments", Arguments)), _STUDY_OPTIONS)


@main.command()
@study_options
@rank_option
@robustness_option
def compare(arguments: Arguments, how: How, rank_by: str | None, robustness: bool | int | str) -> None:
    """Run all variants of FILE in the same worlds, print them ranked, and write a run folder with the report.

    It ends with a robustness study: how the order holds under other sets of assumptions, of about as many runs again.

    What finished is kept as it comes: the same command, or `trustsim resume DIR`, goes on where one was stopped.
    """
    _begin("compare", arguments, how, rank_by, robustness)


@main.command()
@study_options
def run(arguments: Arguments, how: How) -> None:
    """Run variants of FILE and print the level of every outcome, without comparing; write a run folder."""
    _begin("run", arguments, how)


@main.command()
@run_folder
@how_options()
def resume(folder: Path, how: How) -> None:
    """Go on with the study in a run folder, of whatever command; only what is missing is run."""
    folders.go_on(folder, how)


def _begin(
    command: str, arguments: Arguments, how: How, rank_by: str | None = None, robustness: bool | int | str = True
) -> None:
    """Check the input, write down what is asked for, so that a study can be resumed from its folder alone, and run."""
    more = {}
    if arguments.precision is not None:
        more = {"replications": common.precision_document(arguments.precision, arguments.replications)}
    scenario = common.read_scenario(arguments.file, arguments.settings, more)
    common.import_mesa()
    from trustsim.analysis.headlines import check_rank
    from trustsim.experiment.address import addresses, engine
    from trustsim.experiment.estimate import estimate
    from trustsim.experiment.folder import make
    from trustsim.experiment.plan import choose_variants, with_seed
    from trustsim.experiment.request import ROBUSTNESS, Request
    from trustsim.experiment.simulate import simulate

    check_rank(common.registry(), rank_by)
    scenario = scenario if arguments.seed is None else with_seed(scenario, arguments.seed)
    chosen = choose_variants(scenario, arguments.variants)
    n_worlds = None if more else arguments.replications
    needs = estimate(scenario, variants=chosen, replications=n_worlds, workers=how.workers)
    check_memory(needs, scenario, how)
    where = addresses(scenario, chosen, simulate)
    options = {} if robustness is True else {ROBUSTNESS: robustness}
    request = Request(command, n_worlds, arguments.variants, where, rank_by, engine(), options)
    folders.go(make(folders.new(arguments.file, "run", arguments.out)), how, [scenario], request)


def _go_on(study: Folder, how: How) -> None:
    """Run what is missing of the study in a folder, print what it says, and leave with the status that it deserves."""
    from trustsim.ask import result as results
    from trustsim.experiment.request import REPORT, ROBUSTNESS
    from trustsim.report.tables.table import print_levels, print_lines, print_ranked_table
    from trustsim.report.words import caveats

    request, place = study.request, study.place
    if not how.quiet and _is_cold():
        click.echo(f"compiling kernels (once, about {COMPILE_SECONDS} s) …", err=True)
    with cluster(how.dask) as pool:
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
            room=room(how.quiet),
            registry=common.registry(),
            robustness=request.command == "compare" and request.options.get(ROBUSTNESS, True),
        )
    compares = request.command == "compare"
    trouble = _saved(result, study)
    if how.as_json:
        print_json(result.to_json() if compares else result.comparison.levels_json())
    else:
        (print_ranked_table if compares else print_levels)(result.comparison)
        print_lines(caveats.below(result) if compares else [])
        if result.precision and request.replications is None:
            click.echo(result.precision)
    if compares and trouble is None:
        trouble = _reported(result, study, how)
    if trouble is None and not how.as_json:
        then = f"next: trustsim report {shlex.quote(str(place))}"
        click.echo(f"report: {place / REPORT}" if compares else f"runs: {place}; {then}")
    if result.is_cut:
        click.echo(f"interrupted; go on with: {study.resume}", err=True)
    for failed in result.study.failed[:1]:
        click.echo(f"repeat a failed run with: {repeat_line(place, failed.replication)}", err=True)
    _end(result, trouble)


def _counts(study: Folder) -> Counts:
    """Return the runs of a comparison: every variant in every world."""
    from trustsim.experiment.address import addresses
    from trustsim.experiment.plan import choose_variants, total_of
    from trustsim.experiment.simulate import simulate
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

    rerun = not result.is_cut
    try:
        result.report(study.place / REPORT, out=study.store, rerun=rerun, progress=not how.quiet, workers=how.workers)
    except TrustsimError as error:
        return error
    return None


def _end(result: Result, trouble: TrustsimError | None) -> None:
    """Leave with the status that a study deserves."""
    if trouble is not None:
        raise trouble
    if result.is_cut:
        raise click.exceptions.Exit(INTERRUPTED)
    if result.study.failed:
        raise click.exceptions.Exit(SOME_FAILED)
