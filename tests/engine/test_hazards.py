"""Hazards have luck of their own: two of a kind, and two kinds, share no draw; the same one does in every variant."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_worlds import Document, arrays_of, differing, finished, scenario_of

from trustsim.errors import ModelError
from trustsim.kernels import draws
from trustsim.kernels.purposes import NAMED, purpose_of
from trustsim.model import Batch, TrustCrisisModel
from trustsim.world.hazards import draw

WORLDS = 60
COIN = {"kind": "payoff", "platform": "Harbour", "success": "50 %", "gross": 1.1, "mutual": False}
WAVE = {"kind": "default_wave", "platform": "Harbour", "correlation": 0, "share": "10 %"}


def story(shocks: list[Document], **more: Any) -> Any:
    platform = {"liquid_share": "10 %", "default_rate": 0, "asset_yield": 0, "asset_term": "36500 d"}
    return scenario_of({
        "trustsim": 1, "horizon": "3 d", "investors": {"count": 20}, "network": {"kind": "none"},
        "platforms": [{"name": "Harbour", "kind": "p2p_lending", **platform}],
        "mechanisms": {"ordinary": "off", "choice": "off"}, "shocks": shocks, "variants": {"nothing": []}, **more,
    })  # fmt: skip


def fall_on(day: int, shocks: list[Document], of_its_own: list[Document] | None = None) -> np.ndarray[Any, Any]:
    """Return float64 (WORLDS,): the share by which the assets change on a day; the variant has shocks *of its own*."""
    scenario, found = story(shocks), []
    variant = replace(scenario.variants[0], shocks=story(of_its_own or []).shocks)
    scenario = replace(scenario, variants=(variant,))
    for world in range(WORLDS):
        model = TrustCrisisModel(scenario, rng=world, collects=False)
        worth = [model.state.ladder.sum()]
        for _ in range(day):
            model.step()
            worth.append(model.state.ladder.sum())
        found.append(worth[day] / worth[day - 1] - 1)
    return np.array(found)


def test_two_equal_hazards_are_uncorrelated() -> None:
    """60 worlds: a correlation of independent draws is within ±0.42 with a chance of 99.9 %."""
    waves = [{**WAVE, "day": "0 d"}, {**WAVE, "day": "1 d"}]
    first, second = fall_on(1, waves), fall_on(2, waves)
    assert len(set(first.round(9))) == WORLDS
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.42


def test_two_kinds_of_hazards_are_uncorrelated() -> None:
    shocks = [{**WAVE, "day": "0 d"}, {**COIN, "day": "1 d"}]
    wave, coin = fall_on(1, shocks), fall_on(2, shocks) > -0.5
    assert 0.2 < coin.mean() < 0.8
    assert abs(np.corrcoef(wave, coin)[0, 1]) < 0.42


def test_two_misuses_are_found_out_on_days_of_their_own() -> None:
    purposes = [purpose_of("misuse", "discovery", 0, 0.0, k) for k in range(2)]
    luck = [
        [draws.uniforms(1, purpose, draws.key_of(1, world), day=1)[0, 0] for world in range(400)]
        for purpose in purposes
    ]
    assert abs(np.corrcoef(luck)[0, 1]) < 0.17  # 99.9 % of independent draws


def test_two_rumours_of_one_platform_are_started_by_others() -> None:
    rumour = {"kind": "rumour", "platform": "Harbour", "seeds": "10 %", "tiring": 0, "infectiousness": 0}
    scenario = story([{**rumour, "day": "0 d"}, {**rumour, "day": "0 d", "fear": 0}])
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    model.step()
    first, second = (entry.memory["rumour", 0][0] > 0 for entry in model.engine.agenda.entries)
    assert first.sum() == second.sum() == 2
    assert (first != second).any()


def test_what_a_variant_adds_leaves_the_luck_of_the_other_shocks() -> None:
    """The wave of all variants falls as hard in the variant that has one more, whatever that one's place in a list."""
    for more in ({**WAVE, "share": "1 %"}, {**WAVE, "share": "20 %"}, {**WAVE, "platform": "*"}):
        alone, beside = (fall_on(1, [{**WAVE, "day": "0 d"}], of_its_own=own) for own in ([], [{**more, "day": "2 d"}]))
        assert alone.tolist() == beside.tolist()


OUTAGE = {"kind": "outage", "platform": "Harbour", "days": "2 d", "chance": "0.2 /day"}
BIT_LATER = {**OUTAGE, "days": "3 d"}
ON_ALL = {**OUTAGE, "platform": "*", "days": "1 d"}
ON_QUAY = {**OUTAGE, "platform": "Quay"}
TO_COME = {**OUTAGE, "days": "4 d"}


def struck(shocks: list[Document], of_its_own: list[Document] | None = None) -> dict[tuple[str, float], list[int]]:
    """Return the steps on which outages begin in twelve worlds, by platform and days (which tell them apart here)."""
    platforms = [{"name": "Harbour"}, {"name": "Quay"}]
    scenario = story(shocks, horizon="40 d", platforms=platforms, variants={"one": of_its_own or []})
    batch = Batch(scenario, scenario.variants, list(range(12)))
    for _ in range(scenario.n_days):
        batch.step()
    entries = [entry for entry in batch.engine.agenda.entries if entry.item.kind == "outage"]
    return {(entry.item.what.platform, entry.item.what.days): entry.since.tolist() for entry in entries}


def test_a_hazard_keeps_its_luck_whatever_stands_behind_it_on_all_or_on_another_platform_or_in_a_variant() -> None:
    alone = struck([OUTAGE])["Harbour", 2.0]
    assert len(set(alone)) > 3
    for beside in (
        [OUTAGE, BIT_LATER], [OUTAGE, {**OUTAGE, "days": "1 d"}], [ON_ALL, OUTAGE], [OUTAGE, ON_ALL], [ON_QUAY, OUTAGE],
        [ON_ALL, ON_QUAY, OUTAGE, BIT_LATER, {**COIN, "chance": "0.1 /day"}],
    ):  # fmt: skip
        assert struck(beside)["Harbour", 2.0] == alone
    for own in ([{**OUTAGE, "days": "1 d"}], [ON_ALL, BIT_LATER], [ON_QUAY]):
        assert struck([OUTAGE], of_its_own=own)["Harbour", 2.0] == alone


def test_no_two_hazards_of_a_kind_share_their_luck() -> None:
    found = struck([OUTAGE, BIT_LATER, ON_ALL, {**ON_ALL, "days": "5 d"}, ON_QUAY], of_its_own=[TO_COME])
    assert len(found) == len({tuple(steps) for steps in found.values()}) == 8


def test_a_setting_that_changes_leaves_the_luck_of_a_hazard_and_of_those_alike() -> None:
    one = struck([OUTAGE, BIT_LATER])
    for days in (1.0, 9.0):
        found = struck([{**OUTAGE, "days": f"{days} d"}, BIT_LATER])
        assert found == {("Harbour", days): one["Harbour", 2.0], ("Harbour", 3.0): one["Harbour", 3.0]}


def test_hazards_alike_exchange_their_luck_with_their_places_in_the_file() -> None:
    """The first in the file has the luck of the first, those of all variants before those of one."""
    one, other = struck([OUTAGE, BIT_LATER]), struck([BIT_LATER, OUTAGE])
    assert one["Harbour", 2.0] == other["Harbour", 3.0] != one["Harbour", 3.0] == other["Harbour", 2.0]
    assert struck([OUTAGE], of_its_own=[BIT_LATER]) == one


def test_the_order_of_hazards_that_are_not_alike_does_not_matter() -> None:
    later = {**COIN, "gross": 1.3, "day": "1 d"}
    shocks = [COIN, later, {**WAVE, "day": "2 d"}, {**WAVE, "platform": "*", "share": "3 %"}]
    one, *others = (story(list(order), horizon="5 d") for order in itertools.permutations(shocks))
    bits = arrays_of(finished(one), 0)
    for other in others:
        assert differing(bits, arrays_of(finished(other), 0)) == []


def test_purposes_made_from_names_stand_above_the_numbered_ones() -> None:
    found = {purpose_of(kind, what, k) for kind in "abc" for what in ("", "x") for k in range(5)}
    assert len(found) == 30
    assert all(NAMED <= purpose < 2**32 for purpose in found)


def test_a_draw_that_is_declared_twice_is_an_error() -> None:
    draw("a hazard of this test", "luck", text="whether it strikes")
    with pytest.raises(ModelError, match="declared twice"):
        draw("a hazard of this test", "luck", text="something else")


def test_a_shock_may_stand_in_a_variant_beside_its_levers() -> None:
    """It strikes this variant alone; the scenario that is written out says so, and reads back to the same."""
    scenario = scenario_of(
        {
            "trustsim": 1, "horizon": "5 d", "network": {"kind": "none"}, "investors": {"count": 20},
            "platforms": [{"name": "Harbour"}],
            "variants": {
                "nothing": [],
                "struck": [{"kind": "outage", "platform": "Harbour", "day": "2 d"}, {"kind": "redemption_fee"}],
                "both": ["struck", {"kind": "default_wave", "share": "5 %"}],
            },
        },
    )  # fmt: skip
    kinds = {v.name: ([i.kind for i in v.shocks], [i.kind for i in v.items]) for v in scenario.variants}
    assert kinds == {
        "nothing": ([], []), "struck": (["outage"], ["redemption_fee"]),
        "both": (["outage", "default_wave"], ["redemption_fee"]),
    }  # fmt: skip
    again = scenario_of(scenario.document)
    assert again.variants == scenario.variants
    assert again.digest == scenario.digest


def test_a_shock_of_one_variant_strikes_that_variant_alone() -> None:
    outage = {"kind": "outage", "platform": "Harbour", "day": "0 d", "days": "3 d"}
    scenario = story([], variants={"nothing": [], "struck": [outage]}, mechanisms={"ordinary": {"leave": 0.5}})
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    for _ in range(3):
        model.step()
    paid = model.series("outflow")[:, :, 0].sum(axis=0)
    assert paid[0] > 0
    assert paid[1] == 0
