"""What takes long is made beside the server: once, remembered, and never waited for."""

from __future__ import annotations

import time
from concurrent.futures import Future

import pytest

from trustsim.experiment.pool import Pool
from trustsim.web.beside import Beside


class Line:
    """Tasks that wait until the test does them."""

    def __init__(self):
        self.tasks = []
        self.pool = Pool(self.submit, 1)

    def submit(self, task, *of):
        self.tasks.append((Future(), task, of))
        return self.tasks[-1][0]

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
    beside = Beside(9, line.pool)
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
    beside = Beside(9, line.pool)
    first = beside.ask("x", 1, int, "5")
    assert beside.ask("x", 2, int, "6", joins=True) is first
    line.do()
    assert beside.ask("x", 2, int, "6", again=True) is first
    assert beside.ask("x", 2, int, "6", joins=True) is not first
    assert beside.ask("x", 3, int, "7") is not first
    assert len(line.tasks) == 2


def test_a_task_that_failed_is_told_once_and_done_again_when_it_is_asked_for_anew(line):
    beside = Beside(9, line.pool)
    failed = beside.ask("x", 1, divmod, 1, 0)
    line.do()
    with pytest.raises(ZeroDivisionError):
        beside.ask("x", 1, divmod, 1, 0, again=True).result()
    assert beside.ask("x", 1, int, "5") is not failed


def test_the_oldest_are_forgotten_and_those_of_a_job_that_is_deleted(line):
    beside = Beside(2, line.pool)
    for name in "abc":
        beside.ask(("picture", name), 1, int, "5")
        line.do()
    assert [beside.last(("picture", name)) for name in "abc"] == [None, 5, 5]
    beside.forget("picture", "b")
    assert [beside.last(("picture", name)) for name in "abc"] == [None, None, 5]


def test_a_picture_that_takes_long_is_answered_at_once_and_asked_for_again(finished, line, monkeypatch):
    client = finished.client
    monkeypatch.setattr(finished.site._beside, "pool", line.pool)
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
