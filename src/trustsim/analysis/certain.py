"""What cannot be is certain: without a lever that covers losses no guarantor pays, in any world there is."""

from __future__ import annotations

from trustsim.experiment.study import Study
from trustsim.scenario.resolved import Item

GUARANTORS = "loss_by_payer[guarantors]"


def never_paid(study: Study) -> frozenset[tuple[str, str]]:
    """Return (variant, outcome) of what guarantors lose under variants that have none, where nothing was seen of it."""
    if GUARANTORS not in study.outcomes:
        return frozenset()
    lost = dict(zip(study.variants, study.outcomes[GUARANTORS].T, strict=True))
    bare = [v.name for v in study.scenario.variants if v.name in lost and not any(map(_covers, v.items))]
    return frozenset((name, GUARANTORS) for name in bare if not lost[name].any())


def _covers(lever: Item) -> bool:
    """Whether a lever, while it acts, lays down a cover."""
    terms = getattr(lever.what, "terms", None)
    return terms is not None and any(term.name == "cover" for term in terms())
