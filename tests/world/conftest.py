"""What the tests of the world share: real data, which lies beside the repository and is not part of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """Return the path of a shared data file; the test skips where it is absent."""

    def path_of(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_file():
            pytest.skip(f"{path} is not there: real networks are read where they lie, never copied")
        return path

    return path_of
