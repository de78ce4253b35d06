"""Ask a Dask cluster for a study: without a worker, and with a scheduler that dies; prints what is said of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import fake_engine as fake

from trustsim.errors import PoolLost
from trustsim.experiment.cluster import dask
from trustsim.experiment.study import run_study


def slow(story, variants, replication):
    """Take a moment."""
    time.sleep(0.1)
    return fake.simulate(story, variants, replication)


def main() -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": there}
    command = [sys.executable, "-P", "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    scheduler = subprocess.Popen([*command, "--no-dashboard"], **quiet)
    worker = None
    try:
        while True:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
        try:
            with dask(address, patience=1):
                print("never")
        except PoolLost as e:
            print(str(e).replace(str(port), "PORT"))
        worker = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--no-dashboard"], **quiet
        )

        def kill(done: int, total: int, seconds: float) -> None:
            if done >= 3:
                scheduler.send_signal(signal.SIGKILL)

        try:
            with dask(address, patience=60) as pool:
                run_study(fake.scenario(400), pool=pool, simulate=slow, groups=fake.one_pass, progress=kill)
        except PoolLost as e:
            print(str(e).replace(str(port), "PORT"))
    finally:
        for process in filter(None, (worker, scheduler)):
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
