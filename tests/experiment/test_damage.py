"""Damage to a run folder is named, and never believed: of every kind by one command here, by all of them in a long
round, with ``DAMAGE_SECONDS=600``."""

import contextlib
import gzip
import json
import os
import random
import shutil
import signal
import time
import traceback
from collections import Counter

import damage
import pytest
import test_commands
from click.testing import CliRunner
from test_commands import trustsim  # noqa: F401  # a fixture

from trustsim import cli
from trustsim.cli import common
from trustsim.errors import TrustsimError

SECONDS = float(os.environ.get("DAMAGE_SECONDS", "0"))
SEED = int(os.environ.get("DAMAGE_SEED", "20261126"))
MOST_SECONDS = 60  # that a command may take


def read_scenario(file, *more):
    """Read as the other tests do; what cannot be read is told as by the loader."""
    try:
        return test_commands.read_scenario(file, *more)
    except (OSError, ValueError, TypeError) as e:
        raise TrustsimError(f"{file}: {e}") from e


@pytest.fixture
def whole(trustsim, tmp_path, monkeypatch):  # noqa: F811
    """A run folder of several shards, with files of the user's own beside them, and what it says."""
    monkeypatch.setattr(common, "read_scenario", read_scenario)
    for replications in ("4", "9", "12"):
        options = ("--replications", replications, "--json", "--quiet", "--out", "whole")
        told = json.loads(trustsim("compare", "theft.yaml", *options).stdout)
    damage.add_own(tmp_path / "whole")
    assert len(damage.shards(tmp_path / "whole")) >= 3
    assert asked("export", "whole", "--out", "tables")[0] == 0
    return {"json": {**told, "seconds": 0}, **tables(tmp_path / "tables")}


def tables(folder):
    return {"outcomes": (folder / "outcomes.csv").read_text(), "series": gzip.open(folder / "series.csv.gz").read()}


def asked(*arguments):
    """Call a command; return its status and what it said. Raises whatever it raises, and after a minute."""

    def late(*_):
        raise AssertionError(f"hangs: {arguments}")

    usual = signal.signal(signal.SIGALRM, late)
    signal.alarm(MOST_SECONDS)
    try:
        done = CliRunner().invoke(cli.main, list(arguments), catch_exceptions=False)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, usual)
    return done.exit_code, done.stdout, done.stderr


def wrong_after(kind, rnd, whole, place, n_commands):
    """Damage a copy of the whole folder, ask it by some commands, and return what is wrong."""
    d, out = place / "copy", place / "copied-tables"
    for path in (d, out):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(place / "whole", d)
    damage.DAMAGES[kind](rnd, d)
    there = {path.name for path in damage.shards(d)} if (d / "runs").is_dir() else set()
    wrong = []
    commands = [
        ("status", "--json"), ("verify", "--sample", "0"), ("export", "--out", str(out)),
        ("report", "--out", str(place / "report.html")), ("resume", "--json", "--quiet", "--workers", "1"), ("status",),
    ]  # fmt: skip
    for k in sorted(rnd.sample(range(len(commands)), n_commands)):
        command, *more = commands[k]
        status, said, error = asked(command, str(d), *more)
        if status not in (0, 1, 2) or (status and not (error.strip() or "differs" in said)):
            wrong.append(f"{command}: status {status} without a word: {said} {error}")
        if status == 0 and command == "export" and tables(out) != {k: whole[k] for k in ("outcomes", "series")}:
            wrong.append("export: other numbers")
        if status == 0 and command == "resume" and {**json.loads(said), "seconds": 0} != whole["json"]:
            wrong.append("resume: other numbers")
    own = [name for name in damage.OWN if (d / "runs").is_dir() and there]
    wrong += [f"{name} is gone" for name in own if (d / name).read_text() != damage.SECRET]
    now = {path.name for path in damage.shards(d)} if (d / "runs").is_dir() else set()
    wrong += [f"{name} was deleted" for name in there - now]
    return wrong


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_damage_gives_a_traceback_a_hang_or_another_number(whole, tmp_path):
    rnd, end, tally, wrong = random.Random(SEED), time.monotonic() + SECONDS, Counter(), []
    kinds = sorted(damage.DAMAGES)
    while True:
        for kind in kinds:
            try:
                found = wrong_after(kind, rnd, whole, tmp_path, 6 if SECONDS else 1)
            except Exception as e:  # a traceback is what must not be
                found = [f"{type(e).__name__}: {e} {traceback.format_tb(e.__traceback__)[-1]}"]
            tally[kind] += 1
            wrong += [f"{kind}: {each}" for each in found]
        if time.monotonic() > end:
            break
    with contextlib.suppress(OSError):
        print(f"{sum(tally.values())} damages of {len(tally)} kinds, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)
