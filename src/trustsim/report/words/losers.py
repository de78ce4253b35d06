"""Who loses, in sentences: which segment loses most, how late leavers fare, whom the best variant spares."""

from __future__ import annotations

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.intervals import Interval
from trustsim.report.words import reading, standing, words
from trustsim.report.words.reading import LATE, LOSS, SEGMENT, UNHURT
from trustsim.report.words.words import quoted

TAIL = "tail_loss"
HEADS = {LATE: "late over early leavers", UNHURT: f"who lose {standing.HARDLY}", TAIL: "worst-hit 5 % lose"}


def segments(result: Compared) -> dict[str, str]:
    """Return the outcome of every segment's loss, by the segment's name, in the scenario's order."""
    found = [name for name in result.study.outcomes if name.startswith(SEGMENT)]
    return {name.removeprefix(SEGMENT).removesuffix("]"): name for name in found if reading.is_measured(result, name)}


def anyone_loses(result: Compared) -> bool:
    """Whether anybody loses anything in any run."""
    names = [*segments(result).values(), *(n for n in (TAIL, LOSS) if n in result.study.outcomes)]
    return any(bool(np.any(np.nan_to_num(result.study.outcomes[name]) > 0)) for name in names)


def told(result: Compared) -> tuple[str, ...]:
    """Say, point by point, who loses most under the baseline, and whom the best variant clearly spares or burdens."""
    c = result.comparison
    if not segments(result):
        return ()
    if not anyone_loses(result):
        return ("Nobody loses anything, in any world and under any variant.",)
    best = next(iter(c.remedies), None)
    parts = [_most(result, c.baseline), _late(result, c.baseline)]
    if best is not None and c.ranked_by is not None:
        parts.append(_spared(result, best))
    return tuple(part for part in parts if part)


def _most(result: Compared, variant: str) -> str:
    """Say which segment loses most under one variant, if that is clear, and how much each loses."""
    found = segments(result)
    levels = {s: reading.level(result, name, variant) for s, name in found.items()}
    if all(level.mean == 0 for level in levels.values()):
        return f"Under {quoted(variant)} no segment loses anything."
    order = sorted(levels, key=lambda s: -levels[s].mean)
    each = [f"{quoted(s)} {words.quantity(levels[s].mean, 'share')}" for s in order]
    if len(order) == 1:
        return f"There is one segment, {quoted(order[0])}; under {quoted(variant)} it loses {_share(levels[order[0]])}."
    top, lost = order[0], reading.values(result, found[order[0]], variant)
    c = result.comparison
    measure = c.measures[found[top]]
    gaps = {s: measure.paired(lost, reading.values(result, found[s], variant)) for s in order[1:]}
    if all(standing.tells_apart(c, found[top], gap) for gap in gaps.values()):
        gap = gaps[order[1]]
        text = f"Under {quoted(variant)} the segment {quoted(top)} loses most"
        span = words.interval(gap.low, gap.high, "share", signed=True)
        more = words.change(gap.mean, "share")
        return f"{text}: of its money at day 0, {words.listing(each)} ({more} against the next, 95 % interval {span})."
    return f"Under {quoted(variant)} no segment clearly loses most: of its money at day 0, {words.listing(each)}."


def _share(level: Interval) -> str:
    return f"{words.quantity(level.mean, 'share')} of its money ({words.interval(level.low, level.high, 'share')})"


def _late(result: Compared, variant: str) -> str:
    """Say how late leavers and stayers fare against early ones, and in how many worlds that is known."""
    if not reading.is_measured(result, LATE):
        return ""
    level, n = reading.level(result, LATE, variant), result.comparison.n
    if level.n == 0:
        return f"Under {quoted(variant)} the first half to ask lost nothing, in any world."
    found = reading.values(result, LATE, variant)
    times, span = words.quantity(level.mean), words.interval(level.low, level.high)
    text = f"Under {quoted(variant)} those who stayed or asked late lost {words.quantity(float(np.nanmedian(found)))}"
    text += f" times the share of the first half to ask in the median world, and on average {times} times"
    text += f" (95 % interval {span})"
    where = (
        f"the {level.n} of {words.plural(n, 'world')} where the early lost anything"
        if level.n < n
        else f"all {words.plural(n, 'world')}"
    )
    return f"{text}, in {where}."


def _spared(result: Compared, best: str) -> str:
    """Say which segments the best variant clearly spares and burdens."""
    sides: dict[str, list[str]] = {"better": [], "worse": [], "unclear": []}
    for segment, name in segments(result).items():
        found = reading.difference(result, name, best)
        span = words.interval(found.low, found.high, "share", signed=True)
        side = standing.verdict(result.comparison, name, found)
        text = (
            quoted(segment) if side == "unclear" else f"{quoted(segment)} ({words.change(found.mean, 'share')}, {span})"
        )
        sides[side].append(text)
    clear = [
        f"{verb} {words.listing(sides[side])}"
        for verb, side in (("spares", "better"), ("burdens", "worse"))
        if sides[side]
    ]
    text = f"{quoted(best)}, {'first in rank' if best == result.comparison.ranking[0] else 'next in rank'},"
    if not clear:
        return f"{text} makes no clear difference to what any segment loses."
    text = f"{text} clearly {' and '.join(clear)}"
    return f"{text}; no clear difference for {words.listing(sides['unclear'])}." if sides["unclear"] else f"{text}."


def defined(result: Compared) -> str:
    """Say in how many worlds late can be set against early."""
    c = result.comparison
    text = (
        "Late over early: the loss share of those who stayed or asked late over that of the first half to ask, defined"
    )
    counts = {name: reading.level(result, LATE, name).n for name in c.variants}
    few, most = min(counts.values()), max(counts.values())
    if few == most:
        where = f"{'all' if few == c.n else f'{few} of'} {words.plural(c.n, 'world')}"
        return f"{text} in {where}, where the early lost anything."
    return f"{text} where the early lost anything: by variant, in {few} to {most} of {words.plural(c.n, 'world')}."
