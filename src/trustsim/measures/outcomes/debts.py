"""What platforms pay of their debts to one another."""

from __future__ import annotations

from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.sector.obligations import CLEARED
from trustsim.registry import REGISTRY
from trustsim.units import MINOR_PER_MAJOR


@REGISTRY.enter(
    "outcome", "debts_paid", rows=("K2",), source="doi:10.1287/mnsc.47.2.236.9835", better="higher", unit="number",
    may_not_apply=True,
)  # fmt: skip
def debts_paid(f: Finished) -> dict[str, Floats]:
    """What each platform paid of its debts to others when they were cleared, in major units."""
    return _cleared(f, 0)


@REGISTRY.enter(
    "outcome", "left_after_debts", rows=("K2",), source="doi:10.1287/mnsc.47.2.236.9835", better="higher",
    unit="number", may_not_apply=True,
)  # fmt: skip
def left_after_debts(f: Finished) -> dict[str, Floats]:
    """What each platform had left when debts to others had been cleared, in major units."""
    return _cleared(f, 1)


def _cleared(f: Finished, row: int) -> dict[str, Floats]:
    told = f.model.kept.get(CLEARED)
    names = [] if told is None else [platform.name for platform in f.model.state.platforms]
    return (
        {name: told[:, row, p] * f.scale / MINOR_PER_MAJOR for p, name in enumerate(names)} if told is not None else {}
    )
