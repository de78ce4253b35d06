"""The line of studies: none is lost on its way, each says why it stands still, and nobody waits while one is read."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
import time
from dataclasses import asdict

import pytest
from asking import wait_until

from trustsim.experiment import lock
from trustsim.web import app as app_module
from trustsim.web import disk
from trustsim.web import jobs as jobs_module
from trustsim.web.refused import FULL

STATE = {"scenario": "small.yaml", "replications": 2}


class Process:
    """A process that runs until it is told to end, by any signal."""

    pid = 2**30

    def __init__(self):
        self.signals, self.returncode = [], None

    def poll(self):
        return self.returncode

    def wait(self, seconds=None):
        return self.returncode

    def send_signal(self, number):
        self.signals.append(number)
        self.returncode = 0

    terminate = kill = send_signal


@pytest.fixture
def jobs(site, monkeypatch):
    """Jobs whose processes do nothing."""
    monkeypatch.setattr(jobs_module, "started", lambda *_: Process())
    return site.jobs


@pytest.fixture
def cards(site, jobs):
    """Two studies that are written down and not begun."""
    made = (site.begin({**STATE, "seed": seed}).result() for seed in (1, 2))
    return [jobs.card(each["id"]) for each in made]


def told(jobs, card):
    found = jobs.status(card)
    return found.name, found.message


def test_a_study_that_is_looked_at_on_its_turn_is_begun_all_the_same(jobs, cards):
    with (jobs.place(cards[0].id) / "lock").open("a+") as stream:
        lock.fcntl.flock(stream, lock.fcntl.LOCK_SH)
        look = threading.Timer(0.2, lock.fcntl.flock, (os.dup(stream.fileno()), lock.fcntl.LOCK_UN))
        look.start()
        jobs.start(cards[0])
    assert told(jobs, cards[0])[0] == "running"


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.EAGAIN, os.strerror(errno.EAGAIN)), (errno.ENOSPC, FULL)],
)
def test_a_study_that_cannot_be_started_says_why_and_can_go_on(jobs, cards, monkeypatch, number, says):
    def none(*of, **more):
        raise OSError(number, os.strerror(number))

    monkeypatch.undo()
    monkeypatch.setattr(subprocess, "Popen", none)
    jobs.start(cards[0])
    name, message = told(jobs, cards[0])
    assert (name, says in message) == ("failed", True)
    assert not lock.is_at_work(jobs.place(cards[0].id))
    monkeypatch.setattr(jobs_module, "started", lambda *_: Process())
    jobs.resume(cards[0].id)
    assert told(jobs, cards[0]) == ("running", None)


def test_what_is_stopped_for_room_says_so_each_time_and_only_then(folder, site, jobs, cards, monkeypatch):
    running, waiting = cards
    jobs.disk.most_bytes = 2.0**40
    for _ in range(2):  # also after it went on
        for card in cards:
            jobs.start(card)
        process = jobs._running[running.id].process
        monkeypatch.setattr(jobs.disk, "is_full", lambda seconds: True)
        jobs.turn()
        assert len(process.signals) == 1
        monkeypatch.undo()
        monkeypatch.setattr(jobs_module, "started", lambda *_: Process())
        for card in cards:
            name, message = told(jobs, card)
            assert (name, message.startswith("The runs filled their room")) == ("stopped", True)
    jobs.resume(running.id)
    jobs._running[running.id].process.send_signal(2)
    assert "room" not in (told(jobs, running)[1] or "")
    other = lock.Held(jobs.place(waiting.id) / "runs")
    (jobs.place(waiting.id) / "runs").mkdir(exist_ok=True)
    other.acquire(print)
    assert told(jobs, waiting)[0] == "running", "another server went on with it"
    other.release()
    assert "room" not in (told(jobs, waiting)[1] or "")


def test_the_time_of_a_study_is_counted_from_its_start_whatever_it_says(jobs, cards, folder):
    ours, other = cards
    jobs.start(ours)
    place = jobs.place(ours.id)
    time.sleep(0.3)
    (place / "log.txt").write_text("a line\n")
    assert jobs.status(ours).seconds >= 0.3
    runs = jobs.place(other.id) / "runs"
    runs.mkdir(exist_ok=True)
    held = lock.Held(runs)
    held.acquire(print)
    os.utime(runs / lock.HOLDER, (time.time() - 100, time.time() - 100))
    (jobs.place(other.id) / "log.txt").write_text("a line\n")
    assert 99 < jobs.status(other).seconds < 130
    held.release()


def waits_for(slow, is_slow, goes_on, other):
    """Whether another thread waits for one that is at something slow, and that is let go on then."""
    slow.start()
    assert is_slow.wait(20)
    other.start()
    other.join(5)
    is_waiting = other.is_alive()
    goes_on.set()
    slow.join(20)
    return is_waiting


@pytest.mark.parametrize("act", ["start", "resume", "may_resume", "delete"])
def test_nobody_waits_while_a_study_is_read(jobs, cards, monkeypatch, act):
    reads, goes_on, status = threading.Event(), threading.Event(), jobs.status

    def slow(card):
        reads.set()
        assert goes_on.wait(20)
        return status(card)

    monkeypatch.setattr(jobs, "status", slow)
    of = cards[0] if act == "start" else cards[0].id
    acting = threading.Thread(target=getattr(jobs, act), args=(of,), daemon=True)
    assert not waits_for(acting, reads, goes_on, threading.Thread(target=jobs.turn, daemon=True))


def test_nobody_waits_while_the_disk_is_measured(folder, jobs, cards, monkeypatch):
    measures, goes_on = threading.Event(), threading.Event()

    def slow(_):
        measures.set()
        assert goes_on.wait(20)
        return 1

    jobs.start(cards[0])
    monkeypatch.setattr(disk, "_bytes_below", slow)
    jobs.disk.most_bytes = 1000.0
    measuring = threading.Thread(target=jobs.turn, daemon=True)
    asking = threading.Thread(target=jobs.status, args=(cards[1],), daemon=True)
    assert not waits_for(measuring, measures, goes_on, asking)


def test_two_who_go_on_with_a_study_at_once_begin_it_once(jobs, cards, monkeypatch):
    """Both have read that it stands still before one of them begins it."""
    both, status = threading.Barrier(2), jobs.status

    def together(card):
        found = status(card)
        both.wait(20)
        return found

    monkeypatch.setattr(jobs, "status", together)
    first, second = (threading.Thread(target=jobs.resume, args=(cards[0].id,)) for _ in range(2))
    for each in (first, second):
        each.start()
    for each in (first, second):
        each.join(20)
    assert jobs._waiting == []
    assert jobs._running[cards[0].id].process.signals == []
    assert asdict(jobs.card(cards[0].id)) == asdict(cards[0])


def test_what_the_server_cannot_do_by_itself_is_said_once(client, site, monkeypatch, capsys):
    errors = [OSError("no folder"), OSError("no folder"), ValueError("a defect")]

    def sweep():
        if errors:
            raise errors.pop(0)

    monkeypatch.setattr(app_module, "_SECONDS_TO_SWEEP", 0.01)
    monkeypatch.setattr(site, "sweep", sweep)
    with client:
        wait_until(lambda: not errors)
        time.sleep(0.1)
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "no folder" in line] == ["trustsim serve: OSError: no folder; the page goes on"]
    assert [line for line in lines if "defect" in line] == ["trustsim serve: ValueError: a defect; the page goes on"]
