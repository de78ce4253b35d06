"""A forked run is the run that was never cut, and a lever that begins at the fork acts from there on."""

from pathlib import Path

import numpy as np
import pytest

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.scenario.load import load

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
FILES = sorted(
    path.relative_to(SCENARIOS).as_posix()
    for path in SCENARIOS.rglob("*.yaml")
    if path.parent.name not in ("limits", "evidence")
)
SMALL = {"investors.count": 150}


def model_of(file, names=None, rng=1, **overrides):
    story = load(SCENARIOS / file, REGISTRY, overrides={**SMALL, **overrides})
    chosen = names or lockstep_groups(story, [v.name for v in story.variants])[0]
    return TrustCrisisModel(story, chosen, rng=rng, collects=False)


def finish(model):
    while model.day < model.story.n_days:
        model.step()
    return Finished(model)


def numbers(finished):
    return {**measured(finished), **finished.series}


def equal(a, b, where=""):
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), (where, name)


@pytest.mark.parametrize("file", FILES)
def test_a_forked_run_is_the_run_that_was_never_cut(file):
    """To the bit: outcomes, series and runs on platforms; and the original goes on as if nobody had forked it."""
    expected, cut, forks = numbers(finish(model_of(file))), model_of(file), {}
    for share in (0.0, 0.3, 0.6):
        while cut.day < round(share * cut.story.n_days):
            cut.step()
        forks[share] = cut.fork()
    equal(numbers(finish(cut)), expected)
    for share, fork in forks.items():
        equal(numbers(finish(fork)), expected, share)


def test_a_fork_on_day_0_into_another_variant_is_that_variant_from_the_start():
    fork = model_of("quickstart.yaml", ["nothing"]).fork(["gate", "insured"])
    equal(numbers(finish(fork)), numbers(finish(model_of("quickstart.yaml", ["gate", "insured"]))))


def test_a_lever_that_was_not_there_begins_the_day_after_the_fork():
    """As if its file had said so: ``from: 40 d``."""
    late = {"variants.late": [{"kind": "guarantee", "cover": "80 %", "from": "40 d"}], **SMALL}
    early = {"variants.early": [{"kind": "guarantee", "cover": "80 %"}], **SMALL}
    told = load(SCENARIOS / "quickstart.yaml", REGISTRY, overrides=late)
    story = load(SCENARIOS / "quickstart.yaml", REGISTRY, overrides=early)
    model = TrustCrisisModel(story, ["nothing"], rng=2, collects=False)
    for _ in range(40):
        model.step()
    fork = model.fork(["early", "nothing"])
    alone = TrustCrisisModel(told, ["late", "nothing"], rng=2, collects=False)
    equal(numbers(finish(fork)), numbers(finish(alone)))


def test_a_lever_that_the_new_variant_does_not_hold_ends():
    model = model_of("quickstart.yaml", ["insured"])
    for _ in range(30):
        model.step()
    assert (model.fork(["nothing"], of="insured").state.terms == model.state.base_terms).all()


def test_money_is_the_same_before_and_after_and_a_changed_balance_comes_along():
    model = model_of("quickstart.yaml", ["nothing", "gate"])
    for _ in range(25):
        model.step()
    platform = next(agent for agent in model.agents if hasattr(agent, "client_money"))
    platform.cash += 12345
    fork = model.fork(["gate"], of="nothing")
    assert fork.state.total_money().tolist() == model.state.total_money()[:1].tolist()
    assert fork.state.books[0, 0].tolist() == model.state.books[0, 0].tolist()
    np.testing.assert_array_equal(fork.history[:, :, 0], model.history[:, :, 0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variants": ["gates"]}, "no variant 'gates'"),
        ({"of": "insured"}, "fork: given the column 'insured'; allowed: one of nothing"),
    ],
)
def test_what_cannot_be_forked_is_refused(arguments, message):
    with pytest.raises(ModelError, match=message):
        model_of("quickstart.yaml", ["nothing"]).fork(**arguments)


def test_another_world_is_refused():
    model = model_of("quickstart.yaml", ["nothing"])
    for overrides in ({"seed": 2}, {"network.mean_degree": 4}):
        other = load(SCENARIOS / "quickstart.yaml", REGISTRY, overrides={**SMALL, **overrides})
        with pytest.raises(ModelError, match="given variants of another world, seed or step"):
            model.fork(["gate"], scenario=other)
