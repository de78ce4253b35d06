"""A study of minutes on two workers in a program that may be stopped; prints the process of each run."""

from __future__ import annotations

import os
import sys
import time

import fake_engine as fake

from trustsim.experiment import stop
from trustsim.experiment.study import run_study


def simulate(story, variants, replication):
    """Take a moment."""
    time.sleep(0.2)
    print(os.getpid(), flush=True)
    return fake.simulate(story, variants, replication)


if __name__ == "__main__":
    with stop.watched():
        stop.may_go_on("go on with: this again")
        try:
            study = run_study(fake.scenario(n_replications=2000), workers=2, simulate=simulate, groups=fake.one_pass)
        except stop.Stopped:
            print(stop.STOP.word, flush=True)
            sys.exit(stop.STOP.status)
        print("interrupted", len(study.replications) > 0, flush=True)
        sys.exit(130)
