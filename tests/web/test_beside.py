"""What takes long is made beside the server: once, remembered, and never waited for."""

from __future__ import annotations

import time
from concurrent.futures import Future

import pytest

from trustsim.web.beside import Beside


class Line:
    """Tasks that wait until the test does them."""

    is_warm = True

    def __init__(self):
        self.tasks = []

    def submit(self, task, *of, is_urgent=False):
        self.tasks.append((Future(), task, of))
        return self.tasks[-1][0]

    def is_crowded(self):
        return len(self.tasks) > 1

    def is_waiting(self, outcome):
        return any(future is outcome for future, _, _ in self.tasks[1:])

    def drop(self, outcome):
        self.tasks = [each for each in self.tasks if each[0] is not outcome]

    def do(self):
        future, task, of = self.tasks.pop(0)
        try:
            future.set_result(task(*of))
        except ArithmeticError as error:
            future.set_exception(error)


@pytest.fixture
def line():
    return Line()


def test_a_task_is_done_once_for_a_stamp_and_the_last_value_is_there_meanwhile(line):
    beside = Beside(9, line)
    first = beside.ask("x", 1, int, "5")
    assert beside.ask("x", 1, int, "5") is first
    assert beside.last("x") is None
    line.do()
    assert (first.result(), beside.last("x")) == (5, 5)
    second = beside.ask("x", 2, int, "6")
    assert second is not first
    assert beside.last("x") == 5, "until there is another"
    line.do()
    assert beside.last("x") == 6
    assert line.tasks == []


def test_who_joins_does_not_pile_up_tasks_and_who_asks_again_gets_what_was_begun(line):
    beside = Beside(9, line)
    first = beside.ask("x", 1, int, "5")
    assert beside.ask("x", 2, int, "6", joins=True) is first
    line.do()
    assert beside.ask("x", 2, int, "6", again=True) is first
    assert beside.ask("x", 2, int, "6", joins=True) is not first
    assert beside.ask("x", 3, int, "7") is not first
    assert len(line.tasks) == 2


def test_a_task_that_failed_is_told_once_and_done_again_when_it_is_asked_for_anew(line):
    beside = Beside(9, line)
    failed = beside.ask("x", 1, divmod, 1, 0)
    line.do()
    with pytest.raises(ZeroDivisionError):
        beside.ask("x", 1, divmod, 1, 0, again=True).result()
    assert beside.ask("x", 1, int, "5") is not failed


def test_the_oldest_are_forgotten_and_those_of_a_job_that_is_deleted(line):
    beside = Beside(2, line)
    for name in "abc":
        beside.ask(("picture", name), 1, int, "5")
        line.do()
    assert [beside.last(("picture", name)) for name in "abc"] == [None, 5, 5]
    beside.forget("picture", "b")
    assert [beside.last(("picture", name)) for name in "abc"] == [None, None, 5]


@pytest.mark.slow
def test_a_picture_that_takes_long_is_answered_at_once_and_asked_for_again(finished, line, monkeypatch):
    client = finished.client
    monkeypatch.setattr(finished.site._made, "lane", line)
    path = f"/api/jobs/{finished.job['id']}/chart?kind=difference&name=policy_cost"
    began = time.perf_counter()
    answer = client.get(path)
    assert time.perf_counter() - began < 1
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{path}&again=1"
    assert client.get(path).status_code == 202
    assert len(line.tasks) == 1, "the second joins the first"
    line.do()
    assert "<svg" in client.get(answer.headers["Location"]).json()["pictures"][0]["svg"]
    assert line.tasks == []


def test_what_nobody_asks_for_gives_up_its_place(line):
    now = [0.0]
    beside = Beside(9, line, lambda: now[0])
    at_work, in_line, kept = (beside.ask(name, 1, int, "5") for name in "abc")
    now[0] = 11.0
    assert beside.ask("c", 1, int, "5") is kept
    beside.sweep()
    assert [future for future, _, _ in line.tasks] == [at_work, kept], "who waits in line goes first"
    assert beside.ask("b", 1, int, "5", again=True) is not in_line, "and is begun anew for who comes back"
    now[0] = 45.0
    assert beside.ask("c", 1, int, "5") is kept
    beside.sweep()
    assert [future for future, _, _ in line.tasks] == [kept], "then who is at work while others wait"
    beside.leave("c")
    assert beside.ask("c", 1, int, "5") is kept
    beside.sweep()
    assert len(line.tasks) == 1, "somebody else still asks"
    beside.leave("c")
    beside.sweep()
    assert line.tasks == [], "nobody does"


def test_what_is_remembered_is_limited_in_all(line):
    beside = Beside(9, line, most_bytes=1000)
    for k in range(4):
        beside.ask(k, 1, bytes, 400)
        line.do()
    newest = beside.ask(4, 1, bytes, 5000)
    line.do()
    assert beside.ask(4, 1, bytes, 5000) is newest
    assert [k for k in range(5) if beside.last(k) is not None] == [4]
