"""Outcomes about the clients of day 0 by group: by segment, and by how much they held."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import ALARMED, FAILED, SUM_SCALE, Beliefs
from trustsim.measures.beyond import relative_survival
from trustsim.measures.finished import Finished, Floats, People, positive
from trustsim.measures.outcomes.waiting import LONG_WAITS, unmet
from trustsim.registry import REGISTRY
from trustsim.world.groups import SIZES

Mask = NDArray[np.bool_]
Share = Callable[[Mask], Floats]  # of who is in a group, bool (investors,): float64 (variants,)
Groups = Mapping[str, Callable[[People], Mask]]
_GROUPS = ("segment", *SIZES)


def segments(f: Finished) -> Groups:
    """Return who is in each segment, bool (investors,), by its name."""
    named = f.model.variants[0].world.investors.segments

    def member(k: int) -> Callable[[People], Mask]:
        return lambda people: people.world.population.segment == k

    return {segment.name: member(k) for k, segment in enumerate(named)}


def sizes(f: Finished) -> Groups:
    """Return who of those who held money at day 0 is in each class of size, bool (investors,), by its name."""

    def member(k: int) -> Callable[[People], Mask]:
        return lambda people: people.sizes == k

    return {name: member(k) for k, name in enumerate(SIZES)}


def _by_group(f: Finished, of_world: Callable[[People], Share], groups: Groups | None = None) -> dict[str, Floats]:
    """Return by the name of each of some *groups*, else of each segment and class of size, float64 (lanes,): what
    *of_world* makes of the people of a world, once, and that of who is in the group, bool (investors,)."""
    groups = groups or {**segments(f), **sizes(f)}
    found = {name: np.empty(f.n_lanes) for name in groups}
    for people in f.people:
        share = of_world(people)
        for name, who in groups.items():
            found[name][people.part] = share(who(people))
    return found


def _accounts_of(people: People, who: Mask) -> Mask:
    """Return which accounts held money at day 0 and belong to *who*, bool (investors,): bool (accounts,)."""
    accounts = people.world.accounts
    return np.asarray(who[accounts.investor] & (accounts.balance > 0))


def _share_of_accounts(people: People, which: Mask) -> Share:
    """Return the share of the accounts of a group that are among *which*, bool (variants, accounts)."""

    def share(who: Mask) -> Floats:
        mine = _accounts_of(people, who)
        return np.asarray((which & mine).sum(axis=1) / positive(mine.sum()))

    return share


@REGISTRY.enter(
    "outcome", "left_by_group", rows=("J2", "A2"), source="doi:10.1111/j.1541-0420.2011.01640.x", better="lower",
    unit="share", high=1, may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def left_by_group(f: Finished) -> dict[str, Floats]:
    """Of the accounts of day 0 that would have stayed in calm, the share on which money was asked for, by group.

    Who is caught in a failure is gone; what a wind-down calls nobody has asked for. What calm goes on to ask for once a
    platform has ended does not count. It is below 0 where fewer have asked by the horizon than in calm, and has no
    number where calm has little left.
    """
    last = (~f.beyond.is_over).sum(axis=0) - 1  # the step of its end, or of the horizon
    has_failed = f.gauge("status")[-1] == FAILED

    def of_world(people: People) -> Share:
        sizes = np.diff(people.world.accounts.first)
        until, is_caught = (np.repeat(each[people.part], sizes, axis=1) for each in (last, has_failed))
        asked, leaves = f.model.state.first_asked[people.part], f.calm.first_asked[f.calm.lane[people.part]]
        gone, goes_in_calm = (asked >= 0) | is_caught, (leaves >= 0) & (leaves <= until)

        def share(who: Mask) -> Floats:
            mine = _accounts_of(people, who)
            n = positive(mine.sum())
            stays, in_calm = (1 - (left & mine).sum(axis=1) / n for left in (gone, goes_in_calm))
            return 1 - relative_survival(stays, in_calm, in_calm * n)

        return share

    return _by_group(f, of_world)


def _lost(people: People) -> Share:
    return lambda who: _of_what_was_held(people, people.loss, who)


def _of_what_was_held(people: People, value: Floats, who: Mask) -> Floats:
    """Return *value*, float64 (variants, investors), added up over who of a group held money / what they held."""
    who = who & people.held
    return np.asarray(np.ascontiguousarray(value[:, who]).sum(axis=1) / positive(people.balance_at_start[who].sum()))


@REGISTRY.enter(
    "outcome", "loss_by_segment", rows=("J4", "A2"), source="J4", better="lower", unit="share", low=0,
    may_not_apply=True, by=("segment",),
)  # fmt: skip
def loss_by_segment(f: Finished) -> dict[str, Floats]:
    """Money that those of one segment who held some at day 0 lost / what they held."""
    return _by_group(f, _lost, segments(f))


@REGISTRY.enter(
    "outcome",
    "loss_by_size",
    rows=("J4", "A2"),
    source="J4",
    better="lower",
    unit="share",
    low=0,
    may_not_apply=True,
    by=(*SIZES,),
)
def loss_by_size(f: Finished) -> dict[str, Floats]:
    """Money that those who held little, a middling sum or much at day 0 lost / what they held."""
    return _by_group(f, _lost, sizes(f))


@REGISTRY.enter(
    "outcome", "waited_by_group", rows=("J2", "A2", "G3"), source="assumed", better="lower", unit="share", low=0,
    high=1, may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def waited_by_group(f: Finished) -> dict[str, Floats]:
    """Share of the accounts of day 0 that waited for money for longer than 7 days, by group."""
    return _waited(f, "7 d")


@REGISTRY.enter(
    "outcome", "waited_30_days_by_group", rows=("J2", "A2", "G3"), source="assumed", better="lower", unit="share",
    low=0, high=1, may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def waited_30_days_by_group(f: Finished) -> dict[str, Floats]:
    """Share of the accounts of day 0 that waited for money for longer than 30 days, by group."""
    return _waited(f, "30 d")


def _waited(f: Finished, long: str) -> dict[str, Floats]:
    """Return the shares of accounts that waited for longer than one of LONG_WAITS beyond the agreed lag, by group."""

    return _by_group(f, lambda people: _share_of_accounts(people, f.waits.longest[people.part] > LONG_WAITS[long]))


@REGISTRY.enter(
    "outcome", "stuck_by_group", rows=("J2", "A2", "G3"), source="assumed", better="lower", unit="duration", low=0,
    may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def stuck_by_group(f: Finished) -> dict[str, Floats]:
    """Days that money was asked for by the clients of day 0 and not had / what they held, by group.

    What was agreed to be waited for does not count.
    """

    def of_world(people: People) -> Share:
        return lambda who: _of_what_was_held(people, f.waits.money_days[people.part], who)

    return _by_group(f, of_world)


@REGISTRY.enter(
    "outcome", "needs_unmet_by_group", rows=("J2", "A2", "G3"), source="assumed", better="lower", unit="share", low=0,
    high=1, may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def needs_unmet_by_group(f: Finished) -> dict[str, Floats]:
    """Share of the money that calm had paid the clients of day 0 which has not been paid to them, by group."""
    return _by_group(f, lambda people: unmet(f, people))


@REGISTRY.enter(
    "outcome", "fear_by_group", rows=("J1", "A2"), source="J1", better="lower", unit="share", low=0, high=1,
    may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def fear_by_group(f: Finished) -> dict[str, Floats]:
    """Share of the accounts of day 0 whose owners are alarmed at the horizon, wherever they are, by group."""
    return _by_group(f, lambda people: _share_of_accounts(people, f.model.state.flags[people.part] & ALARMED > 0))


@REGISTRY.enter(
    "outcome", "misperception_by_group", rows=("J8", "A2"), source="J8", better="", unit="share", low=-1, high=1,
    may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def misperception_by_group(f: Finished) -> dict[str, Floats]:
    """Mean perceived less true probability of failure at the horizon of the clients of day 0, by group.

    Over accounts of platforms that have not ended; above 0 people fear too much.
    """
    state = f.model.state
    feared = state.beliefs[Beliefs.RISK] + state.beliefs[Beliefs.EVIDENCE]
    thought, true = (1 / (1 + np.exp(-x.astype(np.float64))) for x in (feared, f.gauge("risk")[-1]))
    stands = ~f.beyond.has_ended[-1]

    def of_world(people: People) -> Share:
        sizes = np.diff(people.world.accounts.first)
        is_there = np.repeat(stands[people.part], sizes, axis=1)
        wrong = thought[people.part] - np.repeat(true[people.part], sizes, axis=1)

        def mean(who: Mask) -> Floats:
            counts = _accounts_of(people, who) & is_there
            return np.asarray(np.where(counts, wrong, 0).sum(axis=1) / positive(counts.sum(axis=1)))

        return mean

    return _by_group(f, of_world)


@REGISTRY.enter(
    "outcome", "trust_by_group", rows=("J1", "A2"), source="J1", better="higher", unit="share", low=0, high=1,
    may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def trust_by_group(f: Finished) -> dict[str, Floats]:
    """Mean trust at the horizon of the clients of day 0, wherever they are, by group."""
    trust = f.model.state.trust()

    def of_world(people: People) -> Share:
        def mean(who: Mask) -> Floats:
            mine = _accounts_of(people, who)
            return np.asarray(np.where(mine, trust[people.part], 0).sum(axis=1) / positive(mine.sum()))

        return mean

    return _by_group(f, of_world)


@REGISTRY.enter(
    "outcome", "trust_trough_by_group", rows=("J1", "A2"), source="J1", better="higher", unit="share", low=0, high=1,
    may_not_apply=True, by=_GROUPS,
)  # fmt: skip
def trust_trough_by_group(f: Finished) -> dict[str, Floats]:
    """Lowest mean trust over time of the clients of day 0, wherever they are, by group."""
    state = f.model.state
    n = np.zeros((f.n_lanes, state.trough.shape[1]))
    for w, world in enumerate(state.drawn):
        held = world.accounts.balance > 0
        n[world.part] = [(state.group_of[:, w] == k)[:, held].sum() for k in range(n.shape[1])]
    names = (*segments(f), *SIZES)
    return {name: state.trough[:, k] / positive(n[:, k]) / SUM_SCALE for k, name in enumerate(names)}
