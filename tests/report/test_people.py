"""Sizes in people and money: sentences and tables show one number, and so do all the places where a figure stands."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import trustsim as ts
from trustsim.analysis.comparison import compare
from trustsim.analysis.headlines import HEADLINES
from trustsim.analysis.intervals import Interval
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.report.page import page
from trustsim.report.page.again import nothing
from trustsim.report.tables import page_tables
from trustsim.report.tables import people as tables
from trustsim.report.tables.table import ranked_table
from trustsim.report.words import costs, people, standing, words
from trustsim.report.words.answer import answer
from trustsim.scenario.counted import Counted, RunRule
from trustsim.web import answers

SMALL = {"investors.count": 300, "horizon": "50 d"}
VARIANT, FIGURE, CLIENTS = "insured", "excess_withdrawn", "loss_by_payer[clients]"


@pytest.fixture(scope="module")
def result():
    scenario = ts.load("scenarios/quickstart.yaml", overrides=SMALL)
    names = ("nothing", VARIANT, "gate")
    return ts.compare(scenario, replications=6, variants=names, workers=1, progress=False, rank_by=FIGURE)


@pytest.fixture(scope="module")
def html(result):
    return page.render(result, nothing()).replace("\u00a0", " ")


def facts(result):
    return {fact.asked: fact.found for fact in answer(result).facts}


def with_values(result, **columns):
    """Return the result with outcomes as given, by name a row for each variant."""
    given = {name: np.tile(np.array(row, float), (len(result.study.replications), 1)) for name, row in columns.items()}
    study = replace(result.study, outcomes={**result.study.outcomes, **given})
    return Result(study, compare(study, REGISTRY, rank_by=FIGURE))


def cells(table, variant):
    """Return the row of a variant by the heads of its columns."""
    return dict(zip(table.head[1:], (cell.text for cell in dict(table.rows)[variant]), strict=True))


def test_a_share_is_one_figure_in_terminal_json_report_csv_and_on_the_page(result, html, tmp_path):
    document = json.loads(json.dumps(result.to_json()))["variants"][VARIANT]
    level, change = (document[of][FIGURE]["mean"] for of in ("outcomes", "difference"))
    frame = ts.read_csv(result.save(tmp_path) / "outcomes.csv").set_index("variant")[FIGURE]
    assert frame[VARIANT].mean() == pytest.approx(level)
    assert (frame[VARIANT].to_numpy() - frame["nothing"].to_numpy()).mean() == pytest.approx(change)
    assert result.table(FIGURE).loc[VARIANT, ["level", "difference"]].tolist() == [level, change]
    (row,) = (line.split() for line in ranked_table(result.comparison).splitlines() if line.startswith(VARIANT))
    assert [cell for cell in row if cell not in "†‡"][1:3] == [
        f"{100 * level:.1f}",
        f"{100 * change:+.1f}".replace("-", "−"),
    ]
    (shown,) = (row["cells"][FIGURE] for row in answers.comparison(result)["rows"] if row["variant"] == VARIANT)
    assert (shown["level"]["mean"], shown["difference"]["mean"]) == (level, change)
    assert shown["difference"]["text"] == words.change(change, "share")
    told = cells(tables.sizes(result), VARIANT)
    (asked,) = (text for head, text in told.items() if head.startswith("of 100 CNY asked for"))
    assert asked == f"{100 * level:.1f}"
    assert f"<td>{words.quantity(level, 'share')} (" in html


def test_money_is_one_figure_in_units_of_the_currency_everywhere(result, html, tmp_path):
    document = result.to_json()
    level = document["variants"][VARIANT]["outcomes"][CLIENTS]["mean"]
    assert document["outcomes"][CLIENTS]["unit"] == "CNY"
    held = 300 * 60_000 * np.exp(0.5)  # the mean of the wealth of 300 clients, most of whom hold less on the platform
    assert 0 < level < held
    folder = result.save(tmp_path)
    assert ts.read_csv(folder / "outcomes.csv").groupby("variant")[CLIENTS].mean()[VARIANT] == pytest.approx(level)
    assert json.loads((folder / "study.json").read_text())["units"][CLIENTS] == "CNY"
    assert result.study.outcomes[CLIENTS][:, 1].mean() == pytest.approx(level)
    text = words.quantity(level, "money", "CNY")
    told = people.pays(result.comparison, VARIANT)
    assert f"clients {text} (before " in told
    best = next(name for name in result.comparison.ranking if name != "nothing")
    assert people.pays(result.comparison, best) in " ".join(people.notes(result.comparison))
    head = next(head for head in tables.sizes(result).head if head.startswith("lost by clients"))
    largest = max(result.comparison.levels[name][CLIENTS].mean for name in result.comparison.variants)
    assert head == f"lost by clients, {words.axis('money', 'CNY', largest)[1]}"
    assert f">{cells(tables.sizes(result), VARIANT)[head]}</span>" in html


def test_the_box_the_terminal_and_the_page_say_the_same_sentences(result, html):
    box, terminal = facts(result), " ".join(ranked_table(result.comparison).split())
    for asked in ("How many people, how much money?", "Who pays?", "What cannot be had?"):
        assert " ".join(box[asked].split()) in terminal
        assert {"asked": asked, "found": box[asked]} in answers.comparison(result)["facts"]
        assert asked in html


def without_intervals(text):
    return re.sub(r" \[[\d.]+ to [\d.]+\]", "", text)


def test_sizes_are_said_of_a_hundred_clients_and_a_hundred_of_their_money(result):
    told = with_values(result, excess_left=[0.24, 0.06, 0.3], excess_withdrawn=[0.3, 0.002, 0.3])
    text = facts(told)["How many people, how much money?"]
    assert without_intervals(text) == (
        "With ‘insured’: of 100 accounts 24 fled under ‘nothing’, now 6; of 100 CNY 30 were asked for under ‘nothing’,"
        " now fewer than 1. In brackets: 95 % interval of the mean. What leaves in calm too is not counted."
    )
    shares = (0.0, 0.009, 0.01, 1.0, np.nan)
    assert people.of_many(shares) == (100, ["none", "fewer than 1", "1", "100", "–"])


def test_where_a_platform_fails_nobody_is_said_to_have_fled_whom_the_failure_caught(result):
    """What a failure catches counts as gone, and nobody had asked for it."""
    gone = {"excess_left": [1, 0.06, 0.3], "excess_withdrawn": [1, 0.002, 0.3]}
    for failures in ([1, 0, 0], [0, 0.5, 0]):
        told = with_values(result, **gone, failure_probability=failures)
        assert (
            "of 100 accounts 100 asked for their money or were caught in a failure under ‘nothing’, now 6; of 100 CNY"
            " 100 were asked for or caught in a failure under ‘nothing’, now fewer than 1."
        ) in without_intervals(people.fled(told.comparison, VARIANT))
        table = tables.sizes(told)
        assert table.head[1:3] == ("of 100 accounts fled or caught", "of 100 CNY asked for or caught")
        assert "Caught is what a failure catches that was not asked for." in table.note
    plain = with_values(result, **gone, failure_probability=[0, 0, 0])
    assert tables.sizes(plain).head[1:3] == ("of 100 accounts fled", "of 100 CNY asked for")
    assert "aught" not in people.fled(plain.comparison, VARIANT) + tables.sizes(plain).note


def test_small_sizes_are_said_of_a_thousand_so_that_a_difference_is_seen(result):
    told = with_values(result, excess_left=[0.014, 0.01, 0.3], excess_withdrawn=[0.016, 0.0004, 0.3])
    assert without_intervals(facts(told)["How many people, how much money?"]).startswith(
        "With ‘insured’: of 1000 accounts 14 fled under ‘nothing’, now 10; of 1000 CNY 16 were asked for under"
        " ‘nothing’, now fewer than 1."
    )
    assert people.of_many([0.0, 0.0]) == (100, ["none", "none"])
    assert people.of_many([0.014, 0.1]) == (100, ["1", "10"])


def test_equity_below_zero_is_only_named_where_somebody_else_bears_it(result):
    """A platform with equity of its own earns for its owners: nobody bears that."""
    owners = {"loss_by_payer[owners]": [-7e5, -8e4, -7e5], "loss_by_payer[guarantors]": [0, 0, 0]}
    told = with_values(result, **{"loss_by_payer[clients]": [2e6, 0, 2e6]}, **owners)
    assert "Gained: owners 80\u202f000 CNY" in people.pays(told.comparison, VARIANT)
    assert "Equity below zero" not in people.pays(told.comparison, VARIANT)
    told = with_values(result, **{"loss_by_payer[clients]": [2e6, 1e6, 2e6]}, **owners)
    assert "Equity below zero on day 0 is a gain of the owners, too" in people.pays(told.comparison, VARIANT)


def test_a_number_of_people_has_the_interval_of_its_mean(result):
    """As the table of the outcome has it, in whole ones, or tenths where those would hide it: it lies in it."""
    c = result.comparison
    level = c.levels["nothing"]["excess_left"]
    shown = f"{100 * level.mean:.0f} [{100 * max(level.low, 0):.0f} to {100 * level.high:.0f}] fled under ‘nothing’"
    assert shown in people.fled(c, VARIANT)
    narrow = Interval(0.2412, 0.2388, 0.2431, 200)
    small = Interval(0.004, -0.001, 0.0061, 200)
    levels = {"nothing": {"excess_left": narrow}, VARIANT: {"excess_left": small}}
    told = people.fled(replace(c, levels=levels, measures={"excess_left": c.measures["excess_left"]}), VARIANT)
    assert "24.1 [23.9 to 24.3] fled under ‘nothing’, now fewer than 1 [0.0 to 0.6]." in told
    fine = {"nothing": {"excess_left": narrow}, VARIANT: {"excess_left": Interval(0.0944, 0.0911, 0.0979, 200)}}
    told = people.fled(replace(c, levels=fine, measures={"excess_left": c.measures["excess_left"]}), VARIANT)
    assert "now 9.4 [9.1 to 9.8]. In brackets: 95 % interval of the mean." in told


def test_of_one_world_no_interval_is_announced_and_no_pairing_gain_is_that_of_every_world(result):
    first = {name: values[:1] for name, values in result.study.outcomes.items()}
    replications = result.study.replications[:1]
    runs = tuple(run for run in result.study.runs if run.replication in replications)
    one = compare(replace(result.study, outcomes=first, replications=replications, runs=runs), REGISTRY)
    told = " ".join(ranked_table(one).split())
    assert "In brackets" not in told
    assert "in every world" not in told
    assert "pairing gain –: one world has no variance, and no interval." in told
    assert "In brackets: 95 % interval of the mean." in people.fled(result.comparison, VARIANT)


def test_who_pays_names_every_payer_what_it_loses_and_what_it_lost_before(result):
    lost = {"clients": [5e6, 1e6, 5e6], "owners": [2e6, 2e6, 2e6], "guarantors": [0, 3e6, 0], "lenders": [0, -5e5, 0]}
    told = with_values(result, **{f"loss_by_payer[{payer}]": row for payer, row in lost.items()},
                       **{"loss_by_payer[public]": [0, 0, 0]})  # fmt: skip
    assert people.pays(told.comparison, VARIANT) == (
        "Lost under ‘insured’: clients 1 million CNY (before 5 million CNY), owners 2 million CNY (as before) and "
        "guarantors 3 million CNY (before 0 CNY). Gained: lenders 500 thousand CNY (before 0 CNY). Neither lose nor "
        "gain: the public purse."
    )
    row = cells(tables.sizes(told), VARIANT)
    assert row["lost by guarantors, million CNY"] == "3.00"
    assert row["lost by lenders, million CNY"] == "−0.50"


def test_what_clients_lose_in_money_and_as_a_share_of_their_claims_has_one_verdict(result):
    """Of 100 million ‘insured’ loses 0.2 points more, less than the 0.5 that matter, ‘gate’ 0.7."""
    segments = [f"loss_of_segment[{each.name}]" for each in result.scenario.variants[0].world.investors.segments]
    for name in (CLIENTS, *segments):
        share = name.replace("loss_of", "loss_by") if name in segments else "investor_loss"
        told = with_values(result, **{share: [0.15, 0.152, 0.157], name: [15e6, 15.2e6, 15.7e6]}, newcomer_loss=[0] * 3)
        c = told.comparison
        assert standing.smallest_told(c, name) == pytest.approx(0.5e6)
        found = {v: [standing.judged(c, x, c.differences[v][x]) for x in (share, name)] for v in (VARIANT, "gate")}
        assert found == {VARIANT: ["too small to matter"] * 2, "gate": ["worse"] * 2}
    shares = {"investor_loss": [0.15, 0.152, 0.157], "newcomer_loss": [0] * 3}
    table = tables.sizes(with_values(result, **shares, **{CLIENTS: [15e6, 15.2e6, 15.7e6]}))
    at = table.head.index("lost by clients, million CNY") - 1
    assert [dict(table.rows)[v][at].verdict for v in (VARIANT, "gate")] == ["", "worse"]


def test_what_cannot_be_had_is_said_with_the_four_ends(result):
    told = with_values(result, stuck_money=[2, 3.5, 9], needs_unmet=[0.1, 0.1, 0.4], **{
        "waited_long[7 d]": [0.5, 0.2, 1], "waited_long[30 d]": [0, 0, 1],
        "end_state[open]": [0.5, 0.25, 1], "end_state[frozen]": [0.5, 0.25, 0],
        "end_state[wound down]": [0, 0.25, 0], "end_state[failed]": [0, 0.25, 0],
    })  # fmt: skip
    assert people.stuck(told.comparison, VARIANT) == (
        "Under ‘insured’ money is stuck for 3.5 days on average (before 2 days), 20 % of the accounts wait longer than "
        "7 days (before 50 %) and 10 % of ordinary needs stay unmet (as before). Platforms end open 25 %, frozen 25 %, "
        "wound down 25 %, failed 25 % (before: open 50 %, frozen 50 %)."
    )
    row = cells(tables.stuck(told), VARIANT)
    assert [row[f"platforms {state}, %"] for state in ("open", "frozen", "wound down", "failed")] == ["25.0"] * 4


def test_what_a_step_of_the_label_would_change_is_said(result):
    steps = {"2%": [1, 1, 1], "5%": [1, 0, 1], "10%": [0, 0, 1]}
    told = with_values(result, **{f"run_at[{step}]": row for step, row in steps.items()})
    text = facts(told)["Is it a run?"]
    assert text.startswith("A run is 5 % of the claims of a platform that leave within 5 days beyond calm.")
    assert "There is one in 100 % of worlds under ‘nothing’, now in 0 %." in text
    assert text.endswith("Were the share another: at 2 % in 100 %, now in 100 %; at 10 % in 0 %, now in 0 %.")
    assert cells(tables.labels(told), VARIANT)["at 5 %, % of worlds"] == "0"


def test_a_share_of_the_studys_own_is_a_step_of_the_label_and_other_lengths_are_in_its_table(result):
    counted = Counted(run=RunRule(of="accounts", share=0.025, within=3.0))
    told = replace(result, study=replace(result.study, scenario=replace(result.scenario, counted=counted)))
    steps = {"run_at[2%]": [1, 1, 1], "run_at[2.5%]": [1, 0, 1], "run_at[5%]": [0, 0, 1]}
    others = {"run_if[within 1 d]": [0, 0, 0], "run_if[of claims]": [1, 1, 1]}
    told = with_values(told, **steps, **others)
    text = facts(told)["Is it a run?"]
    assert "There is one in 100 % of worlds under ‘nothing’, now in 0 %." in text
    row = cells(tables.labels(told), VARIANT)
    assert row["at 2.5 %, % of worlds"] == row["within 1 d, % of worlds"] == "0"
    assert row["of claims, % of worlds"] == "100.0"
    assert "2.5 % of the accounts within 3 days" in tables.labels(told).note


def test_the_label_of_the_study_is_a_step_of_its_own_table(result):
    """At the share that the scenario calls a run the table says what the run probability says."""
    share = f"{result.scenario.counted.run.share:.0%}"
    at, run = (result.study.outcomes[name] for name in (f"run_at[{share}]", "run_probability"))
    np.testing.assert_array_equal(at, run)


def test_headlines_in_which_variants_differ_are_shown_whatever_the_file_asks_for(result):
    study = replace(result.study, scenario=replace(result.scenario, outcomes=("trust_trough",)))
    assert study.asked[0] == "trust_trough"
    assert {FIGURE, "investor_loss", "stuck_money"} <= set(study.asked)
    alone = replace(study, variants=study.variants[:1], outcomes={k: v[:, :1] for k, v in study.outcomes.items()})
    assert alone.asked == ("trust_trough",)


def test_a_world_is_no_run_in_what_the_report_says_of_them(html):
    heads = re.findall(r"<h2[^>]*>([^<]*)</h2>", html)
    assert {"Every world", "Runs on platforms", "Who pays", "Money that cannot be had"} <= set(heads)
    assert "a run on average" not in html


def test_without_a_cover_it_is_certain_that_no_guarantor_pays_and_with_one_it_is_not(result):
    name = "loss_by_payer[guarantors]"
    document = result.to_json()["variants"]
    for variant in ("nothing", "gate"):
        assert document[variant]["outcomes"][name] == {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 6}
    none = document["gate"]["difference"][name]
    assert (none["mean"], none["low"], none["high"]) == (0.0, 0.0, 0.0)
    unseen = with_values(result, **{name: [0, 0, 0]}).comparison
    assert unseen.levels["nothing"][name].high == 0
    covered = document[VARIANT]["outcomes"][name]
    assert covered["low"] < covered["mean"] < covered["high"]


def test_who_bears_more_and_who_less_is_said_in_words(result):
    """‘1 million better off (owners −1 million)’ may be read as if the owners lost it."""
    lost = {"owners": [3e6, 2e6, 3e6], "guarantors": [0] * 3, "public": [0, 5e6, 0]}
    rows = {f"loss_by_payer[{payer}]": row for payer, row in lost.items()}
    told = with_values(result, **rows, loss_to_others=[3e6, 7e6, 3e6])
    cost = " ".join(costs._borne(told, VARIANT, is_free=True).split())
    others = "4 million CNY worse off than under ‘nothing’"
    assert f"{others} (owners lose 1 million CNY less and the public purse loses 5 million CNY more)." in cost


def test_the_table_of_who_pays_says_that_newcomers_are_among_the_clients_where_they_lose(result):
    said = "What clients lose is that of newcomers, too; investor loss"
    told = with_values(result, newcomer_loss=[0, 0.01, 0])
    moved = ", and what is moved (‡)," if told.comparison.shifts else ""
    assert tables.sizes(told).note.endswith(f"{said}{moved} is that of the clients of day 0.")
    assert said not in tables.sizes(with_values(result, newcomer_loss=[0, 0, 0])).note


def test_a_loss_that_is_moved_is_named_with_its_sum_in_terminal_report_page_and_json(result):
    lost = {"clients": [5e6, 1e6, 5e6], "owners": [2e6] * 3, "guarantors": [0, 4e6, 0], "lenders": [0] * 3}
    rows = {f"loss_by_payer[{payer}]": row for payer, row in lost.items()} | {"loss_by_payer[public]": [0] * 3}
    told = with_values(result, **rows, investor_loss=[0.5, 0.1, 0.5], newcomer_loss=[0] * 3)
    (line,) = standing.shifts(told.comparison)
    assert line.startswith(
        "‘insured’: moves 4 million CNY of loss from clients of day 0 to guarantors, and whether any is saved cannot"
        " be told (all together lose 0 CNY, 95 % interval −"
    )
    terminal = " ".join(ranked_table(told.comparison).replace("\u00a0", " ").split())
    assert f"‡ {line}." in terminal
    assert re.search(r"insured ‡ ", terminal)
    fact = {"asked": "Is it saved, or moved?", "found": f"{line}."}
    assert facts(told)[fact["asked"]] == fact["found"]
    on_the_page = answers.comparison(told)
    assert fact in on_the_page["facts"]
    marked = {row["variant"]: row["marks"] for row in on_the_page["rows"]}
    assert marked == {name: standing.marks(told.comparison, name) for name in told.comparison.ranking}
    assert marked[VARIANT] == "‡"
    assert "‡ moves a loss from clients of day 0 to others: see ‘Is it saved, or moved?’" in on_the_page["legend"]
    table = page_tables.ranking(told)
    assert f"‡ {line}" in table.note
    assert dict(table.rows)[VARIANT][0].text.endswith("‡")
    assert told.to_json()["shifts"][VARIANT]["to"] == {"guarantors": pytest.approx(4e6)}
    saved = with_values(result, **{**rows, "loss_by_payer[guarantors]": [0, 1e6, 0]}, investor_loss=[0.5, 0.1, 0.5])
    assert "Is it saved, or moved?" not in facts(saved)


def test_a_moved_loss_of_which_a_clear_part_is_saved_is_not_said_to_destroy_more(result):
    for guarantors, does in ((3.7e6, "saves 300 thousand CNY"), (4.01e6, "destroys more")):
        lost = {"clients": [5e6, 1e6, 5e6], "owners": [2e6] * 3, "guarantors": [0, guarantors, 0]}
        rows = {f"loss_by_payer[{payer}]": row for payer, row in lost.items()}
        told = with_values(result, **rows, investor_loss=[0.5, 0.1, 0.5])
        (line,) = standing.shifts(told.comparison)
        gone = words.change(guarantors - 4e6, "money", "CNY")
        assert f"from clients of day 0 to guarantors, and {does} (all together lose {gone}, 95 % interval" in line


def test_where_nothing_is_measured_terminal_report_and_page_say_that_nothing_can_be_told(result):
    never = {name: np.full_like(result.study.outcomes[name], np.nan) for name in HEADLINES}
    study = replace(result.study, outcomes=never)
    told = Result(study, compare(study, REGISTRY))
    why = (
        "othing can be told: no outcome with a better side is measured under ‘nothing’ and another variant in one world"
    )
    terminal = " ".join(ranked_table(told.comparison).split())
    assert "Variants as in the file;" in terminal
    assert f"n{why}." in terminal
    assert "groups" not in terminal
    assert answer(told).headline == f"N{why}, so there is nothing to rank."
    assert answers.comparison(told)["headline"] == answer(told).headline
    assert page_tables.ranking(told).rows == ()
    html = page.render(told, nothing())
    assert f"N{why}" in html
    asked = Result(study, compare(study, REGISTRY, rank_by=FIGURE))
    assert "no excess withdrawn is measured under" in answer(asked).headline
