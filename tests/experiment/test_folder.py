import errno
import json
from dataclasses import replace

import fake_engine as fake
import numpy as np
import pandas as pd
import pytest

from trustsim.errors import TrustsimError
from trustsim.experiment import folder
from trustsim.experiment.frames import outcomes_frame, runs_frame, series_frame
from trustsim.experiment.study import run_study


@pytest.fixture
def study():
    return run_study(fake.scenario(), workers=1, seed=3, simulate=fake.fails_on_odd, groups=fake.two_passes)


def same(a, b):
    np.testing.assert_array_equal(a.replications, b.replications)
    assert (a.variants, a.failed, a.seconds, a.interrupted) == (b.variants, b.failed, b.seconds, b.interrupted)
    assert a.scenario == b.scenario
    assert a.runs == b.runs
    assert {k: v.tobytes() for k, v in a.outcomes.items()} == {k: v.tobytes() for k, v in b.outcomes.items()}
    assert {k: v.tobytes() for k, v in a.series.items()} == {k: v.tobytes() for k, v in b.series.items()}


@pytest.mark.parametrize("has_pyarrow", [True, False])
def test_a_study_comes_back_to_the_bit(study, tmp_path, monkeypatch, has_pyarrow):
    if has_pyarrow:
        pytest.importorskip("pyarrow")
    else:
        monkeypatch.setattr(folder, "find_spec", lambda name: None)
    place = folder.save(study, tmp_path / "deep" / "run", command="trustsim compare theft.yaml")
    series = "series.parquet" if has_pyarrow else "series.csv.gz"
    assert sorted(p.name for p in place.iterdir()) == ["outcomes.csv", "runs.csv", series, "study.json"]
    same(folder.load(place, fake.scenario()), study)


def test_saving_again_leaves_one_series_file(study, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    folder.save(study, tmp_path)
    monkeypatch.setattr(folder, "find_spec", lambda name: None)
    folder.save(study, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["outcomes.csv", "runs.csv", "series.csv.gz", "study.json"]


def test_a_study_without_a_finished_replication_is_kept_with_its_failures(tmp_path):
    empty = run_study(fake.scenario(), workers=1, simulate=lambda *_: 1 / 0, groups=fake.one_pass)
    folder.save(empty, tmp_path)
    same(folder.load(tmp_path, fake.scenario()), empty)


def test_runs_come_back_to_the_bit_whatever_their_variant_is_called(tmp_path):
    names = ("1.0", "NA", 'a "gate", later')
    story = fake.scenario(names=names)
    told = run_study(story, workers=1, simulate=fake.simulate, groups=fake.one_pass)
    assert {run.variant for run in told.runs} >= set(names[:2])
    folder.save(told, tmp_path)
    back = folder.load(tmp_path, story).runs
    assert back == told.runs
    assert [run.onset.hex() for run in back] == [run.onset.hex() for run in told.runs]
    assert {type(run.replication) for run in back} == {int}


def test_runs_are_a_table_of_their_own_with_columns_even_where_there_is_none(study, tmp_path):
    columns = ["replication", "variant", "platform", "onset", "peak", "end", "trigger", "ran_share"]
    folder.save(study, tmp_path / "some")
    rows = pd.read_csv(tmp_path / "some" / "runs.csv")
    assert rows.columns.tolist() == columns
    pd.testing.assert_frame_equal(rows, runs_frame(study), check_dtype=False, rtol=1e-12)
    calm = replace(study, runs=())
    folder.save(calm, tmp_path / "none")
    assert (tmp_path / "none" / "runs.csv").read_text().strip() == ",".join(columns)
    same(folder.load(tmp_path / "none", fake.scenario()), calm)
    assert runs_frame(calm).dtypes.tolist() == runs_frame(study).dtypes.tolist()


def test_study_json_says_what_was_run_with_what(study, tmp_path):
    folder.save(study, tmp_path, command="trustsim compare theft.yaml")
    about = json.loads((tmp_path / "study.json").read_text())
    assert about["digest"] == study.scenario.digest
    assert (about["seed"], about["command"]) == (3, "trustsim compare theft.yaml")
    assert about["replications"] == [0, 2, 4, 6, 8, 10]
    assert {"python", "numpy", "trustsim"} <= set(about["versions"])
    assert about["failed"][0]["message"] == "no bank left in world 1"


def test_outcomes_are_one_row_a_replication_and_variant(study, tmp_path):
    folder.save(study, tmp_path)
    rows = pd.read_csv(tmp_path / "outcomes.csv")
    assert list(rows.columns) == ["replication", "variant", "run_probability", "investor_loss", "time_to_failure"]
    pd.testing.assert_frame_equal(rows, outcomes_frame(study), check_dtype=False, rtol=1e-12)  # pandas' own reading
    assert rows["variant"].tolist()[:4] == ["nothing", "insured", "both", "nothing"]
    assert rows["replication"].tolist()[:4] == [0, 0, 0, 2]


def test_series_are_one_row_a_replication_day_variant_and_platform(study):
    frame = series_frame(study, ["outflow"])
    row = frame[(frame.replication == 4) & (frame.day == 2) & (frame.variant == "both") & (frame.platform == "Quay")]
    assert row["outflow"].item() == study.series["outflow"][2, 2, 2, 1]
    assert frame["platform"].unique().tolist() == ["Harbour", "Quay", "all"]
    assert len(frame) == study.series["outflow"].size


def test_an_unknown_series_names_the_nearest(study):
    with pytest.raises(TrustsimError, match="given 'outflows'; allowed: one of outflow; did you mean 'outflow'"):
        series_frame(study, ["outflows"])


def test_a_full_disk_is_said_clearly_and_the_old_study_stays(study, tmp_path, monkeypatch):
    folder.save(study, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "_write_series", full)
    with pytest.raises(TrustsimError, match=r"series.*cannot write it \(No space left on device\)"):
        folder.save(replace(study, seconds=1.0, replications=study.replications + 100), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_said_clearly(study, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TrustsimError, match="cannot make or write it"):
        folder.save(study, tmp_path / "file" / "run")


@pytest.mark.parametrize("name", ["outcomes.csv", "runs.csv"])
def test_a_changed_or_missing_file_is_refused(study, tmp_path, name):
    folder.save(study, tmp_path)
    with (tmp_path / name).open("a") as stream:
        stream.write("99,both,1,1,1\n")
    with pytest.raises(TrustsimError, match=rf"{name}: missing, changed or cut short"):
        folder.load(tmp_path, fake.scenario())
    (tmp_path / name).unlink()
    with pytest.raises(TrustsimError, match=rf"{name}: missing, changed or cut short"):
        folder.load(tmp_path, fake.scenario())


def test_a_folder_of_another_format_is_refused(study, tmp_path):
    folder.save(study, tmp_path)
    about = json.loads((tmp_path / "study.json").read_text())
    (tmp_path / "study.json").write_text(json.dumps({**about, "format": 1}))
    with pytest.raises(TrustsimError, match="given format 1; allowed: 2"):
        folder.load(tmp_path, fake.scenario())


def test_a_study_of_another_scenario_is_refused(study, tmp_path):
    folder.save(study, tmp_path)
    with pytest.raises(TrustsimError, match="given the study of another scenario"):
        folder.load(tmp_path, replace(fake.scenario(seed=3), digest="e" * 64))


def test_a_folder_without_a_study_is_refused(tmp_path):
    with pytest.raises(TrustsimError, match=r"a folder without study.json"):
        folder.load(tmp_path, fake.scenario())
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(TrustsimError, match="cannot be read"):
        folder.load(tmp_path, fake.scenario())
