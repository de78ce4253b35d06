"""Which variants may harm in a way that the worlds cannot show: a headline outcome has no value under them.

Who needs money for ordinary reasons shows what keeping people from their money does. Where a story has no such needs a
friction, a fee or a lock is free by every count. That is no help: it is not known.
"""

from __future__ import annotations

import numpy as np

from trustsim.analysis.headlines import measured_headlines
from trustsim.analysis.ranking import Field, Harms
from trustsim.kernels.layout import Terms
from trustsim.kernels.named import names_of
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world.costs import Lever
from trustsim.world.lockstep import calm_world
from trustsim.world.opening import base_terms

ACCESS = "needs_unmet"
#: terms that keep people from asking, or give them time to think again: no count of waiting or of loss shows all that a
#: rise does
_HOLDING = (Terms.EXIT_FRICTION, Terms.EXIT_FEE, Terms.LOCKED_SHARE, Terms.PAYOUT_LAG, Terms.CUSTODY_LAG)
FEWEST = 4  # worlds with a value: of fewer, no difference that is the same in all of them excludes zero


def unmeasured(field: Field, scenario: Scenario) -> Harms:
    """Return by variant the headline outcomes in which its harm cannot be measured; no entry for none.

    They are those that have a value under the baseline and in no world under both; and the unmet needs where the
    baseline has them to measure in no world, or in fewer than :data:`FEWEST` and not in all, of a variant that
    :func:`restricts` access.
    """
    variants = {variant.name: variant for variant in scenario.variants}
    found = {
        name: tuple(outcome for outcome in measured_headlines(field.measures) if _is_hidden(field, name, outcome))
        for name in field.differences
    }
    if ACCESS in field.values and _n_seen(field, ACCESS) < min(FEWEST, len(field.values[ACCESS])):
        found |= {name: (*found[name], ACCESS) for name in found if restricts(scenario, variants[name])}
    return {name: outcomes for name, outcomes in found.items() if outcomes}


def restricts(scenario: Scenario, variant: Variant) -> bool:
    """Whether a lever or a ``set`` of a variant raises a friction or fee of leaving, a locked share or a lag above the
    agreed terms. What mechanisms propose in the course of a run is not looked at."""
    base, agreed = base_terms([variant.world]), base_terms([calm_world(scenario, variant)])
    levers = [Lever(item.what, base, scenario.scale) for item in variant.items if hasattr(item.what, "terms")]
    names = [names_of(Terms)[row] for row in _HOLDING]
    rises = (x.rises(p, name).any() for x in levers for p in range(base.shape[2]) for name in names)
    return bool((base[list(_HOLDING)] > agreed[list(_HOLDING)]).any()) or any(rises)


def _n_seen(field: Field, outcome: str) -> int:
    return int(np.isfinite(field.values[outcome][:, field.variants.index(field.baseline)]).sum())


def _is_hidden(field: Field, name: str, outcome: str) -> bool:
    return _n_seen(field, outcome) > 0 and bool(np.isnan(field.differences[name][outcome].mean))
