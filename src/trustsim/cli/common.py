"""The group of commands, its exit statuses, and the options that commands share."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trustsim.cli import output
from trustsim.errors import PoolLost, TrustsimError, UnitError
from trustsim.experiment import child, stop
from trustsim.names import check_prose

if TYPE_CHECKING:
    from trustsim.registry import Registry
    from trustsim.scenario.resolved import Scenario

Made = TypeVar("Made", bound=Callable[..., Any])
NOT_MET = 1
WRONG_INPUT = 2
SOME_FAILED = 3
INTERRUPTED = stop.INTERRUPTED
_BEHAVIOUR = "trustsim.behaviour"  # of a command's context: what --behaviour says
_PATHS = {"file", "files", "folder", "out", "paths"}


class Command(click.Command):
    """A command whose files and folders have names that can be shown."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises TrustsimError for a path that a terminal would act on or not show."""
        for name in _PATHS & ctx.params.keys():
            given = ctx.params[name]
            for path in given if isinstance(given, tuple) else (given,):
                _check_path(path)
        return super().invoke(ctx)


def _check_path(path: object) -> None:
    try:
        check_prose("" if path is None else str(path), is_line=True)
    except UnitError as e:
        raise TrustsimError(f"{str(path)!a}: given {e.given} for a path; allowed: letters that can be shown") from e


class Commands(click.Group):
    """A group of commands that tells errors of trustsim in full and without a stack trace."""

    command_class = Command

    def main(self, *args: Any, **more: Any) -> Any:
        """Run the command line; it can be stopped at any time, and what the terminal cannot show is replaced."""
        output.prepare()
        with stop.watched():
            child.settle_libraries()
            return super().main(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a TrustsimError becomes exit status 2, an interrupt 130, SIGTERM 143, SIGHUP 129."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except TrustsimError as error:
            frames = getattr(error, "frames", "")  # of the user's own code, where its runs failed
            hint = stop.STOP.hint if isinstance(error, PoolLost) else ""
            click.echo("\n".join(filter(None, (frames, str(error), hint))), err=True)
            ctx.exit(_status(error))
        except (Exception, KeyboardInterrupt) as error:
            if not (stop.is_pressed() or isinstance(error, KeyboardInterrupt)):
                raise
            with suppress(OSError):  # the terminal is gone
                click.echo(stop.STOP.word, err=True)
            ctx.exit(stop.STOP.status)


def _status(error: TrustsimError) -> int:
    """Return the exit status: wrong input, but where runs failed by somebody's own code, or a cluster was lost."""
    if isinstance(error, PoolLost):
        return INTERRUPTED
    return WRONG_INPUT if getattr(error, "is_input", True) else SOME_FAILED


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trustsim")
@click.option(
    "--with", "own_files", multiple=True, metavar="FILE",
    help="A Python file of your own with shocks, levers, mechanisms, outcomes …; before the command, repeatable.",
)  # fmt: skip
def main(own_files: tuple[str, ...]) -> None:
    """Trust crises on money platforms: which remedy would have helped, and at what price?"""
    for file in own_files:
        from trustsim.experiment import own

        own.enter(file)


def import_mesa() -> None:
    """Import mesa before what else runs and compares worlds.

    To name its logger it looks at all modules for every call that is under way, which takes most of a second once scipy
    is there.
    """
    import mesa  # noqa: F401


def registry() -> Registry:
    """Return the registry with everything that a scenario can hold."""
    from trustsim.catalog import REGISTRY

    return REGISTRY


def read_scenario(file: str, settings: tuple[str, ...], more: Mapping[str, Any] = MappingProxyType({})) -> Scenario:
    """Return the scenario in *file* with the ``--set`` texts, ``--behaviour`` and *more* applied; raises ScenarioError.

    Where there is no such file, the shipped scenario of that name is read.
    """
    from trustsim.scenario.load import load, overrides_from
    from trustsim.scenario.shipped import find

    context = click.get_current_context(silent=True)
    behaviour = None if context is None else context.meta.get(_BEHAVIOUR)
    scenario = load(find(file), registry(), overrides={**overrides_from(settings), **more}, behaviour=behaviour)
    return replace(scenario, source=file)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout; letters that stdout lacks are escaped, so that it is the same document."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    click.echo(text if output.can_show(text) else json.dumps(document, indent=2))


def _note_behaviour(context: click.Context, _: click.Parameter, value: str | None) -> None:
    context.meta[_BEHAVIOUR] = value


def set_option(command: Made) -> Made:
    """Let a command override values of its scenario, how people behave among them."""
    behaviour = click.option(
        "--behaviour", metavar="WAY", expose_value=False, callback=_note_behaviour,
        help="How people behave: point, ensemble, or 'member 7'; in place of the file's.",
    )  # fmt: skip
    settings = click.option(
        "--set", "settings", multiple=True, metavar="KEY.PATH=VALUE",
        help="Override a value of the scenario; repeatable.",
    )  # fmt: skip
    return settings(behaviour(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def names(text: str | None) -> list[str] | None:
    """Return the names in ``A,B``; one that holds a comma stands in double quotes: ``'"a, b",c'``."""
    if text is None:
        return None
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True), [""])]


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
