"""Sweeps: where the points lie, and that a sweep is nothing but the studies at its points."""

from dataclasses import dataclass
from pathlib import Path

import fake_engine as fake
import numpy as np
import pytest

from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment.design import run_sweep
from trustsim.experiment.points import Design, Range, at_point, design_of, ranges_of
from trustsim.experiment.store import Store
from trustsim.experiment.study import run_study
from trustsim.registry import Registry, parameter
from trustsim.scenario.load import from_document, load

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SMALL = {"investors.count": 120, "horizon": "20 d"}
LIQUID, COUNT = "platforms.Harbour.liquid_share", "investors.count"


def quickstart(**sweep):
    return load(SCENARIOS / "quickstart.yaml", REGISTRY, overrides={**SMALL, "sweep": sweep})


def test_a_grid_holds_every_combination_and_a_zip_the_rows():
    values = {LIQUID: ["5 %", "20 %"], "shocks.0.share": ["4 %", "8 %"]}
    assert design_of(quickstart(**values), REGISTRY).points == (
        ("5 %", "4 %"), ("5 %", "8 %"), ("20 %", "4 %"), ("20 %", "8 %"),
    )  # fmt: skip
    rows = design_of(quickstart(design="zip", **values), REGISTRY)
    assert rows.points == (("5 %", "4 %"), ("20 %", "8 %"))
    assert rows.label(1) == "liquid_share 20 %, share 8 %"
    assert rows.to_frame()[LIQUID].tolist() == [5, 20]


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_a_space_filling_design_has_a_point_in_every_sixteenth_of_each_range(kind):
    story = quickstart(design=kind, samples=16, **{LIQUID: ["5 %", "25 %"], COUNT: [104, 112]})
    found = design_of(story, REGISTRY).to_frame()
    assert sorted(np.floor((found[LIQUID] - 5) / 20 * 16)) == list(range(16))
    assert set(found[COUNT]) <= set(range(104, 113))
    assert design_of(story, REGISTRY) == design_of(story, REGISTRY)


def test_a_whole_number_takes_both_bounds_and_all_between_equally_often():
    whole = Range("network.degree", 2, 5, whole=True)
    assert [whole.at(u) for u in (0, 0.24, 0.26, 0.99, 1)] == [2, 2, 3, 5, 5]
    assert Range("x", 5, 25, "%").at(0.5) == "15 %"


def test_which_parameters_are_whole_numbers_is_asked_of_the_loader():
    found = ranges_of(quickstart(), REGISTRY, {"investors.count": (100, 200), "mechanisms.herding.observed": (0, 1)})
    assert [r.whole for r in found] == [True, False]


def test_every_value_that_a_design_draws_is_one_that_its_parameter_may_have():
    """An even number, a count of copies, a share and a duration: at every design's positions, by name or by place."""
    bounds = {
        "network.mean_degree": (4, 10), "investors.newcomers": (0, 3), "investors.considered": (1, 3),
        LIQUID: ("5 %", "25 %"), "shocks.0.discovery_lag": ("2 d", "5 d"), "variants.gate.0.duration": ("3 d", "9 d"),
    }  # fmt: skip
    found = ranges_of(quickstart(), REGISTRY, bounds)
    assert [(r.whole, r.step) for r in found][:3] == [(True, 2.0), (True, 1.0), (True, 1.0)]
    assert not any(r.whole for r in found[3:])
    drawn = {found[0].at(u) for u in np.linspace(0, 1, 101)}
    assert drawn == {4, 6, 8, 10}
    rng = np.random.default_rng(1)
    for _ in range(20):
        at_point(quickstart(), {r.path: r.at(u) for r, u in zip(found, rng.random(len(found)), strict=True)}, REGISTRY)


def test_a_step_in_the_unit_of_the_file_is_kept_to():
    """A parameter of one's own that takes quarters of a share only: 25 % in the file."""
    registry = Registry()
    for entry in REGISTRY:
        registry.take(entry)

    @registry.enter("intervention", "quarter_cover", source="assumed")
    @dataclass(frozen=True)
    class QuarterCover:
        """Cover a quarter, a half, …"""

        part: float = parameter(0.25, unit="share", step=0.25, source="assumed", text="how much")

    def covered(part):
        document = {
            **quickstart().document,
            "variants": {"nothing": [], "c": [{"kind": "quarter_cover", "part": part}]},
        }
        return from_document({k: v for k, v in document.items() if k != "sweep"}, registry)

    (steps,) = ranges_of(covered("25 %"), registry, {"variants.c.0.part": ("25 %", "100 %")})
    assert [steps.at(u) for u in (0, 0.3, 0.6, 1)] == ["25 %", "50 %", "75 %", "100 %"]
    with pytest.raises(ScenarioError, match=r"variants\.c\.0\.part\n.*given: 30 %\n.*multiple of 25 %\n.*mean 25 %"):
        covered("30 %")
    with pytest.raises(ScenarioError, match="a whole multiple of 25 %"):
        ranges_of(covered("25 %"), registry, {"variants.c.0.part": ("30 %", "100 %")})


def test_values_that_do_not_go_together_are_refused_with_their_point_before_anything_runs():
    story = load(
        SCENARIOS / "quickstart.yaml", REGISTRY,
        overrides={**SMALL, "network": {"kind": "configuration", "smallest": 2, "largest": 9}},
    )  # fmt: skip
    points = Design("grid", ("network.smallest", "network.largest"), ((2, 5), (8, 5)))
    with pytest.raises(ScenarioError, match=r"smallest 8 above largest 5, at point 1 of 2: smallest 8, largest 5"):
        run_sweep(story, REGISTRY, design=points, simulate=None)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (("5 %", "0.2"), "given bounds in '%' and ''; allowed: one unit"),
        (("20 %", "5 %"), "allowed: the lower bound first"),
        (("low", "high"), "allowed: a range"),
    ],
)
def test_bounds_that_are_no_range_are_refused(bounds, message):
    with pytest.raises(TrustsimError, match=message):
        ranges_of(quickstart(), REGISTRY, {LIQUID: bounds})


def test_a_wrong_path_or_value_is_refused_before_anything_runs():
    with pytest.raises(ScenarioError, match="liquid_share"):
        ranges_of(quickstart(), REGISTRY, {"platforms.Harbour.liquid_shar": (0, 1)})
    with pytest.raises(TrustsimError, match="given a scenario without one"):
        design_of(quickstart(), REGISTRY)


def equal(there, alone):
    assert there.replications.tolist() == alone.replications.tolist()
    for name, values in alone.outcomes.items():
        np.testing.assert_array_equal(there.outcomes[name], values)
    assert there.runs == alone.runs


@pytest.mark.slow
@pytest.mark.parametrize(
    "story",
    sorted(
        path.relative_to(SCENARIOS).as_posix()
        for path in SCENARIOS.rglob("*.yaml")
        if path.parent.name not in ("limits", "evidence")
    ),
)
def test_every_point_of_a_sweep_is_the_study_of_that_point_alone(story):
    """To the bit, for every shipped scenario: shocks of other strength and day, people, network, a mechanism off."""
    whole = load(SCENARIOS / story, REGISTRY, overrides={"investors.count": 120})
    paths = {"mechanisms.herding.observed": [0.1, 0.9], "network": [{"kind": "complete"}, {"kind": "poisson"}]}
    if whole.shocks:
        paths = {"shocks.0.day": ["1 d", "2 d"], **paths}
    design = Design("zip", tuple(paths), tuple(zip(*paths.values(), strict=True)))
    sweep = run_sweep(whole, REGISTRY, design=design, replications=2, workers=1)
    for values, there in zip(design.points, sweep.studies, strict=True):
        alone = at_point(whole, dict(zip(paths, values, strict=True)), REGISTRY)
        equal(there, run_study(alone, replications=2, workers=1))
        assert there.variants == tuple(v.name for v in whole.variants)


def test_shocks_that_differ_share_a_pass():
    passes = []

    def groups(story, names):
        passes.append(names)
        return (names,)

    story = quickstart(**{"shocks.0.share": ["1 %", "8 %", "15 %"]})
    sweep = run_sweep(story, REGISTRY, variants=["nothing"], replications=1, workers=1, groups=groups)
    assert passes == [("nothing @ 0", "nothing @ 1", "nothing @ 2")]
    equal(sweep.studies[1], run_study(story, variants=["nothing"], replications=1, workers=1))


def test_another_point_costs_only_what_is_new_and_a_stopped_sweep_is_balanced(tmp_path):
    tried = []

    def simulate(story, names, replication):
        tried.append((replication, names))
        if len(tried) == 5:
            raise KeyboardInterrupt
        rank = np.arange(len(names), dtype=float)
        return fake.Run(replication, names, {"investor_loss": rank + replication}, {})

    def pair(story, names):
        return tuple(names[k : k + 2] for k in range(0, len(names), 2))

    options = {"variants": ["nothing", "gate"], "replications": 4, "workers": 1, "simulate": simulate, "groups": pair}
    with Store(tmp_path) as store:
        first = run_sweep(quickstart(**{LIQUID: ["5 %", "9 %"]}), REGISTRY, store=store, **options)
        assert first.interrupted
        assert [s.replications.tolist() for s in first.studies] == [[0, 1], [0, 1]]
        tried.clear()
        wider = run_sweep(quickstart(**{LIQUID: ["5 %", "7 %", "9 %"]}), REGISTRY, store=store, **options)
        assert wider.interrupted
        assert tried[0][0] == 0
        assert tried[0][1] == ("nothing @ 1", "gate @ 1")


def test_a_point_whose_runs_fail_does_not_take_the_others_with_it():
    def simulate(story, names, replication):
        if names == ("nothing @ 1",):
            raise ValueError("no such world")
        return fake.Run(replication, names, {"investor_loss": np.ones(1)}, {})

    story = quickstart(**{LIQUID: ["5 %", "7 %", "9 %"]})
    sweep = run_sweep(
        story, REGISTRY, variants=["nothing"], replications=3, workers=1, simulate=simulate,
        groups=lambda story, names: tuple((name,) for name in names),
    )  # fmt: skip
    assert [len(s.replications) for s in sweep.studies] == [3, 0, 3]
    assert len(sweep.studies[1].failed) == 3
