"""The command that says why money was withdrawn: attribute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
from trustsim.cli.completion import scenario_argument

if TYPE_CHECKING:
    from trustsim.analysis.attribution import Attribution

TABLE, PICTURE = "attribution.csv", "attribution.png"


@main.command()
@scenario_argument
@click.option("--variants", metavar="A,B", help="Only these variants.")
@click.option("--replications", type=click.IntRange(min=1), metavar="N", help="In place of the file's number.")
@click.option(
    "--out", metavar="DIR", help="Run folder; by default the file's name with '-attribution', in this folder."
)
@set_option
@workers_option
@dask_option
@timeout_option
@json_option
@quiet_option
def attribute(
    file: str,
    variants: str | None,
    replications: int | None,
    out: str | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say what made people withdraw under each variant of FILE: news, herding, fear, the queue, or ordinary needs.

    Each variant is run in the same worlds as it is and with every channel off. The same command again only runs what
    is missing.
    """
    scenario = common.read_scenario(file, settings)
    from trustsim.report import attributed, attribution_tables

    place = Path(out or f"{Path(file).stem}-attribution")
    with common.cluster(dask) as pool:
        found = attributed.attribute(
            scenario, progress=not quiet, out=place, registry=common.registry(), variants=common.names(variants),
            replications=replications, workers=workers, pool=pool, timeout=timeout,
        )  # fmt: skip
    _write(found, place)
    if as_json:
        print_json(attribution_tables.attribution_json(found))
    else:
        attribution_tables.print_attribution(found)
        click.echo(f"table and picture: {place}")
    if found.study.interrupted:
        click.echo(f"interrupted; what finished is kept in {place}, and the same command goes on", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    if found.study.failed:
        raise click.exceptions.Exit(common.SOME_FAILED)


def _write(found: Attribution, place: Path) -> None:
    from trustsim.experiment.tables import write_csv
    from trustsim.report import attribution_picture

    with common.writing(place):
        write_csv(found.to_frame(), place / TABLE)
        figure = attribution_picture.attribution(found).flat[0].get_figure(root=True)
        assert figure is not None
        figure.savefig(place / PICTURE, dpi=144, facecolor="white")
