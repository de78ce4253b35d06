"""Make ``docs/real-series.md`` and its picture: ``python docs/real_series.py ../shared/data``, half an hour.

Failures of Chinese lending platforms and of American banks by month are read where they lie, and set beside those of
worlds with the same people and other institutions.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from made.national import Ints, Regions, Shape, banks_that_failed, platforms_that_failed, regions, shape
from made.rates import (
    CHANCES,
    COUNTRIES,
    DRAWN_FROM,
    FIRST,
    FITTED,
    POINTS,
    REGIONS,
    SHARES,
    countries,
    country,
    fitted,
    losses,
    nearest,
    points,
    said,
)
from trustsim.report.pictures import figures, look

ROOT = Path(__file__).resolve().parent.parent
PICTURE = "docs/pictures/real-series.png"
PLATFORMS, BANKS = (ROOT / "scenarios/history" / f"{name}.yaml" for name in ("p2p_failures", "bank_failures"))
LAWS = ("as it was", "closure", "guarantee and closure")  # of the platforms
TAKEN = ("as it was", "no guarantee", "no closure", "rules of the platforms")  # from the banks
DOUBTED = "a guarantee believed by 95 %"
STATES = 100  # regions of banks
PAGE = """# Real series of failures

Made by `python docs/real_series.py FOLDER` from data and runs; do not edit. Chinese lending platforms failed in spikes;
American banks failed for years. Do the same people give both, with other institutions? No parameter of behaviour is
set. A *world* is a region of 80 platforms or banks, whose people hear of all of them; a country is the sum of
{regions} regions (2,480 platforms; E-20 counts 2,474) or {states} (8,000 banks, assumed). Months are of 30 days.

## What happened

| series | failures a month | variance / mean | lag-1 |
|---|---|---|---|
| platforms in withdrawal difficulty, April 2013 to December 2016 | {fit_row} |
| the same, 2017 | {year_row} |
| the same, 2015 to 2017 (E-26) | {all_row} |
| banks closed, 2008 to 2013 (E-29) | {bank_row} |

Variance / mean is 1 where each fails for itself. Lag-1 is the autocorrelation with the next month.

## Platforms: fitted to 2013–2016, 2017 predicted

[`p2p_failures`](../scenarios/history/p2p_failures.yaml). **Put in**: hidden losses that strike platforms one by one, at
one rate, alike from the first day to the last. Nothing is dated, and no shock is common. Balance sheets
were chosen so that nothing fails where nothing strikes. **What comes out**: waves.
{not_struck:.0f} % of the platforms that fail were struck by nothing: they fail because others did.

The rate ({low} to {high} % a day) and the size ({small:.0f} to {large:.0f} % of the assets) are fitted: {n_points}
points over the ranges, one country each; planes through ln mean, ln variance / mean and lag-1; the point nearest to
what happened, in units of how far countries lie from the planes. It is a chance of **{chance:.4f} % a day** and a size
of **{share:.0f} %**, at a distance² of {distance:.1f} (three figures, two numbers).

| April 2013 to December 2016 | failures a month | variance / mean | lag-1 |
|---|---|---|---|
| happened | {fit_row} |
| at the fit [95 %] | {fit_said} |
| verdict | {fit_verdict} |

| 2017, not used | failures a month | variance / mean | lag-1 |
|---|---|---|---|
| happened | {year_row} |
| predicted [95 %] | {year_said} |
| verdict | {verdict} |

The intervals are those of {countries:,} countries at the fit, each of {regions} of {drawn} regions, stretched for what
countries of the same regions have in common. Doubt about the fit is not in them; and all points of the fit have the
same regions, whose luck is in it. What lies in a wide interval is a weak hit: a year of 12 counts says little.

## The same regions under other rules

| rules | failures a month | variance / mean | lag-1 | out of cash, % of failures |
|---|---|---|---|---|
{laws}

With the rules as they were, in place of 31 regions of 80 platforms in steps of 5 days:

| instead | failures a month | variance / mean | lag-1 | out of cash, % of failures |
|---|---|---|---|---|
{elsewhere}

## Banks: the same people, other institutions

[`bank_failures`](../scenarios/history/bank_failures.yaml). People, their number and links are those of the worlds of
platforms. **Put in**: a loss that begins for all banks on the first day, builds up over three years, and differs
between banks and between regions; its size, by hand, so that about as many fail as did. A guarantee that is believed in
full, a line of credit, and a law by which whoever is known to be insolvent is closed. Balance sheets, and that full
belief, were chosen in view of runs. **What comes out**: when they fail, and together or not.

| rules | failures a month | variance / mean | lag-1 | out of cash, % of failures |
|---|---|---|---|---|
| happened | {bank_row} | – |
{taken}

![Above, platforms by month: those that failed and one simulated country. Below, banks: those that failed, simulated as
it was, and without the guarantee](pictures/real-series.png)

*Failures by month. Above: Chinese platforms in withdrawal difficulty, and one simulated country at the fit. Below:
American banks, and simulated with their institutions and without the guarantee.*

{reading}

Of 1,000 random halves of the regions, {spikes:.0f} % have fewer spikes with the guarantee, and {lasts:.0f} % the
longer lag.

**What is missed.** Failures of banks last longer than they did: months follow each other too smoothly. The chance of a
loss at the platforms is at the lower end of its range, and fewer fail in the mean than did.

## What this leaves out

- **Platforms that enter.** All stand on the first day, and who has failed is not replaced. From 2013 to 2015 the real
  sector grew severalfold; so a rate for each platform that stands would have been higher early than this fit says.
- **How many know of a platform.** A failure is news about every other platform of the region, with the same weight
  whether there are 40 or 120. So 80 is an assumption, and no rate of this page holds for another number.
- **What the country has in common**: no news passes from region to region, and no loss strikes them all.
- **Causes.** A platform is out of cash or closed as insolvent. Fraud, dead websites and police, most of the Chinese
  list, are no cause here, and platforms have no age (E-28).
- **The calendar**: the peaks before the New Year are not in the model.
"""


def row(found: Shape) -> str:
    """Return a shape as cells."""
    return f"{found.mean:.1f} | {found.dispersion:.1f} | {found.lag:.2f}"


def span(cells: list[tuple[float, float, float]]) -> str:
    """Return values with intervals as cells."""
    ways = (".1f", ".1f", ".2f")
    return " | ".join(f"{v:{way}} [{a:{way}} to {b:{way}}]" for (v, a, b), way in zip(cells, ways, strict=True))


def verdict(happened: Shape, cells: list[tuple[float, float, float]]) -> str:
    """Return hit or miss of each figure."""
    return " | ".join("hit" if a <= x <= b else "miss" for x, (_, a, b) in zip(happened, cells, strict=True))


def rules(name: str, found: Regions, months: Ints) -> str:
    """Return the row of a variant; *months* (months,) are those of the country."""
    return f"| {name} | {row(shape(months))} | {100 * found.out_of_cash:.0f} |"


def elsewhere(chance: float, share: float) -> Iterator[str]:
    """Yield the rows of platforms at the fit, in shorter steps and in more regions of fewer platforms."""
    for name, n_regions, changes in (
        ("62 regions of 40 platforms", 2 * REGIONS, {"platforms.0.copies": 40, "investors.count": 1000}),
        ("steps of 2 days", REGIONS, {"step": "2 d"}),
    ):
        found = regions(PLATFORMS, "as it was", n_regions, **losses(chance, share), **changes)
        yield rules(name, found, found.failures.sum(axis=0)[FIRST:])


def draw(platforms: dict[str, int], ours: Ints, banks: dict[str, int], as_it_was: Ints, bare: Ints) -> None:
    """Draw both series beside those of worlds."""
    with figures.style():
        import matplotlib.pyplot as plt

        figure, (above, below) = plt.subplots(2, 1, figsize=(8.2, 5.6), layout="constrained")
        for ax, real in ((above, platforms), (below, banks)):
            ax.bar(range(len(real)), list(real.values()), color=look.GRID, width=0.9, label="happened")
            firsts = [(k, month[:4]) for k, month in enumerate(real) if month.endswith("-01")]
            ax.set_xticks([k for k, _ in firsts], [year for _, year in firsts])
            ax.set(ylabel="failures a month", xlim=(-1, len(real)))
        above.plot(ours, color=look.COLOURS[0], lw=1.4, label="simulated")
        above.axvline(FITTED - 0.5, color=look.BASELINE, lw=1, ls=":")
        above.text(FITTED, above.get_ylim()[1] * 0.9, "predicted", color=look.MUTED)
        below.plot(bare, color=look.COLOURS[1], lw=1.2, label="simulated, no guarantee")
        below.plot(as_it_was, color=look.COLOURS[0], lw=1.4, label="simulated, as it was")
        for ax, where in ((above, "upper left"), (below, "upper right")):
            ax.legend(frameon=False, fontsize=8, loc=where)
        figure.savefig(ROOT / PICTURE, dpi=90, facecolor="white")
        plt.close(figure)


def reading(happened: Shape, found: dict[str, Shape]) -> str:
    """Return what the banks say, in a sentence for each figure."""
    names = ("as it was", "no guarantee", DOUBTED, "rules of the platforms")
    ours, bare, doubted, theirs = (found[name] for name in names)
    spikes = "fewer spikes" if ours.dispersion < bare.dispersion else "no fewer spikes"
    lasts = "lasts longer" if ours.lag > bare.lag else "does not last longer"
    said_so = (
        f"With the guarantee there are {spikes} than without it (variance / mean {ours.dispersion:.1f} against "
        f"{bare.dispersion:.1f}; {happened.dispersion:.1f} happened), and what happens {lasts} (lag-1 {ours.lag:.2f} "
        f"against {bare.lag:.2f}; {happened.lag:.2f} happened). That hangs on full belief: believed by 95 % it gives "
        f"{doubted.dispersion:.1f} and {doubted.lag:.2f}. Under the rules of the platforms {theirs.mean:.0f} "
        f"fail a month, at a variance / mean of {theirs.dispersion:.0f}."
    )
    return textwrap.fill(said_so, 120)


def in_halves(ours: Ints, bare: Ints, n: int = 1000) -> tuple[float, float]:
    """Return in which share of halves of the same regions, int64 (worlds, months), *bare* has the higher dispersion,
    and *ours* the higher lag."""
    rng = np.random.default_rng(1)
    halves = [rng.choice(len(ours), len(ours) // 2, replace=False) for _ in range(n)]
    pairs = [(shape(ours[half].sum(axis=0)), shape(bare[half].sum(axis=0))) for half in halves]
    spikes, lasts = ([b.dispersion > a.dispersion for a, b in pairs], [a.lag > b.lag for a, b in pairs])
    return float(np.mean(spikes)), float(np.mean(lasts))


def main(folder: Path) -> None:
    """Fit, predict, change the rules, write."""
    real, banks = platforms_that_failed(folder), banks_that_failed(folder)
    series = np.array(list(real.values()))
    before, after = shape(series[:FITTED]), shape(series[FITTED:])
    at = points()
    best, distance = nearest(fitted(at, [country(PLATFORMS, *point)[0] for point in at.tolist()]), before)
    found = {law: regions(PLATFORMS, law, REGIONS, **losses(*best)) for law in LAWS[1:]}
    found[LAWS[0]] = regions(PLATFORMS, LAWS[0], DRAWN_FROM, **losses(*best))
    fit, year = (said(each) for each in countries(found[LAWS[0]].failures))
    states = {law: regions(BANKS, law, STATES) for law in TAKEN}
    states[DOUBTED] = regions(BANKS, "as it was", STATES, **{"variants.as it was.0.credibility": 0.95})
    of_states = {law: each.failures.sum(axis=0) for law, each in states.items()}
    ours = found[LAWS[0]].failures[:REGIONS].sum(axis=0)[FIRST:]
    draw(real, ours, banks, of_states["as it was"], of_states["no guarantee"])
    closed = shape(np.array(list(banks.values())))
    spikes, lasts = in_halves(states["as it was"].failures, states["no guarantee"].failures)
    page = PAGE.format(
        spikes=100 * spikes, lasts=100 * lasts,
        regions=REGIONS, states=STATES, fit_row=row(before), year_row=row(after),
        all_row=row(shape(series[list(real).index("2015-01") :])), bank_row=row(closed),
        not_struck=100 * found["as it was"].not_struck, low=CHANCES[0], high=CHANCES[1], small=SHARES[0],
        large=SHARES[1], n_points=POINTS, chance=best[0], share=best[1], distance=distance,
        fit_said=span(fit), fit_verdict=verdict(before, fit), year_said=span(year), verdict=verdict(after, year),
        countries=COUNTRIES, drawn=DRAWN_FROM,
        elsewhere="\n".join(elsewhere(*best)),
        laws="\n".join(rules(law, found[law], found[law].failures[:REGIONS].sum(axis=0)[FIRST:]) for law in LAWS),
        taken="\n".join(rules(law, states[law], of_states[law]) for law in states),
        reading=reading(closed, {law: shape(months) for law, months in of_states.items()}),
    )  # fmt: skip
    (ROOT / "docs/real-series.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
