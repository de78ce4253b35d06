"""Make ``docs/reliability.md`` and its picture: ``python docs/reliability.py``, some minutes on two cores.

Small worlds with many balance sheets are run; on each day of a platform its state is noted, and whether it failed
within the 90 days after. A logistic regression on one half of the worlds gives the defaults of ``health``; the
true risk as the model then states it is held against the other half. Where the fit moves, write its figures into
``health`` and run this again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import trustsim as ts
from made.failing import PEOPLE, POINTS, WITHIN, Days, Floats, failing, run
from trustsim.analysis.intervals import proportion
from trustsim.kernels.layout import WINDING, Gauges
from trustsim.mechanisms.balance_sheet.health import Health
from trustsim.model.batch import Batch
from trustsim.report.pictures import figures, look

ROOT = Path(__file__).resolve().parent.parent
PICTURE = "docs/pictures/reliability.png"
FILES = 480  # worlds
PAIRS = 16  # of kinds of platforms: so many worlds have them all, and every other so many are of one half
_PRIOR = 0.01  # of a coefficient: 1 / variance
PARAMETERS = ("fails_base", "fails_equity", "fails_hole", "fails_cash", "fails_arrears")
#: shipped files: variant, the day on which the risk is read, another horizon
SHIPPED: tuple[tuple[str, str, int, str | None], ...] = (
    ("calm.yaml", "calm", 0, None), ("calm.yaml", "calm", 270, None), ("quickstart.yaml", "nothing", 0, None),
    ("quickstart.yaml", "nothing", 30, None), ("quickstart.yaml", "gate", 45, None),
    ("history/false_rumour_sound_bank.yaml", "silence", 4, None),
    ("history/concentrated_connected_uninsured.yaml", "nothing", 0, "10 d"),
    ("history/concentrated_connected_uninsured.yaml", "nothing", 2, "10 d"),
)  # fmt: skip
WORLDS = 100  # of each
EQUITIES = (-0.25, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.31)  # bounds of what is shown by equity
LITTLE = 0.05  # cash beyond what waits / claims
SHOWN = (3e-4, 0.9997)  # least and most that the picture shows: all ten tenths lie within
HEAD = """# The true risk

Made by `python docs/reliability.py` from the results; do not edit. What is called the true risk of a platform, and
[misperception](outcomes.md) is measured against, is the probability that it fails within 90 days as it stands: how
often platforms in that state do in this model. (Being wound down in order is no failure.) Nobody in the model reads it;
investors read what is published.

"""
METHOD = """## How it is found

{files} small worlds of {people} investors, each under {points} balance sheets of two platforms: a Latin hypercube over
liquidity (1 to 100 %), equity (−100 to 30 %, three in ten below −35 %), patience, what can be sold and at what price,
over what befalls them in the first month (nothing, losses told and untold, theft, misuse, a false rumour, an outage)
and over gates; all four kinds of platform. A day counts from the last of the shocks on: the risk is that of the
platform as it stands, with what it hides, and *not* of shocks to come. A logistic regression on every other sixteen
worlds gives

| parameter of `health` | fitted | in force |
|---|---|---|
{fit}

Below, the risk that the model states is held against the other half: {days} days of platforms, of which {failed} had
failed 90 days later, and {expected} should have. The line of what happens on what is stated (both as log-odds) has the
slope {slope}, where 1 says that the risk is a probability; intervals are over worlds drawn again.

![Share of platforms that failed within 90 days against the stated probability, by tenths of the days; on the diagonal
both are the same](pictures/reliability.png)

| stated, % | failed within 90 days, % [95 %] |
|---|---|
{deciles}

The same by equity (what lacks more than a quarter stands in the first row), of days with little cash (less than 5 % of
the claims beyond what waits) and of all others. What is known to be insolvent is closed, the deeper the sooner, and any
platform fails once its clients ask for more than it has: below zero each unit of equity weighs several times what it
weighs above.

| equity / claims, % | little cash: stated, % | failed, % | more cash: stated, % | failed, % |
|---|---|---|---|---|
{equity}

"""
LIMITS = """## What it says of the shipped files

Mean over {worlds} worlds, on a day of the file, and what happened in the next 90 days or up to the horizon (of the
bank of E-01, 10 days).

| scenario | variant | day | stated, % | failed, % [95 %] |
|---|---|---|---|---|
{shipped}

**What it is not.** It knows the balance sheet, the queue and the arrears, and no more: not who the clients are, how
they are linked, what they have just heard, which guarantee they have. It does not know either who cannot fail within 90
days, because patience less arrears is longer or a rule suspends payments: of such a platform it states the risk of
others with that balance sheet. It is right on average over worlds with clients as they are by default. In a file with
other clients it is off, as the bank of E-01 shows, whose clients all run at once: there `health` would have to be
fitted again. Where nothing strikes, as in a calm year, hardly any fails, and it says several per cent all the same:
three in four of the platforms that it was fitted to had just been struck, and their clients remember.
"""


@dataclass(frozen=True)
class Line:
    """The calibration line, logit of what happens on what is stated: 0 and 1 where the risk is a probability."""

    intercept: float
    slope: float


def logistic(features: Floats, fails: NDArray[np.bool_]) -> Floats:
    """Return the coefficients of a logistic regression, the constant first: Newton's steps.

    With a normal prior of standard deviation 10 on each, so that what fails always does not count for infinitely much.
    """
    x = np.column_stack([np.ones(len(features)), features])
    found = np.zeros(x.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        weight = chance * (1 - chance)
        bent = (x.T * weight) @ x + _PRIOR * np.eye(x.shape[1])
        step = np.linalg.solve(bent, x.T @ (fails - chance) - _PRIOR * found)
        found += step
        if np.abs(step).max() < 1e-9:
            break
    return found


def fitted(days: Days) -> dict[str, float]:
    """Return the parameters of ``health`` that describe these days best."""
    base, equity, hole, cash, arrears = logistic(days.state, days.fails)
    return dict(zip(PARAMETERS, (base, -equity, hole, -cash, arrears), strict=True))


def calibrated(days: Days) -> Line:
    """Return the calibration line of the stated risk on these days."""
    return Line(*logistic(days.stated[:, None], days.fails))


def resampled(days: Days, n: int = 200) -> list[Days]:
    """Return the days of as many worlds, drawn again with replacement: days and variants of a world are alike."""
    rng = np.random.default_rng(1)
    worlds = [np.flatnonzero(days.world == w) for w in np.unique(days.world)]
    picks = (np.concatenate([worlds[k] for k in rng.integers(0, len(worlds), len(worlds))]) for _ in range(n))
    return [Days(*(column[pick] for column in days)) for pick in picks]


def deciles(days: Days) -> Floats:
    """Return float64 (10, 2): the days in ten parts by stated risk, with its mean and the share that fails."""
    order = np.argsort(days.stated, kind="stable")
    stated = 1 / (1 + np.exp(-days.stated))
    return np.array([(stated[c].mean(), days.fails[c].mean()) for c in np.array_split(order, 10)])


def by_equity(days: Days) -> Iterator[str]:
    """Yield the rows of the table by equity: stated and failed, with little cash and with more."""
    equity = days.state[:, 0] - days.state[:, 1]
    for low, high in pairwise(EQUITIES):
        cells = [f"{100 * low:.0f} to {100 * high:.0f}"]
        for has_cash in (False, True):
            which = (equity >= low) & (equity < high) & ((days.state[:, 2] >= LITTLE) == has_cash)
            stated = 1 / (1 + np.exp(-days.stated[which]))
            cells += [_percent(x.mean()) if which.any() else "–" for x in (stated, days.fails[which])]
        yield "| " + " | ".join(cells) + " |"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}" if share < 0.1 else f"{100 * share:.0f}"


def _both(low: float, high: float) -> str:
    return f"[{_percent(low)} to {_percent(high)}]"


def shipped(file: str, name: str, day: int, horizon: str | None) -> str:
    """Return the row of a shipped scenario: what is stated on a day, and what happened after."""
    scenario = ts.load(ROOT / "scenarios" / file, overrides={} if horizon is None else {"horizon": horizon})
    variant = next(v for v in scenario.variants if v.name == name)
    batch = Batch(scenario, [variant], range(WORLDS))
    for _ in range(scenario.n_days):
        batch.step()
    step = round(day / scenario.step)
    stands = batch.history[step, Gauges.STATUS] < WINDING
    stated = 1 / (1 + np.exp(-batch.history[step, Gauges.RISK][stands]))
    found = proportion(failing(batch.history, round(WITHIN / scenario.step))[step][stands].astype(np.float64))
    cells = (f"[{scenario.title}](../scenarios/{file})", name, str(day), _percent(stated.mean()))
    return "| " + " | ".join((*cells, f"{_percent(found.mean)} {_both(found.low, found.high)}")) + " |"


def page(ours: Days, theirs: Days) -> str:
    """Return the page: the fit on *ours*, the check on *theirs*."""
    again = resampled(theirs)
    slopes = np.percentile([calibrated(days).slope for days in again], [2.5, 97.5])
    low, high = np.percentile([deciles(days)[:, 1] for days in again], [2.5, 97.5], axis=0)
    parts = deciles(theirs)
    draw(parts, low, high)
    force = Health()
    return HEAD + METHOD.format(
        files=FILES, people=PEOPLE, points=POINTS, days=f"{len(theirs.fails):,}",
        failed=f"{100 * theirs.fails.mean():.1f} %",
        expected=f"{100 * np.mean(1 / (1 + np.exp(-theirs.stated))):.1f} %",
        fit="\n".join(f"| `{name}` | {x:.2f} | {getattr(force, name):g} |" for name, x in fitted(ours).items()),
        slope=f"{calibrated(theirs).slope:.2f} [{slopes[0]:.2f} to {slopes[1]:.2f}]",
        deciles="\n".join(
            f"| {_percent(p)} | {_percent(q)} {_both(lo, hi)} |"
            for (p, q), lo, hi in zip(parts, low, high, strict=True)
        ),
        equity="\n".join(by_equity(theirs)),
    ) + LIMITS.format(worlds=WORLDS, shipped="\n".join(shipped(*row) for row in SHIPPED))  # fmt: skip


def draw(parts: Floats, low: Floats, high: Floats) -> None:
    """Draw the reliability diagram: what happened against what was stated, both as log-odds."""
    with figures.style():
        import matplotlib.pyplot as plt

        figure, ax = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
        ax.plot(SHOWN, SHOWN, color=look.BASELINE, lw=1)
        stated, shown = np.clip(parts[:, 0], *SHOWN), np.clip([parts[:, 1], low, high], *SHOWN)
        ax.vlines(stated, shown[1], shown[2], color=look.COLOURS[0], alpha=0.5, lw=3)
        ax.plot(stated, shown[0], "o", color=look.COLOURS[0], ms=5)
        ticks = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
        ax.set(xscale="logit", yscale="logit", xlim=SHOWN, ylim=SHOWN)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_ticks(ticks, [f"{100 * x:g}" for x in ticks])
            axis.set_ticks([], minor=True)
        ax.set(xlabel="stated probability of failing within 90 days (%)", ylabel="failed within 90 days (%)")
        figure.savefig(ROOT / PICTURE, dpi=90, facecolor="white")
        plt.close(figure)


def main() -> None:
    """Run, fit, hold against the other half, write."""
    days = run(FILES, seed=1)
    is_ours = days.world // PAIRS % 2 == 0
    halves = (Days(*(column[which] for column in days)) for which in (is_ours, ~is_ours))
    (ROOT / "docs/reliability.md").write_text(page(*halves), encoding="utf-8")


if __name__ == "__main__":
    main()
