"""A browser without a window: what asks the application, in this process."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from trustsim.web.app import app_of
from trustsim.web.lanes import tried
from trustsim.web.site import Lanes

with warnings.catch_warnings():  # it would rather have a successor of httpx, which is not out of its first versions
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["HERE", "STORY", "TestClient", "asking", "made", "told", "wait_until"]

STORY = """trustsim: 1
title: A small story
horizon: 30 d
network: {kind: small_world, mean_degree: 6, rewire: 10 %}
investors:
  count: 120
  segments:
    - {name: novice, share: 70 %, literacy: "beta(2, 5)"}
    - {name: old hand, share: 30 %}
platforms:
  - {name: Harbour, kind: p2p_lending, custody: payment_firm, liquid_share: 15 %}
mechanisms: {fear: {contagion: 0.4}}
shocks:
  - {kind: custodian_theft, platform: Harbour, day: 5, share: 9 %, discovery_lag: 2 d, notice_lag: 3 d}
variants:
  nothing: []
  prompt notice: [{kind: incident_notice, delay: 0 d}]
  insured: [{kind: guarantee, cover: 80 %, limit: 50000 CNY, credibility: 0.9}]
  both: [prompt notice, insured]
replications: 6
seed: 1
outcomes: [run_probability, investor_loss, policy_cost]
"""


class Here:
    """A lane that does a task when it is handed over, in this process."""

    is_warm = True

    def submit(self, task: Callable[..., Any], *of: Any, is_urgent: bool = False) -> Future[Any]:
        outcome: Future[Any] = Future()
        value, refusal = tried(task, *of)
        outcome.set_result(value) if refusal is None else outcome.set_exception(refusal)
        return outcome

    def is_crowded(self) -> bool:
        return False

    def is_waiting(self, outcome: Future[Any]) -> bool:
        return False

    def drop(self, outcome: Future[Any]) -> None:
        pass

    def close(self) -> None:
        pass

    def kill(self) -> None:
        pass


HERE = Lanes(Here(), Here(), Here())


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def made(client: TestClient, path: str, method: str = "GET", **more: Any) -> Any:
    """Ask until what is asked for is made, as the page does, and return the answer; at most a minute."""
    end = time.monotonic() + 60
    while (answer := client.request(method, path, **more)).status_code == 202:
        assert time.monotonic() < end, "waited in vain"
        more.pop("params", None)
        path = answer.headers["Location"]
        time.sleep(0.02)
    return answer


def told(client: TestClient, id: str, **params: str) -> list[dict[str, Any]]:
    """Return all that the events of a job tell until it is final."""
    with client.stream("GET", f"/api/jobs/{id}/events", params=params) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]


def asking(site):
    """Return what asks as a browser on this machine does."""
    return TestClient(app_of(site), base_url="http://127.0.0.1:8080", raise_server_exceptions=False)
