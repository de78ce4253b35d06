"""Measure how quickly the page of ``trustsim serve`` answers while a study keeps all processors busy.

``python benchmarks/page_answers.py [SECONDS]`` serves a copy of the quickstart with sixteen variants, starts 500
replications, and asks for the pages, the form and the study in turn; it prints the median and the slowest of each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

QUICKSTART = Path(__file__).resolve().parent.parent / "scenarios/quickstart.yaml"
MORE = {f"cover {k} %": [{"kind": "guarantee", "cover": f"{k} %"}] for k in (10, 20, 30, 40, 50, 60, 70, 100)}


def main(seconds: float) -> None:
    """Serve, ask, print."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "quickstart.yaml").write_text(QUICKSTART.read_text(encoding="utf-8"), encoding="utf-8")
        command = [sys.executable, "-m", "trustsim.cli", "serve", folder, "--no-open", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                address = server.stdout.readline().split()[2]
                report(measured(httpx.Client(base_url=address, timeout=60), seconds))
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
    end = time.monotonic() + seconds
    while time.monotonic() < end and client.get(path).json()["status"] == "running":
        for method, asked, body in (
            ("GET", "/", None), ("GET", "/static/main.js", None), ("GET", "/api/scenarios", None),
            ("POST", "/api/scenario", state), ("GET", path, None), ("GET", "/api/jobs", None),
        ):  # fmt: skip
            began = time.perf_counter()
            client.request(method, asked, json=body).raise_for_status()
            took[f"{method} {asked.replace(job['id'], 'ID')}"].append(time.perf_counter() - began)
    return took


def report(took: dict[str, list[float]]) -> None:
    """Print a line for each thing asked for."""
    for asked, each in took.items():
        print(f"{asked:24} {len(each):4} answers, median {1000 * statistics.median(each):6.1f} ms, "
              f"slowest {1000 * max(each):6.1f} ms")  # fmt: skip


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
