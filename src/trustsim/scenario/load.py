"""From a file, a text or plain data to a :class:`Scenario`: merge, override, check, resolve.

Everything wrong with a scenario is collected and raised at once, as one :class:`ScenarioError`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from trustsim import arguments
from trustsim.errors import ScenarioError
from trustsim.registry import Registry
from trustsim.scenario.layout import FORMAT
from trustsim.scenario.merge import extended, overridden
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.story import read_story
from trustsim.scenario.tree import Node, Report, Spot, kind_of, plain, tree_of
from trustsim.scenario.yaml_file import read_file, read_text


def load(
    path: str | os.PathLike[str],
    registry: Registry,
    *,
    overrides: Mapping[str, Any] | None = None,
    behaviour: str | None = None,
) -> Scenario:
    """Return the scenario in the file at *path*.

    Parameters
    ----------
    registry : what can be written in a scenario; :data:`trustsim.registry.REGISTRY` filled by ``trustsim.mechanisms``.
    overrides : dotted path -> value, laid over the merged file: ``{"platforms.Harbour.liquid_share": "5 %"}``.
    behaviour : laid over it too, as ``--behaviour`` does; None as the file says.

    Raises
    ------
    ScenarioError : with everything that is wrong.
    """
    report = Report()
    file = arguments.path("scenario", path)
    tree = read_file(file, report)
    return _load(tree, file, os.path.dirname(file), registry, overrides, report, behaviour)


def loads(
    text: str,
    registry: Registry,
    *,
    file: str = "<text>",
    folder: str | os.PathLike[str] = "",
    overrides: Mapping[str, Any] | None = None,
    behaviour: str | None = None,
) -> Scenario:
    """Return the scenario in a YAML text; messages call it *file*, and ``extends`` starts from *folder*.

    Raises ScenarioError with everything that is wrong.
    """
    report = Report()
    tree = read_text(text, file, report)
    return _load(tree, file, os.fspath(folder), registry, overrides, report, behaviour)


def from_document(
    document: Mapping[str, Any],
    registry: Registry,
    *,
    file: str = "<document>",
    overrides: Mapping[str, Any] | None = None,
) -> Scenario:
    """Return the scenario that plain data describes, such as ``Scenario.document`` or a dict made in Python.

    Raises ScenarioError with everything that is wrong.
    """
    report = Report()
    return _load(tree_of(document, file, "", report), file, "", registry, overrides, report)


def overrides_from(settings: Iterable[str]) -> dict[str, Any]:
    """Return ``key.path=value`` texts (as behind ``--set``) as overrides; a value is read as YAML.

    Raises ScenarioError where a text has no ``=`` or its value is no YAML.
    """
    report = Report()
    overrides: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path.strip():
            report.add(Spot("--set"), "", repr(setting), "key.path=value")
            continue
        node = read_text(text, "--set", report, path.strip())
        if node is not None:
            overrides[path.strip()] = plain(node)
    report.stop_if_any()
    return overrides


def given(scenario: Scenario | str | os.PathLike[str], registry: Registry) -> Scenario:
    """Return a scenario that is given as itself or by its file. Raises TrustsimError for anything else."""
    return scenario if isinstance(scenario, Scenario) else load(scenario, registry)


def _load(
    tree: Node | None,
    file: str,
    folder: str,
    registry: Registry,
    overrides: Mapping[str, Any] | None,
    report: Report,
    behaviour: str | None = None,
) -> Scenario:
    tree = whole_tree(tree, file, folder, report)
    laid = [("--set", overrides or {}), ("--behaviour", {} if behaviour is None else {"behaviour": behaviour})]
    for option, values in laid:
        tree = overridden(tree, tree_of(values, option, "", report).mapping or {}, report)
    scenario = read_story(tree, registry, report, file)
    report.stop_if_any()
    assert scenario is not None
    return replace(scenario, overrides={key: value for _, values in laid for key, value in values.items()})


def whole_tree(tree: Node | None, file: str, folder: str, report: Report) -> Node:
    """Return the tree of *file* laid over what it extends, names starting from *folder*.

    Raises ScenarioError with all that is in *report* where the file could not be read or holds no mapping.
    """
    if tree is not None and tree.mapping is None:
        given = "an empty file" if tree.value is None else kind_of(tree)
        report.add(tree.spot, "", given, f"a mapping of keys to values, beginning with trustsim: {FORMAT}")
    if tree is None or tree.mapping is None:
        raise ScenarioError(report.problems)
    return extended(tree, folder, report, (os.path.realpath(file),))
