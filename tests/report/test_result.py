import html
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from trustsim.analysis.comparison import COST
from trustsim.analysis.comparison import compare as compare_study
from trustsim.ask.progress import shown
from trustsim.ask.result import compare
from trustsim.errors import TrustsimError
from trustsim.experiment.run import Run
from trustsim.measures.runs import LiquidityRun
from trustsim.registry import Registry
from trustsim.report.tables.table import ranked_table
from trustsim.scenario.expected import Expectation, Reading
from trustsim.scenario.resolved import Precision, Scenario, Variant, World
from trustsim.world.network_kinds import NoLinks
from trustsim.world.sections import Investors, Platform


def scenario():
    world = World(NoLinks(), Investors(count=10), (Platform("Harbour", "p2p_lending"),), {})
    return Scenario(
        title="A <theft>", description="", horizon=3.0, step=0.5, currency="CNY", shocks=(),
        variants=(Variant("nothing", (), world), Variant("insured", (), world)), baseline="nothing", replications=20,
        seed=1, outcomes=("investor_loss",), expect=(), sweep={}, document={}, digest="d" * 64, source="theft.yaml",
    )  # fmt: skip


def registry():
    r = Registry()

    def outcome():
        """What investors lost."""

    r.enter("outcome", "investor_loss", source="assumed", better="lower", unit="money")(outcome)
    r.enter("outcome", COST, source="assumed", better="lower", unit="money")(outcome)
    return r


def simulate(story, variants, replication):
    loss = np.random.default_rng(replication).lognormal(10)
    factor = np.array([0.5 if name == "insured" else 1.0 for name in variants])
    series = np.full((story.n_days + 1, len(variants), 2), replication, np.float32)
    outcomes = {"investor_loss": loss * factor, COST: 7 * (1 - factor)}
    run = LiquidityRun(replication, variants[0], "Harbour", 1.0, 1.5, 2.5, "belief", 0.25, 0.1, "fear")
    episodes = ((run,) if replication == 1 else (), *[()] * (len(variants) - 1))
    return Run(replication, variants, outcomes, {"trust": series}, episodes, ("Harbour",))


def compared(**options):
    options = {"simulate": simulate, "groups": lambda s, v: (v,), "workers": 1, "progress": False, **options}
    return compare(scenario(), registry=registry(), **options)


def test_table_is_one_row_a_variant_best_first_with_level_difference_and_cost():
    table = compared().table()
    assert table.index.tolist() == ["insured", "nothing"]
    assert {"level", "low", "high", "difference", "better_share", "variance_reduction", "cost"} <= set(table.columns)
    assert table.loc["insured", "difference"] == pytest.approx(-table.loc["insured", "level"])  # half the loss
    assert table["cost"].tolist() == [3.5, 0]
    assert table.attrs["units"]["level"] == table.attrs["units"]["cost"] == "CNY"
    assert compared().table(COST).loc["insured", "level"] == 3.5


def test_an_unknown_outcome_names_the_nearest():
    with pytest.raises(TrustsimError, match=r"outcome: given 'investor_los'.*did you mean 'investor_loss'"):
        compared().table("investor_los")


def test_frames_are_tidy():
    result = compared(replications=3)
    frame = result.to_frame()
    assert frame.columns.tolist() == ["replication", "variant", "investor_loss"]
    assert frame.attrs["units"]["investor_loss"] == "share"
    np.testing.assert_array_equal(frame["investor_loss"], result.study.outcomes["investor_loss"].reshape(-1))
    paid = replace(result, study=replace(result.study, scenario=replace(result.scenario, outcomes=(COST,)))).to_frame()
    assert paid.attrs["units"][COST] == "CNY"
    np.testing.assert_allclose(paid[COST], result.study.outcomes[COST].reshape(-1))
    trust = result.series("trust")
    assert trust.columns.tolist() == ["replication", "day", "variant", "platform", "value"]
    assert trust["day"].max() == 3.0
    assert len(trust) == 3 * 7 * 2 * 2
    assert (trust["value"] == trust["replication"]).all()
    (run,) = result.runs().to_dict("records")
    assert run == {
        "replication": 1, "variant": "nothing", "platform": "Harbour", "onset": 1.0, "peak": 1.5, "end": 2.5,
        "trigger": "belief", "withdrawn": 0.25, "speed": 0.1, "acted_on": "fear",
    }  # fmt: skip


def test_what_is_asked_for_and_what_is_needed_is_shown_and_all_is_measured():
    study = compared(replications=3).study
    nobody = {f"loss_by_segment[{name}]": study.outcomes[COST] for name in ("novice", "professional")}
    whole = {**nobody, **study.outcomes}

    def asked(**changes):
        return replace(study, outcomes=whole, scenario=replace(study.scenario, **changes)).asked

    assert asked() == ("investor_loss",)
    assert asked(expect=(Expectation("1", Reading(COST), "E-1"),)) == ("investor_loss", COST)
    assert asked(expect=(Expectation("1", Reading(COST, is_series=True), "E-1"),)) == ("investor_loss",)
    assert asked(replications=Precision(0.1, COST, 9)) == ("investor_loss", COST)
    assert asked(outcomes=(COST, "loss_by_segment")) == (COST, *nobody, "investor_loss")  # a headline that differs
    assert asked(outcomes=("unmeasured",)) == tuple(whole)
    ranked = compare_study(replace(study, outcomes=whole), by_segment(), rank_by=COST)
    assert ranked.asked == (COST, "investor_loss")
    assert set(ranked.measures) == set(whole)


def by_segment():
    r = registry()
    r.enter("outcome", "loss_by_segment", source="assumed", unit="money")(lambda finished: finished)
    return r


def test_a_result_shows_itself_shortly_and_escapes_its_title():
    result = compared()
    assert repr(result).startswith("<Result 'A <theft>'")
    assert "insured, nothing" in repr(result)
    page = result._repr_html_()
    assert "A &lt;theft&gt;" in page
    assert "<table" in page
    for line in ranked_table(result.comparison).splitlines()[:1]:
        assert html.escape(line[:60]) in page
    cells = re.findall("<td>(.*?)</td>", page)
    assert [cell in ranked_table(result.comparison) for cell in cells].count(False) == 0


def test_a_saved_result_is_a_run_folder(tmp_path):
    place = compared().save(tmp_path / "run")
    assert (place / "study.json").exists()


def lines_of(calls):
    console = Console(file=io.StringIO(), width=200)
    with shown(console) as report:
        for call in calls:
            report(*call)
    return console.file.getvalue().splitlines()


def test_progress_away_from_a_terminal_is_a_line_for_every_tenth_and_one_at_the_end():
    lines = lines_of((k, 100, 0.5 * k) for k in range(1, 101))
    assert len(lines) == 10
    assert lines[0] == "10 of 100 replications (10 %), 5 s, about 45 s left"
    assert lines[-1] == "100 of 100 replications (100 %), 50 s"


def test_quick_studies_and_slow_ones_print_at_a_pace_to_read():
    assert len(lines_of((k, 100, 0.001 * k) for k in range(1, 101))) == 1
    assert len(lines_of((k, 10_000, 1.0 * k) for k in range(1, 31))) == 6  # every five seconds


def test_progress_can_be_a_callback():
    calls = []
    compared(progress=lambda *call: calls.append(call))
    assert calls[-1][:2] == (20, 20)
