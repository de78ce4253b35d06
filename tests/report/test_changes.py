"""What a variant does, in words: whatever it changes is told, also what it takes away, and when its shocks strike."""

import numpy as np
import pytest

import trustsim as ts
from trustsim.analysis.comparison import compare
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.experiment.study import Study
from trustsim.report.odd import odd
from trustsim.report.page import page
from trustsim.report.page.again import nothing
from trustsim.report.words import story

STORY = """\
trustsim: 1
horizon: 60 d
network: {kind: small_world}
investors: {segments: [{name: novice, share: 70 %}, {name: professional, share: 30 %}]}
platforms: [{name: Harbour, liquid_share: 6 %, jurisdiction: light}, {name: Quay}]
regulators: [{name: A, interval: 5 d}, {name: B}]
shocks: [{kind: outage, platform: Harbour, day: 3 d}]
variants:
  nothing: []
  no supervisor: [{set: {regulators: []}}]
  fewer: [{set: {regulators: [{name: B}]}}]
  another name: [{set: {regulators.A.name: Z}}]
  more: [{set: {regulators: [{name: A, interval: 5 d}, {name: B}, {name: C, lag: 1 d}]}}]
  turned: [{set: {regulators: [{name: B}, {name: A, interval: 5 d}]}}]
  novices: [{set: {investors.segments: [{name: novice, share: 100 %}]}}]
  no press: [{set: {mechanisms.media: off}}]
  debts: [{set: {mechanisms.obligations: on}}]
  all see all: [{set: {network: {kind: complete}}}]
  a bit: [{set: {platforms.Harbour.liquid_share: 6.000000001 %}}]
  strict: [{set: {platforms.Harbour.jurisdiction: strict}}]
  breach: [{kind: data_breach, platform: Harbour, chance: 2 %/day}]
  breaches: [{kind: data_breach, platform: "*", chance: 0.5 %/day}]
"""
TOLD = {
    "no supervisor": ("without regulator A", "without regulator B"),
    "fewer": ("without regulator A",),
    "another name": ("without regulator A", "with regulator Z (interval 5 days)"),
    "more": ("with regulator C (lag 1 day)",),
    "turned": ("in another order: regulator B and regulator A",),
    "novices": ("without investors professional", "investors: novice: share 100 % instead of 70 %"),
    "no press": ("without mechanism media",),
    "debts": ("with mechanism obligations",),
    "all see all": ("network: complete instead of small world",),
    "a bit": ("platform Harbour: liquid share 6.000000001 % instead of 6 %",),
}


@pytest.fixture(scope="module")
def scenario():
    return ts.loads(STORY)


@pytest.fixture(scope="module")
def packages(scenario):
    told = story.packages(scenario, scenario.baseline, [v.name for v in scenario.variants])
    return {package.name: package for package in told}


def test_whatever_a_variant_changes_is_told(packages):
    assert {name: packages[name].changes for name in TOLD} == TOLD
    strict = packages["strict"].changes
    assert "platform Harbour: jurisdiction strict instead of light" in strict
    assert "platform Harbour: patience 5 days instead of 30 days" in strict
    assert packages["nothing"].changes == ()


def test_only_the_baseline_does_nothing(scenario):
    names = tuple(v.name for v in scenario.variants)
    unmeasured = {name: np.zeros((0, len(names))) for name in REGISTRY.group("outcome")}
    study = Study(scenario, names, np.zeros(0, np.int64), unmeasured, {}, (), 0.0)
    result = Result(study, compare(study, REGISTRY))
    assert page.render(result, nothing()).count("Nothing is done") == 1
    description, _, checklist = odd.render(result).partition("# STRESS")
    assert description.count("nothing is done") == checklist.count("nothing is done") == 1
    assert "Without regulator A." in description


def test_a_chance_is_told_in_per_cent_and_with_its_platform(packages):
    assert [e.when for e in packages["breach"].events] == ["with a chance of 2 % a day at Harbour"]
    assert [e.when for e in packages["breaches"].events] == ["with a chance of 0.5 % a day on each platform"]
