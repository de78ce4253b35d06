"""The agenda: which shocks and interventions act in which lanes today, and the terms that follow from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.times import SAME_TIME
from trustsim.names import EVERY
from trustsim.registry import REGISTRY
from trustsim.scenario.resolved import Item, Trigger, Variant
from trustsim.world.actors import cast_of, occurrence_of
from trustsim.world.costs import COSTS, SAME_RISE, Lever, is_replaced, rise
from trustsim.world.day import Day
from trustsim.world.hazards import Draw, Occurrence, check_apart, draw
from trustsim.world.rows import index_of
from trustsim.world.streams import streams_of
from trustsim.world.terms import OWN, Change, Floats, Proposal, combined, held

_NEVER = np.iinfo(np.int64).max


class Entry:
    """One item and the lanes that hold it, bool (lanes,); ``occurrence`` tells it from others of its kind.

    ``since`` int64 (lanes,): first step of acting, or never; ``latest`` the last of them among the active.
    """

    def __init__(self, item: Item, holds: NDArray[np.bool_], dt: float, occurrence: Occurrence) -> None:
        self.item, self.holds, self.occurrence = item, holds, occurrence
        self.first = 1 + int(np.ceil(item.timing.start / dt - SAME_TIME))
        self.until = _NEVER if item.timing.until is None else 1 + int(np.ceil(item.timing.until / dt - SAME_TIME))
        self.since = np.full(len(holds), _NEVER, np.int64)
        self.fulfilled = np.zeros(len(holds), np.int64)
        self.active = np.zeros(len(holds), np.bool_)
        self.latest = _NEVER
        self.memory: dict[object, object] = {}
        self.lever: Lever | None = None  # what it proposes about terms, once somebody asks
        self.acts, self.thinks_again = hasattr(item.what, "act"), hasattr(item.what, "think_again")
        span = item.what.span() if hasattr(item.what, "span") else np.inf
        self.span = span / dt
        self.strikes = None if item.timing.chance is None else striking(item)
        self.is_watched = item.timing.when is not None or self.strikes is not None

    def follow(self, other: Entry, columns: NDArray[np.int64]) -> None:
        """Go on where *other*, an entry of the same item, is in these columns, int64 (lanes,), of it."""
        n_before = len(other.holds)
        self.since, self.fulfilled = other.since[columns], other.fulfilled[columns]
        self.active = other.active[columns] & self.holds
        self._find_latest()
        self.memory = {
            key: value[columns] if isinstance(value, np.ndarray) and value.shape[:1] == (n_before,) else value
            for key, value in other.memory.items()
        }

    def turn(self, step: int, day: Day) -> bool:
        """Let the day be that of the item on *step*; return whether it is active somewhere, and has anything to do."""
        if self.latest == _NEVER or step - self.latest > self.span:
            return False
        age = np.where(self.active, step - np.minimum(self.since, step), 0)
        day.active, day.age, day.memory = self.active & (age <= self.span), age * day.dt, self.memory
        day.occurrence = self.occurrence
        return True

    def _find_latest(self) -> None:
        self.latest = int(self.since[self.active].max()) if self.active.any() else _NEVER

    def update(self, step: int, day: Day) -> bool:
        """Work out where the item is active on *step*; return whether that changed."""
        trigger = self.item.timing.when
        in_time = self.first <= step < self.until
        active = self.holds & in_time
        if trigger is not None and in_time:
            self.fulfilled = np.where(_is_met(trigger, day), self.fulfilled + 1, 0)
            fired = self.fulfilled * day.dt >= max(trigger.lasting, day.dt) - SAME_TIME
            starts = self.holds & fired & (self.since == _NEVER)
            self.since[starts] = step + round(trigger.lag / day.dt)
            active = self.holds & (self.since <= step)
        elif self.strikes is not None and in_time:
            starts = self.holds & (self.since == _NEVER) & self._is_struck(self.strikes, day)
            self.since[starts] = step
            active = self.holds & (self.since <= step)
        elif in_time:
            self.since[active & (self.since == _NEVER)] = step
        changed = bool((active != self.active).any())
        self.active = active
        self._find_latest()
        return changed

    def _is_struck(self, strikes: Draw, day: Day) -> NDArray[np.bool_]:
        """Return bool (lanes,): whether its chance falls today, on its platform, by the day's draw."""
        stream, chance = int(self.occurrence[0]), self.item.timing.chance or 0.0
        platform = int(np.flatnonzero(day.state.stream == stream)[0])
        hazard = f"{self.item.kind}_hazard"
        factor = day.term(hazard, platform) if ("term", hazard) in REGISTRY else np.ones(len(self.holds))
        luck = day.luck(strikes.purpose(self.occurrence), np.array([stream]), step=day.step)[:, 0]
        return np.asarray(luck < 1 - (1 - np.minimum(chance * factor, 1.0)) ** day.dt)


def striking(item: Item) -> Draw:
    """Declare the draw by which a shock with a chance strikes."""
    return draw(item.kind, "chance", text="whether it strikes today")


def _is_met(trigger: Trigger, day: Day) -> NDArray[np.bool_]:
    """Return bool (lanes,): whether the indicator of any of the trigger's platforms is past its threshold."""
    met = np.zeros(day.state.n_lanes, np.bool_)
    seen = REGISTRY["indicator", trigger.indicator].make(day)
    for p in day.platforms(trigger.platform):
        value = seen[:, p]
        if trigger.above is not None:
            met |= value > trigger.above
        if trigger.below is not None:
            met |= value < trigger.below
    return met


def _told_apart(streams: Mapping[str, int], items: Iterable[Item]) -> Iterator[tuple[Item, Occurrence]]:
    """Yield each item with what tells it from the others of its kind: where and when it strikes, and how many of one
    place and day come before it in the file. One with a chance on every platform is one for each of them, numbered
    apart, downwards from -1: so it leaves alone those that name the platform.
    """
    alike: Counter[tuple[str, int, float, bool]] = Counter()
    for item in items:
        name, start = getattr(item.what, "platform", ""), item.timing.start
        is_on_each = name == EVERY and item.timing.chance is not None
        p = streams.get(name, -1)
        place = (item.kind, p, start, is_on_each)
        number = alike[place]
        alike[place] += 1
        if is_on_each:
            for each, k in streams.items():
                yield replace(item, what=replace(item.what, platform=each)), (k, start, -1 - number)
        else:
            yield item, (p, start, number)


class Agenda:
    """All shocks and interventions, each with the lanes that hold it, in one list; equal ones are one entry.

    The list is sorted, so that neither the order of a file nor the variants beside change what an entry finds; of those
    alike (:func:`_told_apart`) the order says whose luck is whose.
    """

    def __init__(self, shocks: Sequence[Item], variants: Sequence[Variant], n_worlds: int, dt: float) -> None:
        struck: dict[tuple[Item, Occurrence], NDArray[np.bool_]] = {}
        levers: dict[tuple[Item, Occurrence], NDArray[np.bool_]] = {}
        names = [platform.name for platform in variants[0].world.platforms]
        platforms = dict(sorted(zip(names, streams_of(names).tolist(), strict=True), key=lambda each: each[1]))
        for v, variant in enumerate(variants):
            # equal shocks strike twice, levers once; what a variant adds comes last, and so leaves what all have
            strikes = _told_apart(platforms, (*shocks, *variant.shocks))
            acts = _told_apart(platforms, dict.fromkeys(variant.items))
            for entries, items in ((struck, strikes), (levers, acts)):
                for each in items:
                    entries.setdefault(each, np.zeros(len(variants), np.bool_))[v] = True
        for item, _ in struck:
            if item.timing.chance is not None:
                striking(item)
        self._by_levers: Floats | None = None  # the terms before what is proposed moves them
        self._is_moved = False  # whether something proposed does
        actors = [(kind, occurrence_of(name)) for kind, name in cast_of([variant.world for variant in variants])]
        check_apart([*((item.kind, occurrence) for item, occurrence in (*struck, *levers)), *actors])
        self.entries = [
            Entry(item, np.tile(holds, n_worlds), dt, occurrence)
            for entries in (struck, levers)
            for (item, occurrence), holds in sorted(entries.items(), key=lambda pair: repr(pair[0]))
        ]

    def set_aside(self, day: Day) -> None:
        """Let the terms be as levers left them, without what was proposed: proposals are for a day."""
        if self._is_moved and self._by_levers is not None:
            day.state.terms[:] = self._by_levers

    def advance(self, step: int, day: Day, proposed: Sequence[Change] = ()) -> bool:
        """Bring every entry to *step*, rebuild the terms where needed, let the active ones act, and pay for what comes
        in; return whether terms changed. ``proposed``: what mechanisms propose today, beside the levers."""
        stood = day.state.base_terms if self._by_levers is None else self._by_levers
        changed = bool(proposed) or self._is_moved
        for has_dice in (False, True):  # dice last: what a lever says of a chance counts from its first day on
            moved = [
                entry.update(step, day)
                for entry in self.entries
                if (entry.strikes is not None) == has_dice and (entry.is_watched or step in (entry.first, entry.until))
            ]
            if any(moved) or (changed and not has_dice):
                self._rebuild_terms(day, proposed)
            changed |= any(moved)
        for entry in self.entries:
            if entry.acts and entry.turn(step, day):
                entry.item.what.act(day)
        self._pay_for_new_terms(day, day.state.terms if self._by_levers is None else self._by_levers, stood)
        return changed

    def think_again(self, step: int, day: Day) -> None:
        """Let active entries let people think again, after the choices of *step*."""
        for entry in self.entries:
            if entry.thinks_again and entry.turn(step, day):
                entry.item.what.think_again(day)

    def _pay_for_new_terms(self, day: Day, now: Floats, stood: Floats) -> None:
        """Let platforms pay what it costs to bring in terms that levers which start today move from what *stood*, or on
        the first day those of their variant: for one term once, at the highest price."""
        own = day.state.brought_in
        due = {(int(k), int(p)): own[k, :, p] for k, p in np.argwhere(own.any(axis=1))} if day.step == 1 else {}
        for entry in self.entries:
            lever = entry.lever
            if lever is None or entry.latest != day.step:
                continue
            starts = entry.active & (entry.since == day.step)
            for row, term in lever.paid_once:
                for p in day.platforms(term.platform, entry.item.what):
                    price = np.where(starts, lever.once(row, term, p, stood[row, :, p], now[row, :, p]), 0.0)
                    due[row, p] = np.maximum(due.get((row, p), 0.0), price)
        for (_, p), price in sorted(due.items(), key=lambda pair: pair[0]):
            day.do.spend(p, price, price > 0)

    def take(self, other: Agenda, columns: NDArray[np.int64], step: int, day: Day) -> None:
        """Go on after *step* where *other* is in these columns, int64 (lanes,), of it.

        A variant that holds what its column held goes on with it. What its column did not hold begins now, if it would
        have begun by now; what the variant does not hold ends.
        """
        entries = []
        before = {(each.item, each.occurrence): each for each in other.entries}
        for entry in self.entries:
            old = before.get((entry.item, entry.occurrence))
            goes_on = entry.holds & (old.holds[columns] if old is not None else False)
            for holds, is_old in ((goes_on, True), (entry.holds & ~goes_on, False)):
                if holds.any():
                    part = Entry(entry.item, holds, day.dt, entry.occurrence)
                    part.first = part.first if is_old else max(part.first, step + 1)
                    if is_old and old is not None:
                        part.follow(old, columns)
                    entries.append(part)
        self.entries = entries
        self._rebuild_terms(day)

    def _rebuild_terms(self, day: Day, proposed: Sequence[Change] = ()) -> None:
        proposals = self._of_levers(day, costs=False)
        self._set_terms(day, proposals)
        if costs := self._of_levers(day, costs=True):
            proposals |= costs
            self._set_terms(day, proposals)
        self._by_levers, self._is_moved = day.state.terms.copy(), bool(proposed)
        for change in proposed:
            for row, p, proposal in change.by_platform(day.state.terms.shape[1:]):
                proposals.setdefault((row, p), []).append(proposal)
        if proposed:
            self._set_terms(day, proposals)

    def _of_levers(self, day: Day, *, costs: bool) -> dict[tuple[int, int], list[Proposal]]:
        """Return what the active levers make of terms, by row and platform: of those that are *costs*, once all others
        stand, or of the others."""
        proposals: dict[tuple[int, int], list[Proposal]] = {}
        for entry in self.entries:
            if not hasattr(entry.item.what, "terms") or not entry.active.any():
                continue
            lever = entry.lever = entry.lever or Lever(entry.item.what, day.state.base_terms, day.scale)
            for row, term in lever.terms:
                for p in day.platforms(term.platform, entry.item.what) if (row in COSTS) is costs else ():
                    value = lever.value(row, term, p) * (self._share_of_rises(day, term.of, p) if term.of else 1.0)
                    where = entry.active & ~is_replaced(term, p, entry, self.entries, day) if costs else entry.active
                    since = entry.since if term.rank == OWN else 0
                    proposals.setdefault((row, p), []).append(Proposal(term.how, value, where, term.rank, since))
        return proposals

    def _share_of_rises(self, day: Day, of: str, platform: int) -> Floats:
        """Return what the levers that pay for a rise of a term make it rise together / what each would alone, summed,
        at most 1, float64 (lanes,)."""
        row, alone = index_of("term", of), np.zeros(len(day.active))
        for active, lever in ((entry.active, entry.lever) for entry in self.entries if entry.lever is not None):
            for _, term in lever.terms:
                if term.of == of and platform in day.platforms(term.platform, lever.what):
                    alone += np.where(active, lever.rises(platform, of), 0.0)
        together = rise(row, day.state.base_terms[row, :, platform], day.state.terms[row, :, platform])
        is_less = together < alone * (1.0 - SAME_RISE)
        return np.where(is_less, together / np.where(is_less, alone, 1.0), 1.0)

    @staticmethod
    def _set_terms(day: Day, proposals: Mapping[tuple[int, int], Sequence[Proposal]]) -> None:
        state = day.state
        state.terms[:] = state.base_terms
        for (row, p), changes in proposals.items():
            state.terms[row, :, p] = held(row, combined(state.base_terms[row, :, p], changes))
