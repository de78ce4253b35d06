"""The house: imports go one way, heavy ones stay in their rooms, and every registered thing keeps its contract."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from trustsim.catalog import REGISTRY
from trustsim.distributions import Distribution
from trustsim.errors import ModelError
from trustsim.kernels.layout import Terms
from trustsim.kernels.named import names_of
from trustsim.registry import Entry
from trustsim.world.day import Day
from trustsim.world.hooks import OF_ACTORS, OF_ITEMS, OF_MECHANISMS, check_hooks
from trustsim.world.rule_kernels import RuleKernels
from trustsim.world.verbs import Verbs

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "trustsim"
FILES = sorted(SOURCE.rglob("*.py"))
ORDER = (
    "errors", "later", "arguments", "distributions", "units", "names", "parameters", "registry", "kernels", "scenario",
    "world", "mechanisms", "measures", "catalog",
    "model", "experiment", "analysis", "report", "ask", "bench", "live", "web", "cli", "__main__",
)  # fmt: skip

REPORT = ("words", "pictures", "tables", "page", "odd")
# package → the rooms and files that may import it
ONLY_IN = {
    "mesa": ("model", "bench/objects.py", "live", "cli/common.py"),
    "solara": ("live",),
    "starlette": ("web",),
    "uvicorn": ("web",),
    "networkx": ("world/network.py", "world/build_network.py"),
    "matplotlib": ("report/pictures",),
    "ruamel": ("scenario",),
    "yaml": ("scenario",),
    "pydantic": ("scenario",),
    "random": (),
}


MOST_LINES = 300
MOST_METHODS = 14  # of what every mechanism sees


def relative(file: Path) -> str:
    return file.relative_to(SOURCE).as_posix()


def module_of(file: Path) -> str:
    parts = ("trustsim", *file.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file) for file in FILES}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(tree: ast.AST, *, depth: int = 0, is_typing: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Yield (dotted name, depth of functions around it, whether it is for type checkers only) of every import."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, depth, is_typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a name comes from"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), depth, is_typing
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from imports_of(ast.Module(node.body, []), depth=depth, is_typing=True)
            yield from imports_of(ast.Module(node.orelse, []), depth=depth, is_typing=is_typing)
        else:
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports_of(node, depth=depth + is_function, is_typing=is_typing)


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


@cache
def imports_in(file: Path) -> list[tuple[str, int, bool]]:
    return list(imports_of(tree_of(file)))


def named_by(file: Path) -> set[str]:
    """Return what a file imports, but for its tie, and for the names that the package's own file only promises."""
    return {name for name, _, is_typing in imports_in(file) if not (is_typing and relative(file) == "__init__.py")}


def test_every_file_stands_in_a_room_of_the_order() -> None:
    rooms = {room_of(module_of(file)) for file in FILES} - {""}
    assert rooms <= set(ORDER)


def test_no_file_is_long() -> None:
    """300 lines, in Python and in JavaScript: a file has one idea."""
    files = [*FILES, *SOURCE.rglob("*.js")]
    assert [relative(file) for file in files if len(file.read_text("utf-8").splitlines()) > MOST_LINES] == []


@pytest.mark.parametrize("room", ["kernels", "world", "model", "measures"])
def test_the_architecture_names_every_file_of_the_engine(room: str) -> None:
    told = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    files = [relative(file) for file in FILES if relative(file).startswith(f"{room}/") and file.name != "__init__.py"]
    files = [file for file in files if "graph_files/" not in file]  # one a format
    assert [file for file in files if not re.search(rf"[`/]{file.rpartition('/')[2]}`", told)] == []


@pytest.mark.parametrize("seen", [Day, Verbs, RuleKernels])
def test_the_day_stays_small(seen: type) -> None:
    """The clock, the draws and what can be seen; the verbs that rules share. What one rule needs is in its own file."""
    methods = [name for name, thing in vars(seen).items() if callable(thing) or isinstance(thing, property)]
    assert len([name for name in methods if not name.startswith("__")]) <= MOST_METHODS


def test_mechanisms_know_the_engine_by_the_day_alone() -> None:
    """Of the kernels they know the names of rows, the addresses of draws and lengths of time."""
    files = ("coefficients", "layout", "named", "purposes", "times")
    names = {"trustsim.kernels", *(f"trustsim.kernels.{name}" for name in files)}
    wrong = [
        f"{relative(file)} imports {name}"
        for file in FILES
        if relative(file).startswith("mechanisms/")
        for name, _, _ in imports_in(file)
        if name.startswith("trustsim.kernels") and name not in names
    ]
    assert wrong == []


def test_no_line_of_the_page_is_long() -> None:
    """120 characters, as ruff holds them in Python; the formatter of the page leaves long texts and comments alone."""
    lines = ((file, line) for file in SOURCE.rglob("*.js") for line in file.read_text("utf-8").splitlines())
    assert [f"{file.name}: {line}" for file, line in lines if len(line) > 120] == []


def test_imports_go_one_way() -> None:
    """Down the order of docs/architecture.md, for type checkers too; the package's own file stands outside it."""
    wrong = [
        f"{relative(file)} imports {name}"
        for file in FILES
        if relative(file) != "__init__.py"
        for name in named_by(file)
        if name.startswith("trustsim.") and ORDER.index(room_of(name)) > ORDER.index(room_of(module_of(file)))
    ]
    assert wrong == []


def test_imports_go_one_way_in_the_report_too() -> None:
    at = {module: REPORT.index(module.split(".")[2]) for module in MODULES if module.startswith("trustsim.report.")}
    wrong = [
        f"{relative(file)} imports {name}"
        for file in FILES
        for name in named_by(file)
        if module_of(file) in at and name in at and at[name] > at[module_of(file)]
    ]
    assert wrong == []


def test_there_is_no_import_cycle() -> None:
    """Not for type checkers either."""
    follows = {module_of(file): named_by(file) & MODULES for file in FILES}
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " → ".join((*above[above.index(module) :], module))
        if module not in done:
            for name in sorted(follows[module]):
                visit(name, (*above, module))
            done.add(module)

    for module in sorted(follows):
        visit(module, ())


def test_only_the_command_line_imports_inside_functions() -> None:
    wrong = [
        f"{relative(file)} imports {name} in a function"
        for file in FILES
        for name, depth, _ in imports_in(file)
        if depth > 0 and not relative(file).startswith(("cli/", "__init__.py"))
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_heavy_package_stays_in_its_room(package: str) -> None:
    wrong = [
        relative(file)
        for file in FILES
        for name, _, is_typing in imports_in(file)
        if name.split(".")[0] == package and not is_typing
        if not any(relative(file) == room or relative(file).startswith(f"{room}/") for room in ONLY_IN[package])
    ]
    assert wrong == []


def test_nothing_draws_from_a_stream() -> None:
    """No numpy.random: every draw has an address. Only the benchmark may make arrays to push, the sensitivity indices
    resample points, by a library that draws from numpy's stream, and the test of boxes permutes them: none are runs."""
    for file in FILES:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
                assert relative(file).startswith(("bench/", "analysis/indices.py", "analysis/boxes.py")), relative(file)
                assert node.attr in ("default_rng", "get_state", "set_state"), relative(file)
            if isinstance(node, ast.ImportFrom):
                assert node.module != "numpy.random", relative(file)


def test_whatever_is_started_begins_as_child_says() -> None:
    """No command line but ``child.command``, no environment but ``child.environment()``, no workers but the pool's."""
    for file in (*FILES, *(ROOT / "docs").glob("*.py"), *(ROOT / "benchmarks").glob("*.py")):
        if file.name == "child.py":
            continue
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("subprocess.run", "subprocess.Popen"):
                how = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert how.get("env", "").startswith("child.environment("), f"{file.name}:{node.lineno}"
            assert not (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable"), file.name
            if isinstance(node, ast.ImportFrom | ast.Import) and file.name != "pool.py":
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert not any(str(name).partition(".")[0] == "loky" for name in names), file.name


def test_nobody_sets_a_start_method_or_a_global_seed() -> None:
    for file in FILES:
        calls = {ast.unparse(n.func).split(".")[-1] for n in ast.walk(tree_of(file)) if isinstance(n, ast.Call)}
        assert not calls & {"set_start_method", "seed", "seterr", "set_printoptions", "basicConfig"}, relative(file)


def in_a_new_process(code: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def test_the_catalogue_loads_nothing_heavy() -> None:
    """``trustsim check`` answers in well under half a second because this holds."""
    code = "import json, sys, trustsim.catalog, trustsim.scenario.load; print(json.dumps(sorted(sys.modules)))"
    loaded = {name.split(".")[0] for name in json.loads(in_a_new_process(code).stdout)}
    assert loaded & {"numba", "mesa", "scipy", "matplotlib", "pandas", "networkx", "loky"} == set()


def test_a_comparison_and_its_report_load_no_matplotlib() -> None:
    """To import it takes as long as to draw the report, whose pictures are SVG of our own."""
    code = "import json, sys, trustsim.ask.result; print(json.dumps(sorted(sys.modules)))"
    assert "matplotlib" not in json.loads(in_a_new_process(code).stdout)


@pytest.mark.slow
def test_importing_prints_nothing_and_changes_no_global_setting() -> None:
    """But for the stream of ``random``, from which rich draws when it is imported, and the server of the live view,
    which makes a process Solara's."""
    code = (
        "import numpy as np\n"
        "state = (np.random.get_state()[1].tobytes(), np.geterr(), np.get_printoptions())\n"
        + "".join(f"import {name}\n" for name in sorted(MODULES - {"trustsim.live.serve"}))
        + "assert state == (np.random.get_state()[1].tobytes(), np.geterr(), np.get_printoptions())\n"
    )
    done = in_a_new_process(code)
    assert (done.stdout, done.stderr) == ("", "")


# -- the contract of everything registered ---------------------------------------------------------------------------

ENTRIES = {f"{entry.group} {entry.name}": entry for entry in REGISTRY}
KINDS = ("shock", "intervention", "mechanism")
LEVERS = {name: entry for name, entry in ENTRIES.items() if entry.group in ("shock", "intervention")}
NAMED_TEST = re.compile(r"``(test_\w+)``")
SOURCES = re.compile(
    r"assumed|doi:10\.\d{4,}/\S+|https?://\S+|[A-Z]{1,2}-\d+[a-z]?|[A-L]\d+[a-z]?|arXiv:\S+|isbn:\S+", re.IGNORECASE
)


def names_of_tests() -> set[str]:
    return {
        node.name
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.fixture(scope="module")
def tests_there() -> set[str]:
    return names_of_tests()


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.summary
    assert entry.source
    if entry.group not in ("series", "indicator", "stock", "column", "actor_stock", "actor_purse", "term"):
        assert entry.summary.endswith("."), "the first line of the docstring is a sentence"
    if entry.group == "outcome":
        assert entry.better in ("lower", "higher", "")
        assert not entry.binary or entry.unit == "share"


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.parameters])
def test_every_parameter_has_unit_bounds_default_source_and_text(name: str) -> None:
    for p in ENTRIES[name].parameters:
        assert p.text, p.name
        assert not p.text.endswith("."), f"{p.name}: the text is a phrase"
        assert p.source, p.name
        assert SOURCES.search(p.source), f"{p.name}: source {p.source!r} is a DOI, an id of the evidence or 'assumed'"
        if p.low is not None and p.high is not None:
            assert p.low < p.high, p.name
        if p.unit == "share":
            assert p.low is not None, p.name
            assert p.high is not None, p.name
        if REGISTRY.allowed(p) and not p.is_required:
            assert p.default in REGISTRY.allowed(p), p.name
        if p.is_required or p.default is None or isinstance(p.default, Distribution):
            continue
        if p.unit in ("flag", "text", "name"):
            assert isinstance(p.default, bool if p.unit == "flag" else str), p.name
        else:
            assert p.low is None or p.default >= p.low, p.name
            assert p.high is None or p.default <= p.high, p.name


@pytest.mark.parametrize("name", LEVERS)
def test_every_shock_and_lever_names_its_rows_and_can_be_made_from_its_defaults(name: str) -> None:
    entry = LEVERS[name]
    assert entry.rows
    assert all(re.fullmatch(r"[A-L]\d+", row) for row in entry.rows)
    assert entry.group == "shock" or entry.family in ("regulatory", "ux", "communication", "platform", "sector")
    made = entry.make(**{p.name: "Harbour" for p in entry.parameters if p.is_required and p.refers == "platform"})
    assert hash(made) == hash(made)
    assert hasattr(made, "act") or hasattr(made, "terms"), "it does something"


def known_answers(entry: Entry) -> list[str]:
    return NAMED_TEST.findall(entry.text)


@pytest.mark.parametrize("name", [n for n, e in ENTRIES.items() if e.group in (*KINDS, "actor")])
def test_the_docstring_names_a_known_answer_and_the_test_is_there(name: str, tests_there: set[str]) -> None:
    named = known_answers(ENTRIES[name])
    assert named, "say one known answer and the test that holds it: (``test_…``)"
    assert "Known answer: " in ENTRIES[name].text, "in one line, so that the pages of the reference find it"
    assert [test for test in named if test not in tests_there] == []


def test_every_setting_of_a_platform_reaches_the_engine_or_says_why_not() -> None:
    """A term that no kernel or mechanism reads would be a setting without effect."""

    text = "\n".join(
        f.read_text("utf-8") for f in FILES if relative(f) not in ("kernels/layout.py", "world/sections.py")
    )
    unread = [t for t in names_of(Terms) if not re.search(rf"\b{t.upper()}\b|[\"']{t}[\"']|\.{t}\b", text)]
    assert unread == []


def test_no_kernel_has_more_than_nine_arguments() -> None:
    """Arrays that travel together stand in a group with a type (kernels/arrays.py); neighbours of one type swap."""
    many = [
        f"{relative(file)} {node.name}"
        for file in FILES
        if relative(file).startswith("kernels/")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef) and len(node.args.args) > 9
    ]
    assert many == []


def test_the_engine_knows_no_mechanism_by_name() -> None:
    names = [entry.name for entry in REGISTRY.group("mechanism").values()]
    engine = [file for file in FILES if relative(file).startswith(("model/", "kernels/"))]
    rooms = ("weights", "beginnings", "lockstep", "agenda", "state", "build_state", "board")
    engine += [SOURCE / "world" / f"{name}.py" for name in rooms]
    known = {
        (relative(file), node.value)
        for file in engine
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Constant) and node.value in names
    }
    series = {("model/agents.py", "trust"), ("model/crisis.py", "trust"), ("model/crisis.py", "fear")}
    assert known == series | {("world/beginnings.py", "herding")}  # a trait of people


def test_every_hook_has_the_shape_of_its_protocol() -> None:
    called = {"mechanism": OF_MECHANISMS, "shock": OF_ITEMS, "intervention": OF_ITEMS, "actor": OF_ACTORS}
    for group, hooks in called.items():
        for entry in REGISTRY.group(group).values():
            check_hooks(entry.make, hooks)


def test_a_hook_of_another_shape_is_refused_with_its_file() -> None:
    class Lost:
        phase = "nights"

        @staticmethod
        def each_day(day: object, settings: object) -> None: ...

    with pytest.raises(ModelError, match=r"phase: given 'nights' in .*test_house\.py; allowed: one of news"):
        check_hooks(Lost, OF_MECHANISMS)

    class Wrong:
        def each_day(self, day: object) -> None: ...

    with pytest.raises(
        ModelError, match=r"Wrong\.each_day: given .*test_house\.py; allowed: \(day, settings\) as a static"
    ):
        check_hooks(Wrong, OF_MECHANISMS)


@pytest.mark.parametrize(
    ("hook", "called"), [("lean", OF_ITEMS), ("each_day", OF_ITEMS), ("act", OF_MECHANISMS), ("weigh", OF_ACTORS)]
)
def test_a_hook_that_nothing_calls_is_refused_with_its_file(hook: str, called: tuple[str, ...]) -> None:
    """A lever that leans, a mechanism with an act: it would change nothing, in silence."""
    kind = type("Silent", (), {hook: lambda self: None, "__module__": __name__})
    with pytest.raises(ModelError, match=rf"Silent\.{hook}: given in .*test_house\.py.*; allowed: one of {called[0]}"):
        check_hooks(kind, called)


def test_a_parameter_by_the_name_of_a_hook_is_no_hook() -> None:
    check_hooks(type("Slanted", (), {"lean": 0.5}), OF_ITEMS)


def test_traits_without_what_fixes_them_are_refused() -> None:
    """Variants of a pass share them: what makes them must be the same in all."""

    class Made:
        def traits(self, owners: object) -> dict[object, object]:
            return {}

    with pytest.raises(ModelError, match=r"Made\.traits: given in .* without fixes"):
        check_hooks(Made, OF_MECHANISMS)
