"""Settings for all tests: property tests are repeatable and have no deadline on shared machines, Ctrl-C is heard."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("thorough", parent=settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell that runs the tests in the background ignores it
    signal.signal(signal.SIGINT, signal.default_int_handler)
