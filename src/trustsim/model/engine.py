"""The arrays and rules of the worlds that are stepped together, and what happens in each phase of their day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import acting, co_clients
from trustsim.kernels import settle as settling
from trustsim.kernels.account_pass import account_pass, count
from trustsim.kernels.act import act
from trustsim.kernels.arrays import Clock
from trustsim.kernels.balance import carry
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.costs import charge
from trustsim.kernels.gauge import gauge
from trustsim.kernels.layout import GATED, OPEN, Gauges, Terms
from trustsim.kernels.prepare import day_weights, note_what_holds_back, publish, tell_of_runs
from trustsim.kernels.settle import credit_interest, mature, settle
from trustsim.scenario.resolved import Item, Variant
from trustsim.world.actors import Actor, actors_of, check_stocks
from trustsim.world.agenda import Agenda
from trustsim.world.beginnings import fill_beliefs, fill_memory, fill_notices, fill_traits, usual_risk
from trustsim.world.board import Board, likeness, sizes
from trustsim.world.calendar import calendar_of
from trustsim.world.closing import close_who_cannot_pay
from trustsim.world.day import Day
from trustsim.world.groups import note_trough
from trustsim.world.hooks import OF_ACTORS, OF_ITEMS, OF_MECHANISMS, OPEN_PHASES, check_hooks, phase_of
from trustsim.world.leaning import LEANED, Law, heeded, unless_muted
from trustsim.world.members import by_lane
from trustsim.world.memory import NOTHING_KEPT
from trustsim.world.pushes import beliefs_of_day_0, pushes_of
from trustsim.world.settings import Settings
from trustsim.world.state import State
from trustsim.world.telling import factor
from trustsim.world.weights import Stood, check_row, cover_of, said_of, weigh

INTEREST_DAYS = 30  # interest is credited to accounts this often
Leanings = dict[Weights, dict[str, NDArray[np.float64]]]  # decision → channel → what it adds today, (lanes, platforms)
Hook = tuple[Callable[[Day, Any], Any], Any]  # of a mechanism with its settings, or of an actor


class Engine:
    """Some worlds in some variants each, from day to day; everything but Mesa.

    ``history`` float64 (steps + 1, Gauges, lanes, platforms): all gauges, as far as they are written.
    """

    def __init__(
        self,
        state: State,
        variants: Sequence[Variant],
        shocks: Sequence[Item],
        *,
        n_steps: int,
        dt: float,
    ) -> None:
        by_variant, n_worlds = [variant.world for variant in variants], len(state.drawn)
        self.state, self.dt = state, dt
        worlds = by_lane(by_variant, state.drawn)
        self.mechanisms = {
            name: Settings([world.mechanisms.get(name) for world in worlds])
            for name in sorted(by_variant[0].mechanisms)
        }
        self.said, state.dials[:] = said_of(self.mechanisms, len(worlds), dt)
        has_accounts = (state.gauges[Gauges.ACCOUNTS] > 0).any(axis=0)
        self.day = Day(state, Board(likeness(worlds), has_accounts, sizes(worlds)), dt)
        self.actors = actors_of(self.day, by_variant)
        self._tell_worlds_apart()
        self.agenda = Agenda(shocks, variants, n_worlds, dt)
        self._check_hooks()
        self.clock = Clock(0, dt, self.day.keys)
        self.history = np.zeros((n_steps + 1, *state.gauges.shape))
        self.history_of_actors = np.zeros((n_steps + 1, *state.actor_stocks.shape))
        self.day.history = self.history
        self.has_report, self._ran = np.zeros(state.n_platforms, np.bool_), np.zeros(state.n_platforms)
        self.rules, self._proposing = self._hooks("decide"), self._hooks("propose")
        self._leaning, self._flowing = self._hooks("lean"), self._hooks("flow")
        self.muted = np.tile([world.muted for world in by_variant], n_worlds)
        self.laws: list[Law] = []  # how declared columns move and lean today
        self.leanings: Leanings = {}
        self._each_day = {phase: self._hooks("each_day", phase) for phase in OPEN_PHASES}
        self._n_markets = int(state.market.max(initial=-1)) + 1
        self._calendar = calendar_of(state, dt)
        self._room_to_act = acting.room_for(state.groups.accounts.investor.shape[1])
        self._room_to_pay = settling.room_for(state.n_platforms)
        self._measure_day_0()

    def _check_hooks(self) -> None:
        """Raise ModelError where somebody who takes part in the day does so in a shape that nothing calls."""
        those: list[Settings[Any] | Actor] = [*self.mechanisms.values(), *self.actors]
        kinds: list[tuple[type, tuple[str, ...]]] = [
            (each.kind, OF_ACTORS if isinstance(each, Actor) else OF_MECHANISMS)
            for each in those
            if each.kind is not None
        ]
        for kind, called in (*kinds, *((type(entry.item.what), OF_ITEMS) for entry in self.agenda.entries)):
            check_hooks(kind, called)

    def _tell_worlds_apart(self) -> None:
        """Let mechanisms move the dials of each world by what is drawn for it."""
        for vary, owner in self._turns(self._hooks("vary")):
            for row, value in vary(self.day, owner).items():
                check_row(Dials, row, owner.kind)
                self.state.dials[:, row] += value
        self.day.loss_size = factor(self.state.dials[:, Dials.LOSS_SIZE])

    def _measure_day_0(self) -> None:
        """Let people begin as they are and with what they believe, and write down what is measured of that."""
        state = self.state
        fill_traits(state, self.mechanisms, self.dt)
        fill_notices(state, self._calendar, self.said)
        gauge(state.groups.platforms)
        fill_beliefs(state)
        self._day_0 = beliefs_of_day_0(state)
        self._stood = Stood(usual_risk(state), state.gauges[Gauges.LIQUIDITY].copy(), cover_of(state))
        fill_memory(state)
        self._count_co_clients()
        self._weigh()
        count(state.groups.accounts, state.groups.platforms)
        gauge(state.groups.platforms)
        state.measure_declared()
        note_trough(state.trough, state.by_group, state.sums)
        self.history[0], self.history_of_actors[0] = state.gauges, state.actor_stocks
        self.measured = 0  # the last day whose measures are written

    def _count_co_clients(self) -> None:
        accounts, _, platforms, links, _ = self.state.groups
        co_clients.begin(accounts, platforms, links, self._room_to_act)

    def _hooks(self, name: str, phase: str = "") -> list[Hook]:
        """Return the hooks of that name of all mechanisms that are on, and of all actors, of one *phase* where a hook
        has one."""
        those: list[Settings[Any] | Actor] = [*self.mechanisms.values(), *self.actors]
        found = [each for each in those if each.kind is not None and hasattr(each.kind, name)]
        return [(getattr(each.kind, name), each) for each in found if phase in ("", phase_of(each.kind, each.phase))]

    def _weigh(self) -> None:
        self.calm = weigh(self.state, self.mechanisms, self.said, self._stood)
        self._at_rest = self.state.weights.copy() if self._leaning else self.state.weights

    def begin(self, step: int) -> None:
        """Begin a step: what was measured is yesterday's."""
        self.clock = Clock(step, self.dt, self.clock.keys)
        self.day.step, self.day.status_before = step, self.history[step - 1, Gauges.STATUS]

    def take_part(self, phase: str) -> None:
        """Let the mechanisms of a phase do what they do every day."""
        for each_day, settings in self._turns(self._each_day[phase]):
            each_day(self.day, settings)

    def _turns(self, hooks: Iterable[Hook]) -> Iterator[Hook]:
        """Yield hook after hook; meanwhile the day is that of its owner."""
        day = self.day
        for hook, owner in hooks:
            day.active, day.age = owner.is_on, np.full(len(owner.is_on), day.time)
            day.memory, day.occurrence = NOTHING_KEPT, owner.occurrence
            yield hook, owner

    def reopen(self) -> None:
        """Let payments that were stopped resume, shocks and levers act whose time has come, and reports come out."""
        status = self.state.gauges[Gauges.STATUS]
        status[status == GATED] = OPEN
        self.state.gauges[[Gauges.PAY_WITHIN, Gauges.GATE_SPENT, Gauges.TAKEN_BACK, Gauges.STAYERS]] = 0.0
        self.agenda.set_aside(self.day)
        proposed = [
            change for propose, settings in self._turns(self._proposing) for change in propose(self.day, settings)
        ]
        if self.agenda.advance(self.clock.day, self.day, proposed):
            if self.clock.day == 1:
                self._stood.cover = cover_of(self.state)
            self._weigh()
        publish(self.state.groups.platforms, self.clock)
        note_what_holds_back(self.state.groups.platforms)

    def news(self) -> None:
        """Turn what happened into messages."""
        self.take_part("news")

    def act_beside(self) -> None:
        """Let actors observe and act."""
        self.take_part("actors")

    def carry(self) -> None:
        """Let a step pass over the assets, and let platforms pay what levers and custody cost."""
        carry(self.state.groups.platforms, self.clock)
        charge(self.state.groups.platforms, self.clock)

    def prepare(self) -> None:
        """Work out the day's weights, and let mechanisms lean on decisions."""
        weights = self.state.weights
        if self._leaning:
            weights[:] = self._at_rest
        tell_of_runs(self.state.groups.platforms, self.history, self.day.board.likeness, self._ran, self.clock)
        day_weights(self.state.groups.platforms, self.calm, self.history, self.has_report, self.clock)
        weights[self.muted == "fundamentals", :, Weights.STATE] = 0.0
        flowing = (law for flow, settings in self._turns(self._flowing) for law in flow(self.day, settings))
        self.laws = [heeded(law, self.muted) for law in flowing]
        if self._flowing:
            self.state.set_laws(self.laws)
        self.leanings = {row: {} for row in LEANED}
        for lean, settings in self._turns(self._leaning):
            for each in lean(self.day, settings):
                value = unless_muted(each.spread(weights.shape[:2]), each.channel, self.muted)
                weights[:, :, each.row] += value
                by_channel = self.leanings[each.row]
                by_channel[each.channel] = by_channel.get(each.channel, 0.0) + value

    def unlock(self) -> None:
        """Unlock the balances that mature today."""
        if self._calendar.cycle.any():
            locked = self.state.base_terms[Terms.LOCKED_SHARE]
            mature(self.state.flags, locked, self._calendar, self.clock.day)

    def choose(self) -> None:
        """Let everyone hear, feel, believe and choose; then let the rules beside the pass say who leaves or joins, and
        those think again whom a lever lets."""
        groups = self.state.groups
        bulletin = self.day.board.bulletin(self.clock.day)
        account_pass(groups.accounts, groups.platforms, groups.tail, bulletin, self.has_report, self.clock)
        for decide, settings in self._turns(self.rules):
            decide(self.day, settings)
        self.agenda.think_again(self.clock.day, self.day)

    def act(self) -> None:
        """Carry the choices out: alarms and departures are seen, requests queue up, joiners pay in."""
        accounts, people, platforms, links, _ = self.state.groups
        pushes = pushes_of(self.state, self.calm, self._day_0, self.laws, self.leanings.get(Weights.CALM, {}))
        act(accounts, people, platforms, links, pushes, self._room_to_act, self.clock)

    def settle(self) -> None:
        """Pay what can be paid; who cannot pay for too long fails."""
        accounts, people, platforms, _, _ = self.state.groups
        if settle(accounts, people, platforms, self._room_to_pay, self._n_markets, self.clock):
            close_who_cannot_pay(self.state, self.clock)

    def _note_yields(self, days: float) -> None:
        """Keep what promised yields that have changed were in the *days* since interest was credited."""
        gauges, now = self.state.gauges, self.state.terms[Terms.PROMISED_YIELD]
        gauges[Gauges.YIELD_BEFORE] += (gauges[Gauges.YIELD_STOOD] - now) * days
        gauges[Gauges.YIELD_STOOD] = now

    def measure(self) -> None:
        """Credit interest where it is due, measure everything, and write it down."""
        groups, steps = self.state.groups, max(round(INTEREST_DAYS / self.dt), 1)
        self._note_yields((self.clock.day - 1) % steps * self.dt)
        if self.clock.day % steps == 0:
            credit_interest(groups.accounts, groups.people, groups.platforms, steps * self.dt, self.clock)
        self.day.is_quiet = gauge(groups.platforms)
        self.state.measure_declared()
        note_trough(self.state.trough, self.state.by_group, self.state.sums)
        check_stocks(self.day)
        self.measured = self.clock.day
        self.history[self.measured] = self.state.gauges
        self.history_of_actors[self.measured] = self.state.actor_stocks

    def go_on_from(self, before: Engine, columns: NDArray[np.int64]) -> None:
        """Stand where *before*, an engine of the same world, stands in these lanes, int64 (lanes,), of it."""
        step = before.clock.day
        self.clock, self.day.step = before.clock, step
        self.measured = step
        self.history[: step + 1] = before.history[: step + 1, :, columns]
        self.has_report = before.has_report.copy()
        self.state.take(before.state, columns)
        self._count_co_clients()
        self.history_of_actors[: step + 1] = self.state.actor_stocks
        for a, one in enumerate(self.state.actors):
            if one in before.state.actors:
                was = before.history_of_actors[: step + 1, :, columns, before.state.actors.index(one)]
                self.history_of_actors[: step + 1, :, :, a] = was
        self._stood.cover = before._stood.cover[..., columns, :].copy()
        self.day.take(before.day, columns)
        self.agenda.take(before.agenda, columns, step, self.day)
        self._weigh()
