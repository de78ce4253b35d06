"""The public names, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import trustsim as ts

QUICKSTART = Path(__file__).resolve().parents[1] / "scenarios/quickstart.yaml"


def test_every_public_name_is_there_and_no_other_is_promised():
    assert ts.__all__ == sorted(ts.__all__)
    assert set(ts.__all__) == set(ts._HOME)
    for name in ts.__all__:
        assert getattr(ts, name) is not None
    assert set(ts.__all__) < set(dir(ts))


def test_a_public_function_is_the_one_of_its_module():
    from trustsim.ask.result import compare
    from trustsim.model import TrustCrisisModel

    assert ts.compare is compare
    assert ts.TrustCrisisModel is TrustCrisisModel


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert ts.__version__ == version("trustsim")


def test_an_unknown_name_is_refused_with_what_is_allowed():
    with pytest.raises(AttributeError, match=r"no attribute 'simulate'; allowed: Result, Scenario"):
        _ = ts.simulate


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_is_silent_and_imports_nothing_heavy():
    heavy = "{'numba', 'mesa', 'pandas', 'matplotlib', 'scipy', 'numpy', 'networkx', 'ruamel.yaml'}"
    assert python(f"import sys, trustsim; print(sorted({heavy} & set(sys.modules)))") == "[]\n"


@pytest.mark.slow
def test_a_comparison_by_path_needs_nothing_else_imported():
    code = (
        f"import trustsim as ts; r = ts.compare({str(QUICKSTART)!r}, replications=1, workers=1, progress=False);"
        "print(r.comparison.n)"
    )
    assert python(code) == "1\n"


@pytest.mark.slow
def test_a_sweep_needs_nothing_of_an_extra() -> None:
    """The core installation sweeps; only indices of sensitivity need the extra of that name."""
    code = (
        "import sys; sys.modules['SALib'] = sys.modules['optuna'] = sys.modules['pyarrow'] = None\n"
        "import trustsim as ts, trustsim.report.pictures.design_pictures; ts.sweep\n"
        "try: ts.sensitivity\nexcept ImportError as e: print(e.name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split(".")[0] == "SALib", done.stderr


@pytest.mark.parametrize("progress", [False, None, True])
def test_run_takes_progress_as_the_other_verbs_do(progress, capsys):
    story = ts.load(QUICKSTART, overrides={"investors.count": 60, "horizon": "25 d"})
    study = ts.run(story, variants="nothing", replications=2, workers=1, progress=progress)
    assert len(study.replications) == 2
    assert bool(capsys.readouterr().err) == (progress is True)


def test_run_calls_back_whom_it_is_given():
    seen = []
    story = ts.load(QUICKSTART, overrides={"investors.count": 60, "horizon": "25 d"})
    ts.run(story, variants="nothing", replications=2, workers=1, progress=lambda *done: seen.append(done))
    assert seen[-1][:2] == (2, 2)


def test_every_public_verb_takes_progress():
    import inspect

    for name in ("attribute", "calibrate", "compare", "evidence", "run", "sensitivity", "sweep"):
        assert "progress" in inspect.signature(getattr(ts, name)).parameters, name
