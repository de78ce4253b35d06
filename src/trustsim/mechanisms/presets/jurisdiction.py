"""Jurisdictions: what the law under which a platform stands asks of it, unless its file or its kind says otherwise.

No state's law is meant: the two are ends of a range, with assumed figures.
"""

from __future__ import annotations

from typing import Any, ClassVar

import trustsim.world.custody  # noqa: F401  # which these name
from trustsim.registry import REGISTRY
from trustsim.scenario.presets import presets

presets(
    "jurisdiction", section="platform", source="assumed", rows=("K6",), text="the law under which the platform stands"
)


@REGISTRY.enter("jurisdiction", "strict", rows=("K6",), source="assumed")
class Strict:
    """Client money is kept apart at a bank, reports are frequent, fresh and full, arrears are cut short."""

    preset: ClassVar[dict[str, Any]] = {
        "custody": "bank", "segregated_share": 0.8, "report_interval": 30.0, "report_lag": 5.0, "report_scope": 0.8,
        "patience": 5.0,
    }  # fmt: skip


@REGISTRY.enter("jurisdiction", "light", rows=("K6",), source="assumed")
class Light:
    """The platform keeps the money itself, reports seldom and little, and may be in arrears for long."""

    preset: ClassVar[dict[str, Any]] = {
        "custody": "none", "segregated_share": 0.0, "report_interval": 90.0, "report_lag": 45.0, "report_scope": 0.3,
        "patience": 30.0,
    }  # fmt: skip
