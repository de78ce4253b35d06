"""How long readers of the page wait while a world of ten minutes is made and studies run.

    python benchmarks/readers.py [--readers 60] [--seconds 30] [--studies 2]

Starts ``trustsim serve`` on a folder of its own, asks it for a world of 20,000 people over 10,000 days and for
studies, and lets each reader ask for the page, its script, the scenarios, the runs and a form, one after the other,
with a second between. Prints the longest and the usual answer of each, and how long the server took to end.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

from trustsim.experiment import child

STORY = """trustsim: 1
title: Readers
horizon: 20 d
network: {kind: small_world, mean_degree: 10, rewire: 10 %}
investors: {count: 100}
platforms: [{name: Harbour, kind: p2p_lending, custody: payment_firm, liquid_share: 15 %}]
shocks: [{kind: custodian_theft, platform: Harbour, day: 5, share: 9 %, discovery_lag: 10 d, notice_lag: 10 d}]
variants: {nothing: [], insured: [{kind: guarantee, cover: 80 %}]}
replications: 6
"""
WORLD = {"scenario": "story.yaml", "set": {"investors.count": 20000, "horizon": "10000 d"}}
STUDY = {"scenario": "story.yaml", "set": {"investors.count": 5000}, "replications": 2000}
Seconds = dict[str, list[float]]


async def read(client: httpx.AsyncClient, number: int, end: float, seconds: Seconds, odd: list[str]) -> None:
    """Ask one thing after the other as a reader's browser does, and note how long each answer took."""
    state = {"scenario": "story.yaml", "set": {"investors.count": 100 + number}}
    asked = [("GET", path, None) for path in ("/", "/static/main.js", "/api/scenarios", "/api/jobs")]
    while time.monotonic() < end:
        for method, path, body in (*asked, ("POST", "/api/scenario", state)):
            began = time.monotonic()
            try:
                status = (await client.request(method, path, json=body)).status_code
                if status not in (200, 202):
                    odd.append(f"{path}: {status}")
            except httpx.HTTPError as error:
                odd.append(f"{path}: {type(error).__name__}")
            seconds[path].append(time.monotonic() - began)
        await asyncio.sleep(1.0)


async def measure(address: str, n_readers: int, n_studies: int, duration: float) -> None:
    """Ask, and print what came of it."""
    origin, _, token = address.partition("/?token=")
    seconds, odd = defaultdict(list), list[str]()
    limits = httpx.Limits(max_connections=2 * n_readers)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=origin, headers=headers, timeout=60, limits=limits, trust_env=False
    ) as client:
        for path in ("/api/scenarios", "/api/jobs"):
            await client.get(path)
        print("world:", (await client.post("/api/play", json=WORLD)).status_code)
        for seed in range(n_studies):
            print("study:", (await client.post("/api/jobs", json={**STUDY, "seed": seed})).status_code)
        end = time.monotonic() + duration
        await asyncio.gather(*(read(client, k, end, seconds, odd) for k in range(n_readers)))
        world = (await client.post("/api/play?again=1", json=WORLD)).status_code
        print("the world meanwhile:", "is still being made" if world == 202 else world)
    for path, found in seconds.items():
        print(f"{path:20} {len(found):5} answers  median {statistics.median(found):.3f} s  longest {max(found):.3f} s")
    print(f"anything but 200 and 202: {odd[:5] or 'nothing'} ({len(odd)})")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--studies", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "story.yaml").write_text(STORY, encoding="utf-8")
        command = child.command("trustsim", "serve", place, "--no-open", "--port", "0", "--workers", "1")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=child.environment()) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split()[2]
            try:
                asyncio.run(measure(address, given.readers, given.studies, given.seconds))
            finally:
                began = time.monotonic()
                server.send_signal(signal.SIGINT)
                server.wait(30)
                print(f"ended {time.monotonic() - began:.1f} s after Ctrl-C with status {server.returncode}")


if __name__ == "__main__":
    main()
