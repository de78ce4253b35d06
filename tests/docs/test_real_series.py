"""The page on real series of failures: known answers of its fit, and the page against data and runs."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import trustsim as ts
from trustsim.mechanisms.sector.spillover import Spillover

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/real-series.md"
PLATFORMS, BANKS = (ROOT / "scenarios/history" / f"{name}.yaml" for name in ("p2p_failures", "bank_failures"))
DATA = next((p / "shared/data" for p in ROOT.parents if (p / "shared/data").is_dir()), None)
NEEDS_DATA = pytest.mark.skipif(DATA is None, reason="shared/data is not there: real series are read where they lie")


@pytest.fixture(scope="module")
def real():
    """The script and what it is made of, imported as when it is run."""
    names = ("made.national", "made.rates", "real_series")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT / "docs"), *sys.path])
        national, rates, script = (importlib.import_module(name) for name in names)
        yield SimpleNamespace(national=national, rates=rates, script=script)
        for name in ("made", *names):
            sys.modules.pop(name, None)


def test_points_lie_in_the_ranges_and_are_all_others(real):
    at = real.rates.points(16)
    for column, (low, high) in zip(at.T, (real.rates.CHANCES, real.rates.SHARES), strict=True):
        assert low < column.min() < low * 1.6
        assert high > column.max() > high / 1.3
        assert len(np.unique(column)) == 16
    assert real.rates.unscaled(real.rates.scaled(at)) == pytest.approx(at)


def shapes_on_planes(real, at, planes, off, seed=0):
    """Shapes that lie on these planes, float64 (3, 3), but for a normal deviation."""
    x = np.column_stack([np.ones(len(at)), real.rates.scaled(at)])
    y = x @ planes.T + off * np.random.default_rng(seed).normal(size=(len(at), 3))
    return [real.national.Shape(np.exp(a), np.exp(b), c) for a, b, c in y]


PLANES = np.array([[2.5, 0.4, 0.1], [2.0, -0.1, 0.5], [0.6, 0.05, 0.2]])


def test_the_fit_finds_the_point_that_made_the_data(real):
    at = real.rates.points(60)
    fit = real.rates.fitted(at, shapes_on_planes(real, at, PLANES, np.full(3, 0.02)))
    assert fit.planes == pytest.approx(PLANES, abs=0.03)
    assert fit.off == pytest.approx(np.full(3, 0.02), rel=0.4)
    (wanted,) = shapes_on_planes(real, np.array([[0.003, 30.0]]), PLANES, np.zeros(3))
    best, distance = real.rates.nearest(fit, wanted)
    assert best == pytest.approx([0.003, 30.0], rel=0.05)
    assert distance < 3


def test_what_no_point_in_the_ranges_gives_is_far_off(real):
    at = real.rates.points(60)
    fit = real.rates.fitted(at, shapes_on_planes(real, at, PLANES, np.full(3, 0.02)))
    best, distance = real.rates.nearest(fit, real.national.Shape(500.0, 1.0, 0.0))
    assert distance > 100
    assert real.rates.CHANCES[0] <= best[0] <= real.rates.CHANCES[1]


def test_countries_are_sums_of_regions_and_19_of_20_lie_in_the_interval(real):
    rng = np.random.default_rng(3)
    failures = rng.poisson(0.4, (real.rates.DRAWN_FROM, 60))
    before, after = real.rates.countries(failures, 400)
    assert np.mean([each.mean for each in before]) == pytest.approx(31 * failures[:, 3:48].mean(), rel=0.01)
    (middle, low, high), *_ = real.rates.said(before)
    assert low < middle < high
    assert len(after) == 400
    inside = []
    for _ in range(150):
        regions = rng.poisson(0.4, (real.rates.DRAWN_FROM, 60))
        (_, low, high), *_ = real.rates.said(real.rates.countries(regions, 100)[0])
        inside += [low <= rng.poisson(0.4, (31, 45)).sum(axis=0).mean() <= high for _ in range(10)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_a_point_without_failures_is_left_out_of_what_it_has_no_number_for(real):
    at = real.rates.points(20)
    shapes = shapes_on_planes(real, at, PLANES, np.zeros(3))
    shapes[4] = real.national.Shape(0.0, np.nan, np.nan)
    assert real.rates.fitted(at, shapes).planes == pytest.approx(PLANES, abs=1e-6)


def test_the_fit_counts_from_the_fourth_month_and_the_year_after_it_has_the_rest(real):
    months = np.concatenate([np.full(3, 99), np.tile([1, 3], 23)[:45], np.arange(12)])
    before, after = real.rates.halves(months)
    assert before.mean == pytest.approx(89 / 45)
    assert (after.mean, after.dispersion) == pytest.approx((5.5, 13 / 5.5))
    scenario = ts.load(PLATFORMS)
    assert scenario.n_days * scenario.step == 30 * len(months)


def test_a_country_is_the_sum_of_worlds_that_run_as_in_a_study(real):
    small = {"platforms.0.copies": 8, "investors.count": 200, "horizon": "300 d", "shocks.0.chance": "0.3 %/day"}
    found = real.national.regions(PLATFORMS, "as it was", 3, **small)
    study = ts.run(ts.load(PLATFORMS, overrides=small), variants=["as it was"], replications=3, workers=1)
    assert found.failures.sum() > 0
    assert found.failures.mean(axis=1) == pytest.approx(study.outcomes["failures_a_month[all]"][:, 0])
    share = study.outcomes["failures_a_month[without a shock]"].sum() / study.outcomes["failures_a_month[all]"].sum()
    assert found.not_struck == pytest.approx(share)
    assert found.out_of_cash == 1  # there is no law to close them


def test_a_failure_is_news_of_the_same_weight_whatever_the_number_of_platforms():
    a, b = ts.load(PLATFORMS).variants[0].world.platforms[:2]
    assert Spillover().likeness(a, b) == Spillover().likeness(b, a) == 0.25


@NEEDS_DATA
def test_the_page_says_what_happened(real):
    page = PAGE.read_text(encoding="utf-8")
    series = np.array(list(real.national.platforms_that_failed(DATA).values()))
    banks = np.array(list(real.national.banks_that_failed(DATA).values()))
    assert (len(series), len(banks)) == (57, 72)
    for what in (series[:45], series[45:], series[21:], banks):
        assert f"| {real.script.row(real.national.shape(what))} |" in page
    assert real.script.row(real.national.shape(banks)) == "6.8 | 5.0 | 0.57"  # E-29
    assert real.script.row(real.national.shape(series[21:])).startswith("15.5 | 8.6 | 0.2")  # E-26


def test_the_scenario_has_the_losses_that_were_fitted(real):
    found = re.search(
        r"chance of \*\*([\d.]+) % a day\*\* and a size\s+of \*\*(\d+) %\*\*", PAGE.read_text(encoding="utf-8")
    )
    assert found is not None
    loss = ts.load(PLATFORMS).shocks[0]
    assert 100 * loss.timing.chance == pytest.approx(float(found[1]), abs=6e-5)
    assert 100 * loss.what.share == pytest.approx(float(found[2]), abs=0.6)


def test_halves_tell_a_difference_from_none(real):
    rng = np.random.default_rng(5)
    wave = np.where(np.arange(60) % 12 < 3, 1.0, 0.1)
    calm, spiky = rng.poisson(0.3, (40, 60)), rng.poisson(wave, (40, 60))
    assert real.script.in_halves(calm, spiky, 100)[0] == 1
    assert real.script.in_halves(spiky, calm, 100) == (0, 1)
    assert real.script.in_halves(calm, calm, 100) == (0, 0)


def rows_of(page):
    """Rows of the tables of rules: mean, dispersion, lag and what ran out of cash, by name; the last of a name."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| (-?[\d.]+) \| (\d+) \|$", page, re.MULTILINE)
    return {name: tuple(map(float, cells)) for name, *cells in rows}


def test_the_page_reads_its_tables_right():
    page = PAGE.read_text(encoding="utf-8")
    rows = rows_of(page)
    banks, bare = rows["as it was"], rows["no guarantee"]
    assert "With the guarantee there are fewer spikes" in page.replace("\n", " ")
    assert banks[1] < bare[1] < rows["rules of the platforms"][1]
    assert banks[2] > bare[2]
    doubted = rows["a guarantee believed by 95 %"]
    assert doubted[1] > (banks[1] + bare[1]) / 2  # that hangs on full belief
    assert doubted[2] < (banks[2] + bare[2]) / 2
    assert banks[2] > 0.57  # failures last longer than they did, E-29
    said = re.findall(r"^\| (?:at the fit|predicted) \[95 %\] \| (.*) \|$", page, re.MULTILINE)
    before, year = ([[float(x) for x in re.findall(r"-?[\d.]+", cell)] for cell in row.split(" | ")] for row in said)
    assert before[1][1] < 16.1 < before[1][2]  # the waves are as high as they were
    assert before[0][0] < 13.1 < before[0][2]  # fewer fail in the mean than did
    assert year[0][1] < year[0][0] < year[0][2]


@pytest.mark.slow
def test_nothing_fails_where_nothing_strikes(real):
    assert real.national.regions(PLATFORMS, "as it was", 4, **{"shocks.0.share": "0 %"}).failures.sum() == 0


@pytest.mark.slow
def test_platforms_fail_because_others_did_and_banks_under_their_law_in_fewer_spikes(real):
    found = real.national.regions(PLATFORMS, "as it was", 8)
    assert found.not_struck > 0.7
    laws = ("as it was", "rules of the platforms")  # that the guarantee alone does it takes the 100 regions of the page
    worlds = {name: real.national.regions(BANKS, name, 24) for name in laws}
    of_banks = {name: real.national.shape(each.failures.sum(axis=0)) for name, each in worlds.items()}
    assert of_banks["as it was"].dispersion < of_banks["rules of the platforms"].dispersion / 3
