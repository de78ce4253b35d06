"""The Mesa model: one world, to be stepped, watched and branched; a study steps several in a batch (batch.py).

One step advances all variants of its world in lockstep.
"""

from __future__ import annotations

import itertools
import multiprocessing
import secrets
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from trustsim import arguments
from trustsim.errors import ModelError, TrustsimError, one_of
from trustsim.kernels.layout import Targets
from trustsim.kernels.named import row_of
from trustsim.model.agents import ActorAgent, InvestorAgent, PlatformAgent
from trustsim.model.phases import DAY, Phase
from trustsim.model.worlds import Worlds, engine_of
from trustsim.names import EVERYONE
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world.lockstep import shared
from trustsim.world.rows import gauge_row
from trustsim.world.series import SERIES, series_of

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="IProgress not found")  # of a bar that is not used here, in notebooks
    import mesa

MOST_REPLICATION = 2**32 - 1  # that a draw can be addressed by
COLLECTED = ("trust", "outflow", "claims", "fear", "liquidity")  # series that the data collector takes down
#: replications of models that do not say which, in this process
_WORLDS = itertools.count(0 if multiprocessing.parent_process() is None else secrets.randbits(31))


class TrustCrisisModel(Worlds, mesa.Model):  # type: ignore[misc]
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

    #: the parts of a step, in order; ``print(*(phase.name for phase in model.phases))``
    phases: tuple[Phase, ...] = DAY

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
        self.replication, self.replications = replication, (replication,)
        self.variants = _chosen(scenario, variants)
        self.dt = scenario.step
        self.engine = engine_of(scenario, self.variants, (replication,), network)
        self.collects, self._given_network = collects, network
        self._add_views(investors_as_agents)

    def _add_views(self, investors_as_agents: bool) -> None:
        for p in range(self.state.n_platforms):
            PlatformAgent(self, p)
        for a in range(len(self.state.actors)):
            ActorAgent(self, a)
        if investors_as_agents:
            for i in range(self.state.population.n_investors):
                InvestorAgent(self, i)
        self._n_views = len(self.agents)
        reporters = {
            f"{name} ({variant.name})": _reporter(name, v)
            for name in COLLECTED
            for v, variant in enumerate(self.variants)
        }
        self.datacollector = mesa.DataCollector(model_reporters={
            "day": lambda m: m.day * m.dt, "replication": lambda m: m.replication, **reporters,
        })  # fmt: skip
        if self.collects:
            self.datacollector.collect(self)

    def post(
        self, platform: str, variant: str | None = None, *, reach: float, fading: float = 1.0, to: str = EVERYONE,
        **strength: ArrayLike,
    ) -> None:  # fmt: skip
        """Post a message about *platform* today: what a user's own agent, an influencer say, can do.

        ``strength`` by target in log-odds: fund, integrity, info, service (negative is bad), risk, fear (positive is
        bad), and the ``attention`` that it draws whatever it says. ``to``: everyone, the ``clients`` of the
        platform, or the name of a segment.
        """
        names = [v.name for v in self.variants]
        if variant is not None and variant not in names:
            raise ModelError(f"no variant {variant!r}; allowed: {one_of(names)}")
        for target in strength:
            row_of(Targets, target)
        where = np.array([variant in (None, name) for name in names])
        day = self.engine.day
        for p in day.platforms(platform):
            day.do.post(p, where, reach=reach, fading=fading, to=to, **strength)  # type: ignore[arg-type]  # targets only

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
        other.engine.go_on_from(self.engine, columns)
        other.collects = self.collects
        if other.collects:
            other.datacollector.collect(other)
        return other

    def step(self) -> None:
        """Advance all variants by one step: the phases of the day, one after another (``docs/architecture.md``).

        Mesa agents that the user has added step after the first phase; they may post messages. What is measured today
        is seen tomorrow.
        """
        if self.day >= self.story.n_days:
            self.running = False
            return
        self.engine.begin(self.day + 1)
        first, *others = self.phases
        first.run(self.engine)
        if len(self.agents) > self._n_views:
            for agent in list(self.agents):
                if not isinstance(agent, PlatformAgent | ActorAgent | InvestorAgent):
                    agent.step()
        for phase in others:
            phase.run(self.engine)
        if self.collects:
            self.datacollector.collect(self)


def _reporter(name: str, v: int) -> Any:
    def report(model: TrustCrisisModel) -> float:
        return float(series_of(model.history[[0, -1]], SERIES[name], gauge_row)[-1, v, -1])

    return report


def _chosen(scenario: Scenario, names: str | Iterable[str] | None) -> tuple[Variant, ...]:
    by_name = {v.name: v for v in scenario.variants}
    chosen = arguments.names("variants", names)
    for name in chosen or ():
        if name not in by_name:
            raise ModelError(f"no variant {name!r}; allowed: {one_of(by_name)}")
    return tuple(by_name[n] for n in chosen) if chosen is not None else scenario.variants
