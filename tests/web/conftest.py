"""A folder with a small story, and a browser without a window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from asking import HERE, STORY, TestClient, asking, told, wait_until

from trustsim.web import files
from trustsim.web.files import Files
from trustsim.web.jobs import FINAL, Jobs
from trustsim.web.site import Site


@pytest.fixture
def folder(tmp_path):
    """A folder to serve, with ``small.yaml``."""
    return story_in(tmp_path / "served")


def story_in(place):
    place.mkdir()
    (place / "small.yaml").write_text(STORY, encoding="utf-8")
    return place


@pytest.fixture(scope="session", autouse=True)
def _shipped_ones_are_listed_once():
    """What ships is the same for all tests: it is read for the list of scenarios once."""
    shipped_ones = cache(files._read)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_read", lambda file, once=files._read: (shipped_ones if file.is_shipped else once)(file))
        yield


@pytest.fixture
def site(folder):
    made = Site(Files(folder), Jobs(folder, n_at_once=1, workers=1), lanes=HERE)
    yield made
    made.jobs.close()


@pytest.fixture
def client(site):
    """Ask as a browser on this machine does."""
    return asking(site)


@dataclass(frozen=True)
class Finished:
    """A study that was run from the page: its server, its state, what its events told from the start to the end."""

    site: Site
    client: TestClient
    state: dict[str, Any]
    events: list[dict[str, Any]]

    @property
    def job(self):
        return self.events[-1]


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """One small study that is done, for all who only look at it."""
    folder = story_in(tmp_path_factory.mktemp("finished") / "served")
    site = Site(Files(folder), Jobs(folder, n_at_once=1, workers=1), lanes=HERE)
    client = asking(site)
    mine = {"mine": [{"kind": "guarantee", "cover": "50 %"}, "prompt notice"], "x,y": []}
    changed = {"platforms.Harbour.liquid_share": "20 %"}
    state = {"scenario": "small.yaml", "set": changed, "replications": 4, "variants": mine}
    id = client.post("/api/jobs", json=state).json()["id"]
    yield Finished(site, client, state, told(client, id))
    site.close()


@pytest.fixture
def ended(client):
    """Wait until a job is final and return it with its comparison: ``ended(id)``; at most a minute."""

    def wait(id):
        wait_until(lambda: client.get(f"/api/jobs/{id}").json()["status"] in FINAL)
        return told(client, id)[-1]

    return wait
