"""The command line: parses, calls, prints. What a command needs is imported when it runs, so that help is quick.

Exit status: 0 done, 1 an expectation was not met, 2 the input is wrong, 3 runs failed (some, and the rest is reported;
or all alike by somebody's own code, and nothing is), 130 interrupted or a cluster was lost, 129 and 143 stopped by
SIGHUP and SIGTERM.
"""

from trustsim.cli import (
    attribution,
    calibration,
    completion,
    designs,
    evidence,
    halving,
    live,
    looking,
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
    "halving",
    "live",
    "looking",
    "machine",
    "main",
    "page",
    "scenarios",
    "studies",
]
