"""How a study is run changes none of its numbers: on how many workers, in what room, how it speaks."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

from trustsim.cli.common import Made, json_option
from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.experiment.estimate import Estimate
    from trustsim.experiment.pool import Pool
    from trustsim.experiment.room import Room
    from trustsim.scenario.resolved import Scenario


@dataclass(frozen=True)
class How:
    """How a study is run: see the options of :func:`how_options`."""

    workers: int | None = None
    dask: str | None = None
    timeout: float | None = None
    as_json: bool = False
    quiet: bool = False


workers_option = click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes; by default all CPUs."
)
dask_option = click.option(
    "--dask", metavar="ADDRESS", help="Run on the Dask cluster there, such as tcp://10.0.0.5:8786."
)
timeout_option = click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S",
    help="Give up a pass that takes longer (seconds); it is recorded as failed.",
)  # fmt: skip
quiet_option = click.option("--quiet", is_flag=True, help="No progress on stderr.")


def _room_option(name: str, text: str, metavar: str) -> Callable[[Made], Made]:
    """Return an option that :func:`room` reads, so that commands hand one thing on."""

    def keep(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        ctx.meta[f"trustsim.{name}"] = value

    return click.option(f"--{name}", metavar=metavar, expose_value=False, callback=keep, help=text)


_ROOM_OPTIONS: tuple[Callable[..., Any], ...] = (
    _room_option("memory", "Memory that the study may take, such as 8 GB; by default what is free.", "SIZE"),
    _room_option("longest", "Do not begin a study that takes longer, such as 8 h.", "TIME"),
)


def with_options(command: Made, options: Sequence[Callable[..., Any]]) -> Made:
    """Give a command these options, in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def gathered(command: Callable[..., None], name: str, kind: type[Any]) -> Callable[..., None]:
    """Return a command that gets those of its options that *kind* has, a dataclass, as one of them under *name*."""
    names = [each.name for each in fields(kind)]

    @functools.wraps(command)
    def call(**options: Any) -> None:
        thing = kind(**{each: options.pop(each) for each in names})
        command(**{name: thing}, **options)

    return call


def room_options(command: Made) -> Made:
    """Give a command the options that say what a study may take."""
    return with_options(command, _ROOM_OPTIONS)


def how_options(*between: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options that say how its study is run; it gets them as ``how``, a :class:`How`.

    ``between``: options of its own that stand before those that say how it speaks.
    """
    options: tuple[Callable[..., Any], ...]
    options = (workers_option, dask_option, timeout_option, *_ROOM_OPTIONS, *between, json_option, quiet_option)

    def give(command: Callable[..., None]) -> Callable[..., None]:
        return with_options(gathered(command, "how", How), options)

    return give


def room(quiet: bool = False) -> Room:
    """Return what the study of this command may take; a person at a terminal is asked where it takes long."""
    from trustsim.experiment.room import Room

    meta = click.get_current_context().meta
    return Room(meta.get("trustsim.memory"), meta.get("trustsim.longest"), None if quiet else _go_on)


def check_memory(needs: Estimate, scenario: Scenario, how: How) -> None:
    """Raise ScenarioError, before anything is written, where a study does not fit; workers may be on a cluster."""
    there = needs if how.dask is None else needs.elsewhere
    room().check_study(there, scenario.source, may_shrink=how.workers is None)


def _go_on(line: str) -> bool:
    if sys.stdin.isatty() and sys.stderr.isatty():
        return click.confirm(f"{line}. Begin?", default=True, err=True)
    click.echo(line, err=True)
    return True


def cluster(address: str | None) -> AbstractContextManager[Pool | None]:
    """Return what gives the pool of the Dask cluster at *address*; without an address it gives None."""
    if address is None:
        return nullcontext(None)
    try:
        from trustsim.experiment.cluster import dask
    except ImportError as e:
        raise TrustsimError("--dask: given without dask's distributed; allowed: with the extra [distributed]") from e
    return dask(address)
