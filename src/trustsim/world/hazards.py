"""Draws that the things of a scenario make: each has an address of its own, so that no two hazards share their luck."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from trustsim.errors import ModelError
from trustsim.kernels.purposes import purpose_of
from trustsim.world.declaring import Spot, check_once, spot

#: what tells an item from others of its kind: the stream of its platform (−1: all), or an actor its name; the day it
#: begins; a number among those alike, below 0 of those with a chance on every platform
Occurrence = tuple[int | str, float, int]
MECHANISM: Occurrence = ("mechanism", 0.0, 0)  # there is one of its kind
#: what levers may multiply of an incident: the end of the term's name, and what it is a factor on
CONTROLS = {"hazard": "the chance", "severity": "the severity", "lag": "the days until discovery"}
_DECLARED: dict[tuple[str, str], Draw] = {}
_SPOTS: dict[tuple[str, str], Spot] = {}


@dataclass(frozen=True)
class Draw:
    """What a shock, lever, actor or mechanism of one *kind* draws for; ``text`` says what the draw decides."""

    kind: str
    what: str
    text: str

    def purpose(self, occurrence: Occurrence) -> int:
        """Return where one item's draws are addressed."""
        return purpose_of(self.kind, self.what, *occurrence)


@dataclass(frozen=True)
class Unknown:
    """A standard normal number that a mechanism draws once for a world, alike in all its variants.

    ``spread`` names the parameter that it is multiplied by, ``text`` what there is more of where it is above 0. A
    mechanism lists its own as ``unknowns``, a tuple of the class; so reports find them.
    """

    draw: Draw
    spread: str
    text: str


def draw(kind: str, what: str, *, text: str) -> Draw:
    """Declare a draw in the file of what makes it, by the name that this is entered under.

    That stands below it in the file, so *kind* is not looked up. Raises ModelError with both places where the draw was
    declared before; the same file may be run again.
    """
    key, declared, now = (kind, what), Draw(kind, what, text), spot(1)
    check_once(f"draw {what!r} of {kind!r}", _SPOTS.get(key), now, is_same=_DECLARED.get(key) == declared)
    _DECLARED[key], _SPOTS[key] = declared, now
    return declared


def check_apart(items: Iterable[tuple[str, Occurrence]]) -> None:
    """Raise ModelError where two draws of these items, given by kind and occurrence, share an address."""
    taken: dict[int, tuple[str, str, Occurrence]] = {}
    for kind, occurrence in set(items):
        for (owner, what), declared in _DECLARED.items():
            if owner == kind:
                mine = (kind, what, occurrence)
                other = taken.setdefault(declared.purpose(occurrence), mine)
                if other != mine:
                    raise ModelError(f"the draws {mine} and {other} share an address; allowed: another name for one")


def normal(uniform: float) -> float:
    """Return the standard normal number at a uniform in (0, 1)."""
    return NormalDist().inv_cdf(uniform)
