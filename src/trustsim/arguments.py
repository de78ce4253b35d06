"""What callers in Python hand over, read as the command line reads its options: names, counts, seconds, folders.

NumPy's numbers and texts count as Python's, one name as a list of one; what cannot be meant is a TrustsimError with
what was given and what is allowed.
"""

from __future__ import annotations

import numbers
import operator
import os
import re
from collections.abc import Iterable
from pathlib import Path

from trustsim.errors import TrustsimError

MOST_SEED = 2**63 - 1
_SHOWN = 60


def names(what: str, given: object) -> tuple[str, ...] | None:
    """Return one name, or any iterable of names, as a tuple of plain texts; None stays None."""
    if given is None:
        return None
    if isinstance(given, str):
        return (str(given),)
    each = list(given) if isinstance(given, Iterable) and not isinstance(given, bytes | bytearray) else None
    if each is None or not all(isinstance(name, str) for name in each):
        raise TrustsimError(f"{what}: given {shown(given)}; allowed: a name, or several of them")
    return tuple(str(name) for name in each)


def count(what: str, given: object, least: int = 1, most: int | None = None) -> int:
    """Return a whole number from *least* to *most* as Python's own."""
    allowed = f"a whole number from {least}" + ("" if most is None else f" to {most}")
    is_truth = type(given).__name__ in ("bool", "bool_")  # Python's and NumPy's, which older versions take for a number
    try:
        number = least - 1 if is_truth else operator.index(given)  # type: ignore[arg-type]  # whatever it is
    except TypeError as e:
        raise TrustsimError(f"{what}: given {shown(given)}; allowed: {allowed}") from e
    if number < least or (most is not None and number > most):
        raise TrustsimError(f"{what}: given {shown(given)}; allowed: {allowed}")
    return number


def times(what: str, given: object, least: tuple[int, int]) -> tuple[int, int | None]:
    """Return a whole number, and the second of two as in ``50x8``, None of one alone; each is at *least* that."""
    if not isinstance(given, str):
        return count(what, given, least[0]), None
    pair = re.fullmatch(r"\s*(\d+)\s*(?:[x×]\s*(\d+)\s*)?", given)
    first, second = pair.groups() if pair is not None else ("0", None)
    found = int(first), None if second is None else int(second)
    if found[0] < least[0] or (found[1] is not None and found[1] < least[1]):
        allowed = f"a whole number from {least[0]}, or two as in 50x8, the second from {least[1]}"
        raise TrustsimError(f"{what}: given {shown(given)}; allowed: {allowed}")
    return found


def seconds(what: str, given: object) -> float:
    """Return a positive number of seconds."""
    is_number = isinstance(given, numbers.Real) and not isinstance(given, bool)
    if not (is_number and float(given) > 0):  # type: ignore[arg-type]
        raise TrustsimError(f"{what}: given {shown(given)}; allowed: a positive number of seconds")
    return float(given)  # type: ignore[arg-type]


def path(what: str, given: object) -> str:
    """Return a file or folder as text, as it was given; ``~`` is the home."""
    text = os.fspath(given) if isinstance(given, str | os.PathLike) else None
    if not isinstance(text, str) or "\0" in text or not is_text(text):
        raise TrustsimError(f"{what}: given {shown(given)}; allowed: the path of a file or folder")
    try:
        return os.fspath(Path(text).expanduser()) if text.startswith("~") else str(text)
    except RuntimeError as e:
        raise TrustsimError(f"{what}: given {text}, of a home that is not known; allowed: a whole path") from e


def is_text(value: str) -> bool:
    """Whether *value* can be written to a file: JSON escapes, and paths of any bytes, can hold halves of characters."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def place(what: str, given: object) -> Path:
    """Return a file or folder as a path; ``~`` is the home."""
    return Path(path(what, given))


def shown(given: object) -> str:
    """Return what was given as text for a message: of NumPy's scalars the number, of what is long the beginning."""
    value = given.item() if type(given).__module__ == "numpy" and getattr(given, "ndim", None) == 0 else given  # type: ignore[attr-defined]
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
