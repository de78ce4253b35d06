"""What is started: it imports nothing of the current folder, and ends when its parent does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
def test_no_process_that_is_started_imports_or_reads_what_lies_in_the_current_folder(tmp_path):
    (tmp_path / "mine.py").write_text("HERE = True\n")
    program = HERE / "in_a_hostile_folder.py"
    done = subprocess.run(
        [sys.executable, "-P", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.stdout == "nothing\n", done.stderr
