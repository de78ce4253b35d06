"""Code of a user's own decides the numbers: what is edited is computed again, and what is not is found again."""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from types import ModuleType

import numpy as np
import pytest

import trustsim as ts
from trustsim.analysis import causes
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment import own, work
from trustsim.experiment.address import addresses
from trustsim.experiment.pool import executor, processes
from trustsim.experiment.simulate import simulate
from trustsim.experiment.store import Store
from trustsim.experiment.study import run_study

DAYS = 6
STORY = f"""
trustsim: 1
horizon: {DAYS} d
network: {{kind: none}}
investors: {{count: 50}}
platforms: [{{name: Harbour}}]
variants: {{nothing: []}}
outcomes: [policy_cost]
"""
HEAD = """
from dataclasses import dataclass
from typing import ClassVar
import functools
import numpy as np
import trustsim as ts
from trustsim.registry import REGISTRY, parameter
"""
TOLL = """
@REGISTRY.enter("shock", "toll", source="assumed")
@dataclass(frozen=True)
class Toll:
    "Cost something every day."
    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who pays")
    def act(self, day):
        day.do.spend(0, 100, day.active)
"""
FEE = TOLL.replace('"shock", "toll"', '"intervention", "fee", family="sector"').replace("Toll", "Fee")
DRAIN = """
@REGISTRY.enter("mechanism", "drain", source="assumed")
@dataclass(frozen=True)
class Drain:
    "Cost something every day."
    default_on: ClassVar[bool] = False
    @staticmethod
    def each_day(day, settings):
        day.do.spend(0, 100, np.ones(day.state.n_lanes, bool))
"""
PARTS = {
    "shock": (TOLL, {"shocks": [{"kind": "toll", "platform": "Harbour", "day": "0 d"}]}),
    "lever": (FEE, {"variants": {"nothing": [{"kind": "fee", "platform": "Harbour"}]}}),
    "mechanism": (DRAIN, {"mechanisms.drain": "on"}),
}


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Leave what is registered as it was."""
    monkeypatch.setattr(REGISTRY, "_entries", dict(REGISTRY._entries))


@pytest.fixture
def cell():
    """Run the text of a cell in a module that has no file, as a notebook's; a further cell in the same one."""
    module = ModuleType("a_notebook")

    def run(text):
        exec(compile(text, "<cell>", "exec", dont_inherit=True), vars(module))
        return module

    run(HEAD)
    return run


@pytest.fixture
def file(monkeypatch, tmp_path):
    """Write a module of the user's own and load it, again where it was loaded."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    written, times = set(), count(1_000_000_000, 10)

    def write(name, text, *, load=True):
        path, time = folder / f"{name}.py", next(times)
        path.write_text(text)
        os.utime(path, (time, time))  # byte code is told from old by the second
        importlib.invalidate_caches()
        if not load:
            return sys.modules[name]
        written.add(name)
        return importlib.reload(sys.modules[name]) if name in sys.modules else importlib.import_module(name)

    yield write
    for name in written:
        del sys.modules[name]


@pytest.fixture
def study(tmp_path):
    """Run a story on the one store, as it stands in the file and with what is entered now."""

    def run(overrides=None, engine=simulate, workers=1, replications=2):
        with Store(tmp_path / "runs") as store:
            story = ts.loads(STORY, overrides=overrides)
            done = run_study(story, replications=replications, workers=workers, store=store, simulate=engine)
        assert done.failed == ()
        return done

    return run


def address(overrides=None, engine=simulate):
    return addresses(ts.loads(STORY, overrides=overrides), ["nothing"], engine)["nothing"]


@pytest.mark.parametrize("part", PARTS)
def test_an_edited_part_costs_what_its_new_code_says_from_the_same_store(part, cell, study):
    text, story = PARTS[part]
    for cost in (100, 250, 100):
        cell(text.replace("100", str(cost)))
        assert study(story).outcomes["policy_cost"].ravel().tolist() == [cost * DAYS / 100] * 2


WORTH = """
@REGISTRY.enter("outcome", "worth", source="assumed", unit="number")
def worth(finished):
    "Be some number."
    return np.full(finished.n_lanes, 1.0)
"""


def test_an_outcome_of_ones_own_is_measured_where_runs_are_kept_without_it_and_again_after_an_edit(cell, study):
    assert "worth" not in study().outcomes
    cell(WORTH)
    assert study().outcomes["worth"].ravel().tolist() == [1, 1]
    cell(WORTH.replace("1.0", "2.0"))
    assert study(replications=3).outcomes["worth"].ravel().tolist() == [2, 2, 2]


@pytest.mark.slow
def test_an_outcome_that_a_cell_enters_is_measured_by_workers_as_it_stands_now(cell, study):
    for number in ("1.0", "2.0"):
        cell(WORTH.replace("1.0", number))
        assert study(workers=2).outcomes["worth"].ravel().tolist() == [float(number)] * 2


ENGINE = """
import numpy as np
from trustsim.experiment.run import Run

def engine(story, variants, replication):
    return Run(replication, tuple(variants), {"answer": np.array([1.0])}, {})
"""


def test_an_engine_that_is_defined_again_under_its_name_is_another(cell, study):
    for answer in ("1.0", "2.0"):
        engine = cell(ENGINE.replace("1.0", answer)).engine
        assert study(engine=engine).outcomes["answer"].ravel().tolist() == [float(answer)] * 2


@pytest.mark.slow
def test_workers_begin_anew_where_a_module_that_they_imported_was_edited(file):
    told = []
    for answer in (1, 1, 2):
        engine = file("an_engine", f"import os\n\ndef engine(): return {answer}, os.getpid()\n").engine
        told.append(processes(1, own.modules_of(engine)).submit(engine).result())
    assert [answer for answer, _ in told] == [1, 1, 2]
    assert told[0] == told[1]


def test_a_study_tells_its_workers_of_the_modules_of_its_engine(file, study, monkeypatch):
    told = []

    def threads(n_workers, version):
        told.append(version)
        return executor(ThreadPoolExecutor(1), 1)

    monkeypatch.setattr(work, "processes", threads)
    for answer in ("1.0", "2.0"):
        engine = file("an_engine", ENGINE.replace("1.0", answer)).engine
        assert study(engine=engine, workers=2).outcomes["answer"].ravel().tolist() == [float(answer)] * 2
        assert told[-1] == own.modules_of(engine)
    study(workers=2)
    assert len(set(told)) == 3
    assert told[-1] == ""


# -- which edits count -----------------------------------------------------------------------------------------------

CALLS = """
import functools, numba
from dataclasses import make_dataclass
RATE, TABLE, LIMITS = 0.5, np.array([1.0, 2.0]), {"low": [1, 2], "high": {3, 4}}

class Base:
    bonus = 1
    @property
    def least(self): return 10

class Own(Base):
    def most(self): return 20

def deep(): return 30

def helper(x, more=40, *, least=50): return deep() + more

@numba.njit
def compiled(x): return x + 60

@functools.cache
def kept(x): return x + 70

def made(by):
    def inner(x): return x + by
    return inner

plus = made(80)
part = functools.partial(helper, more=90)

Point = make_dataclass("Point", [], namespace={"value": lambda self: 110})

@dataclass
class Held:
    x: int = 1000

def engine(story, variants, replication):
    try:
        own = Own()
        known = own.least + RATE + TABLE + LIMITS + Held().x + Point().value()
        return known + plus(1) + part(2) + compiled(3) + kept(4)
    except ValueError:
        return [helper(i) for i in range(100)]
"""
EDITS = {
    "a plain global": ("RATE, TABLE, LIMITS = 0.5", "RATE, TABLE, LIMITS = 0.6"),
    "an array": ("[1.0, 2.0]", "[1.0, 2.5]"),
    "a set in a dictionary": ("{3, 4}", "{3, 5}"),
    "an attribute of a base": ("bonus = 1", "bonus = 2"),
    "a property of a base": ("return 10", "return 11"),
    "a method": ("return 20", "return 21"),
    "a helper of a helper": ("return 30", "return 31"),
    "a default": ("more=40", "more=41"),
    "a default by keyword": ("least=50", "least=51"),
    "a compiled helper": ("x + 60", "x + 61"),
    "how a helper is compiled": ("@numba.njit", "@numba.njit(fastmath=True)"),
    "a helper that keeps what it gave": ("x + 70", "x + 71"),
    "what a closure holds": ("made(80)", "made(81)"),
    "what a partial holds": ("more=90", "more=91"),
    "a class that a library made": ("self: 110", "self: 111"),
    "a field of a dataclass": ("x: int = 1000", "x: int = 1001"),
    "the kind of an error": ("except ValueError", "except KeyError"),
    "code within code": ("range(100)", "range(101)"),
    "a name": ("own.least", "own.bonus"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_what_a_cell_calls_is_another_address(edit, cell):
    before, after = EDITS[edit]
    assert CALLS.count(before) == 1
    first = address(engine=cell(CALLS).engine)
    assert address(engine=cell(CALLS).engine) == first
    assert address(engine=cell(CALLS.replace(before, after)).engine) != first


@pytest.mark.parametrize(
    "unread", ["\nother, least = 1, 2\n", "\ndef unused(): return 1\n", "\nresult = __import__('threading').Lock()\n"]
)
def test_what_a_cell_does_not_call_changes_no_address(unread, cell):
    first = address(engine=cell(CALLS).engine)
    assert address(engine=cell(f"# a remark\n{CALLS}{unread}").engine) == first


IMPORTS = {
    "a name": "from a_helper import amount\n\ndef engine(*of): return amount()\n",
    "a module": "import a_helper\n\ndef engine(*of): return a_helper.amount()\n",
    "a module in two functions": "import a_helper\n\ndef two(): return a_helper.amount()\n\n"
    "def engine(*of): return two() + a_helper.other()\n",
    "within the function": "def engine(*of):\n    from a_helper import amount\n    return amount()\n",
    "a module within the function": "def engine(*of):\n    import a_helper\n    return a_helper.amount()\n",
}


@pytest.mark.parametrize("way", IMPORTS)
def test_an_edit_of_another_module_of_ones_own_is_another_address(way, file):
    """As it is loaded and as it stands in its file: each alone is another one."""
    file("a_table", "RATE = 1\n")
    helper = "import a_table\n\ndef amount(): return a_table.RATE\n\ndef other(): return 1\n"
    file("a_helper", helper)
    told = [address(engine=file("an_engine", IMPORTS[way]).engine)]
    file("a_helper", helper + "# edited\n", load=False)
    told.append(address(engine=sys.modules["an_engine"].engine))
    file("a_table", "RATE = 2\n")
    told.append(address(engine=sys.modules["an_engine"].engine))
    sys.modules["a_table"].RATE = 3
    told.append(address(engine=sys.modules["an_engine"].engine))
    assert len(set(told)) == 4
    file("a_helper", helper)
    file("a_table", "RATE = 1\n")
    assert address(engine=file("an_engine", IMPORTS[way]).engine) == told[0]


def test_an_edit_of_what_a_module_gives_by_a_name_made_up_is_another_address(file):
    file("a_helper", "def amount(): return 1\n")
    engine = file("an_engine", "import a_helper\n\ndef engine(*of): return getattr(a_helper, 'am' + 'ount')()\n").engine
    first = address(engine=engine)
    file("a_helper", "def amount(): return 2\n")
    assert address(engine=engine) != first


def test_code_in_a_file_has_the_same_hash_in_every_process(file, tmp_path):
    module = file("a_module", HEAD + CALLS + 'MANY = {"a", "b", ("c", 1), frozenset({"d", "e"})}\n')
    code = "import a_module; from trustsim.experiment import own; print(own.code_of(a_module.engine, a_module.MANY))"
    path = os.pathsep.join([str(tmp_path / "modules"), *filter(None, [os.environ.get("PYTHONPATH")])])
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}
        told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == own.code_of(module.engine, module.MANY)


def test_a_part_that_is_registered_and_not_used_changes_no_address(cell):
    first = address()
    for text, _ in PARTS.values():
        cell(text)
    assert address() == first


# -- engines that are no plain function ------------------------------------------------------------------------------

AGENT = """
import mesa

class Spender(mesa.Agent):
    def step(self):
        self.model.engine.day.do.spend(0, 100, True)
"""


def test_a_partial_counts_by_its_function_and_by_what_it_was_given(cell, study):
    for cost in (100, 250):
        agent = cell(AGENT.replace("100", str(cost))).Spender
        done = study(engine=functools.partial(simulate, agents=[agent]))
        assert done.outcomes["policy_cost"].ravel().tolist() == [cost * DAYS / 100] * 2
    assert study(engine=simulate).outcomes["policy_cost"].ravel().tolist() == [0] * 2
    again = cell(AGENT).Spender
    assert address(engine=functools.partial(simulate, agents=[again])) != address(engine=simulate)


class Added:
    """An engine with a number of its own."""

    def __init__(self, by):
        self.by = by

    def __call__(self, story, variants, replication):
        run = simulate(story, variants, replication)
        run.outcomes["policy_cost"] += self.by
        return run

    def called(self, *of):
        return self(*of)


def test_an_object_that_is_called_counts_by_its_code_and_by_what_it_holds(study):
    for number in (1, 2):
        assert study(engine=Added(number)).outcomes["policy_cost"].ravel().tolist() == [number] * 2
        assert study(engine=Added(number + 2).called).outcomes["policy_cost"].ravel().tolist() == [number + 2] * 2
    assert address(engine=Added(1)) == address(engine=Added(1))
    assert address(engine=lambda *of: 1) != address(engine=lambda *of: 2)


def test_a_function_within_a_scenario_counts_by_its_code():
    story = ts.loads(STORY)
    first, same, other = (replace(story, shocks=(rule,)) for rule in (lambda: 1, lambda: 1, lambda: 2))
    told = [addresses(each, ["nothing"], simulate)["nothing"] for each in (first, same, other)]
    assert told[0] == told[1] != told[2]


def test_another_engine_of_the_package_counts_by_its_file(monkeypatch):
    first = address(engine=causes.simulate_with_causes)
    assert first != address(engine=simulate)
    monkeypatch.setattr(causes, "__file__", __file__)
    assert address(engine=causes.simulate_with_causes) != first


def test_what_cannot_be_told_is_an_error_that_names_it():
    engine = Added(1)
    engine.lock = threading.Lock()
    with pytest.raises(
        TrustsimError, match=r"address: Added.lock: given a lock, whose content .*; allowed in code of your own: plain"
    ):
        address(engine=engine)
    engine.lock = np.frompyfunc(abs, 1, 1)  # has no name that stands for it
    with pytest.raises(TrustsimError, match=r"Added.lock: given a ufunc"):
        address(engine=engine)
    for known in (np.float64, np.exp):  # of a library: by its name
        engine.lock = known
        assert address(engine=engine) != address(engine=Added(1))


def test_a_study_of_what_cannot_be_told_runs_without_a_store_and_its_report_says_so(cell, tmp_path):
    cell(DRAIN.replace("100", "100 if LOCK else 0") + "\nLOCK = __import__('threading').Lock()\n")
    story = ts.loads(STORY, overrides={"mechanisms.drain": "on"})
    result = ts.compare(story, replications=2, workers=1, progress=False)
    assert result.study.outcomes["policy_cost"].ravel().tolist() == [DAYS] * 2
    told = result.report(tmp_path / "report.html", rerun=False).read_text(encoding="utf-8")
    assert "none: address: Drain.each_day.LOCK: given a lock" in told


WRONG = {
    "np.zeros(3)": "given an array of shape (3,) by <cell>:2; allowed: float64 (1,), one a variant",
    "np.zeros((1, 1))": "given an array of shape (1, 1)",
    "None": "given None",
    "'text'": "given 'text'",
    "0.0": "given an array of shape ()",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_outcome_that_is_not_one_number_a_variant_is_named_with_its_place(wrong, cell):
    cell(f"""
@REGISTRY.enter("outcome", "odd", source="assumed")
def odd(f):
    return {wrong}
""")
    with pytest.raises(TrustsimError, match="outcome odd: ") as caught:
        ts.run(ts.loads(STORY), replications=2, workers=1)
    assert WRONG[wrong] in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        "post(0, day.active, fear=np.nan)", "post(0, day.active, reach=np.inf, fear=1.0)",
        "tell(0, fear=np.full(1, np.nan))",
        "move(Books.CASH, Books.OWNERS, 0, np.nan, day.active)", "take_client_money(0, np.nan, day.active)",
        "revalue(0, np.nan, day.active)", "misreport(0, np.inf, day.active)", "spend(0, np.nan, day.active)",
        "sell_to_owners(0, np.nan, day.active)", "set_trust(0, 0, np.nan)",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_by_every_way_to_change_the_world(call, cell):
    cell("from trustsim.kernels.layout import Books\n" + TOLL.replace("spend(0, 100, day.active)", call))
    with pytest.raises(TrustsimError, match=rf"{call.partition('(')[0].replace('tell', 'post')}|move") as caught:
        ts.run(ts.loads(STORY, overrides=PARTS["shock"][1]), replications=2, workers=1)
    assert "allowed: finite numbers" in str(caught.value)
    assert "(<cell>:" in str(caught.value)
