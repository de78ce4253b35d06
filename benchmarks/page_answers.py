"""Measure how quickly the page of ``trustsim serve`` answers while a study keeps all processors busy.

``python benchmarks/page_answers.py [SECONDS]`` serves a copy of the quickstart with sixteen variants, starts 500
replications, and asks for the pages, the form, the study, its pictures and a world in turn. It prints the median and
the slowest of each answer, and how long pictures and worlds took until they were made. The first pictures are asked for
as soon as the first world is finished.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

from trustsim.experiment import child

QUICKSTART = Path(__file__).resolve().parent.parent / "scenarios/quickstart.yaml"
MORE = {f"cover {k} %": [{"kind": "guarantee", "cover": f"{k} %"}] for k in (10, 20, 30, 40, 50, 60, 70, 100)}
PICTURES = {
    "differences": "chart?kind=difference&name=investor_loss", "day by day": "chart?kind=fan&name=outflow",
    "change by day": "chart?kind=paired&name=outflow", "every world": "chart?kind=distribution&name=investor_loss",
    "loss and cost": "chart?kind=tradeoff", "worth watching": "runs",
}  # fmt: skip
PAUSE = 0.25  # seconds between two looks at what is being made, as on the page


def main(seconds: float) -> None:
    """Serve, ask, print."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "quickstart.yaml").write_text(QUICKSTART.read_text(encoding="utf-8"), encoding="utf-8")
        command = child.command("trustsim", "serve", folder, "--no-open", "--port", "0")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=child.environment()) as server:
            assert server.stdout is not None
            try:
                address = server.stdout.readline().split()[2]
                origin, _, token = address.partition("/?token=")
                headers = {"Authorization": f"Bearer {token}"}
                report(measured(httpx.Client(base_url=origin, headers=headers, timeout=60), seconds))
            finally:
                server.terminate()


def measured(client: httpx.Client, seconds: float) -> dict[str, list[float]]:
    """Return by what was asked for the seconds that each answer took, once the first world is finished."""
    state = {"scenario": "quickstart.yaml", "variants": MORE, "replications": 500}
    job = client.post("/api/jobs", json=state).raise_for_status().json()
    path = f"/api/jobs/{job['id']}"
    while not client.get(path).json()["done"]:
        time.sleep(0.2)
    took: dict[str, list[float]] = defaultdict(list)
    end, turn = time.monotonic() + seconds, 0
    while time.monotonic() < end and client.get(path).json()["status"] == "running":
        for name, picture in PICTURES.items():
            until_made(client, took, name, f"{path}/{picture}")
        until_made(client, took, "a world", f"{path}/play?replication={turn}")
        for method, asked, body in (
            ("GET", "/", None), ("GET", "/static/main.js", None), ("GET", "/api/scenarios", None),
            ("POST", "/api/scenario", state), ("GET", path, None), ("GET", "/api/jobs", None),
        ):  # fmt: skip
            ask(client, took, f"{method} {asked.replace(job['id'], 'ID')}", method, asked, body)
        turn += 1
    return took


def ask(
    client: httpx.Client, took: dict[str, list[float]], name: str, method: str, path: str, body: object = None
) -> httpx.Response:
    """Ask once and note the time under a name."""
    began = time.perf_counter()
    answer = client.request(method, path, json=body).raise_for_status()
    took[name].append(time.perf_counter() - began)
    return answer


def until_made(client: httpx.Client, took: dict[str, list[float]], name: str, path: str) -> None:
    """Ask until a thing is made; note the time of each answer, and the time until it was there."""
    began = time.perf_counter()
    while (answer := ask(client, took, name, "GET", path)).status_code == 202:
        path = answer.headers["Location"]
        time.sleep(PAUSE)
    took[f"{name}, made"].append(time.perf_counter() - began)


def report(took: dict[str, list[float]]) -> None:
    """Print a line for each thing asked for, and the load of the machine."""
    for asked, each in took.items():
        print(f"{asked:24} {len(each):4} times, median {1000 * statistics.median(each):6.1f} ms, "
              f"slowest {1000 * max(each):6.1f} ms")  # fmt: skip
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
