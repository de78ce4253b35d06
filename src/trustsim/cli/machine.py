"""The command that measures this machine: bench."""

from __future__ import annotations

import click

from trustsim.cli.common import json_option, main, print_json


@main.command()
@click.argument("file", default="quickstart")
@click.option("--quick", is_flag=True, help="Small sizes only: half a minute.")
@json_option
def bench(file: str, quick: bool, as_json: bool) -> None:
    """Measure how fast this machine runs the story in FILE, and the minimal rule against Mesa objects."""
    from trustsim.bench import table
    from trustsim.scenario.shipped import find

    measured = table.measure(find(file), quick=quick, tell=lambda what: click.echo(f"{what} …", err=True))
    if as_json:
        print_json(measured)
    else:
        click.echo(table.text(measured))
