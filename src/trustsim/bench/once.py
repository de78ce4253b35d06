"""A large world in a process of its own: ``python -m trustsim.bench.once FILE INVESTORS VARIANTS TURNS``, in JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from trustsim.bench.declared import NAME, declare
from trustsim.bench.worlds import story
from trustsim.bench.yardstick import calm, cpu, pass_over
from trustsim.experiment import child

_WITH_COLUMN = {f"mechanisms.{NAME}": True}
_SMALL = 100


def large(file: str | os.PathLike[str], n_people: int, n_variants: int, turns: int) -> dict[str, Any]:
    """Time the account pass of a calm day, without and with the declared column, in turns; after :func:`declare`.

    Returns CPU seconds of each pass, ``passes`` and ``column``, and ``bytes``: peak memory of the world without the
    column beyond that of one of 100 people, for an account of one variant.
    """
    for more in (_WITH_COLUMN, None):  # so that compiling is not timed
        pass_over(calm(story(file, _SMALL, 1, more)))
    before = peak_bytes()
    bare = calm(story(file, n_people, n_variants))
    size = (peak_bytes() - before) / bare.state.flags.size
    declared = calm(story(file, n_people, n_variants, _WITH_COLUMN))
    passes, column = [], []
    for _ in range(turns):
        passes.append(cpu(lambda: pass_over(bare)))
        column.append(cpu(lambda: pass_over(declared)))
    return {"passes": passes, "column": column, "bytes": size}


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
    declare()
    sys.stdout.write(json.dumps(large(sys.argv[1], *(int(x) for x in sys.argv[2:5]))) + "\n")
