"""A comparison as the page shows it: numbers beside the words that report and terminal have for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trustsim.analysis.headlines import COST
from trustsim.report.pictures import scales
from trustsim.report.words import reading, standing, words
from trustsim.report.words.answer import answer
from trustsim.report.words.reading import Measure

if TYPE_CHECKING:
    from trustsim.ask.result import Result


def comparison(result: Result) -> dict[str, Any] | None:
    """Return the ranked table of *result* as plain data, best first; None before the first world is finished.

    Shares are in [0, 1], times in days, money in units of the currency; a number that is not there is null.
    """
    c, currency = result.comparison, result.scenario.currency
    if c.n == 0:
        return None
    summary = answer(result)
    measures = [reading.outcome(result, name) for name in reading.asked(result)]
    ranked = reading.outcome(result, c.ranked_by) if c.ranked_by is not None else None
    return {
        "n": c.n,
        "ranked_by": c.ranked_by,
        "label": ranked.label if ranked else "",
        "unit": ranked.unit if ranked else "",
        "currency": currency,
        "outcomes": [_outcome(result, measure) for measure in measures],
        "rows": [_row(result, name, measures) for name in c.ranking],
        "legend": standing.legend(c),
        "question": summary.question,
        "headline": summary.headline,
        "facts": [{"asked": fact.asked, "found": fact.found} for fact in summary.facts],
    }


def _outcome(result: Result, measure: Measure) -> dict[str, Any]:
    named = {"name": measure.name, "label": measure.label, "unit": measure.unit, "better": measure.better}
    return {**named, "text": measure.text, "axis": _axis(result, measure)}


def _axis(result: Result, measure: Measure) -> dict[str, Any] | None:
    """Return the ends and ticks of an axis for the paired differences; zero and all intervals are on it."""
    c = result.comparison
    differences = [reading.difference(result, measure.name, name) for name in c.ranking if name != c.baseline]
    ends = [x for d in differences for x in (d.low, d.high, d.mean) if math.isfinite(x)]
    if not ends:
        return None
    low, high = min(0.0, *ends), max(0.0, *ends)
    divisor, unit = measure.as_difference().scale(result.scenario.currency, max(abs(low), abs(high)))
    ticks = scales.ticks(low / divisor, high / divisor)
    low, high = min(low, ticks[0] * divisor), max(high, ticks[-1] * divisor)
    return {
        "low": low,
        "high": high,
        "unit": unit,
        "ticks": [{"at": float(x * divisor), "text": words.tick(float(np.round(x, 9)))} for x in ticks],
    }


def _row(result: Result, name: str, measures: list[Measure]) -> dict[str, Any]:
    c, currency = result.comparison, result.scenario.currency
    has_cost = reading.is_measured(result, COST)
    cost = words.quantity(reading.level(result, COST, name).mean, "money", currency) if has_cost else words.NO_NUMBER
    return {
        "variant": name,
        "is_baseline": name == c.baseline,
        "marks": standing.marks(c, name),
        "cells": {measure.name: _cell(result, name, measure) for measure in measures},
        "cost_text": cost,
    }


def _cell(result: Result, name: str, measure: Measure) -> dict[str, Any]:
    currency, level = result.scenario.currency, reading.level(result, measure.name, name)
    text = words.quantity(level.mean, measure.unit, currency)
    shown = {"mean": _known(level.mean), "low": _known(level.low), "high": _known(level.high), "text": text}
    if name == result.comparison.baseline:
        return {"level": shown, "difference": None}
    d = reading.difference(result, measure.name, name)
    return {
        "level": shown,
        "difference": {
            "mean": _known(d.mean),
            "low": _known(d.low),
            "high": _known(d.high),
            "text": words.change(d.mean, measure.unit, currency),
            "interval_text": standing.span(result.comparison, measure.name, d),
            "better_share": _known(d.better_share),
            "better_text": words.quantity(d.better_share, "share"),
            "verdict": standing.verdict(result.comparison, measure.name, d),
        },
    }


def _known(x: float) -> float | None:
    return x if math.isfinite(x) else None
