"""How the arrays of day 0 are laid out: terms, books and accounts of every lane, as is said and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import COHORT, FREE, HOLDS, Books, Gauges
from trustsim.scenario.resolved import World
from trustsim.world import rows
from trustsim.world.costs import bringing_in, prices_of_settings
from trustsim.world.drawn import Drawn
from trustsim.world.groups import groups_of
from trustsim.world.lockstep import in_calm
from trustsim.world.opening import base_terms, open_books
from trustsim.world.sections import Platform
from trustsim.world.sizes import ASKING, STATE, Size
from trustsim.world.state import STAYS, Cast, State
from trustsim.world.streams import streams_of


def build(
    by_variant: Sequence[World],
    drawn: Sequence[Drawn],
    actors: tuple[Cast, ...],
    references: Sequence[World],
    scale: int,
    has_parts: bool = True,
) -> State:
    """Lay out the arrays for day 0: of each world that is *drawn* one lane for each variant; ``by_variant`` is
    what each of them says of the world.

    On every platform claims are the sum of the balances, liquid money ``liquid_share`` · claims, at most what it owns,
    (1 + ``equity``) · claims, of which ``segregated_share`` stands in custody, and assets the rest, spread evenly over
    the twelve rungs of the ladder. Nothing is queued or overdue. ``references``: of each variant the world against
    which a change of terms has its price, and whose terms are the agreed ones; ``scale``: how many real clients an
    investor stands for; ``has_parts``: whether the parts of trust are measured.
    """
    rules = {type(rule) for world in by_variant for rule in world.mechanisms.values() if rule is not None}
    declared, n_segments = rows.columns_of(rules), len(by_variant[0].investors.segments)
    platforms, opened = by_variant[0].platforms, drawn[0].accounts
    size = Size(
        drawn[0].population.n_investors, opened.n_accounts, len(platforms), len(by_variant), columns=len(declared),
        actors=len(actors), worlds=len(drawn), segments=n_segments,
    )  # fmt: skip
    arrays = _side_by_side(size)
    arrays |= {name: np.zeros(size.shape(name), dtype) for name, (dtype, _) in STATE.items() if name not in arrays}
    for name, terms in _terms_of(by_variant, references, scale).items():
        arrays[name][...] = np.tile(terms, (1, len(drawn), 1))
    for name in ("asked_day", "first_asked"):
        arrays[name][...] = -1
    arrays["ones"][...], arrays["laws"][...], arrays["trough"][...] = 1.0, STAYS, np.iinfo(np.int64).max
    arrays["stream"][...] = streams = streams_of(platform.name for platform in platforms)
    arrays["market"][...], arrays["group_of"][...] = _markets(platforms, streams), groups_of(drawn, n_segments)
    arrays["gauges"][Gauges.HOLDS_BACK] = np.tile(_locked_for_longer(by_variant, references), (len(drawn), 1))
    for each in drawn:
        arrays["balance"][each.part] = each.accounts.balance
        arrays["safe"][each.part] = each.accounts.safe
    for c, row in enumerate(declared):
        arrays["columns"][c] = row.start
    for row in rows.declared("actor_stock"):
        arrays["actor_stocks"][row.index] = row.start
    if not has_parts:
        arrays["gauges"][Gauges.COHORT_FUND : Gauges.COHORT_SERVICE + 1] = np.nan
    state = State(tuple(drawn), platforms, declared=declared, actors=actors, scale=scale, has_parts=has_parts, **arrays)
    state.flags[state.balance > 0] = HOLDS | FREE | COHORT
    open_books(state.groups.platforms, by_variant, drawn, scale)
    state.books[Books.OWNERS] = state.books[Books.CLAIMS] - state.owned()  # they have paid in the equity
    return state


def _side_by_side(size: Size) -> dict[str, NDArray[Any]]:
    """Return the arrays of what each account asked for: views of one, so that the numbers of one account lie together
    and memory is waited for once."""
    whole = np.zeros(size.shape(ASKING[0]), [(name, STATE[name][0]) for name in ASKING])
    return {name: whole[name] for name in ASKING}


def _terms_of(by_variant: Sequence[World], references: Sequence[World], scale: int) -> dict[str, NDArray[np.float64]]:
    """Return the terms of day 0 by array of the state, float64 (terms, variants, platforms) each."""
    terms, of_reference = base_terms(by_variant), base_terms(references)
    priced = terms + prices_of_settings(terms, of_reference, scale)
    agreed = base_terms([in_calm(*pair) for pair in zip(by_variant, references, strict=True)])
    brought_in = bringing_in(terms, of_reference, scale)
    return {"base_terms": priced, "terms": priced, "agreed_terms": agreed, "brought_in": brought_in}


def _locked_for_longer(by_variant: Sequence[World], references: Sequence[World]) -> NDArray[np.bool_]:
    """Return bool (variants, platforms): whose balances mature less often than was agreed, which is no term."""
    pairs = (
        zip(world.platforms, reference.platforms, strict=False)
        for world, reference in zip(by_variant, references, strict=True)
    )
    found = [[mine.lock_term > its.lock_term and mine.locked_share > 0 for mine, its in pair] for pair in pairs]
    return np.array(found, np.bool_)


def _markets(platforms: Sequence[Platform], streams: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the market on which each platform sells, int64 (platforms,): its own where it names none."""
    names = sorted({platform.asset_market for platform in platforms if platform.asset_market})
    where = {name: k for k, name in enumerate(names)}
    its_own = (len(names) + streams).tolist()
    return np.array([where.get(x.asset_market, own) for own, x in zip(its_own, platforms, strict=True)], np.int64)
