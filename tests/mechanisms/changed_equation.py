"""Print why all leave in the quiet world, by channel, as JSON, where the choice reads otherwise.

Run as ``changed_equation.py '[["right", "wrong"], …]'`` with ``NUMBA_DISABLE_JIT=1``: in plain Python all call the
changed lines. Lost trust adds 10 to everybody's readiness to run, a worse reading of the risk 20; all feel a fear of 1.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

NAME = "trustsim.kernels.choose"


def change(right: str, wrong: str, text: str) -> str:
    assert text.count(right) == 1, right
    return text.replace(right, wrong)


def load(changes: list[tuple[str, str]]) -> None:
    """Load the file of the choice with these changes, before anything else asks for it."""
    spec = importlib.util.find_spec(NAME)
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text("utf-8")
    for right, wrong in changes:
        text = change(right, wrong, text)
    module = sys.modules[NAME] = importlib.util.module_from_spec(spec)
    exec(compile(text, spec.origin, "exec"), vars(module))


def main() -> None:
    load(json.loads(sys.argv[1]))
    from quiet_world import Played, document

    from trustsim.analysis.causes import CHANNELS, Causes
    from trustsim.catalog import REGISTRY
    from trustsim.scenario.load import from_document

    fear = {"heed": 0, "blinding": "0 %", "decay": "0 /day", "contagion": 0, "threshold": 100}
    told = document(platforms={"Harbour": {}}, mechanisms={"choice": {"calm": 5, "fund": 1, "risk": 1}, "fear": fear})
    seen = Played(Causes(from_document(told, REGISTRY), ["nothing"], 0))
    assert (seen.belief("risk") == -10).all()
    seen.belief("fund")[:], seen.belief("risk")[:], seen.belief("fear")[:] = -10.0, 10.0, 1.0
    parts = seen.step().model.by_channel[0] / seen.model.asked[0]
    print(json.dumps(dict(zip(CHANNELS, parts.tolist(), strict=True))))


if __name__ == "__main__":
    main()
