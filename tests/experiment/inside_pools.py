"""Studies on two workers where no processes can or should be started; prints the processes that did the work."""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor

import fake_engine as fake

from trustsim.experiment.study import run_study


def simulate(story, variants, replication):
    """Say which process this is, as an outcome."""
    run = fake.simulate(story, variants, replication)
    run.outcomes["investor_loss"][:] = os.getpid()
    return run


def at_work(*_: object) -> tuple[int, set[int]]:
    """Return this process and those that did the work of a study."""
    found = run_study(fake.scenario(4), workers=2, simulate=simulate, groups=fake.one_pass)
    return os.getpid(), set(map(int, found.outcomes["investor_loss"].flat))


def at_the_end() -> None:
    here, there = at_work()
    print("at the end", there == {here}, flush=True)


if __name__ == "__main__":
    atexit.register(at_the_end)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        ((here, there),) = pool.map(at_work, [0])
    print("pool", there == {here})
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        here, there = executor.submit(at_work).result()
    print("executor", there == {here})
    here, there = asyncio.run(asyncio.to_thread(at_work))
    print("asyncio", here not in there)
    thread = threading.Thread(target=lambda: print("thread", here not in at_work()[1]))
    thread.start()
    thread.join()
