"""One platform's trouble lowers faith in all that are like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.sections import Platform


@REGISTRY.enter("mechanism", "spillover", rows=("K1",), source="E-16; E-50")
@dataclass(frozen=True)
class Spillover:
    """Pass a share of bad news on to other platforms by likeness: kind, custody, group.

    Of bad news on fund safety, integrity and risk, another platform receives ``weight`` · likeness. Likeness =
    (``kind`` + ``custody`` + ``group``, each where equal; no custody and no group are not alike) and at most 1. Of a
    smaller platform it counts by its ``size`` against that of the other
    (``test_news_about_a_dwarf_is_little_news_about_a_giant``).
    What the press tells of runs on other platforms counts by ``weight`` · likeness too (see ``media``).
    Known answer: a platform of another kind, other custody and no common group hears nothing
    (``test_unlike_platforms_do_not_suffer``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("emergence", "interaction")

    weight: float = parameter(
        0.5, unit="share", source="E-16", text="share of bad news that a platform alike in all receives"
    )
    kind: float = parameter(0.5, unit="share", source="E-50", text="likeness by the same kind")
    custody: float = parameter(0.2, unit="share", source="K1", text="likeness by the same custody regime")
    group: float = parameter(1.0, unit="share", source="K1", text="likeness by the same group or brand")

    def likeness(self, about: Platform, other: Platform) -> float:
        """Return the share of bad news about one platform that is read as news about another."""
        same = self.kind * (about.kind == other.kind) + self.custody * (about.custody == other.custody != "none")
        return self.weight * min(same + self.group * (about.exposure == other.exposure != ""), 1.0)
