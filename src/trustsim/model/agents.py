"""Platforms and investors as Mesa agents: views of the arrays of the variant that the model shows."""

from __future__ import annotations

import warnings
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError
from trustsim.kernels.layout import RAN, Beliefs, Books
from trustsim.scenario.resolved import Variant
from trustsim.world.rows import index_of
from trustsim.world.state import State

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="IProgress not found")  # of a bar that is not used here, in notebooks
    import mesa


class Shown(Protocol):
    """What an agent sees of its model."""

    state: State
    variants: tuple[Variant, ...]
    shown: int


class PlatformAgent(mesa.Agent):  # type: ignore[misc]
    """A platform as a Mesa agent; its attributes read and write the arrays of the variant shown (``model.shown``)."""

    model: Shown

    def __init__(self, model: Shown, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.name = model.state.platforms[index].name

    def _book(self, entry: int) -> int:
        return int(self.model.state.books[entry, self.model.shown, self.index])

    def _gauge(self, name: str) -> float:
        return float(self.model.state.gauges[index_of("stock", name), self.model.shown, self.index])

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


class ActorAgent(mesa.Agent):  # type: ignore[misc]
    """An actor, such as a regulator, as a Mesa agent: reads the arrays of the variant shown; its class acts."""

    model: Shown

    def __init__(self, model: Shown, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.kind, self.name = model.state.actors[index]

    def stock(self, name: str) -> float:
        """Return where one of its stocks stands."""
        return float(self.model.state.actor_stocks[index_of("actor_stock", name), self.model.shown, self.index])

    def purse(self, name: str) -> int:
        """Return the money in one of its purses, minor units."""
        return int(self.model.state.actor_purses[index_of("actor_purse", name), self.model.shown, self.index])


class InvestorAgent(mesa.Agent):  # type: ignore[misc]
    """An investor as a Mesa agent, for classroom sizes; reads and writes the rows of the variant shown."""

    model: Shown

    def __init__(self, model: Shown, index: int) -> None:
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
