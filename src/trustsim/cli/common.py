"""The group of commands, its exit statuses, and the options that commands share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from trustsim.errors import TrustsimError

if TYPE_CHECKING:
    from trustsim.experiment.pool import Pool
    from trustsim.registry import Registry
    from trustsim.scenario.resolved import Scenario

NOT_MET = 1
WRONG_INPUT = 2
SOME_FAILED = 3
INTERRUPTED = 130


class Commands(click.Group):
    """A group of commands that tells errors of trustsim in full and without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a TrustsimError becomes exit status 2, an interrupt 130."""
        try:
            return super().invoke(ctx)
        except TrustsimError as error:
            click.echo(str(error), err=True)
            ctx.exit(WRONG_INPUT)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trustsim")
def main() -> None:
    """Trust crises on money platforms: which remedy would have helped, and at what price?"""


def registry() -> Registry:
    """Return the registry with everything that a scenario can hold."""
    from trustsim.catalog import REGISTRY

    return REGISTRY


def read_scenario(file: str, settings: tuple[str, ...], more: Mapping[str, Any] = MappingProxyType({})) -> Scenario:
    """Return the scenario in *file* with the ``--set`` texts and *more* applied; raises ScenarioError.

    Where there is no such file, the shipped scenario of that name is read.
    """
    from trustsim.scenario.load import load, overrides_from
    from trustsim.scenario.shipped import find

    scenario = load(find(file), registry(), overrides={**overrides_from(settings), **more})
    return replace(scenario, source=file)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


set_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Override a value of the scenario; repeatable."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes; by default all CPUs."
)
dask_option = click.option(
    "--dask", metavar="ADDRESS", help="Run on the Dask cluster there, such as tcp://10.0.0.5:8786."
)
quiet_option = click.option("--quiet", is_flag=True, help="No progress on stderr.")
timeout_option = click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S",
    help="Give up a pass that takes longer (seconds); it is recorded as failed.",
)  # fmt: skip


def names(text: str | None) -> list[str] | None:
    """Return the names in ``A,B``."""
    return None if text is None else [name.strip() for name in text.split(",")]


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what hinders writing into *place* into a TrustsimError."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as e:
        raise TrustsimError(f"{place}: cannot be written ({e.strerror}); allowed: a folder with room") from e


def precision_document(text: str, budget: int | None) -> dict[str, object]:
    """Return ``replications`` for ``1 pp of run_probability`` or ``100 CNY of difference in investor_loss``."""
    width, of, what = text.partition(" of ")
    if not of:
        raise TrustsimError(f"--precision: given {text!r}; allowed: 'X of OUTCOME' or 'X of difference in OUTCOME'")
    paired = what.strip().startswith("difference in ")
    key, outcome = ("difference", what.strip().removeprefix("difference in ")) if paired else ("of", what.strip())
    return {"precision": width.strip(), key: outcome, **({} if budget is None else {"budget": budget})}


def cluster(address: str | None) -> AbstractContextManager[Pool | None]:
    """Return what gives the pool of the Dask cluster at *address*; without an address it gives None."""
    if address is None:
        return nullcontext(None)
    try:
        from trustsim.experiment.cluster import dask
    except ImportError as e:
        raise TrustsimError("--dask: given without dask's distributed; allowed: with the extra [distributed]") from e
    return dask(address)
