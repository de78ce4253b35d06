"""A folder with a small story, and a browser without a window."""

from __future__ import annotations

import pytest
from asking import TestClient, told, wait_until

from trustsim.web.app import app_of
from trustsim.web.files import Files
from trustsim.web.jobs import FINAL, Jobs
from trustsim.web.site import Site

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


@pytest.fixture
def folder(tmp_path):
    """A folder to serve, with ``small.yaml``."""
    place = tmp_path / "served"
    place.mkdir()
    (place / "small.yaml").write_text(STORY, encoding="utf-8")
    return place


@pytest.fixture
def site(folder):
    made = Site(Files(folder), Jobs(folder, n_at_once=1, workers=1))
    yield made
    made.jobs.close()


@pytest.fixture
def client(site):
    """Ask as a browser on this machine does."""
    return TestClient(app_of(site), base_url="http://127.0.0.1:8080", raise_server_exceptions=False)


@pytest.fixture
def ended(client):
    """Wait until a job is final and return it with its comparison: ``ended(id)``; at most a minute."""

    def wait(id):
        wait_until(lambda: client.get(f"/api/jobs/{id}").json()["status"] in FINAL)
        return told(client, id)[-1]

    return wait
