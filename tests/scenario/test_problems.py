"""Everything that can be wrong with a scenario has its own message, with its place."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from made_up import FULL, REGISTRY

from trustsim import catalog
from trustsim.errors import Problem, ScenarioError, TrustsimError
from trustsim.scenario.currency import numbers_only
from trustsim.scenario.load import from_document, load, loads, overrides_from
from trustsim.scenario.yaml_writer import write

SMALL = """\
trustsim: 1
horizon: 100 d
network: {kind: small_world}
investors: {count: 10}
platforms:
  - {name: Harbour}
"""


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        loads(text, REGISTRY, file="s.yaml")
    return caught.value.problems


def only_problem(text: str) -> Problem:
    problems = problems_of(text)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def assert_says(problem: Problem, place: str, given: str, allowed: str = "", near: str | None = None) -> None:
    assert str(problem.place) == f"s.yaml:{place}"
    assert given in problem.given
    assert allowed in problem.allowed
    assert problem.nearest == near


def changed(old: str, new: str) -> str:
    assert FULL.count(old) == 1, old
    return FULL.replace(old, new)


def test_small_scenario_is_right() -> None:
    assert loads(SMALL, REGISTRY).horizon == 100


# (what is changed, place: path, given, allowed, nearest)
CASES: dict[str, tuple[str, str, str, str, str | None]] = {
    "duplicate key": (
        SMALL + "seed: 1\nseed: 2\n",
        "8:1: seed",
        "the key 'seed' twice (first on line 7)",
        "each key once",
        None,
    ),
    "duplicate variant": (
        SMALL + "variants:\n  a: []\n  b: []\n  a: []\n",
        "10:3: variants.a",
        "two variants named 'a' (the first on line 8)",
        "one variant a name",
        None,
    ),
    "unknown key at the top": (
        SMALL + "shock: []\n",
        "7:1: shock",
        "the unknown key 'shock'",
        "listed by `trustsim schema`, such as shocks",
        "shocks",
    ),
    "unknown parameter": (
        changed("share: 8 %", "shar: 8 %"),
        "17:57: shocks.0.shar",
        "the unknown key 'shar' of shock custodian_theft",
        "one of kind, from, until, when, platform, day, share",
        "share",
    ),
    "unknown mechanism": (
        changed("herding: {weight", "herdin: {weight"),
        "15:3: mechanisms.herdin",
        "the mechanism 'herdin', which does not exist",
        "one of averaging, herding",
        "herding",
    ),
    "unknown intervention kind": (
        changed("kind: guarantee", "kind: garantee"),
        "22:20: variants.insured.0.kind",
        "the intervention or shock kind 'garantee', which does not exist",
        "one of custodian_theft, guarantee, incident_notice, rumour",
        "guarantee",
    ),
    "unknown network kind": (
        SMALL.replace("small_world", "small-world"),
        "3:17: network.kind",
        "the network kind 'small-world', which does not exist",
        "one of complete, file, small_world",
        "small_world",
    ),
    "shares that do not add up": (
        changed("share: 30 %", "share: 20 %"),
        "8:3: investors.segments",
        "shares that add to 90 % (70 % + 20 %)",
        "add to 100 %",
        None,
    ),
    "horizon that steps do not divide": (
        SMALL + "step: 7 d\n",
        "2:10: horizon",
        "100 d in steps of 7 d: 14.29 steps",
        "a whole number of steps",
        "98 d",
    ),
    "shock after the horizon": (
        SMALL + "shocks:\n  - {kind: custodian_theft, day: 101}\n",
        "8:34: shocks.0.day",
        "a shock on day 101, after the horizon",
        "up to the horizon, 100 d",
        None,
    ),
    "intervention after the horizon": (
        SMALL + "variants:\n  a: [{kind: incident_notice, from: 30 w}]\n",
        "8:37: variants.a.0.from",
        "an intervention on day 210, after the horizon",
        "up to the horizon, 100 d",
        None,
    ),
    "platform that does not exist": (
        SMALL + "shocks: [{kind: rumour, platform: Harbor}]\n",
        "7:35: shocks.0.platform",
        "the platform 'Harbor', which does not exist",
        "one of Harbour",
        "Harbour",
    ),
    "segment that does not exist": (
        changed("{kind: rumour,", "{kind: rumour, segment: novices,"),
        "18:29: shocks.1.segment",
        "the segment 'novices', which does not exist",
        "one of novice, professional",
        "novice",
    ),
    "expect on an unknown outcome": (
        changed("outcome: peak_outflow", "outcome: peak_outflo"),
        "30:15: expect.0.outcome",
        "the outcome 'peak_outflo', which does not exist",
        "one of investor_loss",
        "peak_outflow",
    ),
    "expect on an unknown variant": (
        changed("variant: insured", "variant: ensured"),
        "31:42: expect.1.variant",
        "the variant 'ensured', which does not exist",
        "one of nothing",
        "insured",
    ),
    "expect without a source": (
        changed(", source: P-01", ""),
        "31:5: expect.1",
        "no 'source'",
        "Id of the evidence table",
        None,
    ),
    "expect without a test": (
        SMALL + "expect: [{outcome: peak_outflow, source: E-01}]\n",
        "7:10: expect.0",
        "nothing that is expected",
        "one of between, above, below, equals, sign",
        None,
    ),
    "expect of two things": (
        SMALL + "expect: [{outcome: peak_outflow, difference: peak_outflow, sign: zero, source: E}]\n",
        "7:10: expect.0",
        "outcome and difference",
        "one of outcome, difference",
        None,
    ),
    "expect with a wrong sign": (
        changed("sign: negative", "sign: down"),
        "31:57: expect.1.sign",
        "'down'",
        "one of positive, negative, zero",
        None,
    ),
    "expect with bounds the wrong way round": (
        changed("[20 %, 35 %]", "[35 %, 20 %]"),
        "30:56: expect.0.between",
        "a lower bound above the upper one",
        "[low, high]",
        None,
    ),
    "unknown outcome": (
        SMALL + "outcomes: [run_probabilty]\n",
        "7:12: outcomes.0",
        "the outcome 'run_probabilty', which does not exist",
        "one of investor_loss",
        "run_probability",
    ),
    "unknown baseline": (
        SMALL + "variants: {a: []}\nbaseline: b\n",
        "8:11: baseline",
        "the variant 'b', which does not exist",
        "one of a",
        None,
    ),
    "unknown package": (
        SMALL + "variants:\n  insured: []\n  both: [insurd]\n",
        "9:10: variants.both.0",
        "the variant 'insurd', which does not exist",
        "one of insured, both",
        "insured",
    ),
    "package cycle": (
        SMALL + "variants:\n  a: [b]\n  b: [c]\n  c: [b]\n",
        "9:3: variants.b",
        "variants that hold each other: b → c → b",
        "do not hold themselves",
        None,
    ),
    "package that is no list": (
        SMALL + "variants:\n  a:\n",
        "8:3: variants.a",
        "nothing",
        "a list of parts ([] for none)",
        None,
    ),
    "package with a number": (
        SMALL + "variants:\n  a: [3]\n",
        "8:7: variants.a.0",
        "3",
        "an intervention or a shock {kind: …}",
        None,
    ),
    "no variants": (
        SMALL + "variants: {}\n",
        "7:11: variants",
        "no variants",
        "at least one, such as nothing: []",
        None,
    ),
    "wrong unit": (
        SMALL.replace("100 d", "100 dys"),
        "2:10: horizon",
        "'100 dys' as a duration",
        "one of s, min, h, d",
        "days",
    ),
    "out of bounds": (
        changed("liquid_share: 12 %", "liquid_share: 120 %"),
        "12:69: platforms.Harbour.liquid_share",
        "120 %",
        "from 0 % to 100 %",
        None,
    ),
    "distribution out of bounds": (
        changed("beta(2, 5)", "uniform(50 %, 150 %)"),
        "9:45: investors.segments.novice.literacy",
        "150 % in 'uniform(50 %, 150 %)'",
        "from 0 % to 100 %",
        None,
    ),
    "distribution with a negative spread": (
        changed("lognormal(300000 CNY, 1.2)", "lognormal(300000 CNY, -1)"),
        "10:49: investors.segments.professional.wealth",
        "'lognormal(300000 CNY, -1)'",
        "a spread (the second argument) of at least 0",
        None,
    ),
    "distribution where there is none": (
        changed("degree: 8", "degree: 'uniform(1, 2)'"),
        "5:38: network.degree",
        "'uniform(1, 2)'",
        "a plain count, no distribution",
        None,
    ),
    "unknown distribution": (
        changed("beta(2, 5)", "bета(2, 5)"),
        "9:45: investors.segments.novice.literacy",
        "the distribution",
        "one of beta",
        None,
    ),
    "wrong currency": (
        changed("limit: 50000 CNY", "limit: 50000 USD"),
        "22:51: variants.insured.0.limit",
        "'50000 USD', money in USD",
        "money in CNY, the currency of the scenario",
        None,
    ),
    "currency that is no code": (
        SMALL + "currency: yuan\n",
        "7:11: currency",
        "'yuan'",
        "a code of three capital letters",
        None,
    ),
    "wrong choice": (
        changed("custody: bank", "custody: bnk"),
        "12:49: platforms.Harbour.custody",
        "'bnk'",
        "one of bank, payment_firm, none",
        "bank",
    ),
    "values that do not fit together": (
        changed("limit: 50000 CNY", "limit: 0"),
        "22:13: variants.insured.0",
        "intervention guarantee: cover without a limit above zero",
        "values that fit together",
        None,
    ),
    "bad version": (
        SMALL.replace("trustsim: 1", "trustsim: 2"),
        "1:11: trustsim",
        "the format version 2",
        "trustsim: 1",
        None,
    ),
    "version that is a flag": (
        SMALL.replace("trustsim: 1", "trustsim: true"),
        "1:11: trustsim",
        "the format version True",
        "trustsim: 1",
        None,
    ),
    "no version": (
        SMALL.replace("trustsim: 1\n", ""),
        "1:1: trustsim",
        "a scenario without its format version",
        "trustsim: 1",
        None,
    ),
    "no horizon": (
        SMALL.replace("horizon: 100 d\n", ""),
        "1:1: horizon",
        "a scenario without a horizon",
        "180 d",
        None,
    ),
    "horizon of no steps": (
        SMALL.replace("100 d", "0 d"),
        "2:10: horizon",
        "0 d in steps of 1 d: 0 steps",
        "from 1 to",
        None,
    ),
    "horizon of endless steps": (
        SMALL.replace("100 d", "1e12"),
        "2:10: horizon",
        "1e+12 d in steps of 1 d",
        "to 1000000 steps",
        None,
    ),
    "no network": (
        SMALL.replace("network: {kind: small_world}\n", ""),
        "1:1: network",
        "a scenario without 'network'",
        "complete, file, small_world",
        None,
    ),
    "network without a kind": (
        SMALL.replace("{kind: small_world}", "{degree: 4}"),
        "3:1: network",
        "a network without 'kind'",
        "kind: one of complete",
        None,
    ),
    "no platforms": (
        SMALL.partition("platforms")[0],
        "1:1: platforms",
        "a scenario without 'platforms'",
        "at least one platform",
        None,
    ),
    "empty platforms": (
        SMALL.partition("platforms")[0] + "platforms: []\n",
        "5:12: platforms",
        "an empty list",
        "at least one platform",
        None,
    ),
    "platform without a name": (
        SMALL.replace("{name: Harbour}", "{custody: bank}"),
        "6:5: platforms.0",
        "platform without 'name'",
        "name: a name",
        None,
    ),
    "two platforms of one name": (
        SMALL + "  - {name: Harbour}\n",
        "7:12: platforms.Harbour.name",
        "two platforms named 'Harbour' (the first on line 6)",
        "one platform a name",
        None,
    ),
    "platform named like all": (
        SMALL.replace("Harbour", "'*'"),
        "6:12: platforms.*.name",
        "the name '*'",
        "'*' means every platform",
        None,
    ),
    "platform that is text": (
        SMALL + "  - Quay\n",
        "7:5: platforms.1",
        "'Quay'",
        "a mapping of platform's parameters",
        None,
    ),
    "until before from": (
        changed("until: 60 d", "until: 30 d"),
        "18:55: shocks.1.until",
        "until day 30, which is not after the start on day 40",
        "an end after the start",
        None,
    ),
    "day beside from": (
        changed("day: 30,", "day: 30, from: 20,"),
        "17:48: shocks.0.day",
        "'day' beside 'from'",
        "one of the two",
        None,
    ),
    "unknown indicator": (
        changed("indicator: outflow", "indicator: outflo"),
        "18:79: shocks.1.when.indicator",
        "the indicator 'outflo', which does not exist",
        "one of outflow",
        "outflow",
    ),
    "trigger without a threshold": (
        changed("above: 2 %, ", ""),
        "18:61: shocks.1.when",
        "a trigger without a threshold",
        "above: or below:",
        None,
    ),
    "trigger with an unknown key": (
        changed("lasting: 2 d", "lastin: 2 d"),
        "18:100: shocks.1.when.lastin",
        "the unknown key 'lastin'",
        "one of indicator, platform",
        "lasting",
    ),
    "set outside the world": (
        SMALL + "variants:\n  a: [{set: {horizon: 3}}]\n",
        "8:14: variants.a.0.set.horizon",
        "the path 'horizon'",
        "a path under one of network, investors, platforms, mechanisms",
        None,
    ),
    "set on an unknown platform": (
        changed("platforms.Harbour.custody:", "platforms.Harbor.custody:"),
        "24:25: platforms.Harbor.custody",
        "'Harbor' in platforms",
        "one of 0, 1, Harbour, Quay",
        "Harbour",
    ),
    "set of an unknown parameter": (
        changed("platforms.Harbour.custody:", "platforms.Harbour.custodi:"),
        "24:25: platforms.Harbour.custodi",
        "the unknown key 'custodi' of platform",
        "one of name, kind, custody",
        "custody",
    ),
    "set to a wrong value": (
        changed("custody: payment_firm}", "custody: payment}"),
        "24:52: platforms.Harbour.custody",
        "'payment'",
        "one of bank, payment_firm, none",
        "payment_firm",
    ),
    "set of other platforms": (
        SMALL + "variants:\n  a: [{set: {platforms: [{name: Quay}]}}]\n",
        "8:3: variants.a",
        "'set' to the platforms Quay",
        "the platforms of the scenario, Harbour",
        None,
    ),
    "set beside a kind": (
        SMALL + "variants:\n  a: [{set: {network.degree: 3}, kind: guarantee}]\n",
        "8:34: variants.a.0.kind",
        "'kind' beside 'set'",
        "'set' in an item of its own",
        None,
    ),
    "sweep of an unknown path": (
        SMALL + "sweep: {network.degre: [3]}\n",
        "7:9: network.degre",
        "the unknown key 'degre' of network kind small_world",
        "kind, degree, rewiring",
        "degree",
    ),
    "sweep of an unknown section": (
        SMALL + "sweep: {netwrk.degree: [3]}\n",
        "7:9: sweep.netwrk.degree",
        "the path 'netwrk.degree'",
        "a path under one of network",
        "network",
    ),
    "sweep of a single value": (
        SMALL + "sweep: {network.degree: 3}\n",
        "7:25: sweep.network.degree",
        "3",
        "a list of at least one value",
        None,
    ),
    "sweep of a wrong value": (
        SMALL + "sweep: {network.degree: [3, -1]}\n",
        "7:29: network.degree",
        "-1",
        "at least 0",
        None,
    ),
    "sweep of unlike lists": (
        SMALL + "sweep: {design: zip, network.degree: [3], investors.count: [5, 6]}\n",
        "7:8: sweep",
        "lists of unlike length (network.degree: 1, investors.count: 2)",
        "lists of one length",
        None,
    ),
    "sweep with an unknown design": (
        SMALL + "sweep: {design: gird, network.degree: [3]}\n",
        "7:17: sweep.design",
        "'gird'",
        "one of grid, zip, lhs, sobol",
        "grid",
    ),
    "sweep that is endless": (
        SMALL + f"sweep: {{network.degree: {list(range(3000))}}}\n",
        "7:8: sweep",
        "3000 values",
        "at most 2000 listed values",
        None,
    ),
    "replications of none": (SMALL + "replications: 0\n", "7:15: replications", "0", "at least 1", None),
    "precision of an unknown outcome": (
        changed("of: run_probability", "of: runs"),
        "25:37: replications.of",
        "the outcome 'runs', which does not exist",
        "run_probability",
        None,
    ),
    "precision of two things": (
        changed("of: run_probability", "of: run_probability, difference: run_probability"),
        "25:15: replications",
        "of and difference",
        "one of of, difference",
        None,
    ),
    "precision of an unknown variant": (
        changed("of: run_probability", "difference: run_probability, variant: insurred"),
        "25:71: replications.variant",
        "the variant 'insurred', which does not exist",
        "insured",
        "insured",
    ),
    "precision of nothing": (
        changed("precision: 1 pp", "precision: 0"),
        "25:27: replications.precision",
        "0",
        "a positive half width",
        None,
    ),
    "negative seed": (SMALL + "seed: -1\n", "7:7: seed", "-1", "a whole number from 0", None),
    "seed that is a flag": (SMALL + "seed: false\n", "7:7: seed", "False", "a whole number from 0", None),
    "title that is a number": (SMALL + "title: 2020\n", "7:8: title", "2020", "text (in quotes", None),
    "mapping where a list belongs": (SMALL + "shocks: {}\n", "7:9: shocks", "a mapping", "a list", None),
    "not a mapping": ("- a\n- b\n", "1:1", "a list", "a mapping of keys to values, beginning with trustsim: 1", None),
    "only text": ("hello\n", "1:1", "'hello'", "a mapping of keys", None),
    "empty file": ("", "1:1", "an empty file", "a mapping of keys", None),
    "only a comment": ("# nothing\n", "1:1", "an empty file", "a mapping of keys", None),
    "tab": ("trustsim: 1\n\thorizon: 3\n", "2:1", "'\\t' that cannot start any token", "a tab cannot indent", None),
    "colon in text": ("title: a: b\n", "1:9", "mapping values are not allowed here", "put text that holds ': '", None),
    "open bracket": ("a: [1, 2\n", "2:1", "expected ',' or ']'", "YAML 1.2", None),
    "control character": ("title: a\x1b[31m\n", "1:9", "the character '\\x1b'", "printable text", None),
    "NUL": ("title: a\nb: \x00\n", "2:1", "a NUL character", "a text file", None),
    "two documents": (SMALL + "---\na: 1\n", "7:1", "a second document", "one document a file", None),
    "tag": (SMALL + "seed: !!python/name:os.system x\n", "7:7: seed", "the tag", "plain YAML without tags", None),
    "alias of nothing": (SMALL + "seed: *x\n", "7:7: seed", "the alias *x", "complete before it", None),
    "alias of itself": (SMALL + "notes: &x {a: *x}\n", "7:15: notes.a", "the alias *x", "complete before it", None),
    "character that does not exist": (
        SMALL + 'title: "\\U00110000"\n',
        "6:12",
        "after this, text that is not YAML",
        "YAML 1.2",
        None,
    ),
    "key that is a list": (
        SMALL + "? [a]\n: b\n",
        "7:3",
        "a key that is empty, too long, or no text",
        "plain text",
        None,
    ),
    "half a character": (SMALL + 'title: "\\ud800"\n', "7:8: title", "half a character", "text", None),
    "control characters in a name": (
        SMALL.replace("Harbour", '"\\e[31mred"'),
        "6:12: platforms.\\x1b[31mred.name",
        "'\\x1b[31mred'",
        "printable characters",
        None,
    ),
    "missing file of a network": (
        SMALL.replace("{kind: small_world}", "{kind: file, path: nowhere.csv}"),
        "3:29: network.path",
        "'nowhere.csv', a file that does not exist",
        "relative to the scenario file",
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_wrong_thing_is_told_with_its_place(case: str) -> None:
    text, *expected = CASES[case]
    assert_says(only_problem(text), *expected)


@pytest.mark.parametrize(
    "value", [".nan", ".inf", "-.inf", "1e400", "9" * 400, "9" * 6000, "'nan'", "true", "null", "[]", "{}"]
)
@pytest.mark.parametrize(
    "old", ["count: 1000", "degree: 8", "share: 8 %", "cover: 80 %", "horizon: 180 d", "weight: 1.5"]
)
def test_hostile_values_are_refused_where_they_stand(old: str, value: str) -> None:
    key = old.partition(":")[0]
    problems = problems_of(changed(old, f"{key}: {value}"))
    assert any(problem.place.path.endswith(key) for problem in problems)
    assert all(len(str(problem)) < 2000 for problem in problems)


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        changed("180 d", "180 dd").replace("degree: 8", "degree: -8").replace("Quay, from", "Quai, from") + "seeds: 2\n"
    )
    lines = [problem.place.line for problem in problems_of(text)]
    assert lines == [4, 5, 18, 33]


def test_the_message_is_the_whole_story() -> None:
    assert str(ScenarioError([only_problem(CASES["wrong choice"][0])])) == (
        "1 problem in the scenario\n"
        "s.yaml:12:49: platforms.Harbour.custody\n"
        "    given: 'bnk'\n"
        "    allowed: one of bank, payment_firm, none\n"
        "    did you mean bank?"
    )


def test_aliases_that_explode_are_refused() -> None:
    lines = ["notes:", "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 12)]
    assert_says(only_problem("\n".join(lines)), "5:47: notes.a3.7", "or 10000 values by aliases", "a base file")


def test_a_thousand_aliases_are_refused_at_once() -> None:
    text = "notes:\n  a: &a [x]\n" + "".join(f"  b{k}: *a\n" for k in range(1000))
    began = time.process_time()
    assert "more than 200 aliases" in only_problem(text).given
    assert time.process_time() - began < 0.5


def test_of_very_many_problems_the_first_are_told_and_where_reading_stopped() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads(SMALL + "seed: 1\n" * 2000, REGISTRY, file="small.yaml")
    assert len(caught.value.problems) == 101
    assert "more than 100 problems: here reading stopped" in caught.value.problems[-1].given


def test_a_merge_key_is_named_for_what_it_is() -> None:
    problem = only_problem(SMALL + "variants: {a: [{<<: *a}]}\n")
    assert_says(problem, "7:17: variants.a.0", "the merge key '<<' of YAML 1.1", "extends:")


@pytest.mark.parametrize("written", ["20 天", "２０ 天", "２０　ｄ", "480小时", "20日"])
def test_a_quantity_is_read_as_keyboards_for_chinese_write_it(written: str) -> None:
    assert loads(SMALL.replace("100 d", written), REGISTRY).horizon == 20


@pytest.mark.parametrize("written", ["15％", "１５％", "１５ ％", "１５%"])
def test_a_full_width_share_is_a_share(written: str) -> None:
    scenario = loads(SMALL.replace("name: Harbour", f"name: Harbour, liquid_share: {written}"), REGISTRY)
    assert scenario.variants[0].world.platforms[0].liquid_share == 0.15


def test_money_in_full_width_yuan_is_money() -> None:
    text = SMALL + "variants:\n  a:\n    - set:\n        platforms.Harbour.limit: １００元\n"
    assert loads(text, REGISTRY).variants[0].world.platforms[0].limit == 10_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL.replace("horizon: 100", "horizon：100"), "in line 2 a plain ': ' in place of '：'"),
        (SMALL.replace("trustsim: 1", "trustsim：1"), "in line 1 a plain ': ' in place of '：'"),
        (SMALL.replace("kind: small_world", "kind：small_world"), "did you mean : in place of ："),
        (SMALL.replace("Harbour", "Harbour, liquid_share: “15 %”"), 'did you mean " in place of “'),
        (SMALL + "seed: １５\n", "did you mean 15 in place of １５ (full width)"),
    ],
)
def test_a_sign_that_looks_like_another_is_named(text: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        loads(text, REGISTRY)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("gbk", "the file is in GBK"), ("utf-16", "the file is in UTF-16"), ("utf-16-le", "text in UTF-16")],
)
def test_a_file_in_another_encoding_is_named_for_it(encoding: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(SMALL.replace("Harbour", "港湾").encode(encoding))
    with pytest.raises(ScenarioError) as caught:
        load(file, REGISTRY)
    assert told in str(caught.value)
    assert "saved in UTF-8" in str(caught.value)


def test_money_in_another_currency_needs_a_rate_and_defaults_follow_it() -> None:
    dollars = SMALL + "currency: USD\n"
    refused = only_problem(dollars.replace("name: Harbour", "name: Harbour, equity: 700 CNY"))
    assert_says(refused, "6:29: platforms.Harbour.equity", "money in CNY", "rates: {CNY: …}")
    text = dollars.replace("name: Harbour", "name: Harbour, limit: 700 CNY") + "rates: {CNY: 0.14}\n"
    scenario = loads(text, REGISTRY)
    platform = scenario.variants[0].world.platforms[0]
    assert (platform.limit, platform.equity) == (9_800, 14_000_000)
    again = from_document(scenario.document, REGISTRY)
    assert (again, again.digest) == (scenario, scenario.digest)
    assert numbers_only(scenario, REGISTRY) == ()


@pytest.mark.parametrize(
    ("rates", "place", "given"),
    [("{CNY: -1}", "rates.CNY", "-1"), ("{usd: 3}", "rates.usd", "'usd'"), ("{USD: 1}", "rates.USD", "'USD'")],
)
def test_a_rate_that_is_none_is_refused(rates: str, place: str, given: str) -> None:
    problem = only_problem(SMALL + f"currency: USD\nrates: {rates}\n")
    assert problem.place.path == place
    assert given in problem.given


def test_without_a_rate_it_is_known_which_defaults_are_numbers_only() -> None:
    text = SMALL.replace("count: 10", "count: 10, segments: [{name: all, share: 1}]")
    assert numbers_only(loads(text, REGISTRY), REGISTRY) == ()
    assert numbers_only(loads(text + "currency: USD\n", REGISTRY), REGISTRY) == ("investors.segments.all.wealth",)


def test_copies_of_a_platform_stay_one_in_the_document_and_can_be_set() -> None:
    """What is written can be read again, however many there are, and settings of the written name reach all."""
    change = "variants: {a: [], b: [{set: {platforms.Bank.liquid_share: 7 %}}]}\n"
    text = SMALL.replace("{name: Harbour}", "{name: Bank, copies: 500}") + change
    scenario = catalog.loads(text.replace("small_world", "none"))
    assert len(scenario.document["platforms"]) == 1
    again = catalog.loads(write(scenario.document))
    assert again == scenario
    assert {p.liquid_share for p in again.variants[1].world.platforms} == {0.07}
    assert [p.name for p in again.variants[0].world.platforms][::499] == ["Bank 1", "Bank 500"]


def test_a_copy_may_not_take_the_name_of_another_platform() -> None:
    text = SMALL.replace("- {name: Harbour}", "- {name: Bank, copies: 3}\n  - {name: Bank 2}")
    with pytest.raises(ScenarioError, match="two platforms named 'Bank 2'"):
        catalog.loads(text)


def test_aliases_that_nest_too_deep_are_refused() -> None:
    lines = ["notes:", "  a0: &a0 [x]", *(f"  a{k}: &a{k} [*a{k - 1}]" for k in range(1, 100))]
    assert "nesting deeper than 40 levels" in only_problem("\n".join(lines)).given


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "? " * 5000])
def test_very_deep_nesting_is_refused(text: str) -> None:
    assert len(problems_of(text)) == 1


def test_an_ordinary_alias_is_an_ordinary_value() -> None:
    assert loads(SMALL + "notes: {a: &x [1, 2], b: *x}\n", REGISTRY).document["notes"] == {"a": [1, 2], "b": [1, 2]}


def test_a_package_has_a_largest_number_of_parts() -> None:
    many = ", ".join(["{kind: incident_notice}"] * 600)
    text = f"{SMALL}variants:\n  a: [{many}]\n  b: [{many}]\n  both: [a, b]\n"
    assert_says(only_problem(text), "10:3: variants.both", "a package of 1200 interventions", "at most 1000")


def test_a_package_twice_in_one_is_an_error_at_the_second() -> None:
    problem = only_problem(SMALL + "variants:\n  a: [{kind: incident_notice}]\n  b: [a, {kind: guarantee}, a]\n")
    assert_says(problem, "9:29: variants.b.2", "the variant 'a' twice", "each once")


def test_a_package_that_is_reached_by_two_ways_counts_once_however_often_they_part() -> None:
    theft = "[{kind: custodian_theft}, {kind: custodian_theft}]"
    lines = [f"  l{k}: [t{k - 1}]\n  r{k}: [t{k - 1}]\n  t{k}: [l{k}, r{k}]" for k in range(1, 12)]
    scenario = loads(SMALL + f"variants:\n  t0: {theft}\n" + "\n".join(lines), REGISTRY)
    assert {len(variant.shocks) for variant in scenario.variants} == {2}, "equal ones of one package strike twice"


@pytest.mark.parametrize(("kind", "near"), [("rumor", "rumour"), ("custodian_teft", "custodian_theft")])
def test_a_mistyped_shock_in_a_variant_is_told_with_shocks_and_levers(kind: str, near: str) -> None:
    problem = only_problem(f"{SMALL}variants:\n  a: [{{kind: {kind}, platform: Harbour}}]\n")
    assert_says(problem, "8:14: variants.a.0.kind", f"the intervention or shock kind {kind!r}", "guarantee", near)
    for every in ("intervention", "shock"):
        assert all(name in problem.allowed for name in REGISTRY.group(every))


@pytest.mark.parametrize(
    ("more", "allowed"),
    [
        ("variants: {a: [{kind: redemption}]}", "intervention` and `trustsim catalog shock`, such as redemption_"),
        ("matters: {loss: 1 pp}", "investor_loss"),
        ("outcomes: [excess_withdrawal]", "`trustsim catalog outcome`, such as excess_withdrawn"),
        ("mechanisms: {fears: {}}", "`trustsim catalog mechanism`, such as fear"),
    ],
)
def test_of_many_names_those_that_are_close_are_told_and_where_all_stand(more: str, allowed: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        loads(f"{SMALL}{more}\n", catalog.REGISTRY)
    (problem,) = caught.value.problems
    assert re.match(r"one of \d+, listed by ", problem.allowed)
    assert allowed in problem.allowed
    assert len(problem.allowed) < 250


def test_a_chance_that_is_left_empty_is_no_shock_on_the_first_day() -> None:
    problem = only_problem(SMALL + "shocks:\n  - kind: rumour\n    platform: Harbour\n    chance:\n")
    assert_says(problem, "10:5: shocks.0.chance", "nothing", "a rate such as 0.2 /day, from 0 /day to 1 /day")


def test_all_mistakes_are_told_at_once_those_of_a_set_among_them() -> None:
    text = """\
trustsim: 1
horizon: 100 d
network: {kind: small_word}
investors: {count: -1}
platforms:
  - {name: Harbour}
regulators:
  - {name: A, mandate: Harbor}
variants:
  a: [{set: {regulators.B.lag: 1 d}}]
  b: [{set: {regulators.A.lagg: 1 d}}, {set: {platforms.Harbour.liquid_share: 150 %}}]
  c: [b, {kind: rumor, platform: Harbour}]
"""
    with pytest.raises(ScenarioError) as caught:
        loads(text, catalog.REGISTRY)
    assert [problem.place.path for problem in caught.value.problems] == [
        "network.kind", "investors.count", "regulators.A.mandate", "regulators.B.lag", "regulators.A.lagg",
        "platforms.Harbour.liquid_share", "variants.c.1.kind",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        ("regulators.B.lag", "1 d", "nothing: the list is empty"),
        ("regulators", "3", "a list"),
        ("mechanisms", '"off"', "a mapping of keys to values"),
        ("platforms", "3", "a list"),
    ],
)
def test_what_a_variant_sets_has_the_form_of_its_key(path: str, value: str, allowed: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        loads(f"{SMALL}variants:\n  a: [{{set: {{{path}: {value}}}}}]\n", catalog.REGISTRY)
    (problem,) = caught.value.problems
    assert problem.place.path == path
    assert problem.allowed == allowed


@pytest.mark.parametrize("broken", ["platforms: 3\n", ""])
def test_a_set_under_what_cannot_be_read_is_told_with_it_and_not_once_more(broken: str) -> None:
    head = SMALL.partition("platforms:")[0]
    alone = problems_of(head + broken)
    assert problems_of(f"{head}{broken}variants: {{a: [{{set: {{platforms.Harbour.liquid_share: 5 %}}}}]}}\n") == alone


def test_unreadable_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"title: ok\nx: \xff\xfe\n")
    (tmp_path / "large.yaml").write_bytes(b"#" * 4_000_001)
    for name, given in {
        "": "a directory",
        "nowhere.yaml": "a file that does not exist",
        "binary.yaml": "the byte 0xff, not text",
        "large.yaml": "more than 4000000 bytes",
    }.items():
        with pytest.raises(ScenarioError) as caught:
            load(str(tmp_path / name), REGISTRY)
        (problem,) = caught.value.problems
        assert given in problem.given
    with pytest.raises(TrustsimError, match="allowed: the path of a file or folder"):
        load("a\x00b", REGISTRY)
    with pytest.raises(ScenarioError, match=r"binary\.yaml:2:4"):
        load(tmp_path / "binary.yaml", REGISTRY)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(tmp_path / "s.yaml", REGISTRY).horizon == 100


def test_overrides_are_told_by_their_path() -> None:
    wrong = {"platforms.Harbr.custody": "bank", "horizons": 3, "horizon.x": 3, "network..degree": 3, "seed": "x"}
    with pytest.raises(ScenarioError) as caught:
        loads(FULL, REGISTRY, overrides=wrong)
    told = {problem.place.path: (problem.place.file, problem.nearest) for problem in caught.value.problems}
    assert told == {
        "platforms.Harbr.custody": ("--set", "Harbour"),
        "horizons": ("--set", "horizon"),
        "horizon.x": ("--set", None),
        "network..degree": ("--set", None),
        "seed": ("--set", None),
    }


def test_an_endless_override_path_is_refused() -> None:
    for n_dots, allowed in ((100, "more than 40 dots"), (5000, "at most 300 characters")):
        with pytest.raises(ScenarioError, match=allowed):
            loads(FULL, REGISTRY, overrides={"mechanisms" + ".a" * n_dots: 1})


def test_override_texts_need_an_equals_sign_and_yaml() -> None:
    with pytest.raises(ScenarioError) as caught:
        overrides_from(["horizon", "=3", "seed=[1"])
    assert [problem.given for problem in caught.value.problems][:2] == ["'horizon'", "'=3'"]
    assert caught.value.problems[2].place.path == "seed"


def test_python_values_that_no_file_holds_are_refused() -> None:
    document = {"trustsim": 1, "horizon": object(), 3: 4, "seed": 10**400, "title": "\ud800"}
    with pytest.raises(ScenarioError) as caught:
        from_document(document, REGISTRY)  # type: ignore[arg-type]
    told = [problem.given for problem in caught.value.problems]
    for given in ("a object", "the key 3", "a whole number of more than 300 digits", "half a character"):
        assert any(given in each for each in told), given


def test_a_document_that_holds_itself_is_refused() -> None:
    document: dict[str, object] = {"trustsim": 1}
    document["notes"] = document
    with pytest.raises(ScenarioError, match="nesting deeper than 40 levels"):
        from_document(document, REGISTRY)
