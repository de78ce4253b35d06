"""The scenarios that ship, for tests that try each of them; one whose network is not here is skipped and says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "scenarios"
_NEEDED = re.compile(r"^(?:network: \{kind: file, path: ([^},]+)|extends: (\S+))", re.MULTILINE)


def _is_here(path: Path) -> bool:
    for network, base in _NEEDED.findall(path.read_text(encoding="utf-8")):
        file = path.parent / (network or base)
        if not file.exists() or (base and not _is_here(file)):
            return False
    return True


SHIPPED = [
    pytest.param(
        path,
        id=path.relative_to(ROOT).as_posix(),
        marks=() if _is_here(path) else pytest.mark.skip(reason="its network is not part of the project"),
    )
    for path in sorted(ROOT.rglob("*.yaml"))
]
