"""Attribution has no equation of its own: what is added to the choice, in one place, it sees; what is gone it lacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "changed_equation.py"
TRUST, FIELD, PART = "-trust,", "    peers: Annotated", "loss, peers, queue, now.columns)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ([], {"news": 10, "fundamentals": 20}),
        (
            [
                (FIELD, f"    scandal: Annotated[float, Channels.FIRST_MOVE]\n{FIELD}"),
                (PART, "loss, -2 * now.fund, peers, queue, now.columns)"),
            ],
            {"news": 10, "fundamentals": 20, "first_move": 20},
        ),
        ([(TRUST, "_0,")], {"fundamentals": 20}),
        ([(TRUST, "-trust * (_1 + f),")], {"news": 10 + 10 / 2, "fundamentals": 20, "fear": 10 / 2}),
    ],
    ids=["as it is", "a part more", "a part less", "a part that fear multiplies"],
)
def test_attribution_follows_a_change_of_the_choice(changes: list[tuple[str, str]], parts: dict[str, float]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), json.dumps(changes)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {channel: part for channel, part in json.loads(done.stdout).items() if part != 0}
    assert found == pytest.approx({channel: part / sum(parts.values()) for channel, part in parts.items()}, abs=1e-6)
