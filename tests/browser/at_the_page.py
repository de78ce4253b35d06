"""What the tests of the page stand on: small scenarios, the server from outside, and where things are on the page."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

SECONDS_A_STUDY, SECONDS_TO_START, SECONDS_TO_STOP = 240.0, 60.0, 30.0
OPEN_FOLDS = "e => { for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
LAPTOP, PHONE = (1366, 768), (390, 844)

SCENARIO = """\
trustsim: 1
title: {title}
description: Half of every balance can be taken out at once. Some of the money is stolen.
horizon: 40 d
network: {{kind: small_world, mean_degree: 6, rewire: 10 %}}
investors: {{count: 150}}
platforms:
  - {{name: Harbour, kind: p2p_lending, custody: payment_firm, liquid_share: 15 %}}
shocks:
  - {{kind: custodian_theft, platform: Harbour, day: 5, share: 9 %, discovery_lag: 3 d, notice_lag: 3 d}}
variants:
  nothing: []
  {notice}: [{{kind: incident_notice, delay: 0 d}}]
  {insured}: [{{kind: guarantee, cover: 80 %, limit: 50000 CNY, credibility: 0.9}}]
replications: 40
seed: 1
outcomes: [peak_outflow, run_probability, investor_loss, policy_cost]
"""
HOSTILE_TITLE = "<script>alert(1)</script>"
HOSTILE_NAMES = ("<img src=x onerror=alert(2)>", "</td><svg onload=alert(3)>")
SCENARIOS = {
    "theft.yaml": SCENARIO.format(title="Theft at a small lender", notice="prompt notice", insured="insured"),
    "hostile.yaml": SCENARIO.format(
        title=json.dumps(HOSTILE_TITLE), notice=json.dumps(HOSTILE_NAMES[0]), insured=json.dumps(HOSTILE_NAMES[1])
    ),
}
THEFT = {"scenario": "theft.yaml", "replications": 24}
HOSTILE = {"scenario": "hostile.yaml", "replications": 12}
LOOKED_AT = (THEFT, HOSTILE)  # studies that tests only look at


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Give the address of ``trustsim serve`` on a folder, and its process, which ends with the block."""
    command = [sys.executable, "-m", "trustsim.cli", "serve", str(folder), "--no-open", "--workers", "1"]
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    watchdog = Timer(SECONDS_TO_START, process.kill)
    watchdog.start()
    try:
        found = re.search(r"http://\S+", process.stdout.readline())  # ends with the process, which the watchdog ends
        assert found, (folder / "log.txt").read_text(encoding="utf-8")
        watchdog.cancel()
        yield found[0], process
    finally:
        watchdog.cancel()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
        process.kill()
        process.wait(SECONDS_TO_STOP)
        process.stdout.close()


class Server:
    """A running ``trustsim serve``: its address without and with the token (``whole``), its folder, and how to run a
    study without the page."""

    def __init__(self, whole: str, folder: Path) -> None:
        self.address, self.whole, self.folder = whole.partition("/?token=")[0], whole, folder
        self.client = httpx.Client(base_url=self.address, timeout=SECONDS_A_STUDY, trust_env=False)
        self.client.get(whole)

    def begin(self, state: dict[str, Any]) -> str:
        """Start the study of a state and return the id of its job."""
        id: str = self.client.post("/api/jobs", json=state).raise_for_status().json()["id"]
        return id

    def study(self, state: dict[str, Any]) -> dict[str, Any]:
        """Run the study of a state, wait until it is done, and return its job."""
        id = self.begin(state)
        with self.client.stream("GET", f"/api/jobs/{id}/events") as events:
            data = [line for line in events.iter_lines() if line.startswith("data:")]
        job: dict[str, Any] = json.loads(data[-1].removeprefix("data:"))
        assert job["status"] == "done", job["message"]
        return job

    def result(self, id: str) -> dict[str, Any]:
        """Return the numbers of a job, as ``trustsim compare --json`` prints them."""
        found: dict[str, Any] = self.client.get(f"/api/jobs/{id}/result.json").raise_for_status().json()
        return found


class Tab:
    """The page in one tab, and where things are on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.run = page.locator("#runbar .primary")
        self.progress = page.locator("#runbar .progress-text")
        self.headline = page.locator(".headline")
        self.rows = page.locator(".ranking tbody tr")

    def field(self, path: str) -> Locator:
        """Return the field of a parameter, its group opened."""
        field = self.page.locator(f'#parameters-panel [data-path="{path}"]')
        self.open("Parameters")
        field.evaluate(
            "e => { for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
        )
        return field

    def open(self, name: str) -> None:
        """Open the panel whose tab has this name."""
        self.page.get_by_role("tab", name=name).click()

    def start(self) -> None:
        """Press Run, once that is possible."""
        expect(self.run).to_have_attribute("aria-disabled", "false")
        self.run.click()

    def wait_until_done(self) -> None:
        """Wait for the end of the study."""
        expect(self.progress).to_have_text(re.compile("^Done"), timeout=1000 * SECONDS_A_STUDY)

    @property
    def job(self) -> str:
        """The id of the run in the address."""
        found = re.search(r"[#&]j=([0-9a-f]+)", self.page.url)
        assert found, self.page.url
        return found[1]


def watch(page: Page, address: str, complaints: list[str]) -> None:
    """Note what must not happen on a page."""

    def dialog(found: Any) -> None:
        complaints.append(f"dialog: {found.message}")
        found.dismiss()

    def request(found: Any) -> None:
        if not found.url.startswith((f"{address}/", "data:", "blob:")):
            complaints.append(f"asked of another origin: {found.url}")

    def response(found: Any) -> None:
        if found.status >= 400:
            complaints.append(f"answered with {found.status}: {found.url}")

    page.on("console", lambda found: complaints.append(f"console: {found.text}") if found.type == "error" else None)
    page.on("pageerror", lambda found: complaints.append(f"script: {found}"))
    page.on("dialog", dialog)
    page.on("request", request)
    page.on(
        "response", lambda found: complaints.append(f"{found.status}: {found.url}") if found.status >= 400 else None
    )


def encoded(state: dict[str, Any]) -> str:
    """Write a state as the address holds it."""
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
