"""The command that fits parameters: calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli import common, folders
from trustsim.cli.common import main, print_json, set_option
from trustsim.cli.completion import scenario_argument
from trustsim.cli.folders import KINDS, Counts, Folder, Kind
from trustsim.cli.how import How, check_memory, cluster, how_options, room
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.analysis.posterior import Calibration
    from trustsim.scenario.targets import Targets

FITTED, TABLE, PICTURE = "calibrated.yaml", "calibration.csv", "calibration.png"
TARGETS, TRIALS_FILE = "targets.yaml", "trials.sqlite"


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
@how_options()
def calibrate(
    file: str,
    targets_file: str,
    trials: int | None,
    replications: int | None,
    out: str | None,
    seed: int | None,
    settings: tuple[str, ...],
    how: How,
) -> None:
    """Fit parameters of FILE to targets; say what they are, how sure, and what the targets do not identify.

    Writes the fitted scenario. The same command again, also with more trials, or `trustsim resume
    DIR`, only runs what is missing.
    """
    scenario = common.read_scenario(file, settings)
    from trustsim.scenario.targets import read_targets

    targets = read_targets(targets_file, scenario, common.registry())
    _calibrated()
    from trustsim.analysis.calibration import TRIALS, needs_of
    from trustsim.experiment.address import engine
    from trustsim.experiment.plan import with_seed
    from trustsim.experiment.request import Request

    scenario = scenario if seed is None else with_seed(scenario, seed)
    needs = needs_of(scenario, targets, trials or TRIALS, replications, how.workers)
    check_memory(needs, scenario, how)
    options = {"trials": trials or TRIALS, "timeout": how.timeout}
    request = Request("calibrate", replications, engine=engine(), options=options)
    texts = {TARGETS: Path(targets_file).read_text(encoding="utf-8-sig")}
    folders.go(folders.new(file, "calibration", out), how, [scenario], request, texts)


def _go_on(study: Folder, how: How) -> None:
    """Make the trials that are missing, fit, and say what was fitted."""
    calibrated = _calibrated()
    from trustsim.analysis import posterior
    from trustsim.report.tables import calibration_tables

    place, scenario, options = study.place, study.scenario, study.request.options
    targets = _targets(study)
    with cluster(how.dask) as pool:
        result = calibrated.search(
            scenario, targets, progress=not how.quiet, out=study.store, registry=common.registry(),
            trials=options["trials"], replications=study.request.replications, workers=how.workers, pool=pool,
            timeout=options["timeout"], room=room(how.quiet),
        )  # fmt: skip
    if result.interrupted:
        line = f"interrupted; {len(result.trials)} trials are kept in {place}"
        click.echo(f"{line}; go on with: {study.resume}", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    fit = posterior.calibrated(scenario, targets, result.trials, result.replications, result.seconds)
    _write(fit, place)
    if how.as_json:
        print_json(calibration_tables.calibration_json(fit))
    else:
        calibration_tables.print_calibration(fit)
        click.echo(f"fitted scenario: {place / FITTED}; all trials and a picture beside it")
    if any(trial.n_failed for trial in result.trials):
        raise click.exceptions.Exit(common.SOME_FAILED)


def _counts(study: Folder) -> Counts:
    """Return the runs of the trials that were made, of those that are asked for."""
    from trustsim.analysis.trials import design_of_trials, problem_of, trials_in
    from trustsim.experiment.address import addresses
    from trustsim.experiment.design import spread
    from trustsim.experiment.plan import total_of
    from trustsim.experiment.simulate import simulate
    from trustsim.experiment.verify import Part

    scenario, request, targets = study.scenario, study.request, _targets(study)
    total = total_of(scenario, request.replications)
    n_trials, timeout = request.options["trials"], request.options["timeout"]
    made = {}
    if (study.place / TRIALS_FILE).exists():
        with trials_in(study.place / TRIALS_FILE) as log:
            made = log.read(problem_of(scenario, targets, total, simulate, timeout))
    made = {number: trial for number, trial in made.items() if number < n_trials}
    ran = [trial.values for trial in made.values() if trial.has_runs]
    parts = []
    if ran:
        points = design_of_trials(targets.parameters, ran)
        _, whole = spread(scenario, points, targets.variants, common.registry())
        where = addresses(whole, [variant.name for variant in whole.variants], simulate)
        parts = [Part(whole, where, total)]
    a_trial = total * len(targets.variants)
    what = (
        f"calibration, {len(made)} of {n_trials} trials made, {total} replications of {len(targets.variants)} variants"
    )
    return Counts(what, parts, a_trial * (n_trials - len(made) + len(ran)))


def _targets(study: Folder) -> Targets:
    from trustsim.scenario.targets import read_targets

    return read_targets(study.place / TARGETS, study.scenario, common.registry())


KINDS["calibrate"] = Kind(_go_on, _counts)


def _calibrated() -> Any:
    try:
        from trustsim.ask import calibrated
    except ImportError as e:
        raise TrustsimError(f"given an installation without {e.name}; allowed: with the extra [calibration]") from e
    return calibrated


def _write(fit: Calibration, place: Path) -> None:
    """Write the fitted scenario, the trials and the picture into the folder."""
    from trustsim.experiment.tables import write_csv
    from trustsim.report.pictures import calibration_picture
    from trustsim.report.tables.calibration_tables import calibrated_file

    with common.writing(place):
        text = calibrated_file(fit, fit.fitted(common.registry()))
        (place / FITTED).write_text(text, encoding="utf-8")
        write_csv(fit.to_frame(), place / TABLE)
        figure = calibration_picture.parameters(fit).flat[0].get_figure(root=True)
        figure.savefig(place / PICTURE, dpi=144, facecolor="white")
