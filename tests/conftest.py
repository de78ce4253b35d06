"""Settings for all tests: property tests are repeatable and have no deadline on shared machines, Ctrl-C is heard,
processes side by side compile nothing twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("long", parent=settings.get_profile("ci"), max_examples=60)
settings.register_profile("thorough", parent=settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell that runs the tests in the background ignores it
    signal.signal(signal.SIGINT, signal.default_int_handler)
if "PYTEST_XDIST_WORKER" in os.environ and os.environ.get("NUMBA_DISABLE_JIT", "0") == "0":
    from compiling_once import compile_once

    compile_once()

#: folders and files that need no compiled code come in the middle, where the second of two workers begins
_NO_KERNELS = ("report", "test_house.py", "scenario")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests in a browser are all slow: where those are left out, not even Playwright is loaded."""
    is_left_out = collection_path.name == "browser" and config.option.markexpr == "not slow"
    return True if is_left_out else None


@pytest.hookimpl(trylast=True)  # after the slow ones are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the second half with tests that need no compiled code, while the first worker compiles."""
    here = Path(__file__).parent
    light = [item for item in items if item.path.relative_to(here).parts[0] in _NO_KERNELS]
    if not light:
        return
    rest = [item for item in items if item not in set(light)]
    middle = len(items) // 2
    items[:] = rest[:middle] + light + rest[middle:]
