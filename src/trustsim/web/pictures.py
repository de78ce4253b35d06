"""The report's charts, one at a time, as the page shows them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from trustsim.errors import TrustsimError, one_of
from trustsim.report.page import charts
from trustsim.report.page.chart import Chart
from trustsim.report.page.fan_chart import fan
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.words import reading
from trustsim.report.words.prices import BILL, CLIENTS

if TYPE_CHECKING:
    from trustsim.ask.result import Result

KINDS = ("difference", "fan", "paired", "distribution", "tradeoff")
_SHAPES = ("wide", "narrow")


def picture(result: Result, kind: str, name: str = "") -> dict[str, Any]:
    """Return one chart of *result* as plain data: title, note, pictures (SVG), table, and its numbers as CSV.

    Parameters
    ----------
    kind : one of KINDS. name : of an outcome, or of a series for 'fan' and 'paired'; 'tradeoff' needs none.

    Raises
    ------
    TrustsimError : for an unknown kind or name, and where there is nothing to draw.
    """
    chart = _drawn(result, kind, name)
    is_panels = chart.kind == "panels"
    return {
        "title": chart.title,
        "note": chart.note,
        "pictures": [
            {"variant": chart.panels[k], "shape": "panel", "svg": svg}
            if is_panels
            else {"variant": None, "shape": _SHAPES[k], "svg": svg}
            for k, svg in enumerate(chart.pictures)
        ],
        "table": {"head": list(chart.table.head), "rows": [list(row) for row in chart.table.rows],
                  "note": chart.table.note},
        "csv": base64.b64decode(chart.download.partition("base64,")[2]).decode(),
        "file": chart.file,
    }  # fmt: skip


def warm() -> None:
    """Draw nothing, so that the first picture needs not wait for a process that draws."""
    Sheet(1.0, 1.0).written("warm", "", "")


def _drawn(result: Result, kind: str, name: str) -> Chart:
    if kind not in KINDS:
        raise TrustsimError(f"kind: given {kind!r}; allowed: {one_of(KINDS)}")
    if result.comparison.n == 0:
        raise TrustsimError("a picture: given a study without a finished world; allowed: one with some")
    if kind in ("fan", "paired"):
        reading.paths(result, name, result.study.variants[0])  # refuses an unknown name
        if kind == "paired" and len(result.study.variants) < 2:
            raise TrustsimError("paired: given a study of one variant; allowed: one of two or more")
        return fan(result, name, paired=kind == "paired")
    if kind == "tradeoff":
        if not all(reading.is_measured(result, each) for each in (CLIENTS, BILL)):
            raise TrustsimError(f"tradeoff: given a study without {CLIENTS} or {BILL}; allowed: one that measures both")
        return charts.cost_and_loss(result, CLIENTS, BILL)
    reading.outcome(result, name)
    if kind == "difference":
        if not reading.is_compared(result, name):
            raise TrustsimError(f"difference: given {name!r}, which no two variants share; allowed: another outcome")
        return charts.differences(result, name)
    return charts.distribution(result, name)
