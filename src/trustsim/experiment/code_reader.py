"""Code that is not the package's is read into a hash: what a user entered, and what that calls of the user's own.

Of a class or function it takes what is loaded now (byte code, constants, defaults, closures, bases), then, through the
names that this code looks up, everything else that is the user's own, and the values of plain globals. Of each module
on the way it takes the whole file as well: that catches what the code finds otherwise than by name (``getattr``,
tables of odd kinds). Both, because a file may be edited and not loaded anew, and cells have no file. What belongs to
``trustsim`` or to an installed library is taken by its name.

It does not see files that such code reads by itself, names that it makes up in a cell (``globals()[…]``), what is put
in the place of something in the package or a library, and the version of a library. Nor what was kept from before an
edit: by ``functools.cache``, or by numba, which holds the globals of a function as they were when it compiled it.
"""

from __future__ import annotations

import copyreg
import functools
import hashlib
import importlib
import importlib.util
import inspect
import pickle
import sys
import sysconfig
import types
import weakref
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import CodeType, FunctionType, MappingProxyType, MethodType, ModuleType, NoneType
from typing import Any

from trustsim.errors import TrustsimError
from trustsim.experiment.byte_code import imported, looked_up, parts_of

PACKAGE = __name__.partition(".")[0]
_LIBRARIES = ("site-packages", "dist-packages")
_STANDARD = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib"))
_PLAIN = (NoneType, bool, int, float, complex, str, bytes, type(...), type(NotImplemented))
_BUILT_IN = (  # of a class without code of its own
    types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType,
    types.MethodDescriptorType, types.WrapperDescriptorType,
)  # fmt: skip
_NO_CODE = ("__annotate__", "__annotate_func__", "__doc__", "_abc_impl")  # of a class
_Names = frozenset[str]
_Where = tuple[str, ...]  # names that lead to a thing


def top_of(thing: object) -> str:
    """Return the package that a class or function is of; '' where it says none."""
    return str(getattr(thing, "__module__", None) or "").partition(".")[0]


class Reader:
    """Writes things into a hash, each once; a second meeting is a reference to the first.

    ``packages`` count as the user's own wherever they are installed. ``files``: by module, the SHA-256 of its file.
    """

    def __init__(self, packages: _Names) -> None:
        self.hash, self.files = hashlib.sha256(), dict[str, str]()
        self._packages = packages
        self._met: dict[tuple[int, _Names], tuple[int, object]] = {}  # things are held, so that no id is used twice
        self._waiting: deque[tuple[object, _Names, _Where]] = deque()
        self._where: _Where = ()

    def _put(self, *words: str | bytes) -> None:
        for word in words:
            data = word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word
            self.hash.update(b"%d:" % len(data) + data)

    def read(self, value: Any, names: _Names = frozenset()) -> None:
        """Write *value*; of a module, what it has under *names*. Whatever may hold itself waits for :meth:`finish`."""
        if type(value) in _PLAIN:
            self._put(type(value).__name__, repr(value))
        elif type(value) is tuple:
            self._several("tuple", value, names)
        elif type(value) in (set, frozenset):
            self._several("set", sorted(value, key=_order), names)
        elif isinstance(value, CodeType):
            self._code(value)
        else:
            key = (id(value), names if isinstance(value, ModuleType) else frozenset[str]())
            is_new = key not in self._met
            number, _ = self._met.setdefault(key, (len(self._met), value))
            self._put("see", str(number))
            if is_new:
                self._waiting.append((value, names, self._where))

    def begin(self, root: object) -> None:
        """Write *root*, whose name begins the place that errors tell."""
        self._where = (getattr(root, "__qualname__", type(root).__qualname__),)
        self.read(root)

    def finish(self) -> None:
        """Write what is waiting, and what that leads to."""
        while self._waiting:
            value, names, self._where = self._waiting.popleft()
            if isinstance(value, ModuleType):
                self._module(value, names)
            elif is_called(value) and self._is_of_others(value):
                self._named(value)
            elif isinstance(value, FunctionType):
                self._function(value)
            elif isinstance(value, type):
                self._class(value)
            else:
                self._thing(value)

    def _several(self, kind: str, values: Iterable[object], names: _Names = frozenset()) -> None:
        items = list(values)
        self._put(kind, str(len(items)))
        for value in items:
            self.read(value, names)

    def _by_name(self, kind: str, values: Mapping[str, object], names: _Names = frozenset()) -> None:
        self._put(kind, str(len(values)))
        where = self._where
        for name, value in values.items():
            self._put(name)
            self._where = (*where, name)
            self.read(value, names)
        self._where = where

    def is_own(self, module: str) -> bool:
        """Whether *module* is the user's: no part of the package, of Python or of an installed library."""
        top = module.partition(".")[0]
        if top == PACKAGE:
            return False
        return top in self._packages or _is_by_the_user(module, getattr(sys.modules.get(module), "__file__", None))

    def _is_of_others(self, thing: Any) -> bool:
        """Whether *thing* is the package's or a library's, and its name there stands for it: not a closure, say."""
        if not isinstance(thing.__module__, str) or self.is_own(thing.__module__):
            return False
        named: Any = sys.modules.get(thing.__module__)
        for name in thing.__qualname__.split("."):
            named = vars(named).get(name) if hasattr(named, "__dict__") else None
        return named is thing

    def _named(self, thing: Any) -> None:
        self._put("named", thing.__module__, thing.__qualname__)
        if top_of(thing) == PACKAGE:  # not all of it is in the hash of the engine
            self._file(thing.__module__)

    def _file(self, module: str) -> None:
        if module not in self.files:
            file = getattr(sys.modules.get(module), "__file__", None) or ""
            is_there = bool(file) and Path(file).is_file()
            self.files[module] = hashlib.sha256(Path(file).read_bytes()).hexdigest() if is_there else ""
            self._put("file", module, self.files[module])

    def _module(self, module: ModuleType, names: _Names) -> None:
        self._put("module", module.__name__)
        if self.is_own(module.__name__) or module.__name__.partition(".")[0] == PACKAGE:
            self._file(module.__name__)
        if self.is_own(module.__name__):
            held = vars(module)
            self._by_name("holds", {name: held[name] for name in sorted(names) if name in held}, names)

    def _function(self, function: FunctionType) -> None:
        code = function.__code__
        self._file(function.__module__ or "")
        self._put("function", function.__qualname__)
        self.read((code, function.__defaults__, tuple((function.__kwdefaults__ or {}).items())))
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        names = frozenset(name for part in parts_of(code) for name in part.co_names)
        self._by_name("closure", {name: _content(cell) for name, cell in cells}, names)
        held = function.__globals__
        self._by_name("globals", {name: held[name] for name in looked_up(code) if name in held}, names)
        self._several("imports", self._imports(code, str(held.get("__package__") or "")), names)
        self._by_name("attributes", vars(function))

    def _imports(self, code: CodeType, package: str) -> list[ModuleType]:
        """Return the modules of the user's own that *code* imports when it runs."""
        modules = []
        for name in imported(code):
            try:
                whole = importlib.util.resolve_name(name, package)
                spec = importlib.util.find_spec(whole.partition(".")[0])
                if spec is not None and (spec.name in self._packages or _is_by_the_user(spec.name, spec.origin)):
                    modules.append(importlib.import_module(whole))
            except Exception:  # whatever stands in its way will be told by the run
                self._put("missing", name)
        return modules

    def _class(self, cls: type) -> None:
        self._file(cls.__module__)
        self._put("class", cls.__qualname__)
        self._several("bases", (type(cls), *cls.__bases__))
        self._by_name("holds", {name: value for name, value in vars(cls).items() if _is_code(name, value)})

    def _code(self, code: CodeType) -> None:
        numbers = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        self._put("code", code.co_name, code.co_code, code.co_exceptiontable)
        self.read((numbers, arguments, code.co_names, code.co_freevars, code.co_cellvars, code.co_consts))

    def _thing(self, thing: Any) -> None:
        """Write an object: what it wraps, what it holds, or what copying it would take."""
        if isinstance(thing, staticmethod | classmethod):
            self._several(type(thing).__name__, [thing.__func__])
        elif isinstance(thing, MethodType):
            self._several("method", [thing.__func__, thing.__self__])
        elif isinstance(thing, property):
            self._several("property", [thing.fget, thing.fset, thing.fdel])
        elif isinstance(thing, functools.cached_property):
            self._several("property", [thing.func])
        elif isinstance(inspect.getattr_static(thing, "py_func", None), FunctionType):  # compiled by numba
            self._several("compiled", [thing.py_func, thing.targetoptions])
        elif isinstance(inspect.getattr_static(thing, "__wrapped__", None), FunctionType):  # functools.cache
            self._several("wrapped", [type(thing), thing.__wrapped__])
        elif type(thing) is list:
            self._several("list", thing)
        elif type(thing) in (dict, MappingProxyType):
            if all(type(key) is str for key in thing):
                self._by_name("names", thing)
            else:
                self._several("mapping", thing.items())
        elif isinstance(thing, _BUILT_IN):
            self._put("built in", thing.__qualname__)
        elif isinstance(thing, weakref.ref):
            self._put("reference")
        else:
            self._put("object")
            self.read(_reduced(thing, ".".join(self._where)))


def _is_by_the_user(module: str, file: str | None) -> bool:
    if module == "__main__":
        return True
    if file is None:
        return module not in sys.stdlib_module_names
    path = Path(file).resolve()
    return not any(name in path.parts for name in _LIBRARIES) and not any(path.is_relative_to(at) for at in _STANDARD)


def is_called(thing: object) -> bool:
    """Whether *thing* has a name and a module of its own, as classes, functions and what wraps them have."""
    return hasattr(thing, "__qualname__") and hasattr(thing, "__module__")


def _is_code(name: str, value: object) -> bool:
    """Whether what a class holds under *name* decides what it does: no annotations, no docstring, no place."""
    is_special = name.startswith("__") and name.endswith("__")
    is_callable = callable(value) or isinstance(value, staticmethod | classmethod | property)
    return name not in _NO_CODE and (is_callable or not is_special)


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return ...


def _order(value: object) -> str:
    """Return a key that sorts what a set holds, the same in every process."""
    if type(value) in _PLAIN:
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_order, value))})"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(_order, value)))}}}"
    named: Any = value if is_called(value) else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def _reduced(thing: Any, where: str) -> Any:
    """Return what copying *thing* would take: how it is made, and from what."""
    try:
        reduce = copyreg.dispatch_table.get(type(thing))
        reduced = thing.__reduce_ex__(4) if reduce is None else reduce(thing)
        if isinstance(reduced, str):
            return type(thing), pickle.dumps(thing, 4)  # refuses a name that does not stand for it
    except Exception as e:
        raise TrustsimError(
            f"address: {where}: given a {type(thing).__qualname__}, whose content cannot be told; allowed in code of "
            "your own: plain data, arrays, functions and classes; without a run folder, anything"
        ) from e
    make, of, state, *items = (*reduced, None, None, None)[:5]
    return make, of, state, *(None if each is None else list(each) for each in items)
