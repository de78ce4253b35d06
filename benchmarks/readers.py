"""How long readers of the page wait while a world of ten minutes is made and studies run.

    python benchmarks/readers.py [--readers 60] [--seconds 30] [--studies 2]

Starts ``trustsim serve`` on a folder of its own, asks it for a world of 20,000 people over 10,000 days and for
studies, and lets each reader ask for the page, its script, the scenarios, the runs and a form in turn, with two seconds
between. It prints the longest and the usual answer of each, and how long the server took to end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

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


class Reader:
    """A connection that is kept, with as little of its own as can be, so that the server is what is measured."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Return status and body; a connection that was closed meanwhile is opened again."""
        for _ in range(2):
            try:
                if self.streams is None:
                    self.streams = await asyncio.open_connection("127.0.0.1", self.port)
                return await self._ask(method, path, b"" if body is None else json.dumps(body).encode())
            except (ConnectionError, asyncio.IncompleteReadError):
                self.streams = None
        return 0, b""

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        assert self.streams is not None
        reader, writer = self.streams
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        return int(answer.split()[1]), await reader.readexactly(int(answer.split("content-length:")[1].split()[0]))


async def read(reader: Reader, number: int, end: float, seconds: Seconds, odd: list[str]) -> None:
    """Ask one thing after the other as a reader's browser does, and note how long each answer took."""
    state = {"scenario": "story.yaml", "set": {"investors.count": 100 + number}}
    asked = [("GET", path, None) for path in ("/", "/static/main.js", "/api/scenarios", "/api/jobs")]
    while time.monotonic() < end:
        for method, path, body in (*asked, ("POST", "/api/scenario", state)):
            began = time.monotonic()
            status, _ = await reader.ask(method, path, body)
            seconds[path].append(time.monotonic() - began)
            if status not in (200, 202):
                odd.append(f"{path}: {status}")
        await asyncio.sleep(2.0)


async def measure(address: str, n_readers: int, n_studies: int, duration: float) -> None:
    """Ask, and print what came of it."""
    origin, _, token = address.partition("/?token=")
    readers = [Reader(int(origin.rpartition(":")[2]), token) for _ in range(n_readers)]
    first, seconds, odd = readers[0], defaultdict(list), list[str]()
    while (await first.ask("GET", "/api/scenarios"))[0] != 200:
        await asyncio.sleep(0.5)
    print("world:", (await first.ask("POST", "/api/play", WORLD))[0])
    for seed in range(n_studies):
        print("study:", (await first.ask("POST", "/api/jobs", {**STUDY, "seed": seed}))[0])
    end = time.monotonic() + duration
    await asyncio.gather(*(read(reader, k, end, seconds, odd) for k, reader in enumerate(readers)))
    world = (await first.ask("POST", "/api/play?again=1", WORLD))[0]
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
        command = [*child.command("trustsim.cli"), "serve", place, "--no-open", "--port", "0"]
        command += ["--workers", "1"]
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
