"""The command that says why money was withdrawn: attribute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trustsim.cli import common, folders
from trustsim.cli.common import main, print_json, set_option
from trustsim.cli.completion import scenario_argument
from trustsim.cli.folders import KINDS, Counts, Folder, Kind
from trustsim.cli.how import How, check_memory, cluster, how_options, room

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
@how_options()
def attribute(
    file: str,
    variants: str | None,
    replications: int | None,
    out: str | None,
    settings: tuple[str, ...],
    how: How,
) -> None:
    """Say what made people withdraw under each variant of FILE: news, herding, fear, the queue, or ordinary reasons.

    Each variant is run in the same worlds as it is and with every channel off. The same command again, or
    `trustsim resume DIR`, only runs what is missing.
    """
    scenario = common.read_scenario(file, settings)
    from trustsim.analysis.attribution import with_replays
    from trustsim.experiment.address import engine
    from trustsim.experiment.estimate import estimate
    from trustsim.experiment.plan import choose_variants
    from trustsim.experiment.request import Request

    names = common.names(variants)
    whole = with_replays(scenario, choose_variants(scenario, names))
    needs = estimate(whole, replications=replications, workers=how.workers, with_series=False)
    check_memory(needs, scenario, how)
    request = Request("attribute", replications, names, engine=engine())
    folders.go(folders.new(file, "attribution", out), how, [scenario], request)


def _go_on(study: Folder, how: How) -> None:
    """Run what is missing of an attribution and say what it shows."""
    from trustsim.ask import attributed
    from trustsim.report.tables import attribution_tables

    request, place = study.request, study.place
    with cluster(how.dask) as pool:
        result = attributed.attribute(
            study.scenario, progress=not how.quiet, out=study.store, registry=common.registry(),
            variants=request.variants, replications=request.replications, workers=how.workers, pool=pool,
            timeout=how.timeout, room=room(how.quiet),
        )  # fmt: skip
    _write(result, place)
    if how.as_json:
        print_json(attribution_tables.attribution_json(result))
    else:
        attribution_tables.print_attribution(result)
        click.echo(f"table and picture: {place}")
    if result.study.interrupted:
        click.echo(f"interrupted; what finished is kept; go on with: {study.resume}", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    if result.study.failed:
        raise click.exceptions.Exit(common.SOME_FAILED)


def _counts(study: Folder) -> Counts:
    """Return the runs of an attribution: every variant as it is and with every channel off."""
    from trustsim.analysis.attribution import with_replays
    from trustsim.analysis.causes import simulate_with_causes
    from trustsim.experiment.address import addresses
    from trustsim.experiment.plan import choose_variants, planned
    from trustsim.experiment.verify import Part

    chosen = choose_variants(study.scenario, study.request.variants)
    whole = with_replays(study.scenario, chosen)
    where = addresses(whole, [variant.name for variant in whole.variants], simulate_with_causes)
    total = planned(study.scenario) if study.request.replications is None else study.request.replications
    what = f"attribution, {total} replications of {len(chosen)} variants and their replays"
    return Counts(what, [Part(whole, where, total, simulate_with_causes)], total * len(where))


KINDS["attribute"] = Kind(_go_on, _counts)


def _write(result: Attribution, place: Path) -> None:
    from trustsim.experiment.tables import write_csv
    from trustsim.report.pictures import attribution_picture

    with common.writing(place):
        write_csv(result.to_frame(), place / TABLE)
        figure = attribution_picture.attribution(result).flat[0].get_figure(root=True)
        assert figure is not None
        figure.savefig(place / PICTURE, dpi=144, facecolor="white")
