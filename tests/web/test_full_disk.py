"""A disk that is full: the page says so, the job has failed, what was finished is kept, and the server goes on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from asking import made, wait_until

STATE = {"scenario": "small.yaml", "set": {"investors.count": "5000"}, "replications": 1000}
FULL = """
import errno, os, pathlib

opened = pathlib.Path.open


def open_unless_full(path, *more, **options):
    if path.name.endswith(".npz.part") and os.path.exists(os.environ["DISK_IS_FULL"]):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return opened(path, *more, **options)


pathlib.Path.open = open_unless_full
"""


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A file: while it is there, processes that are started find no room for runs."""
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(FULL)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "start"), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("DISK_IS_FULL", str(tmp_path / "full"))
    return tmp_path / "full"


@pytest.mark.slow
def test_a_disk_that_gets_full_ends_the_job_in_plain_words_and_room_lets_it_go_on(client, ended, disk):
    id = client.post("/api/jobs", json=STATE).json()["id"]
    path = f"/api/jobs/{id}"
    wait_until(lambda: client.get(path).json()["done"] > 0)
    disk.touch()
    failed = ended(id)
    assert failed["status"] == "failed"
    assert failed["message"].startswith("The disk is full")
    assert "What is finished is kept" in failed["message"]
    assert 0 < failed["done"] < failed["total"]
    assert failed["comparison"]["n"] > 0
    for each in ("/", "/api/scenarios", "/api/jobs", f"{path}/result.json"):
        assert client.get(each).status_code == 200
    assert "<svg" in made(client, f"{path}/chart?kind=difference&name=investor_loss").text
    disk.unlink()
    assert client.post(f"{path}/resume", json={}).json()["status"] == "running"
    wait_until(lambda: client.get(path).json()["done"] > failed["done"])
    client.post(f"{path}/stop", json={})
    assert ended(id)["status"] == "stopped"


def test_a_job_that_finds_no_room_to_begin_is_refused_in_words(client, monkeypatch):
    def full(path, *more, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    answer = client.post("/api/jobs", json=STATE)
    monkeypatch.undo()
    assert answer.status_code == 507
    assert answer.json()["error"]["text"].startswith("The disk is full")
    assert client.get("/api/jobs").json() == {"jobs": []}
