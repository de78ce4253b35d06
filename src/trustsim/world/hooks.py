"""How a mechanism, shock or lever takes part in a run: each way is a method, and a class has those that it needs.

``settings`` is what the mechanism is set to in every lane (:class:`~trustsim.world.settings.Settings`); off is None.
A method of one of these names and another shape, or where nothing would call it, is refused when a model is made.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, one_of
from trustsim.kernels import coefficients
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Traits
from trustsim.kernels.named import file_of

if TYPE_CHECKING:
    from trustsim.world.actors import Actor
    from trustsim.world.day import Day
    from trustsim.world.leaning import Law, Lean
    from trustsim.world.owners import Owners
    from trustsim.world.sections import Platform
    from trustsim.world.settings import Settings
    from trustsim.world.terms import Change, Term

Floats = NDArray[np.float64]


class Weighs(Protocol):
    """Says what it adds to the weights of the account pass, for a step of *dt* days."""

    def weigh(self, dt: float) -> Mapping[Weights, float]: ...


class Dials(Protocol):
    """Says what it gives to the rest of the engine."""

    def dials(self) -> Mapping[coefficients.Dials, float]: ...


class Varies(Protocol):
    """Says, once, by how much the engine's dials differ from world to world, float64 (lanes,) each, beside what
    :class:`Dials` gives; drawn by ``day.chance(…, once=True)``, which all variants of a world share."""

    @staticmethod
    def vary(day: Day, settings: Settings[Any]) -> Mapping[coefficients.Dials, Floats]: ...


class OnTerms(Protocol):
    """Says what the terms of each platform, float64 (Terms, worlds, platforms), add to weights; again whenever they
    change. ``agreed_terms``: those of calm, which platforms and clients have agreed on.
    """

    def on_terms(self, terms: Floats, agreed_terms: Floats) -> Iterable[tuple[Weights, Floats]]: ...


class MakesTraits(Protocol):
    """Makes rows of the traits of accounts; its parameters in ``fixes`` are the same in all variants of a pass."""

    fixes: tuple[str, ...]

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]: ...


class EachDay(Protocol):
    """Does something every day, in all variants at once, in its ``phase`` ('news' where it says none)."""

    @staticmethod
    def each_day(day: Day, settings: Settings[Any]) -> None: ...


class Decides(Protocol):
    """Says, after the account pass, who leaves or joins today."""

    @staticmethod
    def decide(day: Day, settings: Settings[Any]) -> None: ...


class Leans(Protocol):
    """Leans on decisions every day; what several add, adds up, and attribution counts it to their channels."""

    @staticmethod
    def lean(day: Day, settings: Settings[Any]) -> Iterable[Lean]: ...


class Flows(Protocol):
    """Says every day how its columns of accounts move, and how they lean on decisions."""

    @staticmethod
    def flow(day: Day, settings: Settings[Any]) -> Iterable[Law]: ...


class ProposesDaily(Protocol):
    """Proposes changes of terms every day, beside those of levers, from what was measured the day before."""

    @staticmethod
    def propose(day: Day, settings: Settings[Any]) -> Iterable[Change]: ...


class ActsEachDay(Protocol):
    """An actor's ``each_day``, in its phase ('actors' where it says none), and its ``propose``: once for each actor."""

    @staticmethod
    def each_day(day: Day, me: Actor) -> None: ...
    @staticmethod
    def propose(day: Day, me: Actor) -> Iterable[Change]: ...


class Likens(Protocol):
    """Says what share of bad news about one platform is read as news about another."""

    def likeness(self, about: Platform, other: Platform) -> float: ...


class Acts(Protocol):
    """A shock or lever that acts on days on which it is active."""

    def act(self, day: Day) -> None: ...


class ThinksAgain(Protocol):
    """A shock or lever that lets people think again after the choices of a day on which it is active."""

    def think_again(self, day: Day) -> None: ...


class Spans(Protocol):
    """Says up to which age, in days from its first step, a shock or lever has anything to do; then it is not active."""

    def span(self) -> float: ...


class Proposes(Protocol):
    """A lever that proposes changes of terms while it acts."""

    def terms(self) -> Sequence[Term]: ...


HOOKS: dict[str, type] = {
    "weigh": Weighs, "dials": Dials, "vary": Varies, "on_terms": OnTerms, "traits": MakesTraits,
    "each_day": EachDay, "decide": Decides, "lean": Leans, "flow": Flows, "propose": ProposesDaily,
    "likeness": Likens, "act": Acts, "think_again": ThinksAgain, "span": Spans, "terms": Proposes,
}  # fmt: skip
#: which of them are called of a shock or lever, of an actor, of a mechanism
OF_ITEMS = ("act", "think_again", "span", "terms")
OF_ACTORS = ("each_day", "decide", "lean", "flow", "propose")
OF_MECHANISMS = tuple(name for name in HOOKS if name not in OF_ITEMS)
OPEN_PHASES = ("news", "actors")  # parts of the day in which an ``each_day`` may run


def phase_of(kind: type, usual: str = "news") -> str:
    """Return the part of the day in which the ``each_day`` of a mechanism or an actor runs."""
    return str(getattr(kind, "phase", usual))


@cache
def check_hooks(kind: type, called: tuple[str, ...]) -> None:
    """Raise ModelError where a hook of a class is none of those that are *called*, takes other arguments than its
    protocol says, or runs in no phase."""
    for name in HOOKS:
        if name not in called and callable(getattr(kind, name, None)):
            where = f"{kind.__name__}.{name}: given in {file_of(kind)}, where nothing calls it"
            raise ModelError(f"{where}; allowed: {one_of(called)}")
    if hasattr(kind, "each_day") and phase_of(kind) not in OPEN_PHASES:
        raise ModelError(f"phase: given {phase_of(kind)!r} in {file_of(kind)}; allowed: {one_of(OPEN_PHASES)}")
    if hasattr(kind, "traits") and not hasattr(kind, "fixes"):
        raise ModelError(
            f"{kind.__name__}.traits: given in {file_of(kind)} without fixes; allowed: with the names of the parameters"
            " that it reads, which are the same in all variants of a pass"
        )
    for name in called:
        protocol = HOOKS[name]
        method = inspect.getattr_static(kind, name, None)
        if method is None:
            continue
        given, wanted = (list(inspect.signature(getattr(cls, name)).parameters) for cls in (kind, protocol))
        is_static = isinstance(inspect.getattr_static(protocol, name), staticmethod)
        if len(given) != len(wanted) or isinstance(method, staticmethod) != is_static:
            shape = f"({', '.join(wanted)}){' as a static method' if is_static else ''}"
            where = f"{kind.__name__}.{name}: given ({', '.join(given)}) in {file_of(kind)}"
            raise ModelError(f"{where}; allowed: {shape}")
