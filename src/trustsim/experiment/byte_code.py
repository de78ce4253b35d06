"""Byte code says which names a piece of code looks up, what it imports, and which parts it has."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType


def parts_of(code: CodeType) -> Iterator[CodeType]:
    """Yield *code* and that of the functions and classes within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from parts_of(constant)


def looked_up(code: CodeType) -> list[str]:
    """Return the names that *code* looks up among its globals."""
    steps = (step for part in parts_of(code) for step in dis.get_instructions(part))
    return list(dict.fromkeys(str(s.argval) for s in steps if "GLOBAL" in s.opname or s.opname == "LOAD_NAME"))


def imported(code: CodeType) -> Iterator[str]:
    """Yield the modules that *code* imports when it runs, as it names them: with a dot where beside its own."""
    for part in parts_of(code):
        steps = [step for step in dis.get_instructions(part) if step.opname != "EXTENDED_ARG"]
        for level, _, step in zip(steps, steps[1:], steps[2:], strict=False):
            if step.opname == "IMPORT_NAME":
                yield "." * int(level.argval) + step.argval
