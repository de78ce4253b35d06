"""A promise to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term

_LEAST = 1e-9  # cover that is none, which has no price


@REGISTRY.enter("intervention", "guarantee", family="regulatory", rows=("G11",), source="G11; P-01; P-03")
@dataclass(frozen=True)
class Guarantee:
    """Make good a share of what a client loses when the platform fails.

    The investor's expected loss falls by ``cover`` · ``credibility``, for the part of the balance within ``limit``, as
    far as the investor knows of it: all know of a guarantee that begins, or promises more, during the run, and of one
    that stands from day 1 a share, by literacy (``uninformed`` of ``choice``;
    ``test_of_a_guarantee_that_has_stood_a_share_of_the_illiterate_do_not_know``): give it ``from: 1 d`` where it is
    new. What is really paid is ``cover`` of the loss on that part, as far as the fund reaches. What lies above the
    limit is judged by itself, and is taken out first
    (``test_a_run_takes_the_part_above_the_limit_by_its_own_loss``). Known answer: full credible cover leaves nobody
    who knows of it a loss, and none of them runs (``test_full_credible_cover_ends_running``).
    """

    neutral: ClassVar[dict[str, Any]] = {"cover": 0}  # changes nothing

    platform: str = on_platform()
    cover: float = choice(0.8, unit="share", source="G11", text="share of the loss that is made good")
    limit: float = choice(5_000_000.0, unit="money", low=0, source="G11", text="most that counts for one account")
    credibility: float = choice(0.9, unit="share", source="P-03", text="how far investors believe it")
    fund: float = choice(
        1e13,
        unit="money",
        low=0,
        source="assumed",
        text="money behind it, for each platform; believed as far as it reaches",
    )
    cost: float = choice(
        0.003,
        unit="share",
        low=0,
        high=1,
        source="assumed",
        text="yearly premium / claims, from the platform to the guarantor",
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        for_full_cover = self.cost / max(self.cover, _LEAST)
        return (
            Term("cover", self.cover, "at_least", self.platform),
            Term("cover_limit", self.limit, "at_most", self.platform),
            Term("credibility", self.credibility, "at_most", self.platform),
            Term("guarantee_fund", self.fund, "at_least", self.platform),
            Term("premium", for_full_cover, "add", self.platform, of="cover"),
        )
