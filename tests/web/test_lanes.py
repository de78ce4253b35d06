"""What takes long is done in processes that have limits, can be stopped, and do not block one another."""

from __future__ import annotations

import errno
import os
import time
from concurrent.futures import BrokenExecutor, Future

import pytest

from trustsim.errors import TrustsimError
from trustsim.web import lanes
from trustsim.web.lanes import Lane
from trustsim.web.refused import Refused

_MEMORY = 600 * 2**20


@pytest.fixture(scope="module")
def lane():
    """One process of two CPU seconds."""
    made = Lane(1, seconds=2.0, most_waiting=2, most_bytes=_MEMORY)
    yield made
    made.close()


def raises(error):
    raise error


def spin():
    while True:
        pass


@pytest.mark.slow
def test_a_lane_says_what_came_of_a_task_and_goes_on_after_one_that_took_too_much(lane):
    assert lane.submit(divmod, 7, 2).result(120) == (3, 1)
    with pytest.raises(Refused, match="given x; allowed: y"):
        lane.submit(raises, Refused(400, "x", "y")).result(120)
    with pytest.raises(TrustsimError, match="words"):
        lane.submit(raises, TrustsimError("words")).result(120)
    with pytest.raises(Refused, match="more memory"):
        lane.submit(bytes, 4 * _MEMORY).result(120)
    pid = lane.submit(os.getpid).result(120)
    began = time.monotonic()
    endless = lane.submit(spin)
    waiting = lane.submit(os.getpid)
    assert lane.is_waiting(waiting)
    with pytest.raises(Refused, match="too long"):
        endless.result(120)
    assert time.monotonic() - began < 60
    assert waiting.result(120) != pid, "another process took the place of the one that was ended"


def test_a_lane_is_not_longer_than_it_says_and_a_task_can_be_given_up(lane):
    endless = lane.submit(spin)
    waiting = [lane.submit(os.getpid) for _ in range(2)]
    with pytest.raises(Refused, match="2 requests in line"):
        lane.submit(os.getpid)
    lane.drop(waiting[0])
    with pytest.raises(Refused, match="nobody waited"):
        waiting[0].result(1)
    lane.drop(endless)
    with pytest.raises(Refused, match="nobody waited"):
        endless.result(10)
    assert waiting[1].result(120)


class Executor:
    """A process that is none: what is handed to it waits until the test says what comes of it."""

    _processes = None

    def __init__(self):
        self.under_way = []

    def submit(self, *call):
        self.under_way.append(Future())
        return self.under_way[-1]

    def shutdown(self, **how):
        pass


@pytest.mark.parametrize("error", [OSError(errno.EAGAIN, "too many processes"), RuntimeError("can't start new thread")])
def test_a_lane_that_gets_no_process_says_so_to_all_who_wait_and_goes_on_when_there_is_one(monkeypatch, error):
    def none(_):
        raise error

    lane, executor = Lane(1, seconds=100.0), Executor()
    monkeypatch.setattr(lanes, "one_process", none)
    for _ in range(2):
        with pytest.raises(Refused, match="can start no process"):
            lane.submit(os.getpid).result(1)
    monkeypatch.setattr(lanes, "one_process", lambda _: executor)
    first, waiting = lane.submit(os.getpid), lane.submit(os.getpid)
    monkeypatch.setattr(lanes, "one_process", none)
    executor.under_way[0].set_exception(BrokenExecutor())
    for outcome, says in ((first, "too long"), (waiting, "can start no process")):
        with pytest.raises(Refused, match=says):
            outcome.result(1)
    lane.close()


def test_a_task_that_begins_while_a_process_is_found_dead_keeps_its_own(monkeypatch):
    lane = Lane(1, seconds=100.0)
    monkeypatch.setattr(lanes, "one_process", lambda _: Executor())
    first, second = lane.submit(os.getpid), lane.submit(os.getpid)
    worker, free = lane._workers[0], lane._free

    def freed(*of, **how):
        found = free(*of, **how)
        lane._turn()  # as another thread would just then
        return found

    monkeypatch.setattr(lane, "_free", freed)
    dead = worker.executor
    dead.under_way[0].set_exception(BrokenExecutor())
    assert first.exception(1) is not None
    assert worker.task.outcome is second
    assert worker.executor is not dead
    assert len(worker.executor.under_way) == 1
    lane.close()


def test_a_task_that_ends_while_it_is_dropped_takes_no_other_with_it(monkeypatch):
    lane, executor = Lane(1, seconds=100.0), Executor()
    monkeypatch.setattr(lanes, "one_process", lambda _: executor)
    first, second = lane.submit(os.getpid), lane.submit(os.getpid)

    def refused(*of):
        monkeypatch.undo()
        executor.under_way[0].set_result((1, None))  # as another thread would just then
        return Refused(*of)

    monkeypatch.setattr(lanes, "Refused", refused)
    lane.drop(first)
    assert first.result(1) == 1
    assert not second.done()
    lane.close()
