"""The command that fits parameters: calibrate."""

from __future__ import annotations

import shlex
import sys
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
from trustsim.cli.completion import scenario_argument
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.analysis.posterior import Calibration

FITTED, TABLE, PICTURE = "calibrated.yaml", "calibration.csv", "calibration.png"


@main.command()
@scenario_argument
@click.option("--targets", "targets_file", required=True, metavar="TARGETS", help="Free parameters and targets (YAML).")
@click.option("--trials", type=click.IntRange(min=1), metavar="N", help="How many points to try; by default 128.")
@click.option("--replications", type=click.IntRange(min=2), metavar="N", help="How many worlds at each point.")
@click.option(
    "--out", metavar="DIR", help="Run folder; by default the file's name with '-calibration', in this folder."
)
@click.option("--seed", type=click.IntRange(min=0, max=2**63 - 1), metavar="S", help="In place of the file's seed.")
@set_option
@workers_option
@dask_option
@timeout_option
@json_option
@quiet_option
def calibrate(
    file: str,
    targets_file: str,
    trials: int | None,
    replications: int | None,
    out: str | None,
    seed: int | None,
    settings: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit parameters of FILE to targets; say what they are, how sure, and what the targets do not identify.

    Writes the fitted scenario. The same command again, also with more trials, only runs what is missing.
    """
    scenario = common.read_scenario(file, settings)
    from trustsim.scenario.targets import read_targets

    targets = read_targets(targets_file, scenario, common.registry())
    calibrated = _calibrated()
    from trustsim.analysis import posterior
    from trustsim.analysis.calibration import TRIALS
    from trustsim.experiment.study import with_seed
    from trustsim.report import calibration_tables

    place = Path(out or f"{Path(file).stem}-calibration")
    scenario = scenario if seed is None else with_seed(scenario, seed)
    with common.cluster(dask) as pool:
        found = calibrated.search(
            scenario, targets, progress=not quiet, out=place, registry=common.registry(),
            trials=trials or TRIALS, replications=replications, workers=workers, pool=pool, timeout=timeout,
        )  # fmt: skip
    if found.interrupted:
        kept = f"interrupted; {len(found.trials)} trials are kept in {place}"
        click.echo(f"{kept}; go on with: {shlex.join(['trustsim', *sys.argv[1:]])}", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    fit = posterior.calibrated(scenario, targets, found.trials, found.replications, found.seconds)
    _write(fit, place)
    if as_json:
        print_json(calibration_tables.calibration_json(fit))
    else:
        calibration_tables.print_calibration(fit)
        click.echo(f"fitted scenario: {place / FITTED}; all trials and a picture beside it")
    if any(trial.n_failed for trial in found.trials):
        raise click.exceptions.Exit(common.SOME_FAILED)


def _calibrated() -> Any:
    try:
        from trustsim.report import calibrated
    except ImportError as e:
        raise TrustsimError(f"given an installation without {e.name}; allowed: with the extra [calibration]") from e
    return calibrated


def _write(fit: Calibration, place: Path) -> None:
    """Write the fitted scenario, the trials and the picture into the folder."""
    from trustsim.experiment.tables import write_csv
    from trustsim.report import calibration_picture
    from trustsim.report.calibration_tables import calibrated_file

    with common.writing(place):
        text = calibrated_file(fit, fit.fitted(common.registry()))
        (place / FITTED).write_text(text, encoding="utf-8")
        write_csv(fit.to_frame(), place / TABLE)
        figure = calibration_picture.parameters(fit).flat[0].get_figure(root=True)
        figure.savefig(place / PICTURE, dpi=144, facecolor="white")
