"""Failures over time: how many in 30 days, whether they come in spikes or waves, of what, and when."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import FAILED, WINDING, Gauges
from trustsim.measures.outcomes.failing import causes, counts, dispersion, failure_day, failures_a_month, lag_1
from trustsim.mechanisms.sector.closure import CLOSED
from trustsim.model import Batch
from trustsim.scenario.load import from_document

LOSS = {"kind": "default_wave", "platform": "*", "chance": "2 %/day", "share": "60 %", "told": False}
SMALL = {
    "trustsim": 1, "title": "failures", "horizon": "120 d", "step": "2 d", "network": {"kind": "none"},
    "investors": {"count": 120}, "platforms": [{"name": "P", "copies": 6, "equity": "2 %"}],
    "mechanisms": {"spillover": "off"}, "variants": {"nothing": []}, "replications": 4,
}  # fmt: skip


def ended(days, *, closed=None, struck=None, end=90.0, wound_down=()):
    """A model at the day *end* whose platforms failed on *days*, of one lane; day 0: it stands."""
    last = np.zeros((1, len(Gauges), 1, len(days)))
    last[0, Gauges.FAILURE_DAY, 0] = [day or np.nan for day in days]
    last[0, Gauges.STATUS, 0] = [FAILED if day else 0 for day in days]
    last[0, Gauges.STATUS, 0, list(wound_down)] = WINDING
    kept = {} if closed is None else {CLOSED: np.array([closed], float)}
    names = [SimpleNamespace(name=f"P {k}") for k in range(len(days))]
    since = {f"default_wave: P {k}": np.array([day]) for k, day in (struck or {}).items()}
    model = SimpleNamespace(
        history=last, dt=1.0, kept=kept, state=SimpleNamespace(platforms=names), struck_on=lambda: since
    )
    return SimpleNamespace(model=model, end=end, n_lanes=1)


def test_failures_are_counted_by_interval():
    """An interval holds its last day; what is left of the horizon behind the last whole interval is not counted."""
    days = np.array([[30.0, 31.0, 60.0, np.nan, 95.0]])
    assert counts(days, 95.0).tolist() == [[1, 2, 0]]
    assert counts(days, 120.0).tolist() == [[1, 2, 0, 1]]
    assert counts(days, 95.0, interval=95.0).tolist() == [[4]]
    f = ended([30, 31, 60, 0])
    assert failures_a_month(f)["all"].tolist() == [1.0]
    assert failure_day(f)["all"].tolist() == [31.0]


def test_steps_of_hours_fall_into_the_interval_of_their_day():
    step = 0.1
    days = np.array([[round(30 / step) * step, 30 + step]])
    assert counts(days, round(60 / step) * step).tolist() == [[1, 1]]


def test_a_spike_is_dispersed_and_does_not_last():
    spike = np.array([[0, 0, 4, 0]])
    assert dispersion(spike).tolist() == [4.0]  # mean 1, variance 4
    assert lag_1(spike)[0] == pytest.approx((-1 * 3 + 3 * -1 + 1) / 12)


def test_a_long_wave_lasts():
    assert lag_1(np.array([[0, 0, 4, 4]])).tolist() == [0.25]  # (4 − 4 + 4) / 16
    slow = np.sin(np.linspace(0, 2 * np.pi, 60))[None, :]
    assert lag_1(slow)[0] > 0.95


def test_failures_each_for_itself_have_a_dispersion_of_1_and_no_lag():
    series = np.random.default_rng(0).poisson(2.0, (400, 60))
    assert dispersion(series).mean() == pytest.approx(1, abs=0.03)
    assert lag_1(series).mean() == pytest.approx(-1 / 60, abs=0.02)


def test_what_is_common_shows_in_proportion_to_the_number_of_platforms():
    """A common wave in the chance of all: with ten times the platforms the excess over 1 is tenfold, and the lag is
    nearer to that of the wave, for what each one's own luck adds has no lag."""
    rng = np.random.default_rng(1)
    chance = 0.01 * (1 + 0.8 * np.sin(np.linspace(0, 4 * np.pi, 48)))
    few, many = (rng.binomial(n, chance, (2000, 48)) for n in (80, 800))
    excess = [dispersion(series).mean() - 1 for series in (few, many)]
    assert excess[1] / excess[0] == pytest.approx(10, rel=0.1)
    assert 0 < lag_1(few).mean() < lag_1(many).mean() < lag_1(chance[None, :])[0]


def test_nothing_is_said_of_what_never_happens():
    none = ended([0, 0])
    assert failures_a_month(none)["all"].tolist() == [0.0]
    assert np.isnan(failure_day(none)["all"][0])
    assert np.isnan(dispersion(np.zeros((1, 5))))
    assert np.isnan(lag_1(np.ones((1, 5))))
    assert np.isnan(lag_1(np.array([[0, 3]])))
    assert np.isnan(failures_a_month(ended([5], end=29.0))["all"][0])


def test_a_failure_has_one_cause_and_was_struck_or_not():
    """P 0 was struck before, P 1 after it failed; P 2 was closed; P 3 was wound down in order, and is no failure."""
    f = ended([40, 50, 60, 70], closed=[np.nan, np.nan, 60, np.nan], struck={0: 40.0, 1: 51.0, 3: 1.0}, wound_down=[3])
    found = {name: which[0].tolist() for name, which in causes(f.model).items()}
    assert found == {
        "out of cash": [True, True, False, False], "closed as insolvent": [False, False, True, False],
        "after a shock": [True, False, False, False], "without a shock": [False, True, True, False],
    }  # fmt: skip


def test_a_shock_on_no_platform_of_its_own_strikes_all():
    f = ended([40, 50, 60])
    f.model.struck_on = lambda: {"storm: *": np.array([45.0])}
    assert causes(f.model)["after a shock"][0].tolist() == [False, True, True]


@pytest.fixture(scope="module")
def study():
    return ts.run(from_document({**SMALL, "shocks": [LOSS]}, REGISTRY), workers=1).outcomes


def test_causes_of_a_run_add_up_to_its_failures(study):
    total = study["failures_a_month[all]"]
    assert (total * 4).sum() > 0
    for pair in (("out of cash", "closed as insolvent"), ("after a shock", "without a shock")):
        assert sum(study[f"failures_a_month[{name}]"] for name in pair) == pytest.approx(total)
    assert np.rint(total * 4) == pytest.approx(study["failed_platforms"])
    assert study["failures_a_month[closed as insolvent]"] * 4 == pytest.approx(study["closed_as_insolvent"])


def test_who_fails_alone_was_struck(study):
    assert study["failures_a_month[without a shock]"].sum() == 0


def test_the_day_of_a_strike_is_that_on_which_it_acts():
    """Assets fall in the step of the strike, so they are worth less for the first time on that day."""
    scenario = from_document({**SMALL, "shocks": [LOSS], "horizon": "20 d"}, REGISTRY)
    batch = Batch(scenario, scenario.variants, [0])
    for _ in range(scenario.n_days):
        batch.step()
    hidden = batch.history[:, Gauges.HIDDEN_GAP, 0]
    days = {name: day[0] for name, day in batch.struck_on().items()}
    assert any(np.isfinite(day) for day in days.values())
    for p in range(6):
        shows = np.flatnonzero(hidden[:, p] > 0)
        day = days[f"default_wave: P {p + 1}"]
        assert (shows[0] * scenario.step == day) if len(shows) else not np.isfinite(day)
