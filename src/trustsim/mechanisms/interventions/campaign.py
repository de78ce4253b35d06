"""Good news, or only publicity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.mechanisms.audience import audience, drawing
from trustsim.mechanisms.interventions.on import FIRST_DAY, comes_in, on_platform
from trustsim.registry import REGISTRY, choice, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "campaign", family="communication", rows=("E9",), source="E9")
@dataclass(frozen=True)
class Campaign:
    """Speak well of the platform to many, or only of it, so that they look.

    On its first day a message goes out that raises trust in fund safety by ``praise``, as good news does, less for
    the literate, and draws ``attention``; it reaches ``reach`` of all in a day and weighs ``fading`` less every
    day. Nothing about the platform changes. With praise 0 it is neutral: it makes people look (the mechanism
    ``publicity``), and what they find is up to the platform. Other levers do other things to who looks: ``prompts``
    reach clients on the platform's own pages, the illiterate most, as long as they go on. Known answer: with a
    weight of good news of 1 the trust in fund safety of those without literacy whom it reaches rises by ``praise``,
    and with praise 0 by nothing
    (``test_a_campaign_praises_or_only_draws_attention``).
    """

    neutral: ClassVar[dict[str, Any]] = {"praise": 0, "attention": 0}  # changes nothing

    platform: str = on_platform()
    praise: float = parameter(
        0.3, unit="log-odds", low=0, high=20, source="assumed",
        text="rise of trust in fund safety of those without literacy who hear it",
    )  # fmt: skip
    attention: float = drawing()
    reach: float = choice(0.3, unit="share", source="assumed", text="share of the investors that hear it in a day")
    fading: float = parameter(
        0.3, unit="share", low=0.01, source="assumed", text="share of its weight that it loses in a day"
    )
    cost: float = choice(100_000.0, unit="money", low=0, source="assumed", text="cost of one campaign")
    to: str = audience()

    def act(self, day: Day) -> None:
        """Speak on the first day; the message fades by itself."""
        for p in day.platforms(self.platform):
            first = comes_in(day, p)
            reach = 1 - (1 - self.reach) ** day.dt
            day.do.post(p, first, reach=reach, fading=self.fading, by_literacy=True, to=self.to, fund=self.praise)
            day.do.post(p, first, reach=reach, fading=self.fading, to=self.to, attention=self.attention)
            day.do.spend(p, self.cost / day.scale, first & (self.praise + self.attention > 0))

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
