"""Taking over what those whom one listens to think."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.errors import UnitError
from trustsim.mechanisms.behaviour.thoughts import OPINION, Floats, spread_evenly, trust_as_thought
from trustsim.registry import REGISTRY, parameter
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn
    from trustsim.world.settings import Settings

FIRST = memory("first opinion", text="float64 (lanes, investors)")
RATE = memory("opinion rate", text="float64 (lanes,)")
CHANGE = memory("opinion change", text="float64 (lanes,)")


@REGISTRY.enter(
    "mechanism",
    "opinion",
    rows=("D1", "A10"),
    source="doi:10.1080/01621459.1974.10480137; doi:10.1080/0022250X.1990.9990069",
)
@dataclass(frozen=True)
class Opinion:
    """Average opinions over those whom each listens to, day by day (DeGroot); the stubborn hold on to their first.

    An opinion is the trust in fund safety as a probability, the same on all platforms. With T the weights of whom one
    listens to, divided by their sum (links of weight 1, or of the weight that a network file gives), and s
    ``stubborn``: x ← s · x(0) + (1 − s) · (inertia · x + (1 − inertia) · T x). With s = 0 the limit is the left unit
    eigenvector of T times x(0), reached at the rate of the second eigenvalue; with s > 0 people go on differing
    (Friedkin and Johnsen). With ``sum`` in place of ``mean`` nothing is divided: opinions echo and grow at the spectral
    radius of the network; they are scaled to a largest of 1. Known answer: one who differs on the karate club moves all
    by the share of the links that are hers (``test_an_opinion_counts_by_the_links_of_who_holds_it``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("learning", "interaction")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 100  # nanoseconds an account and step, measured

    of_neighbours: str = parameter(
        "mean", unit="text", choices=("mean", "sum"), source="doi:10.1080/01621459.1974.10480137",
        text="what is taken over of the neighbours",
    )  # fmt: skip
    oneself: float = parameter(
        0.0, unit="number", low=0, high=1e6, source="doi:10.1257/mic.2.1.112",
        text="weight of the own opinion, where that of a link is 1",
    )  # fmt: skip
    inertia: float = parameter(
        0.0, unit="number", low=-1, high=1, source="assumed",
        text="share of the own opinion kept; below 0: a swing beyond the others",
    )  # fmt: skip
    stubborn: float = parameter(
        0.0, unit="share", source="doi:10.1080/0022250X.1990.9990069", text="share of the first opinion held on to"
    )
    start: str = parameter(
        "trust", unit="text", choices=("trust", "even", "one", "list"), source="assumed",
        text="first opinions: prior trust, uniform, 1 of one and 0 of the others, or a list",
    )  # fmt: skip
    who: int = parameter(
        0, unit="count", low=0, high=2**31, source="assumed", text="the one, counted from 0, for start one"
    )
    own: str = parameter(
        "1, 0", unit="text", source="assumed",
        text="opinions from the first investor on, again from the first on where there are more, for start list",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if self.start == "list":
            self.listed()

    def listed(self) -> list[float]:
        """Return the opinions of ``own``; raises UnitError where it is no list of numbers between 0 and 1."""
        try:
            values = [float(part) for part in self.own.split(",")]
        except ValueError:
            values = [-1.0]
        if not all(0 <= value <= 1 for value in values):
            raise UnitError(f"own {self.own!r}", "numbers from 0 to 1, as '1, 0, 0.5'")
        return values

    @staticmethod
    def decide(day: Day, settings: Settings[Opinion]) -> None:
        """Let everyone listen; what they think by now is their trust."""
        for world in day.worlds:
            for v, rule in settings.on(world.lanes):
                listen(day, world, v, rule)


def listen(day: Day, world: Drawn, lane: int, rule: Opinion) -> None:
    """Let everyone take over what those think whom they listen to, and note how fast opinions still move."""
    n_lanes = day.state.n_lanes
    first = day.keep(FIRST, lambda: np.full((n_lanes, world.population.n_investors), np.nan))[lane]
    thought = day.keep(OPINION, lambda: np.full((n_lanes, len(first)), np.nan))[lane]
    change = day.keep(CHANGE, lambda: np.full(n_lanes, np.nan))
    rate = day.keep(RATE, lambda: np.full(n_lanes, np.nan))
    if np.isnan(first).any():
        thought[:] = first[:] = first_opinion(day, world, rule)
    now = after_a_step(day, world, rule, thought, first)
    if rule.of_neighbours == "sum":
        rate[lane] = np.sqrt((now @ now) / max(thought @ thought, 1e-300))
        now /= max(np.abs(now).max(initial=0.0), 1e-300)
    else:
        moved = np.sqrt((now - thought) @ (now - thought))
        rate[lane] = moved / change[lane] if change[lane] > 0 else np.nan
        change[lane] = moved
    thought[:] = now
    trust_as_thought(day, world, lane, thought)


def first_opinion(day: Day, world: Drawn, rule: Opinion) -> Floats:
    """Return float64 (investors,): what everyone thinks at first."""
    people = world.population
    if rule.start == "one":
        return np.asarray(np.arange(people.n_investors) == rule.who, np.float64)
    if rule.start == "list":
        return np.asarray(np.resize(rule.listed(), people.n_investors), np.float64)
    first = spread_evenly(day, world) if rule.start == "even" else people.traits["prior_trust"]
    return np.array(first, np.float64)


def after_a_step(day: Day, world: Drawn, rule: Opinion, thought: Floats, first: Floats) -> Floats:
    """Return float64 (investors,): opinions after a step in which everyone listened; in a short step less."""
    heard = day.kernels.listened(world, thought, oneself=rule.oneself, is_sum=rule.of_neighbours == "sum")
    moved = rule.inertia * thought + (1 - rule.inertia) * heard
    aim = rule.stubborn * first + (1 - rule.stubborn) * moved
    return aim if day.dt >= 1 else thought + day.dt * (aim - thought)
