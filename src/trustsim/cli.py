"""The command line: parses, calls, prints. What a command needs is imported when it runs, so that help is quick.

Exit status: 0 done, 1 an expectation was not met, 2 the input is wrong, 3 some runs failed, 130 interrupted.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustsim.errors import Problem, ScenarioError, TrustsimError, nearest, one_of

if TYPE_CHECKING:
    from trustsim.experiment.pool import Pool
    from trustsim.registry import Registry
    from trustsim.report.result import Result
    from trustsim.scenario.resolved import Scenario

WRONG_INPUT = 2
SOME_FAILED = 3
INTERRUPTED = 130
RESOLVED, REQUEST, REPORT = "resolved.yaml", "request.json", "report.html"
COMPILE_SECONDS = 20


class Commands(click.Group):
    """A group of commands that tells errors of trustsim in full and without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a TrustsimError becomes exit status 2, an interrupt 130."""
        try:
            return super().invoke(ctx)
        except TrustsimError as error:
            click.echo(str(error), err=True)
            ctx.exit(WRONG_INPUT)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trustsim")
def main() -> None:
    """Trust crises on money platforms: which remedy would have helped, and at what price?"""


def registry() -> Registry:
    """Return the registry with everything that a scenario can hold."""
    from trustsim.catalog import REGISTRY

    return REGISTRY


def read_scenario(file: str, settings: tuple[str, ...]) -> Scenario:
    """Return the scenario in *file* with the ``--set`` texts applied; raises ScenarioError."""
    from trustsim.scenario.load import load, overrides_from

    return load(file, registry(), overrides=overrides_from(settings))


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


set_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Override a value of the scenario; repeatable."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@set_option
@json_option
def check(files: tuple[str, ...], settings: tuple[str, ...], as_json: bool) -> None:
    """Check scenario files and show everything that is wrong with them."""
    results = [_checked(file, settings) for file in files]
    if as_json:
        print_json(
            {"format": 1, "files": [_result_json(file, result) for file, result in zip(files, results, strict=True)]}
        )
    else:
        for file, result in zip(files, results, strict=True):
            if isinstance(result, ScenarioError):
                click.echo(str(result), err=True)
            else:
                click.echo(f"{file}: ok ({_about(result)})")
    if any(isinstance(result, ScenarioError) for result in results):
        raise click.exceptions.Exit(WRONG_INPUT)


def _checked(file: str, settings: tuple[str, ...]) -> Scenario | ScenarioError:
    try:
        return read_scenario(file, settings)
    except ScenarioError as error:
        return error


def _about(scenario: Scenario) -> str:
    from trustsim.scenario.tree import clean

    platforms = len(scenario.variants[0].world.platforms)
    counts = [(len(scenario.variants), "variant"), (platforms, "platform"), (len(scenario.shocks), "shock")]
    words = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts]
    return ", ".join([clean(scenario.title) or "untitled", *words])


def _result_json(file: str, result: Scenario | ScenarioError) -> dict[str, Any]:
    if isinstance(result, ScenarioError):
        return {"file": file, "ok": False, "problems": [problem_json(problem) for problem in result.problems]}
    names = [variant.name for variant in result.variants]
    return {"file": file, "ok": True, "title": result.title, "variants": names, "digest": result.digest, "problems": []}


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data."""
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": place.path,
        "given": problem.given,
        "allowed": problem.allowed,
        "nearest": problem.nearest,
    }


@main.command()
@click.argument("file")
@set_option
@json_option
def resolve(file: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Print a scenario after merging, with every default filled in; the output is a scenario file itself."""
    scenario = read_scenario(file, settings)
    if as_json:
        print_json(dict(scenario.document))
    else:
        from trustsim.scenario.yaml_file import write

        click.echo(f"# {scenario.digest}\n{write(scenario.document)}", nl=False)


@main.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from trustsim.scenario.schema import schema_of

    print_json(schema_of(registry()))


@main.command()
@click.argument("group", default="")
@click.argument("name", default="")
@json_option
def catalog(group: str, name: str, as_json: bool) -> None:
    """Print what a scenario can hold: GROUP is mechanism, shock, intervention, …; NAME one entry of it."""
    from trustsim.scenario.catalog import GROUPS, catalog_json, catalog_text

    entries = registry()
    if group and group not in GROUPS:
        raise click.UsageError(f"no group {group!r}; {_choice(group, GROUPS)}")
    names = tuple(entry.name for entry in entries if entry.group == group)
    if name and name not in names:
        raise click.UsageError(f"no {group} {name!r}; {_choice(name, names)}")
    if as_json:
        print_json(catalog_json(entries, group, name))
    else:
        click.echo(catalog_text(entries, group, name), nl=False)


def _choice(given: str, allowed: Sequence[str]) -> str:
    hint = nearest(given, allowed)
    return one_of(allowed) + (f"; did you mean {hint}?" if hint else "")


@main.command()
@click.argument("file", default="scenario.yaml", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def init(file: Path, force: bool) -> None:
    """Write a commented scenario file to start from."""
    from trustsim.scenario.starter import STARTER

    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already; another name, or --force to overwrite it")
    try:
        file.write_text(STARTER, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{file} written; next: trustsim check {file}")


workers_option = click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes; by default all CPUs."
)
dask_option = click.option(
    "--dask", metavar="ADDRESS", help="Run on the Dask cluster there, such as tcp://10.0.0.5:8786."
)
quiet_option = click.option("--quiet", is_flag=True, help="No progress on stderr.")
_STUDY_OPTIONS = (
    click.argument("file"),
    click.option("--out", metavar="DIR", help="Run folder; by default the file's name with '-run', in this folder."),
    click.option("--replications", type=click.IntRange(min=1), metavar="N", help="How many worlds."),
    click.option("--variants", metavar="A,B", help="Only these variants; without the baseline the first one serves."),
    set_option,
    workers_option,
    dask_option,
    click.option("--seed", type=click.IntRange(min=0, max=2**63 - 1), metavar="S", help="In place of the file's seed."),
    json_option,
    quiet_option,
)


def study_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of those that run a study."""
    for option in reversed(_STUDY_OPTIONS):
        command = option(command)
    return command


@main.command()
@study_options
def compare(
    file: str,
    out: str | None,
    replications: int | None,
    variants: str | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run all variants of FILE in the same worlds, print them ranked, and write a run folder with the report.

    What finished is kept as it comes: the same command, or `trustsim resume DIR`, goes on where one was stopped.
    """
    place = Path(out or f"{Path(file).stem}-run")
    _begin(file, place, Request("compare", replications, _names(variants)), settings, seed)
    _go_on(place, workers, dask, as_json, quiet)


@main.command()
@study_options
def run(
    file: str,
    out: str | None,
    replications: int | None,
    variants: str | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run variants of FILE and print the level of every outcome, without comparing; write a run folder."""
    place = Path(out or f"{Path(file).stem}-run")
    _begin(file, place, Request("run", replications, _names(variants)), settings, seed)
    _go_on(place, workers, dask, as_json, quiet)


run_folder = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="RUN_FOLDER"
)


@main.command()
@run_folder
@workers_option
@dask_option
@json_option
@quiet_option
def resume(folder: Path, workers: int | None, dask: str | None, as_json: bool, quiet: bool) -> None:
    """Go on with the study in a run folder; only what is missing is run."""
    _go_on(folder, workers, dask, as_json, quiet)


@main.command()
@run_folder
@json_option
def status(folder: Path, as_json: bool) -> None:
    """Say what is done, failed and left of the study in a run folder, also while it runs."""
    from trustsim.experiment.address import addresses
    from trustsim.experiment.simulate import simulate
    from trustsim.experiment.store import count
    from trustsim.experiment.study import choose_variants, planned
    from trustsim.report.result import RUNS

    scenario, request = read_scenario(str(folder / RESOLVED), ()), _request(folder)
    variants = choose_variants(scenario, request.variants)
    total = planned(scenario) if request.replications is None else request.replications
    found = count(folder / RUNS, addresses(scenario, variants, simulate), total)
    left = total * len(variants) - found.done - found.failed
    seconds_left = left * found.seconds_a_run if found.seconds_a_run > 0 else None
    if as_json:
        counts = {"done": found.done, "failed": found.failed, "left": left}
        print_json({"format": 1, "title": scenario.title, **counts, "seconds_left": seconds_left})
        return
    click.echo(f"{folder}: {total} replications of {len(variants)} variants")
    click.echo(f"runs done: {found.done}, failed: {found.failed}, left: {left}")
    if left > 0:
        time_left = "" if seconds_left is None else f"about {seconds_left:.0f} s left; "
        click.echo(f"{time_left}go on with: trustsim resume {shlex.quote(str(folder))}")


@main.command()
@run_folder
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="By default report.html in RUN_FOLDER.")
def report(folder: Path, out: Path | None) -> None:
    """Write the HTML report of a run folder, without running anything."""
    from trustsim.analysis import comparison
    from trustsim.experiment.folder import load
    from trustsim.report.result import Result

    study = load(folder, read_scenario(str(folder / RESOLVED), ()))
    target = Result(study, comparison.compare(study, registry())).report(out or folder / REPORT)
    click.echo(f"report: {target}")


@main.command()
@click.argument("file", default="scenarios/quickstart.yaml", type=click.Path(exists=True, dir_okay=False))
@click.option("--quick", is_flag=True, help="Small sizes only: half a minute.")
@json_option
def bench(file: str, quick: bool, as_json: bool) -> None:
    """Measure how fast this machine runs the story in FILE, and the minimal rule against Mesa objects."""
    from trustsim.bench import table

    measured = table.measure(file, quick=quick, tell=lambda what: click.echo(f"{what} …", err=True))
    if as_json:
        print_json(measured)
    else:
        click.echo(table.text(measured))


@dataclass(frozen=True)
class Request:
    """What a study was asked for beside its scenario, as the run folder keeps it for ``resume``."""

    command: str
    replications: int | None
    variants: list[str] | None


def _names(variants: str | None) -> list[str] | None:
    return None if variants is None else [name.strip() for name in variants.split(",")]


def _begin(file: str, place: Path, request: Request, settings: tuple[str, ...], seed: int | None) -> None:
    """Check the input and write down what is asked for, so that a study can be resumed from its folder alone."""
    scenario = read_scenario(file, settings)
    from trustsim.experiment import folder
    from trustsim.experiment.study import choose_variants, with_seed
    from trustsim.scenario.yaml_file import write

    choose_variants(scenario, request.variants)
    document = (scenario if seed is None else with_seed(scenario, seed)).document
    asked = json.dumps(asdict(request), ensure_ascii=False)
    folder.write_whole(
        {
            folder.make(place) / RESOLVED: lambda path: path.write_text(write(document), encoding="utf-8"),
            place / REQUEST: lambda path: path.write_text(asked, encoding="utf-8"),
        }
    )


def _request(place: Path) -> Request:
    try:
        return Request(**json.loads((place / REQUEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as e:
        raise TrustsimError(
            f"{place}: given a folder without a whole {REQUEST}; allowed: one that trustsim wrote"
        ) from e


def _go_on(place: Path, workers: int | None, dask: str | None, as_json: bool, quiet: bool) -> None:
    """Run what is missing of the study in a folder, print what it says, and leave with the status that it deserves."""
    request = _request(place)
    scenario = read_scenario(str(place / RESOLVED), ())
    from trustsim.report import result as results
    from trustsim.report.table import print_levels, print_ranked_table

    if not quiet and _is_cold():
        click.echo(f"compiling kernels (once, about {COMPILE_SECONDS} s) …", err=True)
    with _cluster(dask) as pool:
        result = results.compare(
            scenario,
            replications=request.replications,
            variants=request.variants,
            workers=workers,
            progress=not quiet,
            out=place,
            pool=pool,
            registry=registry(),
        )
    compares = request.command == "compare"
    trouble = _kept(result, place, with_report=compares)
    if as_json:
        print_json(result.comparison.to_json() if compares else result.comparison.levels_json())
    else:
        (print_ranked_table if compares else print_levels)(result.comparison)
        if trouble is None:
            click.echo(f"report: {place / REPORT}" if compares else f"runs: {place}; next: trustsim report {place}")
    if result.study.interrupted:
        click.echo(f"interrupted; go on with: trustsim resume {shlex.quote(str(place))}", err=True)
    _end(result, trouble)


def _cluster(address: str | None) -> AbstractContextManager[Pool | None]:
    if address is None:
        return nullcontext(None)
    try:
        from trustsim.experiment import cluster
    except ImportError as e:
        raise TrustsimError("--dask: given without dask's distributed; allowed: with the extra [distributed]") from e
    return cluster.dask(address)


def _is_cold() -> bool:
    """Whether the kernels are still to be compiled for this Python: no index of the main one as new as its source."""
    from trustsim.kernels import account_pass

    stats = getattr(account_pass.account_pass, "stats", None)
    if stats is None:  # plain Python, under NUMBA_DISABLE_JIT
        return False
    source = Path(account_pass.__file__).stat().st_mtime
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    indices = Path(stats.cache_path).glob(f"account_pass.account_pass-*.{tag}*.nbi")
    return not any(index.stat().st_mtime >= source for index in indices)


def _kept(result: Result, place: Path, *, with_report: bool) -> TrustsimError | None:
    """Write the run folder; what hinders it is returned, so that the numbers are printed all the same."""
    try:
        result.save(place, command=shlex.join(["trustsim", *sys.argv[1:]]))
        if with_report:
            result.report(place / REPORT)
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
