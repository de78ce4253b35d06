"""``scale``: how many real clients an investor stands for, so that the size of the sample decides no sum."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from numpy.typing import NDArray
from small_worlds import CRISIS, Document, crisis, finished, scenario_of

from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.kernels.layout import Books
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model.batch import Batch
from trustsim.scenario.load import from_document
from trustsim.units import MINOR_PER_MAJOR

REAL_CLIENTS = 30_000
STORY: Document = {
    "trustsim": 1,
    "horizon": "40 d",
    "network": {"kind": "poisson", "mean_degree": 6},
    "investors": {"segments": [{"name": "all", "wealth": "60000 CNY", "invested": "50 %"}]},
    "platforms": [
        {
            "name": "Harbour",
            "custody": "bank",
            "own_cash": "2000000 CNY",
            "outside_debt": "1000000 CNY",
            "patience": "3 d",
        }
    ],
    "shocks": [{"kind": "custodian_theft", "platform": "Harbour", "day": "5 d", "share": "60 %"}],
    "variants": {
        "notice": [{"kind": "notice_period"}, {"kind": "incident_notice"}, {"kind": "live_transparency"}],
        "insured": [
            {"kind": "guarantee", "cover": "80 %", "limit": "20000 CNY", "fund": "100000000 CNY"},
            {"kind": "official_warning", "strength": 0.1},
        ],
    },
    "seed": 3,
}


def in_all(n: int, replications: int) -> dict[str, NDArray[np.float64]]:
    """Return every outcome in money over worlds of *n* investors, float64 (replications, variants)."""
    document = copy.deepcopy(STORY)
    document["investors"]["count"], document["scale"] = n, REAL_CLIENTS // n
    story = from_document(document, REGISTRY)
    batch = Batch(story, story.variants, range(replications))
    for _ in range(story.n_days):
        batch.step()
    found = measured(Finished(batch))
    in_money = [name for name in found if REGISTRY["outcome", name.partition("[")[0]].unit == "money"]
    return {name: found[name].reshape(replications, -1) for name in in_money}


def test_totals_and_costs_do_not_depend_on_how_many_investors_stand_for_the_clients() -> None:
    """Worlds of 300 and of 3,000 investors differ by luck: each mean within four standard errors of the two together,
    which chance exceeds once in 16,000, and a thousandth of what is lost, for sales that happen in few worlds.

    A warning costs the public purse the same to the minor unit.
    """
    few, many = in_all(300, 20), in_all(3_000, 5)
    assert few.keys() == many.keys()
    lost = many["loss_by_payer[clients]"].mean(axis=0).max()
    for name in few:
        by = 0.01 if name == "loss_per_investor" else lost
        error = np.hypot(*(x.std(axis=0, ddof=1) / np.sqrt(len(x)) for x in (few[name], many[name])))
        apart = np.abs(few[name].mean(axis=0) - many[name].mean(axis=0))
        assert (apart <= 4 * error + by / 1000).all(), name
    for found in (few, many):
        assert (found["cost_by_payer[public]"] == [0, 500]).all()
        assert (found["loss_by_payer[guarantors]"][:, 1] > 0.1 * lost).all()


def test_without_a_scale_fixed_sums_weigh_by_the_sample() -> None:
    """What a rule costs to bring in is all of it to a small sample, and a fiftieth where one stands for fifty."""
    notice = {"nothing": [], "notice": [{"kind": "notice_period", "platform": "Quay", "notice": "30 d"}]}
    one_day: Document = {"horizon": 1, "shocks": [], "variants": notice}
    for scale, cost in ((1, 5_000_000), (50, 100_000)):
        model = finished(crisis(scale=scale, **one_day))
        without, with_it = model.state.books[Books.COSTS, :, 1].tolist()
        assert with_it - without == pytest.approx(cost, abs=100)  # with less cash a little less is kept in custody
        assert measured(Finished(model))["policy_cost"][1] >= cost * scale / MINOR_PER_MAJOR


def test_a_scale_of_one_is_no_scale_and_is_kept_where_it_is_said() -> None:
    plain, one, ten = scenario_of(CRISIS), crisis(scale=1), crisis(scale=10)
    assert (plain.scale, one.scale, ten.scale) == (1, 1, 10)
    assert "scale" not in plain.document
    assert from_document(dict(ten.document), REGISTRY) == ten
    assert ten.digest != plain.digest


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "many", 10**7, True])
def test_a_scale_is_a_whole_number_of_clients(wrong: object) -> None:
    with pytest.raises(ScenarioError, match=r"scale\n +given: .*\n +allowed: a whole number from 1 to 1000000"):
        crisis(scale=wrong)


def test_debts_among_platforms_are_of_the_real_ones() -> None:
    owing = {"mechanisms": {"obligations": {}}, "horizon": 3, "shocks": []}
    able = {"owes": "Quay 10", "own_cash": "10 CNY", "liquid_share": 1}
    platforms = [{**each, **(able if each["name"] == "Mole" else {})} for each in CRISIS["platforms"]]
    paid = [measured(Finished(finished(crisis(platforms=platforms, scale=k, **owing)))) for k in (1, 10)]
    assert [p["debts_paid[Mole]"].tolist() for p in paid] == [[10.0], [10.0]]
    assert np.isfinite(paid[1]["left_after_debts[Mole]"]).all()
