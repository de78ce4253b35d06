"""Which of what nobody knows beforehand decides a run: planted studies whose runs hang on one of them alone."""

import functools
import math

import numpy as np
import planted
import pytest
from scipy import special

import trustsim as ts
from trustsim.analysis import unknowns
from trustsim.analysis.unknowns import FEWEST, FEWEST_OF_A_KIND, deciding
from trustsim.errors import TrustsimError
from trustsim.experiment.run import Run
from trustsim.experiment.study import Study
from trustsim.report.page import page
from trustsim.report.page.again import nothing
from trustsim.report.words import unknowns as words
from trustsim.world.members import members_of
from trustsim.world.unknowns import unknowns_of

RUN, FAILURE = "run_probability", "failure_probability"
ON, OFF = {"mechanisms.aggregate_uncertainty": "on"}, {"mechanisms.aggregate_uncertainty": False}
NEWS, LOSS = "strength of the news", "size of losses"


def story(**overrides):
    return ts.load(planted.QUICKSTART, overrides={"outcomes": [RUN, FAILURE], **ON, **overrides})


def drawn(scenario, replications, unknown):
    """Return what was drawn of one unknown for these worlds."""
    found = unknowns_of(scenario, "nothing", replications)
    return found.drawn[:, [each.text for each in found.each].index(unknown)]


def study_of(happens, n=200, **overrides):
    """A study of *n* worlds and two variants: a run comes where *happens*, of scenario and worlds, says so, or not."""
    scenario, worlds = story(**overrides), np.arange(n)
    event = np.asarray(happens(scenario, worlds), np.float64)
    return Study(scenario, ("nothing", "insured"), worlds, {RUN: np.stack([event, 1 - event], axis=1)}, {}, (), 0.0)


def engine(scenario, variants, replication, *, above=0.3, **_):
    """A run comes where losses are large, under every variant but one, which needs larger ones; nothing ever fails."""
    z = drawn(scenario, [replication], LOSS)[0]
    runs = np.array([float(z > (above if name == "nothing" else above + 0.5)) for name in variants])
    series = {"outflow": np.zeros((scenario.n_days + 1, len(variants), 2), np.float32)}
    outcomes = {RUN: runs, FAILURE: np.zeros(len(variants))}
    return Run(replication, tuple(variants), outcomes, series, ((),) * len(variants), ("Harbour",))


def compared(n=80, simulate=engine, **overrides):
    options = {"workers": 1, "progress": False, "robustness": False, "simulate": simulate}
    return ts.compare(story(**overrides), variants=["nothing", "insured"], replications=n, **options)


@pytest.mark.parametrize("unknown", [NEWS, LOSS])
def test_a_run_that_hangs_on_one_unknown_alone_is_decided_by_it(unknown):
    study = study_of(lambda scenario, worlds: drawn(scenario, worlds, unknown) > 0.5)
    found = deciding(study, RUN, "nothing")
    first, *others = found.curves
    assert first.unknown.text == unknown
    assert first.is_told
    assert first.decides.low > 0.75
    assert [curve.unknown.text for curve in others if curve.is_told] == []
    assert all(curve.decides.low == 0 and curve.decides.high < 0.1 for curve in others)
    assert found.rest < 0.15
    assert sum(curve.decides.mean for curve in found.curves) + found.rest == pytest.approx(1)
    assert first.share(-1.0).high < 0.1
    assert first.share(0.5).low < 0.5 < first.share(0.5).high
    assert first.share(2.0).low > 0.9


def test_the_opposite_event_has_the_same_shares_and_the_curve_upside_down():
    study = study_of(lambda scenario, worlds: drawn(scenario, worlds, LOSS) + np.sin(worlds) > 0)
    ours, theirs = (deciding(study, RUN, name) for name in study.variants)
    for curve, opposite in zip(ours.curves, theirs.curves, strict=True):
        assert curve.unknown == opposite.unknown
        assert curve.decides.mean == pytest.approx(opposite.decides.mean, abs=1e-4)
        assert curve.slope.mean == pytest.approx(-opposite.slope.mean, abs=1e-3)
        assert curve.mean == pytest.approx(1 - opposite.mean, abs=1e-3)


def test_a_run_by_luck_alone_hangs_on_none_of_them():
    luck = np.random.default_rng(4).random(200)
    found = deciding(study_of(lambda *_: luck < 0.5), RUN, "nothing")
    assert not any(curve.is_told for curve in found.curves)
    assert found.rest > 0.9
    told = words.told({RUN: (found,)})[0]
    assert "under ‘nothing’" in told
    assert "hangs on none of what nobody knows beforehand, as far as can be told." in told


def test_what_lies_between_the_members_of_the_ensemble_is_told_where_it_can_be():
    """An event that each of the members has always or never, but in a tenth of its worlds, and one by luck alone."""
    luck = np.random.default_rng(4).random(200)

    def by_member(scenario, worlds):
        return (members_of(scenario, worlds) % 2 == 0) ^ (luck < 0.1)

    of_them, by_luck = (deciding(study_of(when), RUN, "nothing") for when in (by_member, lambda *_: luck < 0.5))
    assert of_them.members.low < 0.64 < of_them.members.high  # correlation of two worlds of a member, 0.8²
    assert by_luck.members.low == 0
    assert "between the members of the ensemble of behaviours is" in words.told({RUN: (of_them,)})[0]
    most = f"{100 * by_luck.members.high:.1f} % of its variance over worlds."
    assert words.told({RUN: (by_luck,)})[0].endswith(f"How people behave cannot be told to decide it: at most {most}")
    assert deciding(study_of(lambda *_: luck < 0.5, behaviour="point"), RUN, "nothing").members is None


def test_the_groups_are_of_as_many_worlds_and_hold_them_all():
    study = study_of(lambda scenario, worlds: drawn(scenario, worlds, LOSS) > 0)
    for curve in deciding(study, RUN, "nothing").curves:
        assert [share.n for _, share in curve.groups] == [40] * 5
        assert sum(share.mean for _, share in curve.groups) / 5 == pytest.approx(study.outcomes[RUN][:, 0].mean())
        assert [at for at, _ in curve.groups] == sorted(at for at, _ in curve.groups)


def test_a_spread_of_zero_is_no_unknown_and_without_any_there_is_nothing_to_say():
    def by_luck(_, worlds):
        return worlds % 2

    partly = deciding(
        study_of(by_luck, **{"mechanisms.aggregate_uncertainty": {"loss": 0, "trust": 0}}), RUN, "nothing"
    )
    assert {curve.unknown.spread for curve in partly.curves} == {"intensity", "reach", "signal", "attention"}
    assert deciding(study_of(by_luck, **OFF), RUN, "nothing") is None
    assert words.told({}) == ()


def test_few_worlds_and_rare_events_have_no_curve_and_it_is_said():
    by_loss = functools.partial(lambda at, scenario, worlds: drawn(scenario, worlds, LOSS) > at)
    few = deciding(study_of(functools.partial(by_loss, 0.0), n=FEWEST - 1), RUN, "nothing")
    assert not few.curves
    assert words.told({RUN: (few,)}) == (
        "39 worlds are too few to say which of what nobody knows beforehand decides; 40 are enough.",
    )
    assert deciding(study_of(functools.partial(by_loss, 0.0), n=FEWEST), RUN, "nothing").curves
    rare = study_of(lambda _, worlds: worlds < FEWEST_OF_A_KIND - 1)
    ours, theirs = (deciding(rare, RUN, name) for name in rare.variants)
    assert not ours.curves
    assert not theirs.curves
    assert words.told({RUN: (ours, theirs)}) == (
        "9 of 200 worlds have a run under ‘nothing’: too few to say on what it hangs; 10 with one and 10 without are"
        " enough.",
        "9 of 200 worlds have no run under ‘insured’: too few to say on what it hangs; 10 with one and 10 without are"
        " enough.",
    )
    once = deciding(study_of(lambda _, worlds: worlds < 1), RUN, "nothing")
    assert words.told({RUN: (once,)})[0].startswith("1 of 200 worlds has a run under")


def test_what_is_left_names_behaviour_where_worlds_draw_it():
    for behaviour, rest in (("point", "links and the luck of days."), ("ensemble", "days and how people behave.")):
        study = study_of(lambda scenario, worlds: drawn(scenario, worlds, LOSS) > 0, behaviour=behaviour)
        assert rest in words.told({RUN: (deciding(study, RUN, "nothing"),)})[0]


def test_a_name_that_is_not_there_is_an_error():
    study = study_of(lambda _, worlds: worlds % 2)
    with pytest.raises(TrustsimError, match="variant: given 'nothin'"):
        deciding(study, RUN, "nothin")
    with pytest.raises(TrustsimError, match="outcome: given"):
        deciding(study, FAILURE, "nothing")
    halves = study_of(lambda _, worlds: np.full(len(worlds), 0.5))
    with pytest.raises(TrustsimError, match="which is not 0 or 1 in every world"):
        deciding(halves, RUN, "nothing")


@pytest.mark.slow
def test_the_intervals_hold_the_truth():
    """Of 40 planted studies of 100 worlds, where two of six unknowns decide: slopes, shares, the curve along one."""
    slopes, level = np.array([2.0, 1.0, 0, 0, 0, 0]), 0.3
    shares = slopes**2 / ((slopes**2).sum() + math.pi**2 / 3)
    rng = np.random.default_rng(1)
    in_the_middle = special.expit(level + slopes[1] * rng.standard_normal(100_000)).mean()
    held, n_false = np.zeros((3, 2)), 0
    for _ in range(40):
        z = rng.standard_normal((100, 6))
        event = (rng.random(100) < special.expit(level + z @ slopes)).astype(float)
        found, spread = unknowns._fitted(z, event)
        decides, _ = unknowns._shares(found, spread, 100)
        for k in range(6):
            slope = unknowns._slope(found, spread, k, 100)
            curve = unknowns._curve(None, (0.5, "number"), z[:, k], event, slope, decides[k], 6)
            if k < 2:
                held[0, k] += slope.low < slopes[k] < slope.high
                held[1, k] += curve.decides.low <= shares[k] <= curve.decides.high
            if k == 0:
                held[2] += curve.share(0.0).low < in_the_middle < curve.share(0.0).high
            n_false += k > 1 and curve.is_told
    assert (held >= 34).all()
    assert n_false <= 5


@pytest.mark.slow
def test_what_is_left_to_luck_falls_as_the_number_of_investors_grows():
    """In the story of the page on how worlds differ, where strength of the news and size of losses decide most."""
    rest = []
    for count in (200, 5000):
        there = ts.load(planted.QUICKSTART.parent / "worlds_differ.yaml", overrides={"investors.count": count})
        result = ts.compare(there, replications=200, workers=1, progress=False, robustness=False)
        found = deciding(result.study, RUN, "nothing")
        assert [curve.unknown.text for curve in found.curves[:2]] == [NEWS, LOSS]
        rest.append(found.rest)
    assert rest[1] < rest[0] / 2


# -- where it is told -------------------------------------------------------------------------------------------------


def test_the_report_shows_it_for_the_baseline_and_the_first_in_rank():
    result = compared()
    assert result.comparison.ranking[0] == "insured"
    text = page.render(result, nothing())
    assert '<h2 id="unknowns">What nobody knows beforehand</h2>' in text
    chart = text.partition('<figure id="u-run_probability">')[2].partition("</figure>")[0]
    assert chart.count("<svg") == 6
    assert chart.index(LOSS) < chart.index(NEWS)
    assert "Dashed: ‘nothing’; line: ‘insured’." in chart
    assert "unknowns-run_probability.csv" in chart
    assert '<figure id="u-failure_probability">' not in text
    plain = text.replace("\u00a0", " ")
    assert "is decided by size of losses (" in plain
    assert "0 of 80 worlds have a failure under ‘nothing’: too few" in plain


def test_without_unknowns_there_is_no_chapter_and_few_worlds_have_a_sentence_and_no_picture():
    def blind(scenario, variants, replication, **_):
        return engine(story(), variants, replication)

    assert 'id="unknowns"' not in page.render(compared(simulate=blind, **OFF), nothing())
    text = page.render(compared(n=20), nothing())
    assert "20 worlds are too few to say which" in text.replace("\u00a0", " ")
    assert 'id="u-run_probability"' not in text


def test_the_picture_of_a_notebook_has_an_axis_an_unknown_and_says_why_there_is_none():
    result = compared()
    axes = result.plot.unknowns()
    assert len(axes) == 6
    curve = deciding(result.study, RUN, "insured").curves[0]
    assert any(np.allclose(line.get_ydata(), 100 * curve.mean) for line in axes[0].lines if len(line.get_ydata()) == 51)
    with pytest.raises(TrustsimError, match="0 of 80 worlds have a failure"):
        result.plot.unknowns(FAILURE)
    with pytest.raises(TrustsimError, match="20 worlds are too few"):
        compared(n=20).plot.unknowns()
