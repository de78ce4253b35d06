"""The press carries public news to many, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.kernels import purposes
from trustsim.kernels.coefficients import Dials
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

_FEAR = 0.3  # assumed: of the risk that a story without cause tells, fear


@REGISTRY.enter("mechanism", "media", rows=("A9",), source="E-43")
@dataclass(frozen=True)
class Media:
    """Give news the reach and the life of the press: a share of all investors a day, less by ``fading`` every day.

    It tells of unusual withdrawals: whoever looks at the account has read of a share ``withdrawals`` of the accounts
    that ran within a week, and expects as many of the others to leave, beside those whom they know (see ``choice``); of
    runs on other platforms as much of it as news about these counts here (see ``spillover``; E-50). A story of the
    press counts ``credibility``. It finds what a platform hides with a chance of ``discovery`` · 10 · gap / claims a
    day (the mechanism ``discovery``), and prints a bad story without cause about a platform with ``false_alarm`` a day:
    it tells of a risk of ``alarm_risk``, and fear of 0.3 of that. Known answer: a message of
    strength s is heard by ``reach`` of the investors on day 0 and, weighing s·(1 − fading), by as many the day after
    (``test_the_press_repeats_news_at_fading_strength``); of a run of all on one day half is told for a week, where that
    is the share (``test_the_press_tells_of_those_who_ran_within_a_week``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {"herding": {"withdrawals": 0.0}}
    taught: ClassVar[str] = "reach"  # the number that a class moves first
    concepts: ClassVar[tuple[str, ...]] = ("prediction", "sensing")
    paced: ClassVar[tuple[str, ...]] = ("fading",)  # a step is short beside them

    reach: float = parameter(0.314, unit="share", source="assumed", text="share of the investors reached in a day")
    fading: float = parameter(
        0.5, unit="share", low=0.01, source="assumed", text="share of the weight that a story loses in a day"
    )
    credibility: float = parameter(1.0, unit="share", source="assumed", text="factor on what the press says")
    withdrawals: float = parameter(
        0.219, unit="share", source="M-02",
        text="which share of those who ran within a week whoever looks has read of, and expects to go on",
    )  # fmt: skip
    discovery: float = parameter(
        0.002, unit="per_day", low=0, high=1, source="A9",
        text="chance a day that the press finds a gap of a tenth of the claims, in proportion",
    )  # fmt: skip
    false_alarm: float = parameter(
        0.0, unit="per_day", low=0, high=1, source="A9",
        text="chance a day of a bad story without cause about a platform",
    )  # fmt: skip
    alarm_risk: float = parameter(
        1.0,
        unit="log-odds",
        low=0,
        high=20,
        source="assumed",
        text="risk that such a story tells, which counts as evidence",
    )

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.PRESS_REACH: self.reach, Dials.PRESS_FADING: self.fading, Dials.PRESS_CREDIBILITY: self.credibility,
            Dials.PRESS_DISCOVERY: self.discovery, Dials.PRESS_WITHDRAWALS: self.withdrawals,
        }  # fmt: skip

    @staticmethod
    def each_day(day: Day, settings: Settings[Media]) -> None:
        """Print a story without cause, where the day's draw says so."""
        if settings["false_alarm"].any():
            luck = day.luck(purposes.MEDIA, day.state.stream, step=day.step)
            for p in range(day.state.n_platforms):
                printed = luck[:, p] < 1 - (1 - settings["false_alarm"]) ** day.dt
                day.do.post(p, printed, risk=settings["alarm_risk"], fear=_FEAR * settings["alarm_risk"])
