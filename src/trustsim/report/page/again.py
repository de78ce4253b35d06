"""What was run again for a report: the causes of every request in some worlds, and one world day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trustsim.analysis.attribution import Attribution
from trustsim.report.pictures.spread import Spread

WHY, NETWORK = "why", "network"  # the chapters


@dataclass(frozen=True, eq=False)
class Again:
    """What was run again for a report.

    Attributes
    ----------
    attribution : the direct parts of some worlds; None where there are none.
    spread : one world at four moments; None where there is none, or no network to draw.
    missing : by chapter, the sentence that says why one of these is None.
    """

    attribution: Attribution | None
    spread: Spread | None
    missing: Mapping[str, str]


def nothing(reason: str = "No world was run again for this report.") -> Again:
    """Return what is known where nothing is run again, for a reason told in a sentence."""
    return Again(None, None, {WHY: reason, NETWORK: reason})
