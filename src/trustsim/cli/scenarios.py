"""Commands on scenario files: check, resolve, schema, catalog, init."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from trustsim.cli import common
from trustsim.cli.common import WRONG_INPUT, json_option, main, print_json, set_option
from trustsim.cli.completion import entries, groups, scenario_argument, scenarios, shipped_names
from trustsim.cli.how import room, room_options
from trustsim.cli.output import can_show
from trustsim.errors import Problem, ScenarioError, nearest, one_of

if TYPE_CHECKING:
    from trustsim.experiment.estimate import Estimate
    from trustsim.scenario.resolved import Brought, Scenario

MOST_NAMED = 5
_OF_VARIANTS = ("variants", "baseline", "sweep", "expect")  # keys that name them, or what they change


class Checked(NamedTuple):
    """A scenario in which nothing is wrong, and what its studies need: a comparison, and the sweep where it has one."""

    scenario: Scenario
    needs: list[Estimate]


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=scenarios)
@set_option
@room_options
@json_option
def check(files: tuple[str, ...], settings: tuple[str, ...], as_json: bool) -> None:
    """Check scenario files, show everything that is wrong with them, and say what a comparison of each would need.

    What does not fit into the memory is wrong too.
    """
    from trustsim.measures import reach
    from trustsim.scenario.coarse import coarse, in_words
    from trustsim.scenario.outweighed import outweighed
    from trustsim.scenario.too_long import too_long
    from trustsim.scenario.tree import clean

    results = [_checked(file, settings) for file in files]
    if as_json:
        print_json(
            {"format": 1, "files": [_result_json(file, result) for file, result in zip(files, results, strict=True)]}
        )
    else:
        for file, result in zip(files, results, strict=True):
            if isinstance(result, ScenarioError):
                click.echo(str(result), err=True)
            else:
                scenario = result.scenario
                click.echo(f"{file}: ok ({_about(scenario)})")
                for brought in _brought(scenario):
                    click.echo(f"  network {clean(str(brought))}")
                if left := _numbers_only(scenario):
                    click.echo(f"  {left}")
                for line in (*outweighed(scenario, common.registry()), *too_long(scenario)):
                    click.echo(f"  {clean(line)}")
                if found := coarse(scenario, common.registry()):
                    click.echo(f"  {clean(in_words(scenario, found))}")
                if far := reach.in_words(scenario):
                    click.echo(f"  {far}")
                for line in _needs_in_words(result.needs):
                    click.echo(f"  {line}")
    if any(isinstance(result, ScenarioError) for result in results):
        raise click.exceptions.Exit(WRONG_INPUT)


def _checked(file: str, settings: tuple[str, ...]) -> Checked | ScenarioError:
    try:
        scenario, allowed = common.read_scenario(file, settings), room(quiet=True)
        fitted = []
        for needs in _needs(scenario):
            allowed.check_study(needs, file)
            fitted.append(allowed.fitted(needs))
            allowed.check_time(fitted[-1])
        return Checked(scenario, fitted)
    except ScenarioError as error:
        return error


def _numbers_only(scenario: Scenario) -> str:
    """Say which defaults are in another currency than the scenario, and taken as numbers only; '' where none is."""
    from trustsim.scenario.currency import OWN, numbers_only

    paths = numbers_only(scenario, common.registry())
    if not paths:
        return ""
    named = ", ".join(paths[:MOST_NAMED]) + (f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else "")
    how = f"rates: {{{OWN}: …}} converts them"
    return f"{scenario.currency}: {OWN} defaults are taken as numbers only, for {named}; {how}"


def _needs(scenario: Scenario) -> list[Estimate]:
    """Return what a comparison needs, and the sweep where the file has one."""
    from trustsim.experiment.estimate import estimate, points_of

    needs, n_points = [estimate(scenario, with_report=True)], points_of(scenario)
    if n_points:
        needs.append(estimate(scenario, points=n_points, moved=scenario.sweep, with_series=False))
    return needs


def _needs_in_words(needs: list[Estimate]) -> list[str]:
    from trustsim.experiment.room import in_words

    compared, *swept = needs
    sweeps = [f"its sweep of {each.points:,} points: {in_words(each)[1]}" for each in swept]
    return [*in_words(compared), *sweeps]


def _about(scenario: Scenario) -> str:
    from trustsim.scenario.tree import clean

    platforms = len(scenario.variants[0].world.platforms)
    counts = [(len(scenario.variants), "variant"), (platforms, "platform"), (len(scenario.shocks), "shock")]
    words = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts]
    return ", ".join([clean(scenario.title) or "untitled", *words])


def _brought(scenario: Scenario) -> list[Brought]:
    """Return what each network of a scenario brings that is not generated."""
    from trustsim.scenario.resolved import Brings

    networks = dict.fromkeys(v.world.network for v in scenario.variants if isinstance(v.world.network, Brings))
    return [network.brought() for network in networks]


def _result_json(file: str, result: Checked | ScenarioError) -> dict[str, Any]:
    if isinstance(result, ScenarioError):
        return {"file": file, "ok": False, "problems": [problem_json(problem) for problem in result.problems]}
    from trustsim.scenario.coarse import coarse

    scenario = result.scenario
    found = coarse(scenario, common.registry())
    return {
        "file": file,
        "ok": True,
        "title": scenario.title,
        "variants": [variant.name for variant in scenario.variants],
        "networks": [_brought_json(brought) for brought in _brought(scenario)],
        "digest": scenario.digest,
        "coarse": found and {"reasons": list(found.reasons), "at_most": found.at_most},
        "needs": result.needs[0].to_json(),
        "problems": [],
    }


def _brought_json(brought: Brought) -> dict[str, Any]:
    return {
        "name": brought.name,
        "investors": brought.n_nodes,
        "links": brought.n_links,
        "directed": brought.is_directed,
        "weighted": brought.is_weighted,
        "without_links": brought.n_without_links,
        "self_loops": brought.n_self_loops,
        "repeats": brought.n_repeats,
        "left": list(brought.left),
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data."""
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": place.path,
        "given": problem.given,
        "allowed": problem.allowed,
        "nearest": problem.nearest,
    }


@main.command()
@scenario_argument
@click.option("--laid", is_flag=True, help="Print the values in force, also those that presets lay.")
@set_option
@json_option
def resolve(file: str, laid: bool, settings: tuple[str, ...], as_json: bool) -> None:
    """Print a scenario after merging, with its defaults filled in; the output is a scenario file itself.

    What presets lay (`jurisdiction`, `custody` of a platform) is left to them, so that a variant may choose others;
    --laid prints it too.
    """
    scenario = common.read_scenario(file, settings)
    document = _laid(scenario) if laid else scenario.document
    if as_json:
        print_json(dict(document))
    else:
        from trustsim.scenario.yaml_writer import write

        text = write(document)
        text = text if can_show(text) else write(document, is_ascii=True)
        about = "what presets lay stands here as if the file said it" if laid else scenario.digest
        click.echo(f"# {about}\n{text}", nl=False)


def _laid(scenario: Scenario) -> dict[str, Any]:
    """Return the document of a scenario with every value that is in force where no variant changes it."""
    from trustsim.scenario.document import in_force
    from trustsim.scenario.load import from_document

    story = {key: value for key, value in scenario.document.items() if key not in _OF_VARIANTS}
    (plain,) = from_document(story, common.registry()).variants
    return {**scenario.document, **in_force(plain.world, common.registry(), scenario.currency)}


@main.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from trustsim.scenario.schema import schema_of

    print_json(schema_of(common.registry()))


@main.command()
@click.argument("group", default="", shell_complete=groups)
@click.argument("name", default="", shell_complete=entries)
@json_option
def catalog(group: str, name: str, as_json: bool) -> None:
    """Print what a scenario can hold: GROUP narrows it down, NAME is one entry of it.

    \b
    Groups, of what a file names:
      mechanism, shock, intervention, actor, network_kind, section, outcome,
      indicator, series
    of presets, with what each lays:
      platform_kind, jurisdiction, custody (and presets: these groups)
    of what files of mechanisms declare:
      stock, term, purse, column, incident, actor_stock, actor_purse
    """
    from trustsim.scenario.catalog import catalog_json, catalog_text

    entries = common.registry()
    if group and group not in entries.groups:
        raise click.UsageError(f"no group {group!r}; {_choice(group, entries.groups, 'trustsim catalog --help')}")
    names = tuple(entry.name for entry in entries if entry.group == group)
    if name and name not in names:
        raise click.UsageError(f"no {group} {name!r}; {_choice(name, names, f'trustsim catalog {group}')}")
    if as_json:
        print_json(catalog_json(entries, group, name))
    else:
        click.echo(catalog_text(entries, group, name), nl=False)


def _choice(given: str, allowed: Sequence[str], listed: str) -> str:
    hint = nearest(given, allowed)
    return one_of(allowed, listed, like=given) + (f"; did you mean {hint}?" if hint else "")


@main.command()
@click.argument("file", default="scenario.yaml", type=click.Path(path_type=Path))
@click.option(
    "--from", "name", metavar="NAME", shell_complete=shipped_names, help="Copy this shipped scenario; see --list."
)
@click.option("--list", "lists", is_flag=True, help="List the shipped scenarios, and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def init(file: Path, name: str | None, lists: bool, force: bool) -> None:
    """Write a commented scenario file to start from, or a copy of one that ships with trustsim."""
    from trustsim.scenario.shipped import copy_of, titles
    from trustsim.scenario.starter import STARTER

    if lists:
        names, lacking = titles()
        width = max(map(len, names), default=0)
        for each, title in names.items():
            click.echo(f"{each:{width}}  {title}".rstrip())
        if lacking:
            note = f"not listed, for they read a network that does not ship: {', '.join(lacking)}"
            click.echo(f"{note}; their notes say where it is to be had", err=True)
        return
    text, beside = (STARTER, ()) if name is None else copy_of(name)
    whole = {file: text.encode()} | {file.parent / path.name: path.read_bytes() for path in beside}
    for path in whole:
        if path.exists() and not force:
            raise click.UsageError(f"{path} is there already; another name, or --force to overwrite it")
    try:
        for path, data in whole.items():
            path.write_bytes(data)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{' and '.join(map(str, whole))} written; next: trustsim check {shlex.quote(str(file))}")
