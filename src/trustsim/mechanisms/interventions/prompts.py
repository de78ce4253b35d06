"""Notifications that make clients look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "prompts", family="ux", rows=("D20",), source="P-40")
@dataclass(frozen=True)
class Prompts:
    """Prompt clients to look at their account, with notifications and games.

    The rate at which a client looks is multiplied by 1 + ``strength`` · (1 − literacy): who would look with chance a in
    a day does so with 1 − (1 − a)^(1 + strength · (1 − literacy)). So the illiterate are moved most, and who looks more
    takes more of the news in, good and bad, and acts on it sooner; what the news says is not changed. Literacy is what
    teaching has made of it. The literate, and who looks every day, do as before. Known answer: of people with no
    literacy who look with a chance of one half, a strength of 1 lets three quarters look, of those with literacy ½
    1 − ½^1.5 (``test_prompts_raise_the_rate_at_which_the_illiterate_look``).
    """

    neutral: ClassVar[dict[str, Any]] = {"strength": 0}  # changes nothing

    platform: str = on_platform()
    strength: float = choice(
        1.0, unit="number", low=0, high=100, source="P-40",
        text="by how much the rate of looking rises where there is no literacy; 1 doubles it",
    )  # fmt: skip
    cost: float = choice(5.0, unit="money", low=0, source="assumed", text="cost per client and year at strength 1")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("prompts", self.strength, "at_least", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform, of="prompts"),
        )
