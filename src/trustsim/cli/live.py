"""The command that shows one run on Mesa's page: live."""

from __future__ import annotations

import click

from trustsim.cli import common
from trustsim.cli.common import main, set_option
from trustsim.cli.completion import scenarios
from trustsim.errors import TrustsimError


@main.command()
@click.argument("file", default="quickstart", shell_complete=scenarios)
@set_option
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Where free, or another.")
@click.option("--open/--no-open", "opens", default=True, help="Open a browser.")
def live(file: str, settings: tuple[str, ...], port: int, opens: bool) -> None:
    """Watch one run of FILE day by day in a browser, with sliders, for teaching; needs the extra [live].

    At most 500 investors are drawn: where FILE has more, 300 of its kinds. Only this machine can open the page,
    with the address that is printed: it holds a token.
    """
    scenario = common.read_scenario(file, settings)
    try:
        from trustsim.live.serve import serve
    except ModuleNotFoundError as e:
        raise TrustsimError(
            f"live: given without Mesa's page ({e.name} is missing); allowed: with the extra [live], "
            "pip install 'trustsim[live]'"
        ) from e
    from trustsim.web.door import guard

    serve(scenario, port, guard(), opens=opens, tell=lambda address: click.echo(f"{address} (stop with Ctrl-C)"))
