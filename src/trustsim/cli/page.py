"""The command that serves the page: serve."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from pathlib import Path

import click

from trustsim.cli.common import main
from trustsim.cli.how import workers_option
from trustsim.errors import TrustsimError

PORT = 8080


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines ask too.")
@click.option("--port", type=click.IntRange(0, 65535), help=f"By default {PORT}, or a free one where that is taken.")
@click.option("--open/--no-open", "opens", default=None, help="Open a browser; by default on a terminal.")
@click.option("--read-only", is_flag=True, help="Let nothing be started, stopped, deleted or kept.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Studies that run at once.")
@click.option(
    "--most-replications",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Refuse more worlds in a study.",
)
@click.option(
    "--most-investors", type=click.IntRange(min=1), default=100_000, show_default=True, help="Refuse more investors."
)
@click.option(
    "--most-variants", type=click.IntRange(min=1), default=64, show_default=True, help="Refuse more variants."
)
@click.option("--most-steps", type=click.IntRange(min=1), default=10_000, show_default=True, help="Refuse more steps.")
@click.option(
    "--most-platforms", type=click.IntRange(min=1), default=200, show_default=True, help="Refuse more platforms."
)
@click.option(
    "--most-memory",
    type=click.FloatRange(min=0.5),
    metavar="GIB",
    help="Refuse what needs more memory; by default half of the machine's, at least 4.",
)
@click.option(
    "--most-minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=240.0,
    show_default=True,
    metavar="MINUTES",
    help="Refuse what takes longer, as it is estimated.",
)
@click.option(
    "--most-disk",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="GIB",
    help="Start no run where all runs together take more.",
)
@click.option(
    "--most-waiting", type=click.IntRange(min=0), default=20, show_default=True, help="Refuse more studies in line."
)
@workers_option
def serve(
    folder: Path,
    host: str,
    port: int | None,
    opens: bool | None,
    read_only: bool,
    jobs: int,
    most_replications: int,
    most_investors: int,
    most_variants: int,
    most_steps: int,
    most_platforms: int,
    most_memory: float | None,
    most_minutes: float,
    most_disk: float,
    most_waiting: int,
    workers: int | None,
) -> None:
    """Serve the page for the scenarios in FOLDER: change them, run them, watch them; studies are kept in FOLDER/runs.

    Only this machine can ask unless --host says otherwise, and only with the address that is printed: it holds a token.
    Ctrl-C stops it; studies that run are stopped and go on when they are asked for again.
    """
    from trustsim.web.files import Files
    from trustsim.web.jobs import Jobs
    from trustsim.web.page_state import Limits
    from trustsim.web.serving import Address, run
    from trustsim.web.site import Site

    limits = Limits(
        most_investors, most_replications, most_variants, most_steps, most_platforms,
        int((most_memory or _half_of_the_memory()) * 2**30), most_minutes, workers,
    )  # fmt: skip
    runs = Jobs(folder, n_at_once=jobs, workers=workers, most_waiting=most_waiting, most_bytes=most_disk * 2**30)
    site = Site(Files(folder, is_read_only=read_only), runs, limits)
    line = _bound(host, port)
    address = Address.of(host, line)
    click.echo(f"trustsim page: {address}  (Ctrl-C stops it)")
    sys.stdout.flush()
    if opens or (opens is None and sys.stdout.isatty()):
        webbrowser.open(address.once)
    run(site, line, address)


def _half_of_the_memory() -> float:
    """Return half of this machine's memory in GiB, at least 4; 4 where it is not told."""
    try:
        return max(4.0, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**31)
    except (AttributeError, ValueError, OSError):
        return 4.0


def _bound(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens there; where no port is asked for and the usual one is taken, on a free one."""
    ports = (PORT, 0) if port is None else (port,)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason = ""
    for each in ports:
        line = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # no waiting for small answers
        if family == socket.AF_INET6:
            line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if host == "::" else 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, each))
            line.listen()
            return line
        except (OSError, OverflowError) as e:
            reason = str(e)
            line.close()
    raise TrustsimError(f"{host}:{ports[0]}: cannot listen there ({reason}); allowed: a free --port, a --host of here")
