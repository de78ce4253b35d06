"""The estimate of social influence: known answers on simulated adoption, and the page against data and runs."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/social.md"
QUICKSTART = str(ROOT / "scenarios/quickstart.yaml")
DATA = next((p / "shared/data" for p in ROOT.parents if (p / "shared/data").is_dir()), None)
NEEDS_DATA = pytest.mark.skipif(DATA is None, reason="shared/data is not there: real networks are read where they lie")
BASE = -2.5  # log-odds of adopting in a period, without exposure


@pytest.fixture(scope="module")
def social():
    """The script and what it is made of, imported as when it is run."""
    names = ("made.adopting", "made.held_out", "made.crowded", "social")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT / "docs"), *sys.path])
        parts = [importlib.import_module(name) for name in names]
        adopting, held_out, crowded, script = parts
        yield SimpleNamespace(adopting=adopting, held_out=held_out, crowded=crowded, script=script)
        for name in ("made", *names):
            sys.modules.pop(name, None)


def simulated(adopting, gamma: float, weight: float, seed: int, n: int = 900, usual: float = 5.0, last: int = 8):
    """Return a network in which people adopt by the hazard with this γ and this weight; 20 communities."""
    rng = np.random.default_rng(seed)
    community, names = np.arange(n) % 20, np.zeros((n, n))
    for i in range(n):
        others = np.flatnonzero(community == community[i])
        names[i, rng.choice(others[others != i], rng.integers(1, 16), replace=False)] = 1.0
    degree, time = names.sum(axis=1), np.full(n, last + 1)
    for s in range(1, last + 1):
        x = (names @ (time < s)) * degree**-gamma * usual ** (gamma - 1)
        turns = (time > last) & (rng.random(n) < adopting.logistic(BASE + weight * x))
        time[turns] = s
    return adopting.Network(names, community, time, last)


@pytest.mark.parametrize(("gamma", "weight"), [(0.6, 2.0), (1.0, 1.5), (0.0, 1.0)])
def test_the_posterior_finds_the_exponent_and_the_weight_that_made_the_data(social, gamma: float, weight: float):
    adopting = social.adopting
    weights = weight + np.array([-0.3, 0.0, 0.3])
    networks = [simulated(adopting, gamma, w, seed) for seed, w in enumerate(weights)]
    data = [adopting.periods_of(network) for network in networks]
    found = adopting.posterior(data, [8, 8, 8], 5.0, np.linspace(-0.5, 1.5, 41))
    assert found.chance.sum() == pytest.approx(1.0)
    (_, mean, sd), (_, mean_weight, sd_weight), (_, spread, _) = (found.of(axis) for axis in range(3))
    assert sd < 0.12
    assert abs(mean - gamma) < 3 * sd
    assert abs(mean_weight - weight) < 2 * sd_weight
    assert sd_weight < 0.6
    assert 0.05 < spread < 0.9
    for each, w in zip(data, weights, strict=True):
        fit = adopting.fitted(each, each.exposure(gamma, 5.0), 8)
        assert abs(fit.weight - w) < 3 * fit.error
        assert fit.periods == pytest.approx(BASE, abs=0.8)


def test_where_nobody_follows_the_weight_is_nothing(social):
    data = social.adopting.periods_of(simulated(social.adopting, 1.0, 0.0, seed=5))
    fit = social.adopting.fitted(data, data.exposure(1.0, 5.0), 8)
    assert abs(fit.weight) < 3 * fit.error


def test_the_rule_that_made_the_data_is_worth_most_held_out_and_none_is_worth_nothing_without_influence(social):
    rules = {rule.name: rule for rule in social.held_out.RULES}
    share, number = rules["share of contacts, γ = 1"], rules["number of contacts, γ = 0"]
    lately = rules["half-way, who adopted in the last period"]

    def worth(networks, rule) -> float:
        return float(np.concatenate(social.held_out.gains(networks, 5.0, rule)).sum())

    by_share, by_number, alone = (
        [simulated(social.adopting, gamma, weight, seed)] for gamma, weight, seed in ((1, 3, 1), (0, 1.5, 2), (1, 0, 3))
    )
    assert worth(by_share, share) > worth(by_share, number) + 5
    assert worth(by_number, number) > worth(by_number, share) + 5
    assert worth(by_share, share) > worth(by_share, lately) + 5
    assert worth(by_share, rules["γ fitted"]) > worth(by_share, number)
    for rule in (share, number, lately):
        assert worth(alone, rule) < 2


def test_exposure_is_to_contacts_who_adopted_before_and_who_named_nobody_is_left_out(social, tmp_path):
    """One names two and three, two names one, three names nobody; one adopts in 2, two in 1, three never (in 3)."""
    (tmp_path / "diffusion_x_nodes.csv").write_text(
        "id,community,time_of_adoption,adopted\n7,1,2,1\n8,1,1,1\n9,2,3,0\n", encoding="utf-8"
    )
    (tmp_path / "diffusion_x_edges.csv").write_text("ego,alter\n7,8\n7,9\n8,7\n", encoding="utf-8")
    network = social.adopting.read(tmp_path, "x")
    assert network.last == 2
    assert network.time.tolist() == [2, 1, 3]
    data = social.adopting.periods_of(network)
    assert data.period.tolist() == [0, 0, 1]
    assert data.adopts.tolist() == [False, True, True]
    assert data.seen.tolist() == [0, 0, 1]
    assert data.degree.tolist() == [2, 1, 2]
    assert data.exposure(1.0, 8.0)[-1] == pytest.approx(1 / 2)
    assert data.exposure(0.0, 8.0)[-1] == pytest.approx(1 / 8)
    assert data.exposure(0.5, 8.0)[-1] == pytest.approx(1 / 4)


@NEEDS_DATA
def test_the_page_says_what_the_networks_say(social):
    page, adopting = PAGE.read_text(encoding="utf-8"), social.adopting
    networks = [adopting.read(DATA, name) for name in adopting.NAMES]
    whole, usual = social.script.together(networks)
    rows = [social.script.estimates(*pair, usual) for pair in zip(networks, social.script.TITLES, strict=True)]
    said = (*rows, *social.script.summary(whole).splitlines(), *social.script.held_out(networks, usual).splitlines())
    assert all(row in page for row in said), [row for row in said if row not in page]
    _, gamma, sd = whole.of(0)
    assert 0 < gamma - 3 * sd < gamma + 3 * sd < 1  # neither the number nor the share


@NEEDS_DATA
def test_who_ever_adopted_counts_and_who_adopted_lately_counts_less(social):
    networks = [social.adopting.read(DATA, name) for name in social.adopting.NAMES]
    worth = {r.name: np.concatenate(social.held_out.gains(networks, 4.1, r)) for r in social.held_out.RULES}
    half = worth["half-way, γ = ½"]
    assert half.sum() > 2 * half.std(ddof=1) * len(half) ** 0.5
    assert all(half.sum() > x.sum() for name, x in worth.items() if "γ" not in name)
    assert all(x.sum() > 0 for x in worth.values())


def test_the_model_takes_the_usual_contacts_from_the_page():
    from trustsim.mechanisms.behaviour.herding import USUAL_CONTACTS

    assert f"d₀ = {USUAL_CONTACTS:g} the mean of d" in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_more_contacts_burn_more_by_number_little_by_share_and_some_in_between(social):
    """What the page says below its table of degrees, with 16 worlds of 500; in them six in ten are near to fail or to
    stay, so that a world more that fails is 6 points."""

    def withdrawn(degree: int, exponents: tuple[float, float]) -> tuple[float, float]:
        network = {"kind": "poisson", "mean_degree": degree}
        (mean, _), (fails, _) = social.crowded.found(QUICKSTART, network, exponents, worlds=16, people=500)
        return mean, fails

    by = {e: {d: withdrawn(d, e) for d in (2, 14, 100)} for e in ((1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.6, 0.6))}
    for e in ((1.0, 0.0), (0.0, 0.0)):  # alarms by their number
        assert by[e][100][0] > by[e][2][0] + 25
        assert by[e][100][1] > by[e][2][1] + 40
    shared, mixed = by[1.0, 1.0], by[0.6, 0.6]
    assert abs(shared[100][0] - shared[2][0]) < 15
    assert shared[2][0] < mixed[100][0] < by[0.0, 0.0][100][0]
    assert mixed[2][0] < mixed[14][0] < mixed[100][0]
    assert shared[100][0] - shared[2][0] < mixed[100][0] - mixed[2][0] < by[1.0, 0.0][100][0] - by[1.0, 0.0][2][0]
    assert by[1.0, 0.0][100][0] < by[0.0, 0.0][100][0]  # who left counts by its number as well


@pytest.mark.slow
def test_platforms_beside_change_nothing_on_one_that_is_struck(social):
    """Beside 0, 1, 2 and 4 platforms whose clients its own clients know as well, as many run; worlds and people are
    alike, for how worlds differ would hide what neighbours change."""
    how = {"worlds": 24, "people": 600, "horizon": "60 d", "mechanisms.herding.weight": 12,
           "mechanisms.aggregate_uncertainty": "off", "behaviour": "point"}  # fmt: skip
    found = {n: social.crowded.ran_beside(QUICKSTART, n, **how) for n in (0, 1, 2, 4)}
    assert found[0].mean() > 0.1
    less = found[0] - social.crowded.ran_beside(QUICKSTART, 0, **{**how, "mechanisms.herding.weight": 12 / 5})
    # as if four in five of the neighbours were never seen to leave
    assert less.mean() > 3 * less.std(ddof=1) / len(less) ** 0.5
    for n in (1, 2, 4):
        beside = found[n] - found[0]
        assert abs(beside.mean()) < 3 * beside.std(ddof=1) / len(beside) ** 0.5, n
        assert abs(beside.mean()) < less.mean() / 2, n
