"""The chapters that need worlds run again, of the real engine at toy size."""

import base64
import csv
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import fake
import numpy as np
import pandas as pd
import pytest

from trustsim.analysis import causes
from trustsim.analysis.attribution import attribution
from trustsim.analysis.causes import CHANNELS
from trustsim.analysis.comparison import compare
from trustsim.ask import again
from trustsim.ask import result as results
from trustsim.ask.result import Result
from trustsim.ask.spreading import median_world, spread_of
from trustsim.catalog import REGISTRY
from trustsim.experiment.address import addresses, engine
from trustsim.experiment.simulate import simulate
from trustsim.experiment.store import count
from trustsim.kernels import layout
from trustsim.measures.runs import LiquidityRun
from trustsim.model import TrustCrisisModel
from trustsim.report.page import page
from trustsim.report.pictures import spread
from trustsim.report.words import reading, story, words
from trustsim.report.words.answer import answer
from trustsim.report.words.causes import summary
from trustsim.scenario.load import load

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
N = 6


@pytest.fixture(scope="module")
def told():
    """A result of six worlds of 150 investors under three variants."""
    small = load(QUICKSTART, REGISTRY, overrides={"investors.count": 150})
    return results.compare(
        small, replications=N, variants=("nothing", "bank custody", "gate"), workers=1, progress=False
    )


@pytest.fixture(scope="module")
def found(told):
    return again.run_again(told, workers=1)


@pytest.fixture(scope="module")
def html(told, found):
    return page.render(told, found)


def chapter(html, name):
    return re.search(rf'<h2 id="{name}">.*?(?=<h2)', html, re.S)[0]


def downloaded(html, file):
    address = re.search(rf'download="{file}" href="data:text/csv;charset=utf-8;base64,([^"]+)"', html)[1]
    return list(csv.reader(base64.b64decode(address).decode().splitlines()))


def test_worlds_run_again_are_those_of_the_study(told, found):
    assert found.missing == {}
    assert list(found.attribution.study.replications) == list(range(N))
    assert found.attribution.variants == told.study.variants
    assert np.allclose(found.attribution.direct.sum(axis=2), found.attribution.withdrawn)


def test_attribution_without_replays_is_that_with_them_in_its_direct_parts(told):
    kwargs = {"variants": ["gate"], "replications": 2, "workers": 1}
    short, whole = (attribution(told.scenario, replays=on, **kwargs) for on in (False, True))
    assert short.spared is None
    assert np.array_equal(short.direct, whole.direct)
    assert list(short.to_frame()) == ["direct", "direct_low", "direct_high", "share"]


@pytest.mark.slow
def test_withdrawals_by_cause_are_told_drawn_and_downloaded(html, told, found):
    text = chapter(html, "why")
    least = told.comparison.matters["excess_withdrawn"]
    assert page._tied(summary(found.attribution, "nothing", least)) in text
    assert summary(found.attribution, "nothing", 1.0).endswith(" for other reasons, too small to matter.")
    assert "Mean of 6 worlds" in text
    rows = downloaded(html, "withdrawals-by-cause.csv")
    assert rows[0] == ["variant", "channel", "share_of_claims", "low", "high", "share_of_withdrawn"]
    parts = {(row[0], row[1]): float(row[2]) for row in rows[1:]}
    assert len(parts) == 3 * len(CHANNELS)
    for name in found.attribution.variants:
        total = sum(parts[name, channel] for channel in CHANNELS)
        assert total == pytest.approx(found.attribution.total(name).mean, rel=1e-4)
        assert name in re.sub(r"<table.*?</table>", "", text, flags=re.S)


@pytest.mark.slow
def test_the_network_shows_one_world_with_baseline_and_best_at_each_moment(html, told, found):
    text, shown = chapter(html, "network"), found.spread
    best = next(name for name in told.comparison.ranking if name != "nothing")
    assert shown.variants == ("nothing", best)
    assert len(re.findall(r"<svg", text)) == 2 * len(shown.moments)
    assert f'class="panels by-{len(shown.moments)}"' in text
    assert f"World {shown.replication}, the median one" in text
    rows = downloaded(html, "network.csv")
    assert len(rows) == 1 + shown.n_investors == 151
    last = [row[len(shown.moments)] for row, held in zip(rows[1:], shown.held, strict=True) if held]
    assert last.count("ran") / len(last) == pytest.approx(shown.share(0, len(shown.moments) - 1, spread.RAN))


def test_the_world_on_the_network_is_that_of_the_study(told, found):
    model = TrustCrisisModel(told.scenario, ["nothing"], rng=found.spread.replication, collects=False)
    while model.day < found.spread.moments[-1].step:
        model.step()
    n_ran = int((found.spread.states[0, -1] == spread.RAN).sum())  # who came later is among them
    assert n_ran == int((model.state.flags & layout.RAN > 0).sum()) > 0


def test_the_median_world_is_that_of_an_outcome_that_is_a_size_and_never_of_yes_or_no(told):
    asked = Result(told.study, compare(told.study, REGISTRY, rank_by="run_probability"))
    row, n_alike, _, by = median_world(asked)
    assert by == "excess_withdrawn"
    base = told.study.variants.index("nothing")
    has_run = np.isin(told.study.replications, [run.replication for run in told.study.runs if run.variant == "nothing"])
    alike = told.study.outcomes[by][has_run if n_alike < len(has_run) else slice(None), base]
    assert told.study.outcomes[by][row, base] == np.sort(alike)[len(alike) // 2]


def test_a_run_that_begins_ahead_of_the_shock_has_its_moment_before_ahead_of_it_too(told):
    """Who leaves on a calm day may begin it: the shock of the quickstart strikes on day 20."""
    run = LiquidityRun(0, "nothing", "Harbour", 11.0, 42.0, 44.0, "belief", 0.1, 0.1, "ordinary")
    runs = tuple(replace(run, replication=int(k)) for k in told.study.replications)
    moments = spread_of(Result(replace(told.study, runs=runs), told.comparison)).moments
    assert [(moment.name, moment.day) for moment in moments[:2]] == [("before", 10.0), ("onset", 11.0)]


def pushed(**parts):
    """An attribution of three worlds under one variant with these parts."""
    direct = [parts.get(channel, 0.0) for channel in CHANNELS]
    frame = pd.DataFrame({"direct": direct}, pd.MultiIndex.from_product([["nothing"], CHANNELS]))
    return SimpleNamespace(withdrawn=np.zeros((3, 1)), to_frame=lambda: frame)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"ordinary": 0.4, "fundamentals": 0.15, "fear": 0.05},
         "60 % of the claims of day 0 is withdrawn: 40 % for ordinary reasons (needs, a better yield)"
         " and 20 % for other reasons. Of the other"
         " reasons: fundamentals 75 % and fear 25 %."),
        ({"ordinary": 0.4, "fear": 0.005}, "40 % for ordinary reasons (needs, a better yield)"
         " and 0.5 % for other reasons, too small to matter."),
        ({"ordinary": 0.4}, "40 % of the claims of day 0 is withdrawn, for ordinary reasons; nothing else pushed"
         " anybody."),
    ],
)  # fmt: skip
def test_what_is_withdrawn_is_parted_so_that_no_share_may_be_one_of_another(parts, said):
    """‘60 % of the claims is withdrawn, 40 % of them for ordinary needs’ may be read as 40 % of the 60."""
    assert summary(pushed(**parts), "nothing", 0.01).endswith(said)


def test_moments_are_in_order_and_each_has_a_name_of_its_own(found):
    steps = [moment.step for moment in found.spread.moments]
    assert steps == sorted(set(steps))
    assert found.spread.moments[0].name.startswith("before")
    assert len(steps) == spread.N_MOMENTS


def test_the_page_keeps_apart_figures_with_a_source_with_a_construct_and_assumed(told, html):
    figures = [a for a in story.assumptions(told.scenario, "nothing", told.study.variants) if a.is_figure]
    n, constructs, assumed = len(figures), sum(a.is_construct for a in figures), sum(a.is_assumed for a in figures)
    assert 0 < constructs < assumed < n
    assert f"Of {n} figures in force {n - constructs - assumed} name a publication" in html
    for head, many in (("without a source", assumed), ("with a construct", constructs)):
        assert f"Assumed, {head} ({many})" in html
    assert f"{constructs + assumed} of {n} figures are assumed" in html
    table = html.partition(">Assumptions</h2>")[2]
    for name in ("scale", "price", "frozen after", "share", "within", "excess withdrawn"):
        assert f"<tr><td>{name} <span" in table.partition("The counting")[2], name


def test_the_page_is_well_formed_and_its_ids_are_unique(html):
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {"why", "network", "causes", "moments"} <= set(ids)


@pytest.mark.slow
def test_a_report_runs_worlds_again_once_and_keeps_them_in_the_run_folder(told, tmp_path, monkeypatch):
    path = told.report(tmp_path / "report.html", out=tmp_path, workers=1)
    where = addresses(told.scenario, told.study.variants, causes.simulate_with_causes)
    assert count(tmp_path / "runs", where, N).done == 3 * N
    first = path.read_text(encoding="utf-8")
    monkeypatch.setattr(causes, "Causes", lambda *_: pytest.fail("was run once more"))
    assert told.report(path, out=tmp_path, workers=1).read_text(encoding="utf-8") == first


def test_repeat_lists_the_engine_and_the_address_of_each_variant(html, told):
    text = html[html.index('id="repeat"') :]
    assert engine() in text
    for name, at in addresses(told.scenario, told.study.variants, simulate).items():
        assert f"Address of ‘{name}’" in text
        assert at in text
    assert told.scenario.digest in text


@pytest.mark.slow
def test_a_study_of_an_engine_of_ones_own_says_so_and_is_reported_all_the_same(told, tmp_path):
    def own(scenario, variants, replication):
        raise NotImplementedError

    made_up = Result(told.study, told.comparison, own)
    text = made_up.report(tmp_path / "report.html", workers=1).read_text(encoding="utf-8")
    for name in (again.WHY, again.NETWORK):
        assert "made by an engine of one’s own" in chapter(text, name)
        assert "<figure" not in chapter(text, name)
    assert "Hash of the engine" not in text


@pytest.mark.slow
def test_worlds_that_cannot_be_run_again_are_told_with_what_was_raised(monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "REGISTRY", fake.REGISTRY)
    monkeypatch.setattr(story, "REGISTRY", fake.REGISTRY)
    text = fake.result(("nothing", "insured"), 5).report(tmp_path / "r.html", workers=1).read_text(encoding="utf-8")
    for name in (again.WHY, again.NETWORK):
        assert "could not be run again: " in chapter(text, name)
        assert "Error: " in chapter(text, name)


@pytest.mark.slow
def test_without_a_rerun_nothing_is_run_and_the_chapters_say_so(told, tmp_path, monkeypatch):
    monkeypatch.setattr(again, "run_again", lambda *_, **__: pytest.fail("was run"))
    text = told.report(tmp_path / "r.html", rerun=False).read_text(encoding="utf-8")
    assert text.count("No world was run again for this report.") == 2


def facts_of(result):
    return {fact.asked: fact.found for fact in answer(result).facts}


def with_outcome(result, name, change):
    """Return the result with one outcome changed under each variant, array (worlds, variants)."""
    outcomes = {**result.study.outcomes, name: change(result.study.outcomes[name].copy())}
    study = replace(result.study, outcomes=outcomes)
    return Result(study, compare(study, REGISTRY))


def test_answer_says_which_segments_lose_less_and_which_more(told):
    best = next(name for name in told.comparison.ranking if name != "nothing")
    b = told.study.variants.index(best)

    def worse(values):
        values[:, b] = values[:, told.study.variants.index("nothing")] + 0.25
        return values

    def better(values):
        values[:, b] = values[:, told.study.variants.index("nothing")] - 0.25
        return values

    changed = with_outcome(
        with_outcome(told, "loss_by_segment[novice]", worse), "loss_by_segment[professional]", better
    )
    text = facts_of(changed)["Who gains, who loses?"]
    assert "by the segment ‘novice’ (+25 pp) of what they held." in text
    assert "clearly less is lost by the segment ‘professional’" in text
    unhurt = reading.level(told, "zero_loss_share", best).mean
    assert f"Of those who held money {words.quantity(unhurt, 'share')} lose at most 0.1 % of it" in text


def test_answer_sets_those_who_leave_late_beside_the_first_to_ask(told):
    def ratio(values):
        values[:] = 2.0
        values[:, told.study.variants.index("nothing")] = 3.0
        return values

    text = facts_of(with_outcome(told, "late_loss_ratio", ratio))["Who gains, who loses?"]
    assert "2 times under ‘" in text
    assert "3 times under ‘nothing’" in text


def test_answer_sets_what_clients_lose_less_by_the_ledger_against_the_cost(told):
    best = next(name for name in told.comparison.ranking if name != "nothing")
    base = told.study.variants.index("nothing")

    def saves(values):
        values[:, told.study.variants.index(best)] = values[:, base] - 0.01 - 0.001 * np.arange(len(values))
        return values

    changed = with_outcome(told, "investor_loss", saves)
    less = words.quantity(-reading.difference(changed, "loss_by_payer[clients]", best).mean, "money", "CNY")
    assert facts_of(changed)["What does it cost?"].startswith(f"‘{best}’ costs ")
    assert f"; clients lose {less} less." in facts_of(changed)["What does it cost?"]
    same = with_outcome(told, "investor_loss", lambda values: np.tile(values[:, [base]], (1, values.shape[1])))
    assert "; clients lose" not in facts_of(same)["What does it cost?"]


def test_where_the_usual_outcome_cannot_tell_the_first_that_can_ranks_and_the_answer_says_so(told):
    def tied(values):
        values[:] = 1.0
        return values

    def saves(values):
        values[:, 1:] = values[:, :1] - 0.0202 - 0.001 * np.arange(len(values))[:, None]
        return values

    neither = with_outcome(with_outcome(told, "run_probability", tied), "excess_withdrawn", tied)
    changed = with_outcome(neither, "investor_loss", saves)
    text = answer(changed).headline
    assert "it lowers investor loss by 2.3 pp" in text
    counts = facts_of(changed)["What counts?"]
    assert counts.startswith("Excess withdrawn tells no variant from ‘nothing’ as better.")
    assert "investor loss 0.5 pp (assumed)" in counts
    asked = Result(changed.study, compare(changed.study, REGISTRY, rank_by="run_probability"))
    text = answer(asked).headline
    assert text.startswith("No variant is clearly better than ‘nothing’, judged by run probability.")
    assert "But it clearly lowers investor loss: −2.3 pp" in text
