"""Starts what the program starts, in a folder that holds a file for every module; prints the processes' modules.

The current folder stands on the path, as in a notebook, but behind all that is installed, so that this process itself
imports little from it. A worker also imports ``mine``, which this process imported from there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numba

import trustsim as ts
from trustsim.ask.result import compare
from trustsim.experiment import child
from trustsim.experiment.pool import one_process, processes
from trustsim.report.pictures import plots
from trustsim.web import site

STORY = """
trustsim: 1
title: Beside hostile files
horizon: 3 d
network: {kind: complete}
investors: {count: 20}
platforms: [{name: Harbour}]
variants: {nothing: []}
replications: 4
outcomes: [run_probability]
"""
SETTINGS = {"matplotlibrc": "font.size: 99\n", ".numba_config.yaml": "disable_jit: 1\nopt: 1\n"}


def about(*_: object) -> tuple[int, list[str]]:
    """Return the number of this process and its modules; it knows the house and its libraries by now."""
    assert all((plots, site, compare, mine.HERE))
    assert (matplotlib.rcParams["font.size"], int(numba.config.OPT)) == (10.0, 3)
    return os.getpid(), sorted({name.partition(".")[0] for name in sys.modules})


if __name__ == "__main__":
    folder = Path.cwd()
    sys.path.append("")
    import mine

    tells = f"import os\nos.getpid() != {os.getpid()} and open({str(folder / 'RAN')!r}, 'a').write(__name__)\n"
    for name in (*sys.stdlib_module_names, *sys.modules, "viztracer", "pyarrow", "numexpr", "sitecustomize"):
        if "." not in name and name not in ("mine", "__main__"):
            (folder / f"{name}.py").write_text(tells)
    for name, text in SETTINGS.items():
        (folder / name).write_text(text)
    (folder / "story.yaml").write_text(STORY)
    seen = {processes(2).submit(about).result()[0], one_process(60).submit(about).result()[0], os.getpid()}
    assert len(seen) == 3
    assert len(ts.run(ts.load("story.yaml"), workers=2).replications) == 4
    done = subprocess.run(
        child.command("trustsim", "run", "story.yaml", "--workers", "1", "--quiet"),
        env=child.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    print((Path("RAN").read_text() if Path("RAN").exists() else "") or "nothing")
