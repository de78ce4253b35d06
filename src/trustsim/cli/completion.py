"""What a shell completes: scenario files and names, names of the registry; and the command that prints the script."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

from trustsim.cli.common import main, registry

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_TRUSTSIM_COMPLETE"


def scenarios(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the shipped names and the YAML files that go on as *begun*; where there are none the shell shows files."""
    names = [name for name in _shipped() if name.startswith(begun)]
    files = [path.name for path in Path().glob("*.y*ml") if path.name.startswith(begun) and _can_stand(path.name)]
    return [CompletionItem(begun, type="file"), *map(CompletionItem, sorted({*names, *files}))]


def _can_stand(name: str) -> bool:
    """Whether a file's name can stand on one line of what a shell is told."""
    return name.isprintable() and "\\" not in name


def shipped_names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Return the shipped names that go on as *begun*."""
    return [name for name in _shipped() if name.startswith(begun)]


def groups(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Return the groups of the registry."""
    return [name for name in registry().groups if name.startswith(begun)]


def entries(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Return the entries of the group that is named before."""
    return _of_group(context.params.get("group", ""), begun)


def outcomes(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Return the outcomes of the registry."""
    return _of_group("outcome", begun)


def _of_group(group: str, begun: str) -> list[str]:
    return [entry.name for entry in registry() if entry.group == group and entry.name.startswith(begun)]


def _shipped() -> list[str]:
    from trustsim.scenario.shipped import shipped

    return list(shipped())


@add_completion_class
class QuotingBash(BashComplete):
    """Bash takes what it is told as it stands: what it would read as more than a word is quoted. zsh and fish quote."""

    def format_completion(self, item: CompletionItem) -> str:
        """Return one line of the answer."""
        return f"{item.type},{shlex.quote(item.value) if item.type == 'plain' else item.value}"


scenario_argument = click.argument("file", shell_complete=scenarios)


@main.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that lets a shell complete commands, options, scenarios and names.

    \b
    Once, and then in a new shell:
      bash: trustsim completion bash > ~/.trustsim-complete && echo '. ~/.trustsim-complete' >> ~/.bashrc
      zsh:  trustsim completion zsh > ~/.trustsim-complete && echo '. ~/.trustsim-complete' >> ~/.zshrc
      fish: trustsim completion fish > ~/.config/fish/completions/trustsim.fish
    """
    of = get_completion_class(shell)
    assert of is not None
    click.echo(of(main, {}, "trustsim", _VARIABLE).source())
