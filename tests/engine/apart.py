"""A process of its own for what is declared from outside: the registry is one a process. It serves all who ask."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_SERVING = """
import contextlib, io, json, sys, traceback
import numpy as np, outside, told, trustsim as ts
shared = {"__name__": "__main__", "json": json, "np": np, "outside": outside, "ts": ts}
shared |= {name: getattr(told, name) for name in told.__all__}
for line in sys.stdin:
    said, error = io.StringIO(), ""
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(line), dict(shared))
        except BaseException:
            error = traceback.format_exc()
    print(json.dumps([said.getvalue(), error]), flush=True)
"""


@cache
def _process(**more: str) -> subprocess.Popen[str]:
    """Return the process with these variables in its environment; it ends with this one."""
    environment = {**os.environ, "PYTHONPATH": str(HERE), **more}
    command = [sys.executable, "-W", "error", "-c", _SERVING]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    atexit.register(process.communicate)
    return process


def in_a_process(code: str, **more: str) -> Any:
    """Return what *code* prints as JSON in a process that has the things from outside, and the story of ``told.py``."""
    process = _process(**more)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(code) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, "the process has ended"
    said, error = json.loads(answer)
    assert not error, error
    return json.loads(said)
