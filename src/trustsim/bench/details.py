"""What stands behind the figures, for whoever wants to know where the time goes; no targets, wall-clock times."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from trustsim.bench import process, speed

SHARES = [0.0, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0]
_SIZES, _WIDTHS, _BUDGET = [1_000, 10_000, 100_000, 1_000_000], [1, 8, 32], 8_000_000


def measure(file: str | os.PathLike[str], tell: Callable[[str], None]) -> dict[str, Any]:
    """Return the details as plain data; *tell* hears what is being measured."""
    steps: dict[str, tuple[str, Callable[[], Any]]] = {
        "per_investor_day": ("calm and crisis", lambda: speed.per_investor_day(file, _SIZES, _WIDTHS, _BUDGET)),
        "by_share_acting": ("time by share acting", lambda: speed.by_share_acting(100_000, SHARES)),
        "push": ("push against a plain gather", lambda: speed.push_against_gather(1_000_000)),
        "study": ("a study on two workers", lambda: process.study(file, 1_000)),
    }
    answer = {}
    for name, (words, work) in steps.items():
        tell(words)
        answer[name] = work()
    return answer


def lines(x: dict[str, Any]) -> Iterator[str]:
    """Yield the details as tables of at most 80 columns."""
    yield "ns per investor, day and variant     investors  variants      calm    crisis"
    for r in x["per_investor_day"]:
        times = f"  {r['left_out']}" if "left_out" in r else f"{r['calm_ns']:>10.1f}{r['crisis_ns']:>10.1f}"
        yield f"{'':<34}{r['investors']:>12,}{r['variants']:>10}{times:>20}"
    yield ""
    yield "share acting   microseconds a day   ns per investor   (100,000 investors)"
    for r in x["by_share_acting"]:
        yield f"{r['share']:>12.2%}{r['us_per_day']:>21,.0f}{r['ns_per_investor']:>18.2f}"
    push = x["push"]
    yield ""
    yield f"push to neighbours, {push['investors']:,} investors: {push['push_gb_per_s']:.2f} GB/s,"
    yield f"plain gather {push['gather_gb_per_s']:.2f} GB/s; edges: {push['share']:.0%} of the gather's rate"
    study = x["study"]
    size = f"{study['replications']:,} replications, {study['variants']} variants"
    peaks = f"peak {study['peak_bytes'] / 2**20:.0f} MiB, {study['part_peak_bytes'] / 2**20:.0f} with a fifth of them"
    yield ""
    yield f"{size}, {study['investors']:,} investors, {study['days']} days, run store:"
    yield f"{study['seconds']:.1f} s with two workers, of which {study['own_share']:.0%} to hand out and write;"
    yield f"two workers: {study['speed_up']:.2f} times one; {peaks}"
