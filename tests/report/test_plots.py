from dataclasses import replace

import fake
import networkx as nx
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from trustsim.analysis.comparison import compare
from trustsim.analysis.pareto import pareto
from trustsim.ask.result import Result
from trustsim.errors import TrustsimError
from trustsim.report.page import charts
from trustsim.report.pictures import causes, figures, labels, look, plots, scales, spreads, survival, svg
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.words import reading, standing


def texts(ax):
    """All words in the figure of these axes."""
    return {text.get_text() for text in ax.get_figure(root=True).findobj(Text)}


def test_fan_of_all_variants_is_one_named_picture_each_on_common_axes(result):
    panels = plots.fan(result, "outflow")
    assert panels.shape == (len(fake.VARIANTS),)
    assert [ax.get_title(loc="left") for ax in panels] == ["nothing (baseline)", *fake.VARIANTS[1:]]
    assert len({ax.get_ylim() for ax in panels}) == 1
    assert panels[0].get_figure(root=True).get_supylabel() == "outflow (%)"


def test_small_multiples_show_the_whole_fan_of_every_variant(result):
    panels = plots.fan(result, "outflow", ["both", "nothing"])
    drawn = np.vstack([band.get_paths()[0].vertices for ax in panels for band in ax.collections])
    assert drawn[:, 1].max() < panels[0].get_ylim()[1]


def test_fan_of_one_variant_draws_its_bands_and_the_median_of_the_baseline(result):
    ax = plots.fan(result, "cash", "insured")
    assert isinstance(ax, Axes)
    assert len(ax.collections) == 2
    assert len(ax.lines) == 2
    runs = result.study.series["cash"][:, :, fake.VARIANTS.index("nothing"), -1]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.median(runs, axis=0), rtol=1e-6)
    assert ax.lines[0].get_linestyle() == "--"
    assert ax.get_ylabel() == "cash (million CNY)"


def test_fan_of_one_platform_is_that_platform(result):
    ax = plots.fan(result, "trust", "nothing", platform="Harbour")
    runs = result.study.series["trust"][:, :, 0, 0]
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), np.median(runs, axis=0), rtol=1e-6)
    with pytest.raises(TrustsimError, match="did you mean 'Harbour'"):
        plots.fan(result, "trust", "nothing", platform="Harbor")


def test_unknown_names_are_refused_with_the_nearest(result):
    with pytest.raises(TrustsimError, match="did you mean 'outflow'"):
        plots.fan(result, "outflows", "nothing")
    with pytest.raises(TrustsimError, match="did you mean 'insured'"):
        plots.fan(result, "outflow", "insurd")
    with pytest.raises(TrustsimError, match="did you mean 'investor_loss'"):
        plots.distribution(result, "investor_los")


def test_axes_for_one_picture_cannot_take_many(result):
    with pytest.raises(TrustsimError, match="given 2 variants"):
        plots.fan(result, "outflow", ["nothing", "both"], ax=Figure().add_subplot())


def test_difference_fan_is_paired_world_by_world(result):
    ax = plots.difference_fan(result, "cumulative_outflow", "both")
    x = result.study.series["cumulative_outflow"][..., -1].astype(np.float64)
    expected = np.median(x[:, :, fake.VARIANTS.index("both")] - x[:, :, 0], axis=0)
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), expected, atol=1e-6)
    assert ax.lines[0].get_ydata() == [0.0, 0.0]
    assert ax.get_ylabel() == "difference in cumulative outflow (pp)"


def test_distribution_shows_every_run_and_says_how_many_there_are(result):
    ax = plots.distribution(result, "time_to_failure")
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    drawn = [len(line.get_xdata()) for line in dots]
    assert drawn == list(np.isfinite(result.study.outcomes["time_to_failure"]).sum(axis=0))
    told = " ".join(texts(ax))
    assert f"in {drawn[0]} of 120 runs" in told
    assert all(name in told for name in fake.VARIANTS)


def test_survival_draws_the_share_of_worlds_without_the_event_for_every_variant(result):
    measures = {**result.comparison.measures}
    measures["time_to_failure"] = replace(measures["time_to_failure"], censored=True)
    timed = Result(result.study, replace(result.comparison, measures=measures))
    ax = plots.survival(timed, "time_to_failure")
    assert ax.get_xlabel() == "days"
    colours = look.colours(fake.VARIANTS, "nothing")
    lines = {line.get_color(): line for line in ax.lines}
    for k, name in enumerate(fake.VARIANTS):
        never = np.isnan(result.study.outcomes["time_to_failure"][:, k]).mean()
        assert lines[colours[name]].get_ydata()[-1] == pytest.approx(100 * never)
    assert max(ax.get_xticks()) <= result.scenario.horizon
    assert all(name[:12] in " ".join(texts(ax)) for name in fake.VARIANTS)
    with pytest.raises(TrustsimError, match="given 'investor_loss'; allowed: one of time_to_failure"):
        plots.survival(timed, "investor_loss")


def test_survival_curves_that_coincide_are_both_seen_and_named_together(result):
    measures = {**result.comparison.measures}
    measures["time_to_failure"] = replace(measures["time_to_failure"], censored=True)
    days = np.repeat(result.study.outcomes["time_to_failure"][:, :1], 8, axis=1)
    outcomes = {**result.study.outcomes, "time_to_failure": days}
    timed = Result(replace(result.study, outcomes=outcomes), replace(result.comparison, measures=measures))
    assert survival.alike(timed, "time_to_failure", fake.VARIANTS) == [list(fake.VARIANTS)]
    ax = plots.survival(timed, "time_to_failure", variants=("nothing", "insured"))
    widths = {line.get_color(): line.get_linewidth() for line in ax.lines}
    colours = look.colours(fake.VARIANTS, "nothing")
    assert widths[colours["nothing"]] > widths[colours["insured"]]
    assert "nothing = insured" in texts(ax)


def test_a_variant_that_is_the_same_in_every_world_has_a_mark_and_no_line(result):
    outcomes = {**result.study.outcomes, "run_probability": result.study.outcomes["run_probability"].copy()}
    outcomes["run_probability"][:, 1] = outcomes["run_probability"][:, 0]
    study = replace(result.study, outcomes=outcomes)
    same = Result(study, compare(study, fake.REGISTRY))
    ax = plots.differences(same, "run_probability", variants=("nothing", "prompt notice", "both"))
    inks = look.colours(fake.VARIANTS, "nothing")
    lengths = {ink: [len(line.get_xdata()) for line in ax.lines if line.get_color() == ink] for ink in inks.values()}
    assert lengths[inks["prompt notice"]] == [1]
    assert sorted(lengths[inks["both"]]) == [1, 2]
    assert {"← better", "worse →"} <= texts(ax)


def test_differences_that_rounding_hides_look_small(result):
    outcomes = {**result.study.outcomes, "peak_outflow": 0.3 + 1e-6 * np.random.default_rng(1).random((120, 8))}
    study = replace(result.study, outcomes=outcomes)
    low, high = plots.differences(Result(study, compare(study, fake.REGISTRY)), "peak_outflow").get_xlim()
    assert (low, high) == (-standing.POINTS, standing.POINTS)
    sheet = Sheet(8, 3)
    sheet.panel.line([4_636_680.0, 4_636_680.9], [0, 1], look.INK, 1)
    low, high = sheet.panel.ends("x")
    assert high - low > 0.02 * 4_636_680


def test_colours_of_kinds_are_not_those_of_variants():
    assert not set(look.KINDS) & {*look.COLOURS, look.BASELINE}
    assert set(causes.COLOURS.values()) <= set(look.KINDS)


def test_dots_that_stand_for_many_runs_keep_the_smallest_and_the_largest(result, monkeypatch):
    monkeypatch.setattr(spreads, "_MOST_DOTS", 100)
    lines = {
        line.get_color(): line
        for line in plots.distribution(result, "investor_loss").lines
        if len(line.get_xdata()) > 2
    }
    values = reading.values(result, "investor_loss", "nothing")
    drawn = lines[look.BASELINE].get_xdata()
    every = spreads.runs_per_dot(result)
    assert len(drawn) == -(-len(values) // every) < len(values)
    assert (min(drawn), max(drawn)) == (values.min(), values.max())


def test_distribution_spreads_both_camps_of_a_bimodal_outcome(result):
    ax = plots.distribution(result, "investor_loss")
    values = np.asarray(ax.lines[0].get_xdata())
    assert (values == 0).sum() > 10
    assert (values > 5e6).sum() > 10


def test_differences_draw_the_baseline_and_leave_unclear_ones_hollow(result):
    ax = plots.differences(result, "run_probability")
    assert {"nothing (baseline)", *fake.VARIANTS[1:], "← better"} <= texts(ax)
    faces = {line.get_marker(): line.get_markerfacecolor() for line in ax.lines if line.get_marker() != "None"}
    found = result.comparison.differences["service desk and education"]["run_probability"]
    assert found.low < 0 < found.high
    assert faces[look.markers(fake.VARIANTS, "nothing")["service desk and education"]] == look.PAPER


@pytest.mark.parametrize("width", [7.0, 3.5])
def test_tradeoff_names_every_variant_without_overlap(result, width):
    with figures.style():
        ax = Figure(figsize=(width, 4.2), layout="constrained").add_subplot()
    plots.tradeoff(result, ax=ax)
    figure = ax.get_figure(root=True)
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert [text.get_text() for text in ax.texts] == ["nothing (baseline)", *fake.VARIANTS[1:]]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:k])


def test_pareto_set_is_what_nothing_beats():
    points = np.array([[0.0, 9.0], [1.0, 5.0], [1.0, 6.0], [2.0, 5.0], [3.0, 1.0]])
    assert pareto(points).tolist() == [True, True, False, False, True]


def test_pictures_are_the_same_byte_for_byte_and_leave_matplotlib_alone(result):
    import matplotlib

    before = dict(matplotlib.rcParams)
    assert (
        plots.differences(result, "investor_loss")._repr_png_()
        == plots.differences(result, "investor_loss")._repr_png_()
    )
    assert charts.differences(result, "investor_loss") == charts.differences(result, "investor_loss")
    assert dict(matplotlib.rcParams) == before


def test_svg_takes_the_colours_of_the_page_and_its_ids_do_not_clash(result):
    wide, narrow = charts.differences(result, "investor_loss").pictures
    assert "currentColor" in wide
    assert "var(--v1)" in wide
    assert "style=" not in wide
    assert "http" not in wide
    assert 'role="img"' in wide
    assert "<title" in wide
    ids = [{part.split('"')[0] for part in text.split(' id="')[1:]} for text in (wide, narrow)]
    assert ids[0].isdisjoint(ids[1])


def test_titles_and_texts_in_an_svg_are_escaped():
    sheet = Sheet(2, 1)
    sheet.panel.title("<script>alert(2)</script>")
    drawn = sheet.written("k", "<script>alert(1)</script>", "a & b")
    assert "<script" not in drawn
    assert drawn.count("&lt;script&gt;") == 2
    assert "a &amp; b" in drawn


def test_paths_of_straight_lines_keep_their_corners_and_break_where_nothing_is_known():
    assert svg._path(np.array([[10, 20], [11, 20], [12, 20], [13.04, 22]])) == "M10 20h2l1 2"
    assert svg._path(np.array([[0, 0], [5, 0], [2, 0], [np.nan, 0], [1, 1], [2, 3]])) == "M0 0h5l-3 0M1 1l1 2"
    assert svg._path(np.array([[np.nan, 1.0]])) == ""


@pytest.mark.parametrize("ends", [(0, 1), (-0.73, 12.4), (1e-7, 3e-7), (99.2, 1e6), (5000.1, 5000.9), (-3, 0)])
@pytest.mark.parametrize("n", [4, 7])
@pytest.mark.parametrize("is_whole", [False, True])
def test_ticks_are_those_that_matplotlib_finds(ends, n, is_whole):
    usual = MaxNLocator(nbins=n, integer=is_whole, steps=scales.ROUND).tick_values(*ends)
    np.testing.assert_allclose(scales.ticks(*ends, n, is_whole=is_whole), usual, rtol=1e-9, atol=1e-12)


def test_every_panel_has_room_for_what_is_written_around_it():
    sheet = Sheet(5, 3, 2)
    for panel in sheet.panels:
        panel.line([0, 1], [0, 1], look.INK, 1)
        panel.at("y", [0, 1], ["short", "a very long name of a row"])
        panel.numbers("x", "days")
    sheet.settle()
    (left, *_), (other, *_) = boxes = [panel.box for panel in sheet.panels]
    assert left > scales.width("a very long name of a row", 8.5)
    assert other - boxes[0][2] > scales.width("a very long name of a row", 8.5)
    assert boxes[0][2] - left == pytest.approx(boxes[1][2] - other)


def test_axes_and_panels_show_themselves_in_a_notebook(result):
    for picture in (plots.distribution(result, "investor_loss"), plots.fan(result, "outflow", ["nothing", "both"])):
        assert picture._repr_png_().startswith(b"\x89PNG")


def test_colours_of_sixteen_variants_differ_in_colour_or_marker():
    names = [f"v{k}" for k in range(16)]
    colours, markers = look.colours(names, "v0"), look.markers(names, "v0")
    assert len({(colours[name], markers[name]) for name in names}) == 16
    assert colours["v0"] == look.BASELINE


def test_network_draws_every_node_isolated_and_unknown_ones_too():
    graph = nx.barabasi_albert_graph(60, 2, seed=3)
    graph.add_node(60)
    graph.add_edge(5, 5)
    values = np.linspace(0, 1, 61)
    values[7] = np.nan
    places = plots.layout(graph)
    assert places.shape == (61, 2)
    np.testing.assert_array_equal(places, plots.layout(graph))
    ax = plots.network(graph, values, positions=places, title="day 40", label="trust", low=0, high=1)
    assert ax.get_title(loc="left") == "day 40"
    assert sum(len(c.get_offsets()) for c in ax.collections[1:]) == 62
    assert ax._repr_png_().startswith(b"\x89PNG")


def test_network_of_nobody_is_empty_and_too_many_or_too_few_are_refused():
    plots.network(nx.Graph(), [])
    with pytest.raises(TrustsimError, match="3 values"):
        plots.network(nx.path_graph(4), [1, 2, 3])
    with pytest.raises(TrustsimError, match="at most"):
        plots.network(nx.empty_graph(5001), np.zeros(5001))


def test_names_of_crowded_points_do_not_touch_and_stay_in_the_frame():
    points = np.array([[100.0, 100.0], [104.0, 100.0], [100.0, 104.0], [103.0, 97.0], [190.0, 195.0]])
    boxes = labels.place(points, np.full(5, 50.0), 12.0, np.array([0.0, 0.0, 200.0, 200.0]), np.empty((0, 4)))
    assert (boxes >= 0).all()
    assert (boxes <= 200).all()
    for k in range(5):
        apart = (boxes[:, :2] >= boxes[k, 2:]) | (boxes[:, 2:] <= boxes[k, :2])
        assert np.delete(apart.any(axis=1), k).all()


def test_gap_is_the_distance_to_the_nearest_edge():
    found = labels.gap(np.array([[0.0, 0.0, 2.0, 1.0]]), np.array([[1.0, 0.5], [5.0, 5.0], [-1.0, 0.5]]))
    np.testing.assert_allclose(found, [[0.0, 5.0, 1.0]])


def test_axes_and_panels_of_ones_own_are_shown_as_a_picture_by_a_notebook():
    ax, pair = plots.axes("day", "people"), plots.panels(2, same_x=False)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("day", "people")
    assert len({panel.get_ylim() for panel in pair}) == 1
    for shown in (ax, pair):
        assert shown._repr_png_().startswith(b"\x89PNG")
