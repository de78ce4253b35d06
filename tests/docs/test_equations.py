"""Equations of docs/model.md, evaluated as the page states them, give what the kernels compute."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from trustsim.kernels import gauge
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import Gauges, Terms
from trustsim.mechanisms.balance_sheet.health import Health
from trustsim.mechanisms.behaviour.choice import Choice
from trustsim.mechanisms.behaviour.fear import Fear

PAGE = (Path(__file__).resolve().parents[2] / "docs/model.md").read_text(encoding="utf-8")
CLAIMS = 100.0
NOTATION = (  # of LaTeX, in order → of Python
    (r"\\begin\{aligned\}|\\end\{aligned\}|&|\\\\(?=\n)|\\!|\\[Bb]ig|\{\}", ""),
    (r"\\qquad", " "),
    (r"\\[td]?frac(\d)(\d)", r"(\1/\2)"),
    (r"\\(?:text|operatorname)\{([^{}]*)\}", r"\1"),
    (r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"),
    (r"\\_", "_"),
    (r"\\(min|max)", r"\1"),
    (r"\\pm 0\.3", "-0.3, 0.3"),
    (r"\\,", "*"),
    (r"\\;\s*", "*"),
    (r"\s+", " "),
)


def equation(label):
    """Return what the page has under a label, as expressions by what stands on their left."""
    found = re.search(rf"\$\$\n((?:(?!\$\$).)*)\n\$\$ \({label}\)", PAGE, re.S)[1]
    for latex, python in NOTATION:
        found = re.sub(latex, python, found)
    # a definition stands behind a comma or in front of the next line: e = ((liquid + A - C - debt)/(C))
    where = re.search(r", e = (\(\(liquid.*?\)/\(C\)\))", found)
    parts = {"e": where[1]} if where else {}
    found = found.replace(where[0], "") if where else found
    left, _, right = found.partition("=")
    return {**parts, left.strip(): right.strip().rstrip(" .")}


def evaluated(label, **values):
    """Return what an equation of the page says at these values; of several, the last."""
    known = {**values, "min": min, "max": max, "clip": lambda x, low, high: min(max(x, low), high)}
    for name, expression in equation(label).items():
        known[name] = eval(expression, {"__builtins__": {}}, known)
    return known[name]


def computed(kernel, bias=0.0, **state):
    """Return what a kernel says of a platform in a state by the names of gauges, with a patience of 10 days."""
    terms, gauges = np.zeros((len(Terms), 1, 1)), np.zeros((len(Gauges), 1, 1))
    terms[Terms.PATIENCE], terms[Terms.REPORT_BIAS] = 10.0, bias
    for name, value in state.items():
        gauges[Gauges[name.upper()]] = value
    dials = np.array([[Health().dials().get(dial, 0.0) for dial in Dials]])
    return getattr(kernel, "py_func", kernel)(SimpleNamespace(terms=terms, gauges=gauges, dials=dials), 0, 0)


EQUITIES = (-1.0, -0.3, -0.25, -0.2, -0.1, -0.01, 0.0, 0.01, 0.1, 0.29, 0.3, 0.5)
LIQUID = (0.0, 0.2, 1.0, 1.3)
OF_HEALTH = {name: getattr(Health(), name) for name in Health.__dataclass_fields__}


def test_the_true_risk_of_the_page_is_that_of_the_kernel():
    for equity, liquid, queue, arrears in product(EQUITIES, LIQUID, (0.0, 0.5, 1.0, 2.5), (0.0, 4.0, 25.0)):
        said = evaluated(
            "fails", **OF_HEALTH, C=CLAIMS, liquid=liquid * CLAIMS, debt=7.0, Q=queue * CLAIMS, a=arrears,
            patience=10.0, A=(1 + equity - liquid) * CLAIMS + 7.0,
        )  # fmt: skip
        state = {"solvency": equity, "liquidity": min(liquid, 1.0), "queue": queue, "arrears": arrears}
        assert computed(gauge.true_risk, **state) == pytest.approx(said, abs=1e-9), state


def test_the_published_risk_of_the_page_is_that_of_the_kernel():
    assert "with $A$ as it is reported, less `report_bias`" in " ".join(PAGE.split())
    for equity, liquid, overdue, bias in product(EQUITIES, LIQUID, (0.0, 0.4), (0.0, 0.7)):
        said = evaluated(
            "health", **OF_HEALTH, C=CLAIMS, liquid=liquid * CLAIMS, debt=7.0, o=overdue,
            A=(1 + equity - liquid) * CLAIMS + 7.0,
        )  # fmt: skip
        state = {"reported_solvency": equity, "liquidity": min(liquid, 1.0), "overdue": overdue}
        assert computed(gauge.published_risk, bias, **state) == pytest.approx(said - bias, abs=1e-9), state


def test_what_custody_adds_to_trust_is_taken_out_of_the_choice_and_bad_figures_are_not():
    r"""So {eq}`run` has custody_trust, and not the β of {eq}`figures`."""
    assert r"\text{fund}\,(x_{\text{fund}} - \text{custody\_trust})" in PAGE
    none, some = np.zeros((len(Terms), 1, 1)), np.zeros((len(Terms), 1, 1))
    some[Terms.CUSTODY_TRUST] = 0.4
    calm = [
        sum(float(value[0, 0]) for row, value in Choice().on_terms(terms, terms) if row == Weights.CALM)
        for terms in (none, some)
    ]
    assert calm[1] - calm[0] == pytest.approx(0.4 * Choice().fund)


def test_the_exponent_of_alarms_is_the_default_that_the_page_names():
    (said,) = re.findall(r"alarm counts alike, with the default (\S+) less among many co-clients", PAGE)
    assert Fear().degree_exponent == float(said) > 0
