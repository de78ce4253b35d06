"""One file of a job that is not as it was written spoils no more than itself."""

from __future__ import annotations

import json
import shutil
import time

import pytest

ODD = "00000000000000a3"
CARDS = [
    {"total": "x"}, {"total": float("nan")}, {"total": -3}, {"total": 10**400}, {"began": None}, {"began": "now"},
    {"began": 10**400}, {"began": float("inf")}, {"variants": []}, {"variants": [1]}, {"state": [1]}, {"state": None},
    {"state": {"seed": float("nan")}}, {"work": float("nan")}, {"title": {"a": 1}}, {"title": None}, {"more": 1},
]  # fmt: skip
TEXTS = ["", "[]", "7", "[" * 100_000, '{"a":' * 900 + "1" + "}" * 900]
ABOUTS = ["NaN", "1e999", '"x"', "null", "[]", "1" * 400]


@pytest.fixture
def odd(finished):
    """The folder of a job beside one that is done, and what lists both."""
    folder = finished.site.jobs.folder
    shutil.copytree(folder / finished.job["id"], folder / ODD)

    def listed():
        time.sleep(0.06)  # what was read a moment ago serves again
        return {each["id"]: each for each in finished.client.get("/api/jobs").json()["jobs"]}

    yield folder / ODD, listed
    shutil.rmtree(folder / ODD)


@pytest.mark.parametrize("change", CARDS, ids=str)
def test_a_card_of_another_form_is_left_out(odd, finished, change):
    place, listed = odd
    card = json.loads((place / "job.json").read_text(encoding="utf-8"))
    (place / "job.json").write_text(json.dumps({**card, **change}), encoding="utf-8")
    found = listed()
    assert ODD not in found
    assert finished.job["id"] in found
    assert finished.client.get(f"/api/jobs/{ODD}").status_code == 404


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("name", ["job.json", "study.json", "request.json"])
def test_a_file_that_cannot_be_read_spoils_only_its_job(odd, finished, name, text):
    place, listed = odd
    (place / name).write_text(text, encoding="utf-8")
    assert finished.job["id"] in listed()


@pytest.mark.parametrize("seconds", ABOUTS)
def test_a_time_that_is_none_is_not_told(odd, finished, seconds):
    place, listed = odd
    (place / "study.json").write_text(f'{{"interrupted": false, "seconds": {seconds}}}', encoding="utf-8")
    assert listed()[ODD]["seconds"] is None
    assert finished.client.get(f"/api/jobs/{ODD}").status_code == 200
