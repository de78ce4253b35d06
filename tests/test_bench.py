"""The benchmark compares like with like, its figures add up, all are there, and its table fits a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from trustsim.bench import details, inside, process, speed, studies, table
from trustsim.bench.figures import Figure, Target, ratio
from trustsim.bench.plain import plain_pass
from trustsim.bench.worlds import story, with_covers
from trustsim.bench.yardstick import Yardstick, spent
from trustsim.catalog import REGISTRY
from trustsim.cli.machine import bench
from trustsim.kernels.account_pass import account_pass
from trustsim.kernels.layout import SUM_SCALE, Sums
from trustsim.model import TrustCrisisModel

FILE = Path(__file__).parents[1] / "scenarios/quickstart.yaml"
TINY = table.Sizes(
    turns=1, people=300, variants=3, days=30, story_worlds=3, small=(4, 100, 20), many=(3, 50), platform_worlds=1,
    has_commands=False, compared=(),
)  # fmt: skip
PASS, PLAIN = Figure("pass", "pass", (2e-3, 1e-3), n=100_000), Figure("plain", "plain", (1e-2,), n=100_000)


@pytest.fixture
def yard() -> Yardstick:
    return Yardstick(FILE, 100, 2)


@pytest.mark.parametrize("day", [10, 32, 40])
def test_the_plain_pass_gives_what_the_compiled_pass_gives(day: int) -> None:
    """In calm, after the theft is told, and in the run, with reports and messages; but for a thousandth of the choices,
    and for the logistic curve of the sums, which is exact to 0.0025 in the compiled pass."""
    plain, compiled = (TrustCrisisModel(story(FILE, 1_500, 8), rng=0, collects=False) for _ in range(2))
    for model, one_pass in ((plain, plain_pass), (compiled, account_pass)):
        for _ in range(day):
            model.step()
        for other in range(8):  # a message in each variant, some as pages
            said = {"fund": -other / 8, "risk": 0.1, "fear": 3.0}
            model.engine.day.do.post(0, np.arange(8) == other, reach=0.3, is_page=other > 4, **said)
        model.engine.has_report[:] = True
        groups, bulletin = model.state.groups, model.engine.day.board.bulletin(day)
        tail = () if one_pass is plain_pass else (groups.tail,)
        one_pass(groups.accounts, groups.platforms, *tail, bulletin, model.engine.has_report, model.engine.clock)
    assert np.allclose(plain.state.beliefs, compiled.state.beliefs, rtol=1e-4, atol=1e-4)
    assert (plain.state.actions != compiled.state.actions).mean() < 1e-3
    assert len(np.unique(compiled.state.actions)) > 2
    mine, theirs = (model.state.groups.platforms.sums for model in (plain, compiled))
    assert (mine[..., [Sums.HOLDERS, Sums.ALARMED]] == theirs[..., [Sums.HOLDERS, Sums.ALARMED]]).all()
    assert mine / SUM_SCALE == pytest.approx(theirs / SUM_SCALE, abs=0.0025 * 1_500)


def test_the_minimal_rule_takes_the_same_course_in_the_engine_and_as_mesa_objects(yard: Yardstick) -> None:
    """Waves of departures after the signals; every variant alike, every day the same number out."""
    objects, *others = inside.against_objects(yard, 1, 600, 70, (3, 1))
    assert [figure.name for figure in others] == ["minimal_3", "objects_over_3", "minimal_1", "objects_over_1"]
    assert others[1].is_right
    assert others[3].is_right
    assert others[1].value == pytest.approx(objects.value / others[0].value * 3)


def test_another_course_meets_no_target(yard: Yardstick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside.Crowd, "n_out", lambda crowd: 1)
    over = inside.against_objects(yard, 1, 60, 30, (1, 1))[2]
    assert over.row(PASS, PLAIN)["met"] is False


def test_a_figure_is_the_least_of_its_turns_and_its_ratios_are_per_investor_day_and_variant() -> None:
    row = Figure("x", "x", (3.0, 2.0), n=100_000_000, target=Target(2.0, of_pass=True)).row(PASS, PLAIN)
    assert (row["value"], row["spread"], row["turns"]) == (2.0, 0.5, [3.0, 2.0])
    assert row["ns"] == pytest.approx(20)
    assert row["times_pass"] == pytest.approx(2)
    assert row["times_plain"] == pytest.approx(0.2)
    assert (row["target"], row["met"]) == ("≤ 2 ×", True)


def test_a_figure_that_is_not_in_proportion_to_investors_is_told_in_whole_passes() -> None:
    row = Figure("x", "x", (2.0,), target=Target(1.5)).row(PASS, PLAIN)
    assert row["ns"] is None
    assert row["times_pass"] == pytest.approx(2_000)
    assert row["times_plain"] == pytest.approx(200)
    assert (row["target"], row["met"]) == ("≤ 1.5", False)


@pytest.mark.parametrize(("limit", "met"), [(39.0, True), (41.0, False)])
def test_a_ratio_of_figures_is_per_investor_day_and_variant_too(limit: float, met: bool) -> None:
    above, below = Figure("a", "a", (4.0, 5.0), n=1_000), Figure("b", "b", (1.0, 1.5), n=10_000)
    over = ratio("r", "r", above, below, Target(limit, at_least=True))
    assert over.turns == pytest.approx((40, 50))
    row = over.row(PASS, PLAIN)
    assert (row["ns"], row["times_pass"], row["times_plain"], row["met"]) == (None, None, None, met)


def test_a_figure_takes_turns_with_the_pass_and_preparing_is_not_timed(yard: Yardstick) -> None:
    seen: list[str] = []

    def prepare() -> float:
        end = spent() + 0.05
        while spent() < end:
            pass
        seen.append(f"prepared after {len(yard.plain)}")
        return end

    seconds = yard.turns(2, prepare, lambda end: seen.append("worked"))
    assert seen == ["prepared after 1", "worked", "prepared after 2", "worked"]
    assert max(seconds) < 0.05
    assert len(yard.passes) > len(yard.plain) == 2


def test_all_figures_of_this_process_are_measured_and_fit_eighty_columns() -> None:
    told: list[str] = []
    measured = table.measure(FILE, TINY, told.append)
    json.dumps(measured)
    assert [row["name"] for row in measured["figures"]] == [
        "pass", "plain", "study", "study_small", "minimal_small", "objects", "minimal_3", "objects_over_3", "minimal_1",
        "objects_over_1", "platforms",
    ]  # fmt: skip
    rows = {row["name"]: row for row in measured["figures"]}
    assert rows["study"]["n"] == 3 * 2_000 * 120 * 8
    assert rows["study_small"]["n"] == 4 * 100 * 20
    assert rows["minimal_small"]["n"] == 3 * 50 * 30
    assert rows["pass"]["times_pass"] == rows["plain"]["times_plain"] == 1
    assert len(told) == len(set(told)) == 5
    lines = table.text(measured).splitlines()
    assert [line for line in lines if line.startswith(rows["study"]["what"])]
    assert max(len(line) for line in lines[1:]) <= 80


def printed(*figures: Figure) -> list[str]:
    rows = [figure.row(PASS, PLAIN) for figure in figures]
    machine = {"processor": "x", "cpus": 1, "python": "3", "system": "y"}
    lines = table.text({"machine": machine, "load": None, "figures": rows, "details": None}).splitlines()
    assert max(map(len, lines)) <= 80
    return lines


def test_columns_of_targets_are_there_where_a_figure_has_one() -> None:
    with_target = printed(Figure("x", "a figure", (2.0,), target=Target(1.5)))
    assert with_target[2].split()[-2:] == ["target", "met"]
    assert with_target[3].split()[-3:] == ["≤", "1.5", "no"]
    assert "A target with" in "".join(with_target)
    without = printed(Figure("x", "a figure", (2.0,)))
    assert without[2].split()[-2:] == ["×", "NumPy"]
    assert without[3].split()[-1] == "200"
    assert "target" not in "".join(without)


def test_a_yardstick_that_took_unlike_times_says_measure_again() -> None:
    name = "account pass, 10,000 × 32"
    steady, busy = (Figure("pass", name, (1e-3, longest), n=100_000) for longest in (1.19e-3, 1.21e-3))
    assert "measure again" not in "".join(printed(steady, Figure("x", "another", (1.0, 9.0))))
    lines = printed(busy, Figure("x", "another", (1.0, 9.0), target=Target(1)))
    assert lines[3].endswith(" measure again")
    assert lines[-1].startswith("measure again: ")
    assert "measure again" not in lines[4]


def test_all_figures_of_other_processes_are_there(monkeypatch: pytest.MonkeyPatch, yard: Yardstick) -> None:
    """The commands are not run: what they would be is."""
    ran: list[tuple[str, ...]] = []
    said = '{"passes": [2.0, 1.0], "column": [1.1, 2.2], "bytes": 200.0}'

    def run(command: list[str], **_: object) -> SimpleNamespace:
        ran.append(tuple(command[command.index("-m") + 1 :]))
        return SimpleNamespace(stdout=said)

    monkeypatch.setattr(process.subprocess, "run", run)
    large = process.large(yard, FILE, 1_000_000, 4)
    many = process.many_variants(yard, 1, (100, 200, 400))
    others = [*process.commands(yard, FILE, 1, 40), process.cold(yard, FILE, 40)]
    assert [figure.name for figure in (*large, *many, *others)] == [
        "large", "large_column", "column_over_none", "bytes", "compare_100", "compare_200", "compare_400", "growth_200",
        "growth_400", "compare_kept", "report", "help", "check", "compare_cold",
    ]  # fmt: skip
    assert large[2].value == pytest.approx(1.1)
    assert [figure.target.limit for figure in many[3:] if figure.target] == [2, 4]
    assert [words[1] for words in ran[1:]] == [
        "compare", "compare", "compare", "compare", "compare", "report", "--help", "check", "compare"
    ]  # fmt: skip


def test_a_comparison_of_many_variants_has_as_many_that_differ() -> None:
    document = with_covers(100, {"investors.count": 500})
    covers = {str(levers) for levers in document["variants"].values()}
    assert len(document["variants"]) == len(covers) == 100
    assert document["investors"]["count"] == 500


def test_small_sizes_have_no_targets_and_are_not_asked_for_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not table.QUICK.has_targets
    monkeypatch.setattr(table, "measure", lambda file, sizes, tell: {"sizes": repr(sizes)})
    runner = CliRunner()
    for options, sizes in (([], table.USUAL), (["--all"], table.ALL), (["--quick"], table.QUICK)):
        assert json.loads(runner.invoke(bench, [*options, "--json"]).output) == {"sizes": repr(sizes)}
    assert "allowed: one of them" in runner.invoke(bench, ["--all", "--quick"]).output


@pytest.mark.slow
def test_a_large_world_is_timed_in_a_process_of_its_own(yard: Yardstick) -> None:
    """Its mechanism with a column is not in the registry of anybody else."""
    figures = {figure.name: figure for figure in process.large(yard, FILE, 20_000, 2)}
    assert 50 < figures["bytes"].value < 5_000
    assert len(figures["large"].turns) == len(figures["large_column"].turns)
    assert "bench_mood" not in REGISTRY.names("mechanism")


@pytest.mark.slow
def test_the_details_fit_eighty_columns() -> None:
    measured = {
        "per_investor_day": speed.per_investor_day(FILE, [60, 90], [1, 2], 120),
        "push": speed.push_against_gather(200),
        "by_share_acting": speed.by_share_acting(200, [0.0, 0.5]),
        "study": studies.study(FILE, 5),
    }
    json.dumps(measured)
    assert "left_out" in measured["per_investor_day"][-1]
    assert max(len(line) for line in details.lines(measured)) <= 80
