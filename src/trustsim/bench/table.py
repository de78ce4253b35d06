"""All measurements in order, and how they are printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from typing import Any

from trustsim.bench import process, speed

SHARES = [0.0, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0]
QUICK_BUDGET, BUDGET = 400_000, 8_000_000


def measure(file: str | os.PathLike[str], *, quick: bool, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return every measurement as plain data; *tell* hears what is being measured."""
    sizes = [1_000, 10_000] if quick else [1_000, 10_000, 100_000, 1_000_000]
    steps: dict[str, tuple[str, Callable[[], Any]]] = {
        "per_investor_day": (
            "time per investor, day and variant",
            lambda: speed.per_investor_day(file, sizes, [1, 8, 32], QUICK_BUDGET if quick else BUDGET),
        ),
        "against_objects": (
            "minimal rule against Mesa objects",
            lambda: speed.against_objects(2_000 if quick else 10_000, 100, [1, 32]),
        ),
        "push": ("push against a plain gather", lambda: speed.push_against_gather(10_000 if quick else 1_000_000)),
        "memory": ("peak memory", lambda: process.memory(100_000)),
        "start_up": ("start-up", lambda: process.start_up(file)),
        "by_share_acting": ("time by share acting", lambda: speed.by_share_acting(100_000, SHARES)),
        "many_small": ("many small replications", lambda: speed.many_small(20 if quick else 1_000, 1_000, 100)),
        "large": ("one large run", lambda: process.one_run(100_000 if quick else 1_000_000, 4, 180)),
        "study": ("a whole study", lambda: process.study(file, 20 if quick else 1_000)),
    }
    answer: dict[str, Any] = {"format": 1, "machine": machine(), "quick": quick}
    for name, (words, work) in steps.items():
        tell(words)
        answer[name] = work()
    return answer


def machine() -> dict[str, Any]:
    """Return what the numbers were measured on."""
    return {
        "processor": _processor(), "cpus": os.cpu_count(), "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }  # fmt: skip


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def text(x: dict[str, Any]) -> str:
    """Return the measurements as tables of at most 80 columns."""
    return "\n".join(_lines(x))


def _lines(x: dict[str, Any]) -> Iterator[str]:
    m = x["machine"]
    yield f"{m['processor']}, {m['cpus']} CPUs; Python {m['python']}; {m['system']}"
    yield ""
    yield "a  ns per investor, day and variant   investors  variants      calm    crisis"
    for r in x["per_investor_day"]:
        times = f"  {r['left_out']}" if "left_out" in r else f"{r['calm_ns']:>10.1f}{r['crisis_ns']:>10.1f}"
        yield f"{'':<35}{r['investors']:>12,}{r['variants']:>10}{times:>20}"
    b = x["against_objects"]
    yield ""
    yield f"b  minimal rule, {b['investors']:,} investors, {b['days']} days, {b['out_at_end']:,} out at the end"
    yield f"   Mesa objects: {b['objects_ns']:,.0f} ns per investor-day"
    for r in b["engine"]:
        same = "same trajectory" if r["same_trajectory"] else "ANOTHER TRAJECTORY"
        yield f"   engine, {r['variants']:>2} variants: {r['ns']:.2f} ns, {r['ratio']:,.0f} times as fast; {same}"
    c = x["push"]
    yield ""
    yield f"c  push to neighbours, {c['investors']:,} investors: {c['push_gb_per_s']:.2f} GB/s,"
    yield f"   plain gather {c['gather_gb_per_s']:.2f} GB/s; edges: {c['share']:.0%} of the gather's rate"
    d = x["memory"]
    yield ""
    yield f"d  peak memory: {d['bytes_per_investor']:,.0f} bytes per investor and"
    yield f"   {d['bytes_per_investor_and_variant']:,.0f} more per investor and variant"
    e = x["start_up"]
    yield ""
    yield f"e  --help {e['help_s']:.2f} s, check {e['check_s']:.2f} s, first comparison {e['compare_cold_s']:.1f} s"
    yield f"   with a cold compile cache, {e['compare_warm_s']:.1f} s with a warm one"
    yield ""
    yield "f  share acting   microseconds a day   ns per investor   (100,000 investors)"
    for r in x["by_share_acting"]:
        yield f"{r['share']:>15.2%}{r['us_per_day']:>21,.0f}{r['ns_per_investor']:>18.2f}"
    g = x["many_small"]
    yield ""
    yield f"g  {g['replications']:,} replications of {g['investors']:,} investors, {g['days']} days, new networks:"
    yield f"   {g['seconds']:.2f} s (setting up {g['set_up_s']:.2f}, days {g['days_s']:.2f})"
    h = x["large"]
    yield ""
    yield f"h  {h['investors']:,} investors, {h['variants']} variants, {h['days']} days: {h['days_s']:.1f} s,"
    peak = h["peak_bytes"] / 2**30
    yield f"   setting up {h['set_up_s']:.1f} s, of which network {h['network_s']:.2f} s; peak {peak:.2f} GiB"
    i = x["study"]
    yield ""
    size = f"{i['replications']:,} replications, {i['variants']} variants"
    yield f"i  {size}, {i['investors']:,} investors, {i['days']} days, run store:"
    yield f"   {i['seconds']:.1f} s with two workers, of which {i['own_share']:.0%} to hand out and write;"
    peaks = f"peak {i['peak_bytes'] / 2**20:.0f} MiB, {i['part_peak_bytes'] / 2**20:.0f} with a fifth of them"
    yield f"   two workers: {i['speed_up']:.2f} times one; {peaks}"
