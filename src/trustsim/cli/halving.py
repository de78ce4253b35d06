"""The command that says whether the step of a scenario is short enough: halve."""

from __future__ import annotations

import click

from trustsim.cli import common
from trustsim.cli.common import json_option, main, print_json, set_option
from trustsim.cli.completion import scenario_argument
from trustsim.cli.how import quiet_option, room, room_options, workers_option


@main.command()
@scenario_argument
@click.option("--variants", metavar="A,B", help="Only these variants.")
@click.option("--replications", type=click.IntRange(min=2), default=20, show_default=True, metavar="N", help="Worlds.")
@set_option
@workers_option
@room_options
@json_option
@quiet_option
def halve(
    file: str,
    variants: str | None,
    replications: int,
    settings: tuple[str, ...],
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run worlds of FILE at its step and at half of it, and say which headline outcomes move; nothing is kept.

    One moves where the 95 % interval of its change excludes zero and the mean is at least what `matters`; it holds
    where the whole interval is less than that.
    """
    scenario = common.read_scenario(file, settings)
    common.import_mesa()
    from trustsim.analysis.halving import halved
    from trustsim.ask.running import running
    from trustsim.report.tables.halved import print_halved

    with running(not quiet, None) as (progress, _):
        found = halved(
            scenario, common.registry(), variants=common.names(variants), replications=replications, workers=workers,
            progress=progress, room=room(quiet),
        )  # fmt: skip
    if as_json:
        print_json(found.to_json())
    else:
        print_halved(found)
