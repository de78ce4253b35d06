"""One run in a process of its own: ``python -m trustsim.bench.once INVESTORS VARIANTS DAYS`` prints JSON."""

from __future__ import annotations

import json
import sys
import time

from trustsim.catalog import REGISTRY
from trustsim.experiment import child
from trustsim.kernels import draws
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world import build_network


def main(n_investors: int, n_variants: int, n_days: int) -> None:
    """Run one theft at a lending platform, every mechanism on, and print seconds and peak memory."""
    scenario = from_document(
        {
            "trustsim": 1, "horizon": f"{n_days} d", "seed": 1,
            "network": {"kind": "small_world", "mean_degree": 10, "rewire": "10 %"},
            "investors": {"count": n_investors},
            "platforms": [
                {"name": "Harbour", "kind": "p2p_lending", "custody": "payment_firm", "liquid_share": "15 %"},
            ],
            "shocks": [
                {"kind": "custodian_theft", "platform": "Harbour", "day": n_days // 6, "share": "8 %",
                 "discovery_lag": "1 d", "notice_lag": "1 d"},
            ],
            "variants": {f"variant {v}": [] for v in range(n_variants)},
        },
        REGISTRY,
    )  # fmt: skip
    small = TrustCrisisModel(from_document({**scenario.document, "investors": {"count": 50}}, REGISTRY), rng=1)
    for _ in range(n_days):  # so that compiling, or reading what was compiled, is not timed
        small.step()
    kind = scenario.variants[0].world.network
    times = [time.perf_counter()]
    build_network.build(kind, n_investors, draws.key_of(1, 0))
    times.append(time.perf_counter())
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    times.append(time.perf_counter())
    for _ in range(n_days):
        model.step()
    times.append(time.perf_counter())
    row = {
        "investors": n_investors, "variants": n_variants, "days": n_days, "network_s": times[1] - times[0],
        "set_up_s": times[2] - times[1], "days_s": times[3] - times[2], "peak_bytes": peak_bytes(),
    }  # fmt: skip
    sys.stdout.write(json.dumps(row) + "\n")


def peak_bytes() -> int:
    """Return the peak resident memory of this process; 0 where the system does not tell.

    From /proc, because the peak that ``getrusage`` knows begins with that of the process that started this one.
    """
    try:
        with open("/proc/self/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


if __name__ == "__main__":
    child.follow_parent()
    main(*(int(x) for x in sys.argv[1:4]))
