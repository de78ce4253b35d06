"""The page about the command line, made from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from made.tables import code, table
from trustsim.cli import common, main

ABOUT = """\
# The command line

Made from the program by `python docs/make.py`; do not edit. `trustsim COMMAND --help` prints the same.
Things of your own are named before the command: `trustsim --with my_lever.py compare my_story.yaml`
([more](extending.md)).

"""
STATUS = f"""
Exit status: 0 done, {common.NOT_MET} an expectation was not met or something differs, {common.WRONG_INPUT} the input is
wrong, {common.SOME_FAILED} some runs failed (the rest are reported), {common.INTERRUPTED} interrupted (the same command
goes on). `--json` prints one JSON document on stdout and nothing else there ([formats](formats.md)); progress goes to
stderr.
"""


def page() -> str:
    """Return ``docs/commands.md``: every command with its arguments and options."""
    commands = dict(sorted(main.commands.items()))
    rows = ((f"[`{name}`](#{name})", _first(command)) for name, command in commands.items())
    lines = [ABOUT + "\n".join(table(("command", "what it does"), rows)), STATUS]
    for name, command in commands.items():
        lines += [*_command(name, command), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"trustsim {name}")
    yield f"## {name}\n"
    yield f"{code(' '.join(command.get_usage(context).removeprefix('Usage: ').split()))}\n"
    yield _paragraphs(inspect.cleandoc(command.help or ""))
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        yield ""
        yield from table(("option", "what it does"), (_option(option, context) for option in options))


def _paragraphs(text: str) -> str:
    """Return a help text as Markdown: click's mark of lines that stay as they are makes a block of text."""
    parts = text.split("\n\n")
    return "\n\n".join(f"```text\n{part[2:]}\n```" if part.startswith("\b\n") else part for part in parts)


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    names, text = option.get_help_record(context) or ("", "")
    return code(names), text


def _first(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")
