"""A study as files: tables, netCDF, and what they say of themselves."""

import errno
import json
from dataclasses import replace

import fake_engine as fake
import numpy as np
import pandas as pd
import pytest

from trustsim import catalog  # noqa: F401  the units of outcomes
from trustsim.errors import TrustsimError
from trustsim.experiment import folder
from trustsim.experiment.frames import outcomes_frame, runs_frame, series_frame
from trustsim.experiment.study import run_study


@pytest.fixture
def study():
    return run_study(fake.scenario(), workers=1, seed=3, simulate=fake.fails_on_odd, groups=fake.two_passes)


def test_a_study_without_a_finished_replication_is_written_with_its_failures(tmp_path):
    some = run_study(fake.scenario(), workers=1, simulate=fake.fails_on_odd, groups=fake.one_pass)
    empty = replace(some, replications=some.replications[:0], outcomes={}, series={}, runs=())
    folder.save(empty, tmp_path)
    assert len(json.loads((tmp_path / "study.json").read_text())["failed"]) == len(some.failed)
    for kind in ("csv", "parquet", "netcdf"):
        folder.export(empty, tmp_path, kind)


def test_what_is_exported_as_a_table_holds_every_number_to_the_bit(study, tmp_path, monkeypatch):
    """In blocks of replications that do not divide their number."""
    monkeypatch.setattr(folder, "_BLOCK", 4)
    whole = series_frame(study)
    for kind, series in (("csv", "series.csv.gz"), ("parquet", "series.parquet")):
        files = folder.export(study, tmp_path / kind, kind)
        assert sorted(p.name for p in (tmp_path / kind).iterdir()) == sorted(p.name for p in files)
        path = tmp_path / kind / series
        back = pd.read_csv(path) if kind == "csv" else pd.read_parquet(path)
        np.testing.assert_array_equal(back["outflow"].astype(np.float32), whole["outflow"])
        assert (back["variant"].astype(str) == whole["variant"].astype(str)).all()
        assert back["replication"].tolist() == whole["replication"].tolist()
    outcomes = pd.read_parquet(tmp_path / "parquet" / "outcomes.parquet")
    np.testing.assert_array_equal(outcomes["investor_loss"], outcomes_frame(study)["investor_loss"])


def test_what_is_exported_as_netcdf_is_labelled(study, tmp_path):
    xarray = pytest.importorskip("xarray")
    folder.export(study, tmp_path, "netcdf")
    with xarray.open_dataset(tmp_path / "study.nc", engine="h5netcdf") as data:
        assert data["outflow"].dims == ("replication", "day", "variant", "platform")
        there = data["outflow"].sel(replication=4, day=2, variant="both", platform="Quay")
        assert there.item() == study.series["outflow"][2, 2, 2, 1]
        np.testing.assert_array_equal(data["investor_loss"], study.outcomes["investor_loss"])
        assert data["investor_loss"].attrs["units"] == "share"
        assert data.attrs["seed"] == 3


def test_a_name_with_a_slash_is_a_name_of_netcdf(study, tmp_path):
    xarray = pytest.importorskip("xarray")
    losses = {"loss_by_segment[a/b]": study.outcomes["investor_loss"]}
    asks = replace(study.scenario, outcomes=("loss_by_segment",))
    folder.export(replace(study, scenario=asks, outcomes={**study.outcomes, **losses}), tmp_path, "netcdf")
    with xarray.open_dataset(tmp_path / "study.nc", engine="h5netcdf") as data:
        found = data["loss_by_segment[a\u2215b]"]
        np.testing.assert_array_equal(found, study.outcomes["investor_loss"])
        assert found.attrs["long_name"] == "loss_by_segment[a/b]"


def test_a_missing_package_is_named_with_its_extra(study, tmp_path, monkeypatch):
    monkeypatch.setitem(folder.NEEDS, "netcdf", ("no_such_package",))
    with pytest.raises(TrustsimError, match=r"given without no_such_package; allowed: with the extra \[netcdf\]"):
        folder.export(study, tmp_path, "netcdf")


def test_variants_are_written_as_they_are_called(tmp_path):
    names = ("1.0", "NA", 'a "gate", later')
    told = run_study(fake.scenario(names=names), workers=1, simulate=fake.simulate, groups=fake.one_pass)
    folder.save(told, tmp_path)
    back = pd.read_csv(tmp_path / "outcomes.csv", dtype=str, keep_default_na=False)
    assert back["variant"].tolist()[:3] == list(names)


def test_runs_are_a_table_of_their_own_with_columns_even_where_there_is_none(study, tmp_path):
    columns = [
        "replication",
        "variant",
        "platform",
        "onset",
        "peak",
        "end",
        "trigger",
        "withdrawn",
        "speed",
        "acted_on",
    ]
    folder.save(study, tmp_path / "some")
    rows = pd.read_csv(tmp_path / "some" / "runs.csv")
    assert rows.columns.tolist() == columns
    pd.testing.assert_frame_equal(rows, runs_frame(study), check_dtype=False, rtol=1e-12)
    calm = replace(study, runs=())
    folder.save(calm, tmp_path / "none")
    assert (tmp_path / "none" / "runs.csv").read_text().strip() == ",".join(columns)
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

    monkeypatch.setattr(folder, "runs_frame", full)
    with pytest.raises(TrustsimError, match=r"runs.*cannot write it \(No space left on device\)"):
        folder.save(replace(study, seconds=1.0, replications=study.replications + 100), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_said_clearly(study, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TrustsimError, match="cannot make or write it"):
        folder.save(study, tmp_path / "file" / "run")
