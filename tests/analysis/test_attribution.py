"""Attribution: parts that add up, replays in the same worlds, and the command."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import trustsim as ts
from trustsim import cli
from trustsim.analysis.attribution import without
from trustsim.analysis.causes import CHANNELS
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.kernels.channels import Channels

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
QUICKSTART = SCENARIOS / "quickstart.yaml"
NAMES = ["nothing", "gate"]


def attributed(replications=3, variants=NAMES, **overrides):
    scenario = ts.load(QUICKSTART, overrides={"investors.count": 300, **overrides})
    return ts.attribute(scenario, variants=variants, replications=replications, workers=1, progress=False)


@pytest.fixture(scope="module")
def found():
    return attributed()


def test_the_direct_parts_add_up_to_what_was_withdrawn(found):
    assert found.direct.sum(axis=2) == pytest.approx(found.withdrawn, rel=1e-5)
    assert found.to_frame()["share"].groupby("variant").sum().to_numpy() == pytest.approx(1, rel=1e-5)


def test_what_falls_away_is_that_of_the_own_part_and_that_of_the_others(found):
    frame = found.to_frame()
    via = frame[[f"via_{name}" for name in CHANNELS]].sum(axis=1)
    assert (frame["own"] + via).to_numpy() == pytest.approx(frame["replay"].to_numpy(), abs=1e-12)


def test_a_replay_leaves_nothing_of_its_own_channel(found):
    """But of ordinary needs: who runs although nothing pushes him is in that part, and cannot be switched off."""
    own = found.spared[:, :, range(len(CHANNELS)), range(len(CHANNELS))]
    assert own[..., :-1] == pytest.approx(found.direct[..., :-1], abs=1e-6)
    assert (own[..., -1] <= found.direct[..., -1]).all()


def test_who_runs_although_nothing_pushes_is_left_in_the_part_of_ordinary_needs():
    restless = attributed(variants=["nothing"], **{"mechanisms.choice.calm": 2})
    ordinary = Channels.ORDINARY
    left = restless.direct[..., ordinary] - restless.spared[:, :, ordinary, ordinary]
    assert (left > 0.01).all()


def test_a_replay_is_the_variant_under_these_settings(found):
    """The replay without fear is the variant of a file that switches fear off."""
    calm = attributed(variants=["gate"], **{"mechanisms.fear": False})
    gate = NAMES.index("gate")
    spared = found.withdrawn[:, gate] - calm.withdrawn[:, 0]
    assert found.spared[:, gate, Channels.FEAR].sum(axis=1) == pytest.approx(spared, abs=1e-6)
    assert (calm.direct[..., Channels.FEAR] == 0).all()
    assert (calm.spared[:, :, Channels.FEAR] == 0).all()


def test_a_channel_that_is_off_makes_nothing():
    alone = attributed(variants=["nothing"], **{"mechanisms.herding": False, "mechanisms.media.withdrawals": 0})
    assert (alone.direct[..., Channels.HERDING] == 0).all()
    assert (alone.spared[:, :, Channels.HERDING] == 0).all()


def test_in_a_false_rumour_about_a_sound_bank_nothing_is_called_fundamentals():
    """Nothing is lost: what is told moves people, and who is seen to leave; that cash is missing which has left is less
    than a thousandth."""
    bank = ts.load(SCENARIOS / "evidence/E-11.yaml", overrides={"investors.count": 400})
    found = ts.attribute(bank, replications=3, workers=1, progress=False)
    by_channel = dict(zip(CHANNELS, found.direct.mean(axis=(0, 1)), strict=True))
    assert found.direct.sum(axis=2) == pytest.approx(found.withdrawn, abs=1e-6)
    assert abs(by_channel["fundamentals"]) < 1e-3 * found.withdrawn.mean()
    assert by_channel["news"] > 0.02 * found.withdrawn.mean()


def test_beliefs_do_not_move_without_fundamentals_and_news():
    scenario = ts.load(QUICKSTART, overrides={"investors.count": 100})
    variant = next(v for v in scenario.variants if v.name == "nothing")
    for channel in ("fundamentals", "news"):
        variant = without(variant, channel)
    model = ts.TrustCrisisModel(replace(scenario, variants=(variant,)), rng=0)
    before = model.state.beliefs[:7].copy()
    for _ in range(scenario.n_days):
        model.step()
    assert (model.state.beliefs[:7] == before).all()


@pytest.mark.slow
def test_attribution_is_the_same_for_any_number_of_workers(found):
    scenario = ts.load(QUICKSTART, overrides={"investors.count": 300})
    both = ts.attribute(scenario, variants=NAMES, replications=3, workers=2, progress=False)
    assert both.direct.tobytes() == found.direct.tobytes()
    assert both.spared.tobytes() == found.spared.tobytes()


def test_a_name_that_is_that_of_a_replay_is_refused():
    scenario = ts.load(QUICKSTART, overrides={"variants.nothing without fear": []})
    with pytest.raises(TrustsimError, match="another name"):
        ts.attribute(scenario, progress=False)
    with pytest.raises(TrustsimError, match="allowed: one of nothing, gate"):
        attributed(replications=1).total("gates")


@pytest.fixture
def trustsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    small = ("--set", "investors.count=60", "--replications", "2", "--workers", "1", "--quiet", "--variants", "gate")
    return lambda *more: CliRunner().invoke(cli.main, ["attribute", str(QUICKSTART), *small, *more])


def test_attribute_prints_80_columns_writes_a_table_and_a_picture_and_goes_on(trustsim, tmp_path):
    done = trustsim()
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    first = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ") and line[2:3].isalpha()]
    assert first == [name.partition("_")[0] for name in CHANNELS]
    folder = tmp_path / "quickstart-attribution"
    assert {"attribution.csv", "attribution.png", "runs"} <= {path.name for path in folder.iterdir()}
    document = json.loads(trustsim("--json").stdout)
    channels = document["variants"]["gate"]["channels"]
    total = document["variants"]["gate"]["withdrawn"]["mean"]
    assert sum(channels[name]["direct"] for name in CHANNELS) == pytest.approx(total, rel=1e-5)


def test_attribute_says_what_an_interval_around_nothing_is(trustsim):
    done = trustsim("--variants", "nothing", "--set", "shocks=[]")
    assert "an interval around 0: what 2 worlds cannot rule out" in " ".join(done.stdout.split())


def test_attribute_says_what_is_wrong(trustsim):
    assert trustsim("--out", "/dev/null/x").exit_code == 2
    missing = CliRunner().invoke(cli.main, ["attribute", str(QUICKSTART), "--variants", "gates"])
    assert missing.exit_code == 2
    assert "did you mean 'gate'?" in missing.stderr


def test_a_study_of_which_nothing_finished_is_refused():
    with pytest.raises(TrustsimError, match="none of its replications"):
        ts.attribute(QUICKSTART, replications=1, timeout=1e-9, workers=1, progress=False)


def test_every_channel_is_a_change_of_registered_settings():
    scenario = ts.load(QUICKSTART)
    variant = scenario.variants[0]
    for channel in CHANNELS:
        changed = without(variant, channel).world.mechanisms
        assert sum(changed[name] != variant.world.mechanisms[name] for name in changed) >= 1
        assert set(changed) == set(REGISTRY.group("mechanism"))
        assert np.all([s is None or type(s) is type(variant.world.mechanisms[n]) for n, s in changed.items()])
