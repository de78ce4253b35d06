"""Make ``docs/worlds-differ.md`` and its picture: ``python docs/worlds_differ.py``, a quarter of an hour on one core.

The scenario ``worlds_differ.yaml`` is swept over the size of its theft, with and without the mechanism
``aggregate_uncertainty``, for three numbers of investors; then with each spread alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import trustsim as ts
from trustsim.analysis.fragility import FAILURE, RUN, Fragility
from trustsim.analysis.robust import Robust
from trustsim.mechanisms.sector.aggregate_uncertainty import AggregateUncertainty
from trustsim.registry import parameters_of
from trustsim.report.pictures import figures, look
from trustsim.report.pictures.design_pictures import draw_curve
from trustsim.report.words import words
from trustsim.report.words.fragility import value, width

ROOT = Path(__file__).resolve().parent.parent
PICTURE = "docs/pictures/worlds-differ.png"
SCENARIO = ROOT / "scenarios/worlds_differ.yaml"
THEFT, MECHANISM = "shocks.0.share", "mechanisms.aggregate_uncertainty"
MOST = 20.0  # %, what is there to be stolen
AT = 5.0  # %, after which most worlds have a run and hardly any a failure
FAILS = 8.0  # %, after which most worlds fail that are alike, and others of those that differ
ALONE = 10_000  # investors, where one spread at a time is on
WORLDS_ALONE = 60


@dataclass(frozen=True)
class Size:
    """A number of investors, how many worlds of it are run, and where the curve without the mechanism is looked at: as
    closely as it is steep."""

    investors: int
    worlds: int
    low: float
    high: float

    @property
    def thefts(self) -> list[float]:
        """The sizes of the theft, %, ascending."""
        return sorted({*np.linspace(self.low, self.high, 15).round(3).tolist(), AT, FAILS, MOST})


SIZES = (Size(1_000, 200, 2.2, 5.7), Size(10_000, 100, 3.6, 4.8), Size(100_000, 40, 3.9, 4.5))
PAGE = """# Worlds differ

Made by `python docs/worlds_differ.py` from the results; do not edit.

Two platforms with the same balance sheet, struck by the same loss, need not meet the same fate: of the banks that
looked equally bad in March 2023 many had no run at all (E-07; Cipriani, Eisenbach and Kovner 2024). In a model whose
only luck is that of single people this cannot be. With many clients their luck averages out, and the share of worlds
with a run is 0 below some threshold of the loss and 1 above it. The mechanism
[`aggregate_uncertainty`](mechanisms.md) draws for each world what nobody knows beforehand, and what all its people
share:

| parameter | what is drawn for a world | spread | source |
|---|---|---|---|
{parameters}

All variants of a world share what is drawn: a difference between two of them is still one of policy. A variant, a
platform or investors more leave it as it is. The mechanism is on unless a file switches it off; each spread is a number
to set, and 0 takes its part away, to the bit. Here people behave alike in all worlds (`behaviour: point`): by default
worlds differ by that as well.

## The curve

[{title}](../scenarios/worlds_differ.yaml): clients may take out all of their money on demand, and a share of it is
stolen. The share of worlds with a run, against that share:

![Share of worlds with a run against the size of the theft, for 1,000, 10,000 and 100,000 investors. Left, where
worlds do not differ, the curve becomes a step as the number of investors grows; right, where they do, the three
curves lie on one another and rise slowly](pictures/worlds-differ.png)

*Dots: share of worlds, with 95 % intervals. Lines: the normal distribution of tipping points that is fitted to them.*

| investors | worlds | worlds alike: half run at | width [95 %] | worlds differ: half run at | width [95 %] |
|---|---|---|---|---|---|
{curves}

A world's *tipping point* is the theft from which on it has a run; the *width* is the standard deviation of tipping
points over worlds, estimated from between which values each world tips. Where worlds are alike, ten times as many
investors divide it by about √10 = 3.2, as the law of large numbers says; where they differ it stays. The same holds
of how much is taken out beyond calm after a theft of {at:g} % of the claims. After one of {fails:g} % most worlds
that are alike fail, the more the more investors, and of those that differ a part only, however many:

| investors | s.d. of excess withdrawn: alike | differ | failed, %: alike [95 %] | differ [95 %] |
|---|---|---|---|---|
{spreads}

## What carries it

Each spread alone at its default, {alone:,} investors, {worlds_alone} worlds. The width is in points of the theft;
without any of them it is {none}.

| parameter | half run at | width [95 %] |
|---|---|---|
{parts}

{head} widen it most. A factor with mean 1 is smaller than 1 in most worlds (its median is exp(−s²/2),
0.96 for a spread of 0.3), so that with `intensity` or `loss` half of the worlds tip at a larger theft. A sunspot has
no row: at its chance of {sunspot} a year it comes in one of {sunspot_in:,.0f} worlds of 60 days.

**Read it with care.** The defaults of the spreads are assumed; only the chance of a sunspot has sources, and rests on
runs in whole countries. So the width is what such doubt would give, not a measured one. The fitted curves are normal;
where the drawn factors are lognormal, the worlds that tip at hardly any theft are fewer than the curve says, as the
dots show. With the mechanism on, more of the doubt in a result is that of worlds, and an interval needs more of them:
a share of 40 % from 200 worlds is known to 7 points either way.

## Your own curve

The report of any study of 40 worlds or more in which worlds differ shows which of these draws decides whether there is
a run, and how steeply ([read the report](read-report.md#what-nobody-knows-beforehand)); that costs no run.

`trustsim sweep` of one number prints for each variant at which value half of the worlds have a run and a failure, and
the width; `fragility.csv` and `fragility.png` in the run folder hold the curves. From Python:

```python
import trustsim as ts

scenario = ts.load("scenarios/worlds_differ.yaml", overrides={{"sweep": {{"shocks.0.share": ["4 %", "8 %", "12 %"]}}}})
found = ts.sweep(scenario, replications=20, workers=1)
curve = found.fragility("run_probability")
curve.to_frame()
print(curve.middle, curve.width)
```
"""


def swept(investors: int, worlds: int, thefts: list[float] | None, spreads: Any) -> Robust:
    """Return the sweep over sizes of the theft, those of the file where none are given."""
    changes = {"investors.count": investors, MECHANISM: spreads}
    if thefts is not None:
        changes["sweep"] = {THEFT: [f"{theft:g} %" for theft in thefts]}
    story = ts.load(SCENARIO, overrides=changes, behaviour="point")
    return ts.sweep(story, replications=worlds, workers=1, progress=False)


def at(found: Robust, theft: float) -> int:
    """Return the point of a sweep at which the theft is so large."""
    return int(np.flatnonzero(found.sweep.design.to_frame()[THEFT] == theft)[0])


def spread(found: Robust) -> str:
    """Write the standard deviation over worlds of what is withdrawn beyond calm, in points."""
    taken = found.sweep.studies[at(found, AT)].outcomes["excess_withdrawn"]
    return f"{100 * taken.std(ddof=1):.2g} pp"


def failed(found: Robust) -> str:
    """Write the share of worlds with a failure, in percent, after a theft of FAILS."""
    curve = found.fragility(FAILURE)
    share = curve.shares[at(found, FAILS)]
    return f"{100 * share.mean:.0f} [{100 * share.low:.0f}, {100 * share.high:.0f}]"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def parameters() -> str:
    """Return the rows of the mechanism's parameters."""
    return "\n".join(
        row(f"`{p.name}`", p.text, words.quantity(p.default, p.unit), p.source)
        for p in parameters_of(AggregateUncertainty)
    )


def alone() -> dict[str, Fragility]:
    """Return the curve with each spread alone at its default, and with none."""
    rule, found = AggregateUncertainty(), {}
    for name in (None, *(name for name in AggregateUncertainty.neutral if name != "sunspot")):
        spreads = {**AggregateUncertainty.neutral, **({} if name is None else {name: getattr(rule, name)})}
        thefts = [0.5, 1, 1.5, 2, 2.5, 3, 3.4, 3.7, 3.9, 4.1, 4.3, 4.5, 4.8, 5.2, 6, 7, 8, 10, 14, MOST]
        found[name or ""] = swept(ALONE, WORLDS_ALONE, thefts, spreads).fragility(RUN)
    return found


def draw(alike: list[Fragility], differ: list[Fragility]) -> None:
    """Draw the curves: left of worlds that are alike, right of those that differ, a colour a number of investors."""
    with figures.style():
        import matplotlib.pyplot as plt

        figure, panels = plt.subplots(1, 2, figsize=(7.6, 3.3), layout="constrained", sharey=True)
        for ax, curves, title in zip(panels, (alike, differ), ("worlds are alike", "worlds differ"), strict=True):
            for k, (size, curve) in enumerate(zip(SIZES, curves, strict=True)):
                draw_curve(ax, curve, look.COLOURS[k], look.MARKERS[k], f"{size.investors:,} investors")
            figures.quiet(ax)
            ax.set(title=title, xlabel="stolen / claims (%)", ylim=(-3, 103), xlim=(0, MOST + 0.5))
        panels[0].set_ylabel("worlds with a run (%)")
        panels[0].legend(frameon=False, loc="lower right")
        figure.savefig(ROOT / PICTURE, dpi=110, facecolor="white")
        plt.close(figure)


def main() -> None:
    """Run, draw, write."""
    pairs = []
    for size in SIZES:
        pairs.append(tuple(swept(size.investors, size.worlds, t, on) for t, on in ((size.thefts, False), (None, True))))
    alike, differ = ([found.fragility(RUN) for found in column] for column in zip(*pairs, strict=True))
    draw(alike, differ)
    parts, sunspot = alone(), AggregateUncertainty().sunspot
    widest = sorted((name for name in parts if name), key=lambda name: -parts[name].width.mean)[:2]
    head = " and ".join(f"`{name}`" for name in widest)
    curves = [
        row(f"{size.investors:,}", str(size.worlds), *(cell for c in both for cell in (value(c, c.middle), width(c))))
        for size, both in zip(SIZES, zip(alike, differ, strict=True), strict=True)
    ]
    spreads = [
        row(f"{size.investors:,}", spread(a), spread(b), failed(a), failed(b))
        for size, (a, b) in zip(SIZES, pairs, strict=True)
    ]
    page = PAGE.format(
        parameters=parameters(), title=ts.load(SCENARIO).title, at=AT, fails=FAILS, alone=ALONE,
        worlds_alone=WORLDS_ALONE, curves="\n".join(curves), spreads="\n".join(spreads), none=width(parts[""]),
        parts="\n".join(row(f"`{n}`", value(c, c.middle), width(c)) for n, c in parts.items() if n),
        sunspot=words.quantity(sunspot, "share"), sunspot_in=1 / (1 - (1 - sunspot) ** (60 / 365)), head=head,
    )  # fmt: skip
    (ROOT / "docs/worlds-differ.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
