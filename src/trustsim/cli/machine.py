"""The command that measures this machine: bench."""

from __future__ import annotations

import click

from trustsim.cli.common import json_option, main, print_json
from trustsim.cli.completion import scenarios


@main.command()
@click.argument("file", default="quickstart", shell_complete=scenarios)
@click.option("--quick", is_flag=True, help="Small sizes only, for which no target is meant: half a minute.")
@click.option("--all", "everything", is_flag=True, help="Also a large world, 400 variants, a cold start and details.")
@json_option
def bench(file: str, quick: bool, everything: bool, as_json: bool) -> None:
    """Measure how fast this machine runs the story in FILE, the minimal rule and whole commands, against targets."""
    from trustsim.bench import table
    from trustsim.scenario.shipped import find

    if quick and everything:
        raise click.UsageError("bench: given --quick and --all; allowed: one of them")
    sizes = table.QUICK if quick else table.ALL if everything else table.USUAL
    measured = table.measure(find(file), sizes, lambda what: click.echo(f"{what} …", err=True))
    if as_json:
        print_json(measured)
    else:
        click.echo(table.text(measured))
