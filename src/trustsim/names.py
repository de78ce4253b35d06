"""What a name may be: one rule for variants, segments, platforms and whatever else a scenario names.

A name goes everywhere: to the terminal, pictures, the page, a shell, tables that pandas, R and spreadsheets read. So it
is seen, can be told from every other, and is no word by which one of those means something else. Whatever passes is
shown and written as it is; what does not is refused with its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from trustsim.errors import UnitError

LONGEST = 100  # characters
ALLOWED = f"a name of 1 to {LONGEST} printable characters"

#: join letters in Persian and Hindi and the parts of an emoji: not to be seen, but they change what is
_JOINERS = "\u200c\u200d"
#: letters, marks and symbols by category that show nothing at all
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # let text be read in another order than it is written
_CHOOSERS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # which form of the character before is meant

#: letters of other scripts that are drawn as Latin ones
_DRAWN_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι",
    "ABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXovi",
)

#: what ``pandas.read_csv`` and R's ``read.csv`` take for a value that is missing
MISSING = frozenset(
    (
        "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
        "NULL", "NaN", "None", "n/a", "nan", "null",
    )
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|0x[0-9a-f]+|[+-]?inf(inity)?", re.IGNORECASE | re.ASCII)
_PLAIN_NUMBER = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{0,14}[1-9])?")  # comes back from a number as it was written

EVERY = "*"
ALL = "all"  # in tables of series, the row of all platforms together
EVERYONE, CLIENTS = "everyone", "clients"  # whom a message may be for, beside a segment
#: words that stand for something else where names of a kind are read
TAKEN: Mapping[str, Mapping[str, str]] = {
    "platform": {EVERY: "every platform", ALL: "all platforms together, in tables of series"},
    "segment": {
        EVERY: "every segment",
        EVERYONE: "all who hear of it, where a message says whom it is for",
        CLIENTS: "all who have an account, where a message says whom it is for",
    },
}


def check(name: str) -> None:
    """Raise UnitError where *name* cannot be one."""
    if not (0 < len(name) <= LONGEST) or not name.strip():
        raise UnitError(repr(name), ALLOWED)
    for c in name:
        if c in _UNSEEN or not (c.isprintable() or c in _JOINERS):
            raise UnitError(f"{name!r}, with {_called(c)}", f"{ALLOWED}, spaces plain ones", _nearest(name))
    if name.strip() != name:
        raise UnitError(f"{name!r}, with a space at an end", ALLOWED, _nearest(name))
    if not _seen(name):
        raise UnitError(f"{name!a}, of which nothing is to be seen", ALLOWED)
    if unicodedata.normalize("NFC", name) != name:
        raise UnitError(f"{name!a}, with marks apart from their letters", "the composed form (NFC)", _nearest(name))
    if meaning := _read_as(name):
        allowed = "a name that no other program reads as something else"
        raise UnitError(f"{name!r}, which pandas, R or a spreadsheet reads as {meaning}", allowed)


def check_prose(text: str, *, is_line: bool = False) -> None:
    """Raise UnitError where a title (``is_line``) or a longer text holds what a terminal or a page would act on."""
    allowed = f"{'one line of ' if is_line else ''}text without control characters"
    for c in text:
        if _TURNS.match(c) or (unicodedata.category(c) in ("Cc", "Cs") and (is_line or c not in "\n\t")):
            raise UnitError(f"text with {_called(c)}", allowed)


def meaning(name: str, what: str) -> str:
    """Say what a name of a kind (a key of TAKEN) means already; '' where it is free."""
    return TAKEN.get(what, {}).get(name.casefold(), "")


def twins(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield every name that looks like an earlier one but is not it, with that one."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(_look(name), name)
        if other != name:
            yield name, other


def _read_as(name: str) -> str:
    """Say what programs that read tables take a name for where it is not that name; '' where they leave it."""
    if name in MISSING:
        return "a missing value"
    if name.casefold() in ("true", "false"):
        return "yes or no"
    is_other = _NUMBER.fullmatch(name) is not None and _PLAIN_NUMBER.fullmatch(name) is None
    return "a number, and write in another way" if is_other else ""


def _look(name: str) -> str:
    """Return what is to be seen of a name: characters that are drawn alike count as one, and runs of spaces as one."""
    whole = unicodedata.normalize("NFKC", _CHOOSERS.sub("", name)).translate(_DRAWN_ALIKE)
    return " ".join("".join(c for c in whole if c not in _JOINERS).split())


def _seen(name: str) -> str:
    return "".join(c for c in _CHOOSERS.sub("", name) if c not in _JOINERS and unicodedata.category(c)[0] not in "MZ")


def _nearest(name: str) -> str | None:
    """Return the name with plain spaces, without what cannot be seen, composed, quoted; None where it is garbage."""
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        return None
    seen = "".join(c for c in name if c not in _UNSEEN and (c.isspace() or c.isprintable() or c in _JOINERS))
    near = unicodedata.normalize("NFC", " ".join(seen.split()))
    return repr(near) if near else None


def _called(c: str) -> str:
    called = unicodedata.name(c, "no name")
    return f"the character U+{ord(c):04X} ({called})" if called != "no name" else f"the character U+{ord(c):04X}"
