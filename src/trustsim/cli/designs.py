"""Commands on many points: sweep, sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli import common, folders
from trustsim.cli.common import main, print_json, set_option
from trustsim.cli.completion import outcomes, scenario_argument
from trustsim.cli.folders import KINDS, Counts, Folder, Kind
from trustsim.cli.how import How, check_memory, cluster, how_options, room
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.experiment.design import Sweep
    from trustsim.experiment.points import Design

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
@how_options()
def sweep(
    file: str,
    out: str | None,
    outcome: str | None,
    variants: str | None,
    replications: int | None,
    settings: tuple[str, ...],
    how: How,
) -> None:
    """Run the variants of FILE at every point of its `sweep` and rank them over the points.

    The same command again, or `trustsim resume DIR`, only runs what is
    missing.
    """
    scenario = common.read_scenario(file, settings)
    from trustsim.analysis.headlines import check_rank
    from trustsim.experiment.address import engine
    from trustsim.experiment.estimate import estimate, points_of
    from trustsim.experiment.plan import choose_variants
    from trustsim.experiment.points import design_of
    from trustsim.experiment.request import Request

    names = common.names(variants)
    needs = estimate(
        scenario, variants=choose_variants(scenario, names), replications=replications, workers=how.workers,
        points=points_of(scenario), moved=scenario.sweep, with_series=False,
    )  # fmt: skip
    check_memory(needs, scenario, how)
    design_of(scenario, common.registry())
    check_rank(common.registry(), outcome)
    request = Request("sweep", replications, names, engine=engine(), options={"outcome": outcome})
    folders.go(folders.new(file, "sweep", out), how, [scenario], request)


def _sweep(study: Folder, how: How) -> None:
    """Run what is missing of a sweep and say what it shows."""
    from trustsim.analysis.fragility import fragilities
    from trustsim.ask import designed
    from trustsim.report.pictures import design_pictures
    from trustsim.report.tables import design_tables

    request, place = study.request, study.place
    with cluster(how.dask) as pool:
        result = designed.sweep(
            study.scenario, outcome=request.options["outcome"], progress=not how.quiet, out=study.store,
            registry=common.registry(), variants=request.variants, replications=request.replications,
            workers=how.workers, pool=pool, timeout=how.timeout, room=room(how.quiet),
        )  # fmt: skip
    from trustsim.experiment.tables import write_csv

    with common.writing(place):
        write_csv(result.points(), place / "points.csv", index_label="point")
        write_csv(result.table(), place / "regret.csv")
        design_pictures.figure_of(design_pictures.regret(result)).savefig(
            place / "regret.png", dpi=144, facecolor="white"
        )
        if curves := fragilities(result.sweep):
            write_csv(design_tables.fragility_frame(curves), place / "fragility.csv")
            design_pictures.figure_of(design_pictures.fragility(curves)).savefig(
                place / "fragility.png", dpi=144, facecolor="white"
            )
    if how.as_json:
        print_json(design_tables.robust_json(result))
    else:
        design_tables.print_robust(result)
        click.echo(f"tables and picture: {place}")
    _end(result.sweep, study)


def _sweep_counts(study: Folder) -> Counts:
    from trustsim.experiment.points import design_of

    return _points_of(study, design_of(study.scenario, common.registry()), study.request.variants)


def _points_of(study: Folder, design: Design, variants: Sequence[str] | None) -> Counts:
    """Return the runs at the points of a design."""
    from trustsim.experiment.address import addresses
    from trustsim.experiment.design import spread
    from trustsim.experiment.plan import choose_variants, planned
    from trustsim.experiment.simulate import simulate
    from trustsim.experiment.verify import Part

    chosen = choose_variants(study.scenario, variants)
    _, whole = spread(study.scenario, design, chosen, common.registry())
    where = addresses(whole, [variant.name for variant in whole.variants], simulate)
    total = planned(study.scenario) if study.request.replications is None else study.request.replications
    n_points = len(design.points)
    what = f"{study.request.command}, {n_points} points of {total} replications of {len(chosen)} variants"
    return Counts(what, [Part(whole, where, total)], total * len(where))


@main.command()
@scenario_argument
@click.option("--method", default="sobol", metavar="NAME", help="morris, sobol (by default), pawn or delta.")
@click.option(
    "--outcome", metavar="NAME", shell_complete=outcomes,
    help="Level of this outcome; by default the first headline outcome of the file.",
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
@how_options()
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
    how: How,
) -> None:
    """Say which values of FILE an outcome depends on, all points in the same worlds.

    Ranges come from --range, or from a `sweep` over ranges. The same command again, or `trustsim resume
    DIR`, only runs what is missing.
    """
    if outcome is not None and difference is not None:
        raise click.UsageError("--outcome beside --difference; one of the two")
    scenario = common.read_scenario(file, settings)
    _indices()
    from trustsim.analysis.indices import METHODS
    from trustsim.analysis.one_number import measured_of
    from trustsim.analysis.sensitivity import needs_of
    from trustsim.errors import unknown
    from trustsim.experiment.address import engine
    from trustsim.experiment.points import ranges_of
    from trustsim.experiment.request import Request

    ranges = ranges_of(scenario, common.registry(), _ranges(between))
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    name, is_paired = outcome or difference, difference is not None
    measured = measured_of(scenario, common.registry(), name, variant, paired=is_paired)
    paths = [r.path for r in ranges]
    needs = needs_of(scenario, paths, method, samples, measured.variants, replications, how.workers)
    check_memory(needs, scenario, how)
    options = {
        "method": method, "outcome": name, "paired": is_paired, "variant": variant, "samples": samples,
        "ranges": _ranges(between),
    }  # fmt: skip
    request = Request("sensitivity", replications, engine=engine(), options=options)
    folders.go(folders.new(file, "sensitivity", out), how, [scenario], request)


def _sensitivity(study: Folder, how: How) -> None:
    """Run what is missing of a sensitivity analysis and say what it shows."""
    from trustsim.report.pictures import design_pictures as pictures
    from trustsim.report.tables import design_tables

    place, options = study.place, study.request.options
    with cluster(how.dask) as pool:
        result = _indices().sensitivity(
            study.scenario, options["ranges"], method=options["method"], outcome=options["outcome"],
            paired=options["paired"], variant=options["variant"], samples=options["samples"], progress=not how.quiet,
            out=study.store, registry=common.registry(), replications=study.request.replications, workers=how.workers,
            pool=pool, timeout=how.timeout, room=room(how.quiet),
        )  # fmt: skip
    from trustsim.experiment.tables import write_csv

    with common.writing(place):
        write_csv(result.to_frame(), place / "indices.csv")
        write_csv(result.points(), place / "points.csv", index_label="point")
        for name, ax in (
            ("indices", pictures.index_bars(result)),
            ("tornado", pictures.tornado(result)),
            ("scatter", pictures.scatter(result).flat[0]),
        ):
            pictures.figure_of(ax).savefig(place / f"{name}.png", dpi=144, facecolor="white")
    if how.as_json:
        print_json(design_tables.sensitivity_json(result))
    else:
        design_tables.print_sensitivity(result)
        click.echo(f"tables and pictures: {place}")
    _end(result.sweep, study)


def _sensitivity_counts(study: Folder) -> Counts:
    _indices()
    from trustsim.analysis.one_number import measured_of
    from trustsim.analysis.sensitivity import points_of
    from trustsim.experiment.points import ranges_of

    options, registry = study.request.options, common.registry()
    ranges = ranges_of(study.scenario, registry, options["ranges"])
    _, design = points_of(study.scenario, ranges, options["method"], options["samples"])
    measured = measured_of(study.scenario, registry, options["outcome"], options["variant"], paired=options["paired"])
    return _points_of(study, design, measured.variants)


KINDS["sweep"] = Kind(_sweep, _sweep_counts)
KINDS["sensitivity"] = Kind(_sensitivity, _sensitivity_counts)


def _indices() -> Any:
    try:
        from trustsim.ask import indices
    except ImportError as e:
        raise TrustsimError(f"given an installation without {e.name}; allowed: with the extra [sensitivity]") from e
    return indices


def _ranges(between: tuple[str, ...]) -> dict[str, tuple[str, str]] | None:
    ranges = {}
    for text in between:
        path, equals, bounds = text.partition("=")
        low, dots, high = bounds.partition("..")
        if not (equals and dots and path.strip()):
            raise TrustsimError(f"--range: given {text!r}; allowed: PATH=LOW..HIGH")
        ranges[path.strip()] = (low.strip(), high.strip())
    return ranges or None


def _end(sweep: Sweep, study: Folder) -> None:
    if sweep.interrupted:
        click.echo(f"interrupted; what finished is kept; go on with: {study.resume}", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    if any(each.failed for each in sweep.studies):
        raise click.exceptions.Exit(common.SOME_FAILED)
