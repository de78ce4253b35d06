"""What is started: it imports nothing of the current folder, and ends when its parent does."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
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


def started(*arguments: object, **how) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_whatever_stops_a_study_ends_its_workers_with_a_word_and_a_hint(name):
    number = getattr(signal, name)
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip(f"{name} is ignored here, as under nohup, and stays so")
    with started(HERE / "long_study.py") as process:
        at_work = set()
        while len(at_work) < 2:
            at_work.add(int(process.stdout.readline()))
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        at_work |= {int(line) for line in out.splitlines() if line.isdecimal()}
    end = time.monotonic() + 10
    while any(is_alive(pid) for pid in at_work):
        assert time.monotonic() < end
        time.sleep(0.1)
    word = {"SIGKILL": "", "SIGINT": "interrupted True"}.get(name, f"stopped by {name}; go on with: this again")
    assert [line for line in out.splitlines() if not line.isdecimal()] == ([word] if word else [])
    assert process.returncode == (-number if name == "SIGKILL" else 128 + number)
    assert "Traceback" not in err


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_inside_another_pool_one_process_is_at_work_and_every_program_ends():
    with started(HERE / "inside_pools.py") as process:
        out, err = process.communicate(timeout=120)
    assert out.splitlines() == [f"{where} True" for where in ("pool", "executor", "asyncio", "thread", "at the end")]
    assert process.returncode == 0
    assert set(err.splitlines()) == {
        "trustsim: one process at work in a process of another pool",
        "trustsim: one process at work while the program ends",
    }


STOPPED = """
import sys, time
from trustsim.experiment import stop
stop.SECONDS = 1.0
with stop.watched():
    try:
        print("at work", flush=True)
        time.sleep(60)
    except BaseException:
        print("ends", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize(
    ("names", "status"), [(["SIGINT", "SIGINT"], 130), (["SIGTERM"], 143), (["SIGTERM", "SIGINT"], 143)]
)
def test_a_second_signal_or_some_seconds_end_the_program_whatever_it_does(names, status):
    with started("-c", STOPPED) as process:
        for name, line in zip(names, ("at work", "ends"), strict=False):
            assert process.stdout.readline().strip() == line
            process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert err == {130: "interrupted\n", 143: "stopped by SIGTERM\n"}[status]


def test_python_m_trustsim_imports_nothing_of_the_current_folder(tmp_path):
    for name in ("click", "yaml", "ruamel", "numpy", "trustsim_extra"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('code beside ran')\n")
    with started("-m", "trustsim", "--version", cwd=tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "trustsim" in out
