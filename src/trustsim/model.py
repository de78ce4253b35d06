"""The day, and the Mesa model that drives it.

:class:`TrustCrisisModel` is the only driver: the command line, notebooks and tests all step it. One step advances one
replication of all its variants in lockstep.
"""

from __future__ import annotations

import itertools
import multiprocessing
import secrets
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustsim import arguments
from trustsim.errors import ModelError, TrustsimError, nearest, one_of
from trustsim.kernels import draws
from trustsim.kernels.account_pass import account_pass, count
from trustsim.kernels.act import Habits, act
from trustsim.kernels.arrays import Clock
from trustsim.kernels.balance import carry, gauge
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import GATED, OPEN, RAN, WINDING, Beliefs, Books, Gauges, Targets, Terms, names_of, row_of
from trustsim.kernels.prepare import day_weights
from trustsim.kernels.settle import credit_interest, mature, settle
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world import network as networks
from trustsim.world import population as populations
from trustsim.world import state as states
from trustsim.world.agenda import Agenda
from trustsim.world.board import Board, likeness
from trustsim.world.day import Day
from trustsim.world.lockstep import MOST_COLUMNS as MOST_COLUMNS
from trustsim.world.lockstep import lockstep_groups as lockstep_groups
from trustsim.world.lockstep import of_one_world, shared
from trustsim.world.network_size import USUAL_COUNT
from trustsim.world.series import SERIES, Series
from trustsim.world.weights import (
    columns,
    fill_beliefs,
    fill_memory,
    fill_needs,
    fill_traits,
    kind_of,
    per_variant,
    weigh,
)

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="IProgress not found")  # of a bar that is not used here, in notebooks
    import mesa

MOST_REPLICATION = 2**32 - 1  # that a draw can be addressed by
#: replications of models that do not say which, in this process
_WORLDS = itertools.count(0 if multiprocessing.parent_process() is None else secrets.randbits(31))
INTEREST_DAYS = 30  # interest is credited to accounts this often


class PlatformAgent(mesa.Agent):  # type: ignore[misc]
    """A platform as a Mesa agent; its attributes read and write the arrays of the variant shown (``model.shown``)."""

    def __init__(self, model: TrustCrisisModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.name = model.state.platforms[index].name

    def _book(self, entry: int) -> int:
        return int(self.model.state.books[entry, self.model.shown, self.index])

    def _gauge(self, name: str) -> float:
        return float(self.model.state.gauges[row_of(Gauges, name), self.model.shown, self.index])

    @property
    def cash(self) -> int:
        """Cash that is not at the custodian, minor units; writing it is the owners' doing."""
        return self._book(Books.CASH)

    @cash.setter
    def cash(self, amount: int) -> None:
        books, v = self.model.state.books, self.model.shown
        books[Books.OWNERS, v, self.index] -= amount - self.cash
        books[Books.CASH, v, self.index] = amount

    @property
    def client_money(self) -> int:
        """Client money at the custodian, minor units."""
        return self._book(Books.CUSTODY)

    @property
    def claims(self) -> int:
        """Owed to clients, minor units."""
        return self._book(Books.CLAIMS)

    @property
    def assets(self) -> int:
        """True book value of what is lent or invested, minor units."""
        return int(self.model.state.ladder[:, self.model.shown, self.index].sum())

    @property
    def trust(self) -> float:
        """Mean trust of the holders, in [0, 1]."""
        return self._gauge("trust")

    @property
    def liquidity(self) -> float:
        """Cash and client money / claims."""
        return self._gauge("liquidity")

    @property
    def status(self) -> str:
        """'open', 'stopped', 'winding down' or 'failed'."""
        return ("open", "stopped", "winding down", "failed")[int(self._gauge("status"))]


class InvestorAgent(mesa.Agent):  # type: ignore[misc]
    """An investor as a Mesa agent, for classroom sizes; reads and writes the rows of the variant shown."""

    def __init__(self, model: TrustCrisisModel, index: int) -> None:
        super().__init__(model)
        self.index = index

    def _accounts(self) -> NDArray[np.int32]:
        row = self.model.state.accounts.at[:, self.index]
        return np.asarray(row[row >= 0])

    @property
    def segment(self) -> str:
        """Name of the segment."""
        state = self.model.state
        return str(self.model.variants[0].world.investors.segments[int(state.population.segment[self.index])].name)

    @property
    def balance(self) -> int:
        """Money on all platforms, minor units."""
        return int(self.model.state.balance[self.model.shown, self._accounts()].sum())

    @property
    def safe(self) -> int:
        """Money in the safe account, minor units."""
        return int(self.model.state.safe[self.model.shown, self.index])

    @property
    def trust(self) -> float:
        """Trust in fund safety, mean over the platforms considered, in [0, 1]."""
        x = self.model.state.beliefs[Beliefs.FUND, self.model.shown, self._accounts()]
        return float((1 / (1 + np.exp(-x.astype(np.float64)))).mean()) if len(x) else 0.0

    @trust.setter
    def trust(self, value: float) -> None:
        if not 0 < value < 1:
            raise ModelError(f"trust of an investor set to {value!r}; allowed: between 0 and 1")
        self.model.state.beliefs[Beliefs.FUND, self.model.shown, self._accounts()] = np.log(value / (1 - value))

    @property
    def fear(self) -> float:
        """Largest fear over the platforms considered, at least 0."""
        x = self.model.state.beliefs[Beliefs.FEAR, self.model.shown, self._accounts()]
        return float(x.max()) if len(x) else 0.0

    @fear.setter
    def fear(self, value: float) -> None:
        self.model.state.beliefs[Beliefs.FEAR, self.model.shown, self._accounts()] = max(value, 0.0)

    @property
    def has_run(self) -> bool:
        """Whether the investor has ever run from a platform."""
        return bool((self.model.state.flags[self.model.shown, self._accounts()] & RAN).any())


class TrustCrisisModel(mesa.Model):  # type: ignore[misc]
    """One replication of some variants of a scenario, as a Mesa model.

    ``model.shown`` is the index of the variant that agents and the data collector show. Agents of the user's own that
    are added to the model are stepped once a day, before investors hear the news; they can call :meth:`post`.

    Parameters
    ----------
    scenario : what :func:`trustsim.load` returns.
    variants : a name or several, all of one lockstep group; all variants of the scenario by default.
    rng : number of the replication (the draws are those of the scenario's seed and this number). Without it every model
        of a process is another world: the first is replication 0, the next 1, and so on; in a process of a pool they
        begin at a random number, so that no two are alike. ``model.replication`` says which one it is.
    investors_as_agents : give every investor a Mesa agent as well (for classroom sizes).
    network : a networkx graph or a :class:`~trustsim.world.network.Network` in place of the scenario's.
    collects : whether the data collector takes every day down.
    """

    def __init__(
        self,
        scenario: Scenario,
        variants: str | Iterable[str] | None = None,
        rng: int | None = None,
        *,
        investors_as_agents: bool = False,
        network: object | None = None,
        collects: bool = True,
    ) -> None:
        if not isinstance(scenario, Scenario):
            raise TrustsimError(f"scenario: given {arguments.shown(scenario)}; allowed: what trustsim.load returns")
        replication = next(_WORLDS) if rng is None else arguments.count("rng", rng, 0, MOST_REPLICATION)
        super().__init__(rng=replication)
        self.story = scenario
        self.shown = 0
        self.replication = replication
        self.day = 0
        self.variants = _chosen(scenario, variants)
        if len(of_one_world(scenario, [v.name for v in self.variants])) > 1:
            raise ModelError(
                "variants that change the network, the population or traits cannot share a model; "
                "allowed: the variants of one group of lockstep_groups(scenario, variants)"
            )
        key = draws.key_of(scenario.seed, replication)
        worlds = [v.world for v in self.variants]
        self.settings = {m: tuple(w.mechanisms.get(m) for w in worlds) for m in worlds[0].mechanisms}
        self.dt = scenario.step
        self.state = _world(scenario, worlds, key, network)
        board = Board(likeness(worlds))
        self._day = Day(self.state, board, columns("media", self.settings["media"]), self.dt, key)
        self._agenda = Agenda(scenario.shocks, self.variants, self.dt)
        self.collects, self._given_network = collects, network
        self._prepare()
        self._add_views(investors_as_agents)

    def _prepare(self) -> None:
        state, settings, dt = self.state, self.settings, self.dt
        self._health = per_variant(
            settings["health"], ("base", "equity", "liquidity", "overdue"), (-10.0, 0.0, 0.0, 0.0)
        )
        self._switch = per_variant(
            settings["switching"], ("appeal", "trust", "pays_yield", "fear"), (-1e9, 0.0, 0.0, 0.0)
        )
        self._first_move = per_variant(settings["choice"], ("first_move", "gate_rush", "gate_margin"), (0.0, 0.0, 1.0))
        self._reading = per_variant(settings["risk_view"], ("report_weight", "noise"), (0.0, 0.0))
        self._loss_scar = columns("trust", settings["trust"])["loss_scar"]
        observed = columns("herding", settings["herding"])["observed"]
        remembered = [{getattr(s[v], "remembers", "") for s in settings.values()} for v in range(state.n_variants)]
        self._habits = Habits(
            part=columns("choice", settings["choice"])["part"],
            contagion=columns("fear", settings["fear"])["contagion"].astype(np.float32),
            observed=np.where([r != {""} for r in remembered], 1.0, observed).astype(np.float32),
            returned=np.array(["who is out" in r for r in remembered], np.float32),
            ones=np.ones(state.accounts.n_accounts, np.float32),
        )
        self._daily = [
            (kind_of(name, by_variant).daily, columns(name, by_variant))
            for name, by_variant in settings.items()
            if any(s is not None for s in by_variant) and hasattr(kind_of(name, by_variant), "daily")
        ]
        self._rules = [
            (kind_of(name, by_variant).decide, by_variant)
            for name, by_variant in settings.items()
            if any(s is not None for s in by_variant) and hasattr(kind_of(name, by_variant), "decide")
        ]
        self._has_report = np.zeros(state.n_platforms, np.bool_)
        self._n_markets = int(state.market.max(initial=-1)) + 1
        n_steps = self.story.n_days
        self._history = np.zeros((n_steps + 1, *state.gauges.shape))
        self._maturities = [self._maturity_calendar(p) for p in range(state.n_platforms)]
        fill_traits(state, state.population, settings, dt)
        fill_needs(state, settings["threshold"][0], self.replication, self._day.key)
        gauge(state.groups.platforms, self._health, 0.0)
        fill_beliefs(state, state.population, settings, self._day.key)
        fill_memory(state, self._habits.returned)
        self._calm = weigh(state, settings, dt)
        count(state.groups.accounts, state.groups.platforms)
        gauge(state.groups.platforms, self._health, 0.0)
        self._record()

    def _maturity_calendar(self, p: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Return (accounts by day of maturity, where each day of the cycle begins), or None where nothing is locked."""
        state = self.state
        if not (state.base_terms[Terms.LOCKED_SHARE, :, p] > 0).any():
            return None
        first, stop = state.accounts.first[p : p + 2]
        cycle = max(round(state.platforms[p].lock_term / self.dt), 1)
        day = (state.accounts.phase[first:stop] * cycle) >> 32
        accounts = first + np.argsort(day, kind="stable")
        return accounts, np.searchsorted(np.sort(day), np.arange(cycle + 1)).astype(np.int64)

    def _add_views(self, investors_as_agents: bool) -> None:
        for p in range(self.state.n_platforms):
            PlatformAgent(self, p)
        if investors_as_agents:
            for i in range(self.state.population.n_investors):
                InvestorAgent(self, i)
        self._n_views = len(self.agents)
        reporters = {
            f"{name} ({variant.name})": _reporter(name, v)
            for name in ("trust", "outflow", "claims", "fear", "liquidity")
            for v, variant in enumerate(self.variants)
        }
        self.datacollector = mesa.DataCollector(model_reporters={
            "day": lambda m: m.day * m.dt, "replication": lambda m: m.replication, **reporters,
        })  # fmt: skip
        if self.collects:
            self.datacollector.collect(self)

    def post(
        self, platform: str, variant: str | None = None, *, reach: float, fading: float = 1.0, **strength: ArrayLike
    ) -> None:
        """Post a public message about *platform* today: what a user's own agent, an influencer say, can do.

        ``strength`` by target in log-odds: fund, integrity, info, service (negative is bad), risk, fear (positive is
        bad).
        """
        names = [v.name for v in self.variants]
        if variant is not None and variant not in names:
            raise ModelError(f"no variant {variant!r}; allowed: {one_of(names)}")
        unknown = [t for t in strength if t not in names_of(Targets)]
        if unknown:
            hint = nearest(unknown[0], names_of(Targets))
            raise ModelError(
                f"no target {unknown[0]!r}; allowed: {one_of(names_of(Targets))}"
                + (f"; did you mean {hint}?" if hint else "")
            )
        where = np.array([variant in (None, name) for name in names])
        for p in self._day.platforms(platform):
            self._day.post(p, where, reach=reach, fading=fading, **strength)  # type: ignore[arg-type]  # targets only

    def fork(
        self, variants: str | Iterable[str] | None = None, *, of: str | None = None, scenario: Scenario | None = None
    ) -> TrustCrisisModel:
        """Return a model of its own that goes on from today, with the same draws, under these variants.

        Each begins from the column of its name, or where there is none from *of* (by default the variant shown).
        Levers that the column held go on; others begin tomorrow at the earliest; those that a variant does not hold
        end.
        Agents and messages of the user's own do not come along; the data collector begins today.

        Parameters
        ----------
        variants : names, by default those of this model.
        of : the variant from whose column all of them begin.
        scenario : where the variants are found, in place of this model's; with the same seed, step and world.

        Raises
        ------
        ModelError : for an unknown variant, or another world.
        """
        story = self.story if scenario is None else scenario
        mine = [v.name for v in self.variants]
        chosen = _chosen(story, mine if variants is None else variants)
        names = [v.name for v in chosen]
        if of is not None and of not in mine:
            raise ModelError(f"fork: given the column {of!r}; allowed: {one_of(mine)}")
        worlds = {shared(v.world) for v in (*self.variants, *chosen)}
        if len(worlds) > 1 or (story.seed, story.step) != (self.story.seed, self.story.step):
            raise ModelError(
                "fork: given variants of another world, seed or step; allowed: those of one lockstep group"
            )
        start = self.variants[self.shown].name if of is None else of
        columns = np.array([mine.index(v.name if of is None and v.name in mine else start) for v in chosen], np.int64)
        other = TrustCrisisModel(story, names, self.replication, network=self._given_network, collects=False)
        other._go_on_from(self, columns)
        return other

    def _go_on_from(self, before: TrustCrisisModel, columns: NDArray[np.int64]) -> None:
        self.day, self.collects = before.day, before.collects
        self._recorded = self.day
        self._history[: self.day + 1] = before.history[:, :, columns]
        self._has_report = before._has_report.copy()
        self.state.take(before.state, columns)
        self._day.take(before._day, columns)
        self._day.step = self.day
        self._agenda.take(before._agenda, columns, self.day, self._day)
        self._calm = weigh(self.state, self.settings, self.dt)
        if self.collects:
            self.datacollector.collect(self)

    def step(self) -> None:
        """Advance all variants by one step, in this order.

        1. Payments that were stopped resume. Shocks and levers whose time has come act; where a lever starts or ends
           the terms of the platforms are put together anew.
        2. Mesa agents that the user has added step; they may post messages.
        3. News: overdue payments, stops and failures of the day before become messages, service desks answer, platforms
           clear what they owe each other.
        4. Assets repay, pay interest, default and change price; debt is paid back, spare cash is lent.
        5. The day's weights: what is published, how far the queue is seen, how near an announced gate is.
        6. Locked balances that mature today are unlocked.
        7. Every investor hears, feels, believes, judges and chooses, for every account; then the rules of choice that
           stand beside this pass say who leaves or joins.
        8. Those who act ask for their money, pay in, or raise the alarm; their neighbours see it.
        9. Due requests are paid under the platform's terms; assets are sold where cash is short.
        10. Who has been in arrears for longer than the platform's patience fails: custody is returned, the estate
            shared, the guarantee paid.
        11. Interest is credited every 30 days. Everything is measured and recorded; what is measured today is seen
            tomorrow.

        Within a phase the order of accounts, platforms and variants changes no result.
        """
        if self.day >= self.story.n_days:
            self.running = False
            return
        self.day += 1
        state, now, dt = self.state, self._day, self.dt
        self._clock = Clock(self.day, dt, now.key)
        now.step, now.status_before = self.day, self._history[self.day - 1, Gauges.STATUS]
        status = state.gauges[Gauges.STATUS]
        status[status == GATED] = OPEN
        if self._agenda.advance(self.day, now):
            self._calm = weigh(state, self.settings, dt)
        if len(self.agents) > self._n_views:
            for agent in list(self.agents):
                if not isinstance(agent, PlatformAgent | InvestorAgent):
                    agent.step()
        for mechanism, table in self._daily:
            mechanism(now, table)
        carry(state.groups.platforms, self._clock)
        day_weights(
            state.groups.platforms, self._calm, self._first_move, self._history, self._has_report, self._reading,
            self._clock,
        )  # fmt: skip
        for p, calendar in enumerate(self._maturities):
            if calendar is not None:
                self._mature(p, *calendar)
        self._choose()
        self._act()
        self._settle()
        interest_steps = max(round(INTEREST_DAYS / dt), 1)
        if self.day % interest_steps == 0:
            credit_interest(state.groups.accounts, state.groups.platforms, interest_steps * dt)
        now.is_quiet = gauge(state.groups.platforms, self._health, dt)
        self._record()
        if self.collects:
            self.datacollector.collect(self)

    def _choose(self) -> None:
        """Let everyone hear, feel, believe and choose, in the pass and by the rules beside it (``decide``): the day's
        actions stand in ``state.actions``."""
        groups = self.state.groups
        account_pass(groups.accounts, groups.platforms, self._day.board.bulletin(), self._has_report, self._clock)
        for decide, by_variant in self._rules:
            decide(self._day, by_variant)

    def _act(self) -> None:
        """Carry the choices out: alarms and departures are seen, requests queue up, joiners pay in."""
        act(*self.state.groups, self._habits, self._clock)

    def _settle(self) -> None:
        """Pay what can be paid; who cannot pay for too long fails."""
        accounts, people, platforms, _ = self.state.groups
        if settle(accounts, people, platforms, self._switch, self._n_markets, self._clock):
            self._resolve_failures()

    def _mature(self, p: int, accounts: NDArray[np.int64], begins: NDArray[np.int64]) -> None:
        cycle = len(begins) - 1
        today, before = self.day % cycle, (self.day - 1) % cycle
        locked = self.state.base_terms[Terms.LOCKED_SHARE, :, p]
        mature(self.state.flags, locked, accounts, begins[today], begins[today + 1], begins[before], begins[before + 1])

    def _resolve_failures(self) -> None:
        state = self.state
        g = state.gauges
        is_open = g[Gauges.STATUS] == OPEN
        in_arrears = is_open & (g[Gauges.ARREARS] > state.terms[Terms.PATIENCE] + 1e-9)
        is_winding = g[Gauges.STATUS] == WINDING
        if is_winding.any():
            left = state.books[Books.CASH] + state.books[Books.CUSTODY] + state.ladder.sum(axis=0)
            is_spent = left <= np.diff(state.accounts.first)  # less than a unit for each account
            is_winding &= is_spent & (state.books[Books.CLAIMS] > 0)
        for v, p in np.argwhere(in_arrears | is_winding):
            first, stop = state.accounts.first[p : p + 2]
            held, before = state.balance[v, first:stop].copy(), state.loss[v].copy()
            states.close_platform(state, int(v), int(p), self.day)
            who = state.accounts.investor[first:stop]
            share = np.zeros(state.population.n_investors)
            share[who] = (state.loss[v] - before)[who] / np.maximum(held, 1)
            scar = state.beliefs[Beliefs.SCAR, v] + self._loss_scar[v] * share[state.accounts.investor]
            state.beliefs[Beliefs.SCAR, v] = np.minimum(scar, CLIP)
            if is_winding[v, p]:
                g[Gauges.STATUS, v, p] = WINDING

    def _record(self) -> None:
        self._history[self.day] = self.state.gauges
        self._recorded = self.day

    @property
    def history(self) -> NDArray[np.float64]:
        """All gauges by day so far, float64 (days + 1, GAUGES, variants, platforms); within a step, up to yesterday."""
        return self._history[: self._recorded + 1]

    @property
    def kept(self) -> Mapping[str, NDArray[Any]]:
        """What mechanisms keep over the run, by name: arrays (variants, …), not to be written."""
        return self._day.kept

    def series(self, name: str) -> NDArray[np.float32]:
        """Return one series so far, float32 (days + 1, variants, platforms + 1); the last column puts all platforms
        together."""
        return _series_of(self.history, SERIES[name])


def _reporter(name: str, v: int) -> Any:
    def report(model: TrustCrisisModel) -> float:
        return float(_series_of(model.history[[0, -1]], SERIES[name])[-1, v, -1])

    return report


def _series_of(history: NDArray[np.float64], series: Series) -> NDArray[np.float32]:
    def row(name: str) -> NDArray[np.float64]:
        return history[:, row_of(Gauges, name)]

    value = row(series.gauge)
    if series.over == "sum":
        gauges = {"claims": row("claims_at_start"), "holders": row("holders"), "accounts": row("accounts")}
        base = gauges.get(series.per, np.ones_like(value))[:1]
        total = value.sum(axis=2, keepdims=True) / np.maximum(base.sum(axis=2, keepdims=True), 1.0)
        value = value / np.maximum(base, 1.0)
    else:
        weight = np.maximum(row(series.over), 0.0) + 1e-300
        total = (value * weight).sum(axis=2, keepdims=True) / weight.sum(axis=2, keepdims=True)
    return np.concatenate([value, total], axis=2).astype(np.float32)


def _chosen(scenario: Scenario, names: str | Iterable[str] | None) -> tuple[Variant, ...]:
    by_name = {v.name: v for v in scenario.variants}
    chosen = arguments.names("variants", names)
    for name in chosen or ():
        if name not in by_name:
            raise ModelError(f"no variant {name!r}; allowed: {one_of(by_name)}")
    return tuple(by_name[n] for n in chosen) if chosen is not None else scenario.variants


def _world(scenario: Scenario, worlds: Sequence[Any], key: NDArray[np.uint64], network: object | None) -> states.State:
    """Draw network, population and accounts of one replication, and lay out the arrays."""
    world = worlds[0]
    folder = Path(scenario.source).parent if scenario.source else Path(".")
    kind = world.network if network is None else network
    n = world.investors.count
    if n is None:
        brought = networks.count_nodes(kind, folder)
        n = USUAL_COUNT if brought is None else brought
    links = networks.build(kind, n, key, base_folder=folder)
    if world.investors.newcomers:
        links = networks.extended(links, world.investors.newcomers, world.investors.newcomer_links, key)
    people = populations.draw_population(world.investors, n, key)
    sizes = np.array([p.size for p in world.platforms])
    accounts = populations.open_accounts(world.investors, n, people, sizes, key)
    return states.build(worlds, links, people, accounts)
