"""The benchmark compares like with like, and its table fits a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trustsim.bench import speed, studies, table

FILE = Path(__file__).parents[1] / "scenarios/quickstart.yaml"


def test_the_minimal_rule_takes_the_same_course_in_the_engine_and_as_mesa_objects() -> None:
    """Waves of departures after the signals; every variant alike, every day the same number out."""
    row = speed.against_objects(600, 70, [1, 3])
    assert 0 < row["out_at_end"] < 600
    assert [engine["same_trajectory"] for engine in row["engine"]] == [True, True]


@pytest.mark.slow
def test_the_table_fits_eighty_columns_and_the_document_is_json() -> None:
    measured = {
        "machine": table.machine(),
        "per_investor_day": speed.per_investor_day(FILE, [60, 90], [1, 2], 120),
        "against_objects": speed.against_objects(60, 5, [1]),
        "push": speed.push_against_gather(200),
        "memory": {"investors": 100_000, "bytes_per_investor": 1e3, "bytes_per_investor_and_variant": 1e3},
        "start_up": dict.fromkeys(("help_s", "check_s", "compare_cold_s", "compare_warm_s"), 99.0),
        "by_share_acting": speed.by_share_acting(200, [0.0, 0.5]),
        "many_small": speed.many_small(2, 50, 5),
        "large": {
            "investors": 1_000_000, "variants": 4, "days": 180, "network_s": 99.0, "set_up_s": 99.0, "days_s": 99.0,
            "peak_bytes": 2**33,
        },
        "study": studies.study(FILE, 5),
    }  # fmt: skip
    json.dumps(measured)
    lines = table.text(measured).splitlines()
    assert "left_out" in measured["per_investor_day"][-1]
    assert max(len(line) for line in lines[1:]) <= 80
