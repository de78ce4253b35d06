"""What a scenario must show: how every kind of expectation is judged, and the command."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from a_study import GRID, QUICKSTART, N, study_of
from click.testing import CliRunner

import trustsim as ts
from trustsim import cli
from trustsim.analysis.evidence import findings, variants_needed
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment.study import Study
from trustsim.report.tables.evidence_tables import expected


def verdict(expect, **options):
    (found,) = findings(study_of({"outcome": "peak_outflow", **expect}, **options), REGISTRY)
    return found.verdict


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"between": ["40 %", "60 %"]}, "pass"),
        ({"between": ["50 %", "60 %"]}, "unclear"),
        ({"between": ["60 %", "70 %"]}, "fail"),
        ({"above": "40 %"}, "pass"),
        ({"above": "60 %"}, "fail"),
        ({"below": "60 %"}, "pass"),
        ({"below": "51 %"}, "unclear"),
        ({"above": "40 %", "below": "60 %"}, "pass"),
        ({"above": "40 %", "below": "49 %"}, "unclear"),
        ({"equals": "50 %", "tolerance": "10 %"}, "pass"),
        ({"equals": "50 %", "tolerance": "1 %"}, "unclear"),
        ({"equals": "50 %"}, "fail"),
        ({"sign": "positive"}, "pass"),
        ({"sign": "negative"}, "fail"),
        ({"sign": "zero"}, "fail"),
        ({"variant": "gate", "sign": "zero"}, "pass"),
        ({"variant": "gate", "sign": "positive"}, "unclear"),  # zero in all of these worlds
        ({"variant": "gate", "sign": "negative"}, "fail"),  # what is never negative
        ({"variant": "gate", "sign": "positive", "worlds": "all"}, "fail"),
        ({"variant": "gate", "equals": "0 %"}, "pass"),
        ({"above": "50 %", "worlds": ["40 %", "60 %"]}, "pass"),
        ({"above": "50 %", "worlds": ["50 %", "60 %"]}, "unclear"),
        ({"above": "50 %", "worlds": ["70 %", "100 %"]}, "fail"),
    ],
)
def test_a_level_is_judged_by_its_interval(expect, told):
    assert verdict(expect) == told


def test_an_exact_number_holds_in_every_world_to_rounding():
    nearly = {"peak_outflow": {"nothing": np.full(N, 0.3) * (1 + 1e-12)}}
    assert verdict({"equals": "30 %"}, outcomes=nearly) == "pass"
    assert verdict({"equals": "30.001 %"}, outcomes=nearly) == "fail"
    one_off = {"peak_outflow": {"nothing": np.where(np.arange(N) == 7, 0.31, 0.3)}}
    assert verdict({"equals": "30 %"}, outcomes=one_off) == "fail"


def test_a_bound_itself_is_met_by_between_and_not_by_above():
    still = {"peak_outflow": {"nothing": np.full(N, 0.25)}}
    every = {"worlds": "all"}
    assert verdict({"between": ["25 %", "30 %"], **every}, outcomes=still) == "pass"
    assert verdict({"above": "25 %", **every}, outcomes=still) == "fail"
    assert verdict({"below": "25 %", **every}, outcomes=still) == "fail"


def test_what_is_said_of_every_world_holds_in_each_and_has_no_interval():
    assert with_values({"between": ["20 %", "30 %"], "worlds": "all"}, [0.25, 0.25]).verdict == "pass"
    assert with_values({"between": ["20 %", "30 %"], "worlds": "all"}, [0.25, 0.31]).verdict == "fail"
    found = with_values({"equals": "25 %", "tolerance": "1 %", "worlds": "all"}, [0.25, 0.25])
    assert found.observed.mean == 0.25
    assert np.isnan([found.observed.low, found.observed.high]).all()
    assert expected(found, "CNY") == "25 % ± 1 %, in every world"


def test_few_worlds_that_are_alike_leave_a_doubt():
    assert with_values({"between": ["0 %", "1 %"]}, np.zeros(20)).verdict == "unclear"
    assert with_values({"between": ["0 %", "1 %"]}, np.zeros(500)).verdict == "pass"  # as of an outcome called binary


def test_differences_ratios_and_orders_are_paired():
    """gate = nothing + 0.1 in every world: little doubt about the difference, although the levels overlap by far."""
    levels = {"nothing": GRID, "gate": GRID + 0.1, "buffer": GRID + 0.1}
    entries = [
        {"difference": "peak_outflow", "variant": "gate", "above": "8 %"},
        {"difference": "peak_outflow", "variant": "gate", "against": "buffer", "sign": "zero"},
        {"ratio": "peak_outflow", "variant": "gate", "between": [1.19, 1.21]},
        {"ratio": "peak_outflow", "variant": "gate", "between": [1.1, 1.3]},
        {"ratio": "peak_outflow", "variant": "gate", "against": "insured", "above": 0},
        {"outcome": "peak_outflow", "order": ["nothing", "gate"]},
        {"outcome": "peak_outflow", "order": ["gate", "nothing"]},
        {"outcome": "peak_outflow", "order": ["insured", "nothing", "buffer", "gate"]},
    ]
    found = findings(study_of(*entries, outcomes={"peak_outflow": levels}), REGISTRY)
    told = [each.verdict for each in found]
    assert told == ["pass", "pass", "unclear", "pass", "unclear", "pass", "fail", "unclear"]
    assert found[3].observed.mean == pytest.approx(1.2)
    assert found[7].observed.mean == 0


def test_binary_outcomes_have_intervals_of_shares():
    ran = {"run_probability": {"nothing": np.arange(N) < 30.0, "gate": np.arange(N) < 60.0}}
    level, fewer, difference = findings(
        study_of(
            {"outcome": "run_probability", "between": ["20 %", "40 %"]},
            {"outcome": "run_probability", "between": ["25 %", "40 %"]},
            {"difference": "run_probability", "variant": "gate", "between": ["20 %", "40 %"]},
            outcomes=ran,
        ),
        REGISTRY,
    )
    assert (level.verdict, fewer.verdict, difference.verdict) == ("pass", "unclear", "pass")
    assert level.observed.low == pytest.approx(0.2189, abs=1e-4)  # Wilson
    assert difference.observed.mean == pytest.approx(0.3)


def test_a_series_is_looked_at_on_its_day_and_platform():
    found = findings(
        study_of(
            {"series": "requests", "day": "20 d", "equals": 20},
            {"series": "requests", "day": "20 d", "platform": "Harbour", "equals": 40},
            {"series": "requests", "equals": 120},
            {"series": "requests", "day": "20 d", "variant": "gate", "equals": 0},
        ),
        REGISTRY,
    )
    assert [each.verdict for each in found] == ["pass"] * 4


def with_values(expect, values):
    """The finding of one expectation on peak_outflow under the baseline, whose values these are."""
    story = study_of({"outcome": "peak_outflow", **expect}).scenario
    columns = {"peak_outflow": np.asarray(values, float)[:, None]}
    return findings(Study(story, ("nothing",), np.arange(len(values)), columns, {}, (), 0.0), REGISTRY)[0]


def test_as_many_worlds_as_it_names_tell():
    """Even values repeated so often that the interval's upper side, 5.7 % for 100 worlds, fits into 4 %."""
    found = with_values({"below": "54 %"}, GRID)
    assert found.verdict == "unclear"
    assert found.worlds_needed == pytest.approx(N * (5.73 / 4) ** 2, rel=0.05)
    enough = np.resize(GRID, 2 * N * math.ceil(found.worlds_needed / N))
    assert with_values({"below": "54 %"}, enough).verdict == "pass"


def test_one_world_tells_nothing_but_an_exact_number():
    assert with_values({"equals": "50 %"}, [0.5]).verdict == "pass"
    assert with_values({"equals": "50 %"}, [0.6]).verdict == "fail"
    assert with_values({"between": ["0 %", "100 %"]}, [0.5]).verdict == "unclear"
    assert with_values({"between": ["0 %", "100 %"]}, [0.5, 0.5]).verdict == "unclear"
    assert with_values({"between": ["0 %", "100 %"], "worlds": "all"}, [0.5, 0.5]).verdict == "pass"


def test_worlds_where_an_outcome_does_not_apply_are_left_out():
    assert with_values({"between": ["49 %", "51 %"]}, [0.5, np.nan, 0.5]).observed.n == 2
    assert with_values({"equals": "50 %"}, [np.nan, np.nan]).verdict == "fail"
    assert with_values({"between": ["0 %", "100 %"]}, [np.nan, np.nan]).verdict == "unclear"


def test_only_variants_that_are_asked_for_are_needed():
    expect = study_of(
        {"difference": "peak_outflow", "variant": "gate", "sign": "positive"},
        {"outcome": "peak_outflow", "order": ["buffer", "gate"]},
        {"series": "requests", "variant": "insured", "below": 1},
    ).scenario.expect
    assert variants_needed(expect, "nothing") == ("gate", "nothing", "buffer", "insured")


@pytest.mark.parametrize(
    ("entry", "given"),
    [
        ({"outcome": "peak_outflow"}, "nothing that is expected"),
        ({"between": [0, 1]}, "nothing that is measured"),
        ({"outcome": "peak_outflow", "sign": "zero", "above": 0}, "above and sign"),
        ({"outcome": "peak_outflow", "above": 0, "tolerance": 1}, "a tolerance of nothing"),
        ({"outcome": "peak_outflow", "above": 0, "day": "3 d"}, "'day' beside 'outcome'"),
        ({"difference": "peak_outflow", "order": ["gate", "nothing"]}, "'order' beside 'difference'"),
        ({"series": "request", "above": 0}, "the series 'request'"),
        ({"series": "requests", "platform": "Harbor", "above": 0}, "the platform 'Harbor'"),
        ({"outcome": "peak_outflow", "order": ["gates", "nothing"]}, "the variant 'gates'"),
        ({"outcome": "peak_outflow", "above": 0, "worlds": ["50 %", "20 %"]}, "a lower bound above the upper one"),
        ({"outcome": "peak_outflow", "above": "3 apples"}, "apples"),
    ],
)
def test_an_expectation_that_makes_no_sense_is_told(entry, given):
    with pytest.raises(ScenarioError, match=given):
        study_of(entry)


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def trustsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *given: CliRunner().invoke(cli.main, ["evidence", *given, "--workers", "1", "--quiet"])


def story(place, expect):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(
        f"trustsim: 1\nextends: {QUICKSTART}\ninvestors: {{count: 60}}\nreplications: 3\nexpect: [{expect}]\n", "utf-8"
    )


def test_evidence_runs_files_and_folders_and_ends_with_its_status(trustsim, tmp_path):
    story(tmp_path / "limits/good.yaml", "{id: G, outcome: peak_outflow, above: -1 %, source: here}")
    story(tmp_path / "limits/deeper/bad.yaml", "{id: B, outcome: peak_outflow, above: 100 %, source: here}")
    good = trustsim("limits/good.yaml")
    assert good.exit_code == 0, good.output
    assert "1 pass, 0 fail, 0 unclear" in good.stdout
    both = trustsim("limits", "limits/good.yaml")
    assert both.exit_code == 1
    assert "1 pass, 1 fail, 0 unclear" in both.stdout
    assert max(map(len, both.stdout.splitlines())) <= 80
    document = json.loads(trustsim("limits", "--json").stdout)
    assert [(row["id"], row["verdict"]) for row in document["expectations"]] == [("B", "fail"), ("G", "pass")]
    assert document["met"] is False


def test_evidence_does_not_compute_again_what_is_kept(trustsim, tmp_path, monkeypatch):
    story(tmp_path / "one.yaml", "{outcome: peak_outflow, above: -1 %, source: here}")
    assert trustsim("one.yaml").exit_code == 0
    monkeypatch.setattr("trustsim.experiment.passes.Task.__call__", lambda *_: pytest.fail("computed again"))
    story(tmp_path / "one.yaml", "{outcome: investor_loss, above: -1 %, source: here}")
    assert trustsim("one.yaml").exit_code == 0


def test_evidence_says_what_is_wrong(trustsim, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "without scenario files" in trustsim("empty").stderr
    assert trustsim(str(QUICKSTART)).exit_code == 2
    assert "no scenario with an expect" in trustsim(str(QUICKSTART)).stderr
    with pytest.raises(TrustsimError):
        ts.evidence(tmp_path / "missing.yaml", progress=False)


def test_an_entry_is_one_line_and_the_rest_is_in_the_long_form(trustsim, tmp_path):
    long = "{id: of who would have stayed the most that asked, outcome: peak_outflow, above: -1 %, source: here}"
    story(tmp_path / "one.yaml", f"{long}, {{id: B, outcome: peak_outflow, variant: gate, below: 1, source: there}}")
    short = trustsim("one.yaml").stdout.splitlines()
    assert len(short) == 4  # the file, two entries, the sum
    assert max(map(len, short)) <= 80
    assert [line[:5] for line in short[1:3]] == ["pass ", "pass "]
    assert "there" not in "".join(short)
    assert "there" in trustsim("one.yaml", "--long").stdout


def test_status_counts_the_runs_of_evidence_in_a_folder_that_was_moved(trustsim, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(f"trustsim: 1\nextends: {QUICKSTART}\ninvestors: {{count: 50}}\n", "utf-8")
    story(tmp_path / "one.yaml", "{outcome: peak_outflow, less: {file: other.yaml}, above: -1, source: here}")
    assert trustsim("one.yaml").exit_code == 0
    (tmp_path / "evidence-run").rename(tmp_path / "moved")
    other.unlink()
    run = CliRunner().invoke(cli.main, ["status", "moved"])
    assert run.exit_code == 0, run.output
    assert "moved: evidence of 1 scenario\nruns done: 6, failed: 0, left: 0" in run.stdout
    again = CliRunner().invoke(cli.main, ["resume", "moved", "--quiet", "--workers", "1"])
    assert again.exit_code == 0, again.output


def test_what_is_kept_is_judged_without_what_runs_worlds(trustsim, tmp_path):
    """Numba, Mesa and pandas take seconds to import: nothing that is in the folder needs them."""
    story(tmp_path / "one.yaml", "{outcome: peak_outflow, above: -1 %, source: here}")
    assert trustsim("one.yaml").exit_code == 0
    code = (
        "import sys\nfrom trustsim import cli\n"
        "cli.main(['evidence', 'one.yaml', '--workers', '1', '--quiet'], standalone_mode=False)\n"
        "print(sorted({'numba', 'mesa', 'pandas'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "1 pass" in done.stdout
