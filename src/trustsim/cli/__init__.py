"""The command line: parses, calls, prints. What a command needs is imported when it runs, so that help is quick.

Exit status: 0 done, 1 an expectation was not met, 2 the input is wrong, 3 some runs failed, 130 interrupted.
"""

from trustsim.cli import (
    attribution,
    calibration,
    completion,
    designs,
    evidence,
    live,
    machine,
    page,
    scenarios,
    studies,
)
from trustsim.cli.common import main

__all__ = [
    "attribution",
    "calibration",
    "completion",
    "designs",
    "evidence",
    "live",
    "machine",
    "main",
    "page",
    "scenarios",
    "studies",
]
