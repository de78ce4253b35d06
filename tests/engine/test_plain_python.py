"""Promise 2: kernels give the same bits compiled and as plain Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def bits(script: str, **environment: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(HERE / script)],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.parametrize("script", ["bits_of_a_run.py", "bits_of_networks.py"])
def test_compiled_and_plain_python_agree_to_the_bit(script: str) -> None:
    """Theft, rumour, defaults, a gate, a guarantee, a failure; also no warning of an overflow in plain Python."""
    compiled, plain = bits(script), bits(script, NUMBA_DISABLE_JIT="1")
    assert [name for name in compiled if compiled[name] != plain[name]] == []
