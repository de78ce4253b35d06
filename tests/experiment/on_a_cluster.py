"""Run a study on a Dask cluster of two workers, kill one on the way; print whether it equals a serial one.

A program of its own, because a cluster starts processes, and its libraries warn of what is not ours.
"""

import os
import signal

from distributed import LocalCluster

import trustsim as ts
from trustsim.experiment.cluster import dask
from trustsim.experiment.study import run_study


def main():
    story = ts.load(
        "scenarios/quickstart.yaml", overrides={"investors.count": 300, "horizon": "40 d", "replications": 40}
    )
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]

        def kill_one(done, total, seconds):
            if pids and done >= 10:
                os.kill(pids.pop(), signal.SIGKILL)
                pids.clear()

        with dask(cluster.scheduler_address) as pool:
            shared = run_study(story, pool=pool, progress=kill_one)
    alone = run_study(story, workers=1)
    assert not pids
    assert shared.replications.tolist() == list(range(40)), shared.failed
    assert {k: v.tobytes() for k, v in shared.outcomes.items()} == {k: v.tobytes() for k, v in alone.outcomes.items()}
    assert {k: v.tobytes() for k, v in shared.series.items()} == {k: v.tobytes() for k, v in alone.series.items()}
    assert (shared.runs, shared.failed) == (alone.runs, ())
    print("identical")


if __name__ == "__main__":
    main()
