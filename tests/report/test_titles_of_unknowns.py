"""The title over a panel of what nobody knows beforehand is written so that it fits, and is not cut."""

from __future__ import annotations

from trustsim.mechanisms.sector.aggregate_uncertainty import AggregateUncertainty
from trustsim.report.pictures import scales
from trustsim.report.pictures.unknowns import ROOM, fitting


def test_not_told_behind_the_longest_name_fits_its_panel() -> None:
    titles = [f"{each.text}: not told" for each in AggregateUncertainty.unknowns]
    assert max(scales.width(title, 11.0) for title in titles) > ROOM  # one would be cut
    assert all(scales.width(title, fitting(title, 11.0)) <= ROOM + 1e-9 for title in titles)
    assert fitting("trust: 4 %", 11.0) == 11.0
