import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import fake
import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.ask import again
from trustsim.ask.result import Result
from trustsim.report.page import charts, fan_chart, page
from trustsim.report.page.again import nothing
from trustsim.report.words import reading, story
from trustsim.report.words.answer import answer

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """Checks that elements close in order, and keeps ids, heads and attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.tags, self.attributes = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(text):
    parser = Outline()
    parser.feed(text)
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def html(_fake_result, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "REGISTRY", fake.REGISTRY)
        patch.setattr(story, "REGISTRY", fake.REGISTRY)
        path = tmp_path_factory.mktemp("report") / "report.html"
        assert page.write(_fake_result, path, nothing()) == path
        return path.read_text(encoding="utf-8")


def test_page_is_one_well_formed_file_under_five_megabytes(html):
    found = outline(html)
    assert len(html.encode()) < 5_000_000
    assert len(found.ids) == len(set(found.ids))


def test_page_asks_nothing_of_the_network_and_runs_no_script(html):
    found = outline(html)
    assert "script" not in found.tags
    assert not {"link", "img", "iframe", "object"} & set(found.tags)
    addresses = [value for _, name, value in found.attributes if name in ("src", "href", "action", "xlink:href")]
    assert all(value.startswith(("#", "data:text/csv")) for value in addresses)
    assert not [name for _, name, _ in found.attributes if name.startswith("on") or name == "style"]


def test_policy_allows_the_one_style_sheet_and_nothing_else(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    sheet = re.search(r"<style>(.*?)</style>", html, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_order_is_answer_ranking_differences_days_runs_cost_causes_flips_network_story_and_the_rest(html):
    places = [html.index(f'id="{name}"') for name in (
        "answer", "ranking", "differences", "course", "runs", "platform-runs", "price", "why", "flips", "network",
        "story", "assumed", "left-out", "repeat",
    )]  # fmt: skip
    assert places == sorted(places)


def test_every_chart_names_every_variant_and_has_a_text_alternative_a_table_and_a_download(html):
    figures = re.findall(r"<figure.*?</figure>", html, re.S)
    assert len(figures) == 5 + 5 + 2 + 2 + 2 + 1 + 2
    for figure in figures:
        names = fake.VARIANTS if 'id="p-' not in figure else fake.VARIANTS[1:]
        assert all(name in re.sub(r"<table.*?</table>", "", figure, flags=re.S) for name in names)
        pictures = re.findall(r"<svg[^>]*>", figure)
        assert pictures
        assert all('role="img"' in tag and "aria-labelledby" in tag for tag in pictures)
        assert figure.count("<title") == figure.count("<desc") == len(pictures)
        assert "<table" in figure
        assert "data:text/csv" in figure


def runs_table(html):
    """Return heads, and by variant the cells, of the table of runs on platforms."""
    table = re.search(r'aria-label="Runs on platforms"><table>(.*?)</table>', html, re.S)[1]
    rows = re.findall(r"<tr.*?</tr>", table, re.S)
    text = [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows]
    return text[0], {row[0]: row[1:] for row in text[1:]}


def test_runs_on_platforms_are_told_by_variant(html, result):
    head, rows = runs_table(html)
    assert head == [
        "variant", "worlds with a run, of 120", "runs", "began on day", "peak on day", "length, days",
        "trigger fundamental, %", "trigger belief, %", "trigger spill-over, %", "runners acted on", "withdrawn, %",
    ]  # fmt: skip
    assert list(rows) == list(result.comparison.ranking)
    runs = result.runs()
    mine = runs[runs["variant"] == "nothing"]
    n = f"{result.study.outcomes['run_probability'][:, 0].sum():.0f}"
    began = mine["onset"].median()
    why = 100 * (mine["trigger"] == "fundamental").mean()
    ran = 100 * mine["withdrawn"].median()
    acted_on = mine["acted_on"].value_counts(normalize=True)
    assert rows["nothing"] == [
        n, n, f"{began:.1f}", f"{began + 4:.1f}", "11.0", f"{why:.1f}", f"{100 - why:.1f}", "0",
        f"{acted_on.index[0]}, {100 * acted_on.iloc[0]:.1f} %", f"{ran:.1f}",
    ]  # fmt: skip
    assert "at least 5\u00a0% of the claims" in html


@pytest.mark.slow
def test_a_world_with_two_runs_counts_once_and_a_variant_without_runs_has_dashes(result):
    one, *_ = result.study.runs
    on_day = [replace(one, variant="both", onset=x, peak=x + 1, end=x + 2) for x in (0.0, 3.0)]
    spilt = replace(on_day[1], platform="Quay", trigger="spill-over", withdrawn=one.withdrawn)
    study = replace(result.study, runs=(on_day[0], spilt))
    _, rows = runs_table(page.render(Result(study, result.comparison), nothing()))
    assert rows["both"][:5] == ["1", "2", "1.5", "2.5", "3.0"]
    assert sorted(rows["both"][5:8]) == ["0", "50.0", "50.0"]
    assert rows["nothing"] == ["0", "0", *["–"] * 8]


@pytest.mark.slow
def test_page_of_a_study_without_runs_on_platforms_has_no_table_of_them(result):
    text = page.render(Result(replace(result.study, runs=()), result.comparison), nothing())
    outline(text)
    assert "platform-runs" not in text


def test_downloads_hold_the_numbers(html, result):
    address = re.search(r'download="runs-investor_loss.csv" href="data:text/csv;charset=utf-8;base64,([^"]+)"', html)[1]
    lines = base64.b64decode(address).decode().splitlines()
    assert lines[0] == "replication," + ",".join(fake.VARIANTS)
    assert len(lines) == 121
    loss = result.study.outcomes["investor_loss"][0, 0]
    assert float(lines[1].split(",")[1]) == pytest.approx(loss, rel=1e-5)


def test_assumed_parameters_are_listed_apart_from_those_with_a_source(html):
    assumed, sourced = html[html.index("Assumed, without") :].split("With a source")
    assert "discovery lag" in assumed
    assert "doi:10.1086/261155" in sourced
    assert "largest sum paid to one investor" not in sourced


def test_story_tells_the_shock_its_day_and_what_a_variant_changes(html):
    told = html[html.index('id="story"') :]
    assert "Day 30" in told
    assert "Steal a share of the cash" in told
    assert "liquid share 30 % instead of 12 %" in told
    assert "when outflow is above 2 % for 2 days, 1 day later" in told
    assert "Count 7\u202f624" in told


def test_failed_runs_are_listed_and_escaped(html):
    assert "2 runs failed" in html
    assert "<td>120, 121</td>" in html
    assert "cash of &lt;Harbour&gt; fell below zero" in html
    assert "<Harbour>" not in html


def test_repeat_gives_the_command_the_seed_and_the_digest(html):
    told = html[html.index('id="repeat"') :]
    assert "trustsim compare scenarios/quickstart.yaml --replications 122 --seed 7" in told
    assert "ab" * 32 in told
    assert "numpy" in told


@pytest.mark.slow
def test_names_that_look_like_markup_are_shown_and_never_obeyed(monkeypatch):
    monkeypatch.setattr(reading, "REGISTRY", fake.REGISTRY)
    evil = "<script>alert(1)</script>"
    text = page.render(fake.result((evil, 'b"><img src=x>', "c & d"), 12, title=f"{evil} & co"), nothing())
    found = outline(text)
    assert not {"script", "img"} & set(found.tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in runs_table(text)[1]
    assert "<script" not in text


def test_answer_names_the_best_by_how_much_how_sure_and_at_what_cost(result):
    told = answer(result)
    facts = {fact.asked: fact.found for fact in told.facts}
    assert told.headline.startswith("‘both’ helps most: it lowers")
    assert "95 % interval" in facts["How sure is that?"]
    assert "of 120 worlds" in facts["How sure is that?"]
    assert "million CNY" in facts["What does it cost?"] or "thousand CNY" in facts["What does it cost?"]
    assert "Who gains, who loses?" not in facts  # nothing in this study tells people apart
    assert "‘announced gate’: investor loss +" in facts["What makes it worse?"]
    assert facts["Does the ranking flip?"].startswith("No:")
    assert "assumed" in facts["When is this wrong?"]
    assert "2 replications failed" in facts["When is this wrong?"]


def test_answer_says_which_variants_it_cannot_tell_apart(result):
    outcomes = {name: values.copy() for name, values in result.study.outcomes.items()}
    both, insured = (fake.VARIANTS.index(name) for name in ("both", "insured"))
    outcomes["run_probability"][:, insured] = outcomes["run_probability"][:, both]
    outcomes["investor_loss"][:, insured] = outcomes["investor_loss"][:, both]
    outcomes["investor_loss"][:2, insured] += [2.0, -1.0]
    outcomes["run_probability"][np.argmin(outcomes["run_probability"][:, both]), insured] = 1.0
    study = replace(result.study, outcomes=outcomes)
    told = answer(Result(study, compare(study, fake.REGISTRY)))
    facts = {fact.asked: fact.found for fact in told.facts}
    assert told.headline.startswith("‘both’ helps most, too close to ‘insured’ to tell apart: it lowers")
    assert facts["Is it really the best?"].startswith("Not surely.")


def test_answer_claims_nothing_where_the_interval_includes_zero(result):
    outcomes = {name: values[:4] for name, values in result.study.outcomes.items()}
    study = replace(result.study, outcomes=outcomes, replications=np.arange(4))
    told = answer(Result(study, compare(study, fake.REGISTRY)))
    assert told.headline.startswith("No variant is clearly better than ‘nothing’")
    facts = {fact.asked: fact.found for fact in told.facts}
    assert "no clear difference" in facts["How sure is that?"]


@pytest.mark.slow
@pytest.mark.parametrize(("variants", "n"), [(("nothing",), 12), (("nothing", "insured"), 1)])
def test_smallest_studies_have_a_page_too(variants, n, monkeypatch):
    monkeypatch.setattr(reading, "REGISTRY", fake.REGISTRY)
    assert "nothing" in page.render(fake.result(variants, n), nothing())


def test_size_of_a_distribution_does_not_grow_with_the_worlds(result):
    few = charts.distribution(result, "investor_loss")
    outcomes = {name: np.vstack([values] * 40) for name, values in result.study.outcomes.items()}
    n = len(outcomes["investor_loss"])
    assert n > 4000
    study = replace(result.study, outcomes=outcomes, replications=np.arange(n))
    many = charts.distribution(Result(study, compare(study, fake.REGISTRY)), "investor_loss")
    assert len(many.pictures[0]) < 10 * len(few.pictures[0])
    assert re.search(r"A dot stands for \d+ worlds of about this size\.", many.note)
    assert "stands for" not in few.note
    assert len(base64.b64decode(many.download.partition(",")[2]).splitlines()) == 1001
    assert "The download holds the first 1000 worlds" in many.table.note
    assert [row[4::4] for row in many.table.rows] == [row[4::4] for row in few.table.rows]  # smallest and largest


def test_outcomes_in_which_there_is_nothing_to_see_have_no_chart_and_are_named(result, monkeypatch):
    outcomes = {name: values[:12, :2].copy() for name, values in result.study.outcomes.items()}
    outcomes["policy_cost"][:] = 0.0
    outcomes["peak_outflow"][:, 1] = outcomes["peak_outflow"][:, 0]
    study = replace(result.study, variants=fake.VARIANTS[:2], replications=np.arange(12), outcomes=outcomes, series={})
    flat = Result(replace(study, runs=(), failed=()), compare(study, fake.REGISTRY))
    chapters = page._chapters(flat, nothing(), None)
    drawn = {name: [chart.key for chart in (*chapters[name].shown, *chapters[name].more)] for name in chapters}
    assert not {"d-policy_cost", "d-peak_outflow"} & set(drawn["differences"])
    assert "o-policy_cost" not in drawn["runs"]
    assert "o-peak_outflow" in drawn["runs"]
    told = "The same under every variant, in every world, so not drawn: peak outflow and policy cost."
    assert chapters["differences"].told == (told,)
    assert chapters["runs"].told == ("One number in all worlds, so not drawn: policy cost.",)


def test_page_without_a_finished_run_says_so(result):
    empty = replace(result.study, replications=result.study.replications[:0], outcomes={}, series={})
    empty_result = Result(empty, compare(empty, fake.REGISTRY))
    text = page.render(empty_result, again.run_again(empty_result))
    outline(text)
    assert "No run finished" in text
    assert text.count("No replication was finished, so there is no world to run again.") == 2


def test_a_picture_like_another_is_drawn_once_and_of_many_variants_those_that_lead(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_chart, "MOST_PANELS", 4)
    monkeypatch.setattr(reading, "MOST_ROWS", 5)
    names = (*fake.VARIANTS[:6], "twin")
    many = fake.result(names, 12)
    for series in many.study.series.values():
        series[:, :, names.index("twin")] = series[:, :, names.index("insured")]
    chart = fan_chart.fan(many, "outflow")
    assert len(chart.pictures) == len(chart.panels) == 4
    assert chart.panels[0] == "nothing"
    assert {"insured", "twin"} & set(chart.panels) == {"insured"}
    assert "The same as ‘insured’ on every day: ‘twin’." in chart.note
    assert "Not drawn: 2 variants" in chart.note
    assert chart.table.head == ("day", *names)
    bars = charts.differences(many, "investor_loss")
    assert "Drawn are the baseline and the first 4 in rank of 7 variants" in bars.note
    assert len(bars.table.rows) == 7
    last = many.comparison.ranking[-1]
    assert last not in bars.pictures[0].partition("</desc>")[2]


@pytest.mark.slow
def test_the_drawing_of_a_report_shows_its_progress(result: Result) -> None:
    seen: list[tuple[int, int]] = []
    page.render(result, nothing(), lambda done, total, seconds: seen.append((done, total)))
    assert seen == [(k + 1, len(seen)) for k in range(len(seen))]


def test_no_two_of_two_dozen_variants_have_the_same_mark_before_their_names():
    names = tuple(f"variant {k}" for k in range(24))
    c = fake.result(names, 3).comparison
    marks = page._swatches(c)
    assert len(set(marks.values())) == 24
    shapes = {name: re.sub(r"var\(--v\d\)", "", mark) for name, mark in marks.items()}
    assert shapes["variant 1"] != shapes["variant 8"]  # of one colour
