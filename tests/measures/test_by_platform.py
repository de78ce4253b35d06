"""What happens is told of each platform, and adds up to what is told of all."""

from __future__ import annotations

import numpy as np
import pytest
from counted import THEFT, mean, story, study

from trustsim.kernels.layout import Gauges
from trustsim.model import Batch

FAMILIES = ("withdrawn_by_platform", "loss_by_platform", "stuck_by_platform", "failed_by_platform")
HOLLOW = {"kind": "default_wave", "platform": "G", "day": 5, "share": "100 %"}
GATE = {"kind": "suspension", "platform": "S", "after": "0 %"}
THREE = [
    {"name": "H", "liquid_share": "15 %"},
    {"name": "G", "liquid_share": "2 %", "patience": "1 d"},
    {"name": "S", "liquid_share": "40 %"},
]


@pytest.fixture(scope="module")
def three():
    stories = story(
        horizon="40 d", platforms=THREE, shocks=[THEFT, HOLLOW], variants={"nothing": [], "stopped": [GATE]},
        waiting={"price": "20 %"}, mechanisms={"spillover": "off"},
    )  # fmt: skip
    return study(stories, 4)


def of_each(found, family):
    """Return float64 (platforms, worlds, variants)."""
    return np.array([found.outcomes[f"{family}[{platform['name']}]"] for platform in THREE])


def claims_of(found):
    """Return each platform's claims of day 0 over those of all, float64 (platforms, worlds, 1)."""
    batch = Batch(found.scenario, found.scenario.variants, found.replications.tolist())
    at_start = batch.history[0, Gauges.CLAIMS_AT_START][:: len(found.variants)]
    return (at_start.T / at_start.sum(axis=1))[:, :, None]


def test_losses_by_platform_are_what_clients_lose(three):
    everybody = three.outcomes["investor_loss"] + three.outcomes["newcomer_loss"]
    total = (of_each(three, "loss_by_platform") * claims_of(three)).sum(axis=0)
    assert total == pytest.approx(everybody, abs=1e-6)  # each investor's part of waiting is rounded to the minor unit


def test_waiting_and_failures_by_platform_are_those_of_all(three):
    stuck = (of_each(three, "stuck_by_platform") * claims_of(three)).sum(axis=0)
    assert stuck == pytest.approx(three.outcomes["stuck_money"], abs=1e-9)  # sums of floats in another order
    assert np.array_equal(of_each(three, "failed_by_platform").sum(axis=0), three.outcomes["failed_platforms"])


def test_each_platform_has_its_own_story(three):
    assert mean(three, "failed_by_platform[G]") == 1
    assert mean(three, "failed_by_platform[S]") == 0
    assert mean(three, "loss_by_platform[G]") > mean(three, "loss_by_platform[H]") > mean(three, "loss_by_platform[S]")
    assert mean(three, "withdrawn_by_platform[H]") > 3 * mean(three, "withdrawn_by_platform[S]")


def test_a_stop_at_one_platform_is_waited_for_there(three):
    waits, before = (mean(three, "stuck_by_platform[S]", name) for name in ("stopped", "nothing"))
    assert waits > before + 0.5
    lost, before = (mean(three, "loss_by_platform[S]", name) for name in ("stopped", "nothing"))
    assert lost > before


def test_of_one_platform_the_outcome_of_all_says_the_same():
    """Whoever asks for it has it: what is asked for is not left out without a word."""
    alone = study(story(horizon="20 d"), 2).outcomes
    for family, of_all in zip(FAMILIES, ("excess_withdrawn", None, "stuck_money", "failed_platforms"), strict=True):
        whole = alone["investor_loss"] + alone["newcomer_loss"] if of_all is None else alone[of_all]
        assert alone[f"{family}[H]"] == pytest.approx(whole, abs=1e-6), family


def test_what_is_paid_goes_to_another_platform_or_out_and_adds_up():
    """Of all that is paid a part goes where trust is higher, the rest to the safe accounts; nothing is lost between."""
    document = story(horizon="40 d", platforms=THREE, mechanisms={"switching": {"appeal": 2}}, scale=50)
    found = study(document, 3)
    of_pair = {name: x for name, x in found.outcomes.items() if name.startswith("paid_by_pair")}
    names = [platform["name"] for platform in THREE]
    assert set(of_pair) == {f"paid_by_pair[{a} → {b}]" for a in names for b in [*names, "out"] if a != b}
    batch = Batch(found.scenario, found.scenario.variants, found.replications.tolist())
    while batch.day < found.scenario.n_days:
        batch.step()
    paid = batch.history[-1, Gauges.PAID] / 100 * 50
    for p, name in enumerate(names):
        total = sum(x for pair, x in of_pair.items() if pair.startswith(f"paid_by_pair[{name} → "))
        assert total[:, 0] == pytest.approx(paid[:, p])
    assert sum(x.sum() for pair, x in of_pair.items() if not pair.endswith("out]")) > 0


def test_pairs_of_many_platforms_are_left_out():
    platforms = [{"name": f"P{k}", "liquid_share": "15 %"} for k in range(13)]
    found = study(story(horizon="2 d", platforms=platforms, shocks=[], investors={"count": 60}), 1)
    assert not [name for name in found.outcomes if name.startswith("paid_by_pair")]
