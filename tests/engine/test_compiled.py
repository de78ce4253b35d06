"""Compiled code is kept in a folder of the user's own, and a damaged or missing one costs time and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numba.core.errors import NumbaError

from trustsim.kernels import place
from trustsim.kernels.account_pass import account_pass
from trustsim.kernels.compiled import FOLDER, compiled, compiled_with_arrays, is_compiled


def twice(x):
    """Return 2 x."""
    return x * np.int64(2)


def test_the_kernels_are_kept_by_their_content_wherever_they_are_installed():
    assert FOLDER is not None
    assert Path(account_pass.stats.cache_path) == FOLDER
    assert Path(__file__).parents[2] not in FOLDER.parents


def test_compiled_code_that_is_damaged_is_compiled_and_kept_anew():
    first = compiled(twice)
    assert first(3) == 6
    assert is_compiled(compiled(twice))
    kept = Path(first._cache._cache_file._index_path)
    kept.write_bytes(kept.read_bytes()[:10])
    again = compiled(twice)
    assert not is_compiled(again)
    assert again(4) == 8
    assert is_compiled(compiled(twice))


def test_without_a_home_caches_lie_in_a_folder_of_ones_own_under_the_temporary_one(tmp_path, monkeypatch):
    monkeypatch.setattr(place.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))
    (tmp_path / "file").write_text("no folder")
    own = tmp_path / f"trustsim-{os.getuid()}"
    assert place.cache_folder("kernels-1") == own / "kernels-1"
    assert own.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("spoil", ["open to all", "a link", "a file"])
def test_a_folder_that_somebody_else_may_write_into_holds_no_code_that_is_run(tmp_path, monkeypatch, spoil):
    monkeypatch.setattr(place, "_tops", lambda: iter([tmp_path / "top"]))
    top = tmp_path / "top"
    if spoil == "open to all":
        top.mkdir()
        top.chmod(0o777)
    elif spoil == "a link":
        (tmp_path / "other").mkdir(mode=0o700)
        top.symlink_to(tmp_path / "other")
    else:
        top.write_text("")
    assert place.cache_folder("kernels-1") is None


def test_of_the_compiled_code_of_other_versions_the_oldest_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "_tops", lambda: iter([tmp_path / "top"]))
    for k in range(place._MOST_KEPT + 1):
        folder = place.cache_folder(f"kernels-{k}")
        (folder / "x.nbi").write_text("")
        os.utime(folder, (k, k))
    place.cache_folder("kernels-new", kind="kernels-")
    left = {path.name for path in (tmp_path / "top").iterdir()}
    assert left == {f"kernels-{k}" for k in range(2, place._MOST_KEPT + 1)} | {"kernels-new"}


def test_a_kernel_that_returns_an_array_must_count_references():
    """Without, whoever calls it would give the array back to the system while others still read it."""

    @compiled
    def part_of(x):
        return x[1:], 1

    @compiled_with_arrays
    def part_and_count_of(x):
        return x[1:], 1

    with pytest.raises(TypeError, match="part_of: given an array to return; allowed: with @compiled_with_arrays"):
        part_of(np.zeros(3))
    assert part_and_count_of(np.arange(3.0))[0].tolist() == [1.0, 2.0]


def test_a_kernel_that_makes_an_array_must_count_references():
    @compiled
    def made(n):
        return np.ones(n)[0]

    @compiled_with_arrays
    def made_and_counted(n):
        return np.ones(n)[0]

    with pytest.raises(NumbaError):
        made(3)
    assert made_and_counted(3) == 1.0
