"""A process of its own for what is declared from outside: the registry is one a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def in_a_process(code: str, **more: str) -> Any:
    """Return what a process prints as JSON that has the things from outside, and the story of ``told.py``."""
    whole = f"import json, numpy as np, outside, trustsim as ts\nfrom told import *\n{code}"
    environment = {**os.environ, "PYTHONPATH": str(HERE), **more}
    command = [sys.executable, "-W", "error", "-c", whole]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
