"""A rumour, true or false, that spreads from mouth to mouth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books
from trustsim.mechanisms.audience import drawing
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn
    from trustsim.world.network import Network

SEEDS = draw("rumour", "seeds", text="who starts it, and whom media tell")
WORDS = draw("rumour", "words", text="who believes what a neighbour tells, tires, forgets, is put right")
_FUND, _INTEGRITY, _RISK = 6, 1.0, 5  # assumed: log-odds when the truth comes out, per claim, at all, per claim
MEDIA = 1 << 31  # the number from which on draws say whom media tell, and not who starts it


@REGISTRY.enter("shock", "rumour", rows=("C18", "E8"), source="C18; E-57; E-58")
@dataclass(frozen=True)
class Rumour:
    """Seed a message with some investors; believers tell their neighbours until they tire or are put right.

    A neighbour who is told adopts with chance ``infectiousness`` · (1 − literacy / 2) and then holds evidence of
    ``risk`` log-odds, feels ``fear``, and looks more often by ``attention``. A teller stops with ``tiring`` a day; a
    believer forgets it, and the risk, with ``forgetting`` a day, may be told again, and is alarmed once
    (``test_who_hears_a_forgotten_rumour_again_is_not_alarmed_again``). With tiring 100 % a day the chance is the
    transmissibility T of a link: on a Poisson network of mean degree z an outbreak reaches r = 1 − exp(−z T r). From
    the rebuttal's lag on, a believer reverts with the rebuttal's chance a day: the risk is taken back, the fear is not.
    A true rumour stands for a loss of ``true_loss`` of the assets that shows at ``revealed_after``: with the gap in
    claims, fund safety then falls by 6 · gap, integrity by 1 and by as much again for the share whom a rebuttal had put
    right, and the risk that is told is 5 · gap; unless somebody finds the loss before (the mechanism ``discovery``).
    Known answer: with infectiousness 1, no literacy and no tiring, believers after d days are all within d links of a
    seed (``test_a_rumour_walks_one_link_a_day``).
    """

    neutral: ClassVar[dict[str, Any]] = {"seeds": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who it is about")
    seeds: float = parameter(
        0.01, unit="share", source="assumed", text="share of the investors who start it, at least one; 0: nobody"
    )
    where: str = parameter(
        "random", unit="text", choices=("random", "hubs", "community"), source="C18",
        text="who starts it: anyone, the best linked, or one neighbourhood",
    )  # fmt: skip
    infectiousness: float = parameter(
        0.15, unit="share", source="E-58", text="chance that a told neighbour without literacy believes it"
    )
    tiring: float = parameter(
        0.5, unit="per_day", low=0, high=1, source="assumed", text="share of the tellers who stop in a day"
    )
    forgetting: float = parameter(
        0.0, unit="per_day", low=0, high=1, source="doi:10.1109/TNET.2008.925623",
        text="share of the believers who forget it in a day, and can be told again",
    )  # fmt: skip
    risk: float = parameter(
        2.0, unit="log-odds", low=0, high=20, source="assumed", text="evidence of a believer that waiting costs"
    )
    fear: float = parameter(0.8, unit="number", low=0, high=20, source="assumed", text="fear of a new believer")
    attention: float = drawing()
    broadcast: float = parameter(
        0.0, unit="share", source="P-27", text="share of the other investors whom media tell on the first day"
    )
    true_loss: float = parameter(
        0.0, unit="share", source="C18", text="share of the assets that is really lost; 0: the rumour is false"
    )
    revealed_after: float = parameter(
        30.0, unit="duration", low=0, high=3650, source="assumed", text="days until a true loss shows"
    )

    def act(self, day: Day) -> None:
        """Start, spread, be rebutted, be revealed."""
        for p in day.platforms(self.platform):
            begins = day.reached(0.0)
            if begins.any():
                lost = day.do.revalue(p, -np.minimum(self.true_loss * day.loss_size, 1.0), begins)
                day.do.misreport(p, -lost, begins)
            spread(day, p, self, begins)
            shown = day.reached(self.revealed_after) & (day.state.books[Books.MISREPORTED, :, p] > 0)
            gap = day.do.reveal(p, shown)
            days_denied = np.maximum(self.revealed_after - day.term("rebuttal_lag", p), 0.0)
            denied = 1 - (1 - day.term("rebuttal", p)) ** days_denied
            day.do.post(p, shown, fund=-_FUND * gap, integrity=-_INTEGRITY * (1 + denied), risk=_RISK * gap)


def spread(day: Day, platform: int, rumour: Rumour, begins: NDArray[np.bool_]) -> None:
    """Seed *rumour* where it begins; let it spread for a step where it acts. Who believes it is remembered."""
    state = day.state
    nobody = np.zeros((state.n_lanes, day.worlds[0].network.n_nodes), np.uint8)
    status = day.memory.setdefault(("rumour", platform), nobody)
    first = [seeds(day, world, rumour) for world in day.worlds] if begins.any() else []
    day.kernels.spread_rumour(platform, rumour, status, begins, first, WORDS.purpose(day.occurrence))


def seeds(day: Day, world: Drawn, rumour: Rumour) -> NDArray[np.int64]:
    """Return the investors who start it, int64 (n,), in order: its source, and whom media tell."""
    network = world.network
    everyone, purpose = np.arange(network.n_nodes), SEEDS.purpose(day.occurrence)
    luck = day.uniforms_at(world, purpose, everyone, step=day.step)[0]
    first = starters(network, rumour.seeds, rumour.where, luck)
    if rumour.broadcast > 0:
        heard = day.uniforms_at(world, purpose, everyone + MEDIA, step=day.step)[0]
        first = np.union1d(first, np.flatnonzero(heard < rumour.broadcast))
    return np.sort(first)


def starters(network: Network, share: float, where: str, luck: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a share of all, int64 (n,), none of 0, else at least one; ties go to the lower number. *luck* float64
    (investors,).

    ``hubs``: the best linked; ``community``: a random investor and those nearest by links; ``random``: anyone.
    """
    if not len(luck) or share == 0:
        return np.zeros(0, np.int64)
    n_seeds = max(round(share * len(luck)), 1)
    if where == "hubs":
        return np.argsort(-network.degree, kind="stable")[:n_seeds]
    order = np.argsort(luck, kind="stable")
    if where == "random" or network.is_complete:
        return order[:n_seeds]
    return _nearest(network, int(order[0]), n_seeds)


def _nearest(network: Network, start: int, n_wanted: int) -> NDArray[np.int64]:
    found, at = [start], 0
    known = {start}
    while at < len(found) and len(found) < n_wanted:
        row = network.neighbours[network.indptr[found[at]] : network.indptr[found[at] + 1]]
        fresh = [int(j) for j in row if int(j) not in known]
        known.update(fresh)
        found += fresh
        at += 1
    return np.array(found[:n_wanted], np.int64)
