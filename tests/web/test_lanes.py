"""What takes long is done in processes that have limits, can be stopped, and do not block one another."""

from __future__ import annotations

import os
import time

import pytest

from trustsim.errors import TrustsimError
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
