"""Commands on many points: sweep, sensitivity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli import common
from trustsim.cli.common import (
    dask_option,
    json_option,
    main,
    print_json,
    quiet_option,
    set_option,
    timeout_option,
    workers_option,
)
from trustsim.cli.completion import outcomes, scenario_argument
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.experiment.design import Sweep

replications_option = click.option(
    "--replications", type=click.IntRange(min=1), metavar="N", help="How many worlds at each point."
)


@main.command()
@scenario_argument
@click.option("--out", metavar="DIR", help="Run folder; by default the file's name with '-sweep', in this folder.")
@click.option(
    "--outcome", metavar="NAME", shell_complete=outcomes,
    help="What decides; by default the outcome that ranks the variants.",
)  # fmt: skip
@click.option("--variants", metavar="A,B", help="Only these variants; without the baseline the first one serves.")
@replications_option
@set_option
@workers_option
@dask_option
@timeout_option
@json_option
@quiet_option
def sweep(
    file: str,
    out: str | None,
    outcome: str | None,
    variants: str | None,
    replications: int | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the variants of FILE at every point of its `sweep` and compare them by their regret.

    The same command again only runs what is missing.
    """
    scenario = common.read_scenario(file, settings)
    designed = _designed()
    from trustsim.report import design_pictures, design_tables

    place = Path(out or f"{Path(file).stem}-sweep")
    names = common.names(variants)
    with common.cluster(dask) as pool:
        found = designed.sweep(
            scenario, outcome=outcome, progress=not quiet, out=place, registry=common.registry(), variants=names,
            replications=replications, workers=workers, pool=pool, timeout=timeout,
        )  # fmt: skip
    from trustsim.experiment.tables import write_csv

    with common.writing(place):
        write_csv(found.points(), place / "points.csv", index_label="point")
        write_csv(found.table(), place / "regret.csv")
        design_pictures.figure_of(design_pictures.regret(found)).savefig(
            place / "regret.png", dpi=144, facecolor="white"
        )
    if as_json:
        print_json(design_tables.robust_json(found))
    else:
        design_tables.print_robust(found)
        click.echo(f"tables and picture: {place}")
    _end(found.sweep, place)


@main.command()
@scenario_argument
@click.option("--method", default="sobol", metavar="NAME", help="morris, sobol (by default), pawn or delta.")
@click.option(
    "--outcome", metavar="NAME", shell_complete=outcomes,
    help="Level of this outcome; by default the one that ranks the variants.",
)  # fmt: skip
@click.option(
    "--difference", metavar="NAME", shell_complete=outcomes,
    help="Paired difference of this outcome to the baseline, in its place.",
)  # fmt: skip
@click.option("--variant", metavar="NAME", help="By default the baseline; for a difference the first other one.")
@click.option(
    "--range", "between", multiple=True, metavar="PATH=LOW..HIGH",
    help="Vary this value of the scenario; repeatable; by default the ranges of its sweep.",
)  # fmt: skip
@click.option(
    "--samples", type=click.IntRange(min=2), metavar="N", help="Base points (sobol), trajectories (morris), …"
)
@click.option(
    "--out", metavar="DIR", help="Run folder; by default the file's name with '-sensitivity', in this folder."
)
@replications_option
@set_option
@workers_option
@dask_option
@timeout_option
@json_option
@quiet_option
def sensitivity(
    file: str,
    method: str,
    outcome: str | None,
    difference: str | None,
    variant: str | None,
    between: tuple[str, ...],
    samples: int | None,
    out: str | None,
    replications: int | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say which values of FILE an outcome depends on, all points in the same worlds.

    Ranges come from --range, or from a `sweep` over ranges. The same command again only runs what is missing.
    """
    if outcome is not None and difference is not None:
        raise click.UsageError("--outcome beside --difference; one of the two")
    scenario = common.read_scenario(file, settings)
    designed = _designed()
    from trustsim.report import design_pictures as pictures
    from trustsim.report import design_tables

    place = Path(out or f"{Path(file).stem}-sensitivity")
    with common.cluster(dask) as pool:
        found = designed.sensitivity(
            scenario, _ranges(between), method=method, outcome=outcome or difference, paired=difference is not None,
            variant=variant, samples=samples, progress=not quiet, out=place, registry=common.registry(),
            replications=replications, workers=workers, pool=pool, timeout=timeout,
        )  # fmt: skip
    from trustsim.experiment.tables import write_csv

    with common.writing(place):
        write_csv(found.to_frame(), place / "indices.csv")
        write_csv(found.points(), place / "points.csv", index_label="point")
        for name, ax in (
            ("indices", pictures.index_bars(found)),
            ("tornado", pictures.tornado(found)),
            ("scatter", pictures.scatter(found).flat[0]),
        ):
            pictures.figure_of(ax).savefig(place / f"{name}.png", dpi=144, facecolor="white")
    if as_json:
        print_json(design_tables.sensitivity_json(found))
    else:
        design_tables.print_sensitivity(found)
        click.echo(f"tables and pictures: {place}")
    _end(found.sweep, place)


def _designed() -> Any:
    try:
        from trustsim.report import designed
    except ImportError as e:
        raise TrustsimError(f"given an installation without {e.name}; allowed: with the extra [sensitivity]") from e
    return designed


def _ranges(between: tuple[str, ...]) -> dict[str, tuple[str, str]] | None:
    found = {}
    for text in between:
        path, equals, bounds = text.partition("=")
        low, dots, high = bounds.partition("..")
        if not (equals and dots and path.strip()):
            raise TrustsimError(f"--range: given {text!r}; allowed: PATH=LOW..HIGH")
        found[path.strip()] = (low.strip(), high.strip())
    return found or None


def _end(study: Sweep, place: Path) -> None:
    if study.interrupted:
        click.echo(f"interrupted; what finished is kept in {place}, and the same command goes on", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    if any(each.failed for each in study.studies):
        raise click.exceptions.Exit(common.SOME_FAILED)
