"""Names are never formulas, and every letter is drawn: by a font of its script, or as a box and without a warning."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import boxes
import fake
import matplotlib
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from trustsim.ask.result import Result
from trustsim.report.page import charts, fan_chart
from trustsim.report.pictures import figures, fonts, plots
from trustsim.report.words import reading, story, words

NAMES = (
    "$nothing$", "fee $5 (2% above $500)", r"\frac{$x$", "_^{$$$}", "港湾 闸门", "الميناء 🚢", "한글 ひらがな",
    "บท שלום देव",
)  # fmt: skip


@pytest.fixture(scope="module")
def _named() -> Result:
    return fake.result(NAMES, 20)


@pytest.fixture
def named(_named: Result, monkeypatch: pytest.MonkeyPatch) -> Result:
    """The made-up result with variants of names that matplotlib would read as formulas or has no letters for."""
    monkeypatch.setattr(reading, "REGISTRY", fake.REGISTRY)
    monkeypatch.setattr(story, "REGISTRY", fake.REGISTRY)
    return _named


@pytest.fixture
def installed() -> Iterator[None]:
    """Let a test add fonts."""
    before = list(font_manager.fontManager.ttflist)
    yield
    font_manager.fontManager.ttflist[:] = before
    fonts._is_there.cache_clear()


def words_of(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)}


def words_in(svg: str) -> set[str]:
    return {"".join(text.itertext()) for text in ET.fromstring(svg).iter("text")}


@pytest.mark.slow
def test_every_picture_shows_names_as_they_are_written_on_axes_of_anybody(named: Result) -> None:
    shown = {words.shortened(name, 28) for name in NAMES[1:]}
    for draw in (
        lambda ax: plots.distribution(named, "investor_loss", ax),
        lambda ax: plots.differences(named, "investor_loss", ax),
        lambda ax: plots.tradeoff(named, ax=ax),
    ):
        for ax in (None, Figure(figsize=(9, 6)).add_subplot()):
            drawn = draw(ax)
            assert shown <= words_of(drawn.get_figure(root=True))
            drawn.get_figure(root=True).savefig(Path("/dev/null"), format="png")  # as a reader does, without the house
    panels = plots.fan(named, "outflow")
    assert shown <= words_of(panels[0].get_figure(root=True))


def test_every_chart_of_the_report_shows_names_as_they_are_written(named: Result) -> None:
    shown = {words.shortened(name, 28) for name in NAMES[1:]}
    for chart in (
        charts.distribution(named, "investor_loss"),
        charts.differences(named, "investor_loss"),
        charts.cost_and_loss(named, "investor_loss", "policy_cost"),
    ):
        assert all(shown <= words_in(picture) for picture in chart.pictures)
    assert shown <= set().union(*map(words_in, fan_chart.fan(named, "outflow").pictures))


def test_a_legend_names_what_begins_with_an_underscore() -> None:
    with figures.style():
        figure = figures.Picture()
        figures.legend(figure, figure.add_subplot().plot([[0, 1], [1, 0]]), ["_a", "$b$"])
    assert {"_a", "$b$"} <= words_of(figure)


def test_boxes_stand_for_letters_that_no_font_has_and_one_line_says_which(
    named: Result, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_told", set())
    monkeypatch.setattr(fonts, "SCRIPTS", dict.fromkeys(fonts.SCRIPTS, ("a-package", ())))
    ax = plots.distribution(named, "investor_loss")
    charts.distribution(named, "investor_loss")
    assert capsys.readouterr().err == ""  # the reader's browser has its own fonts
    for _ in range(2):
        ax._repr_png_()
    told = capsys.readouterr().err.splitlines()
    assert len([line for line in told if "Chinese" in line]) == 1
    assert all(line.endswith("install one, such as a-package") for line in told)
    font = font_manager.get_font(boxes.FILE)
    assert all(font.get_char_index(ord(c)) for c in "港한あبทנद🚢𠀀")


def test_the_font_of_boxes_is_made_as_it_says() -> None:
    assert boxes.FILE.read_bytes() == boxes.made()


def test_a_font_that_is_installed_draws_its_script(
    installed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.ttf").write_bytes(boxes.made("Noto Sans CJK SC", "港湾"))
    font_manager.fontManager.addfont(tmp_path / "a.ttf")
    assert fonts.families()[-1] == fonts.BOXES
    assert fonts.families().index("Noto Sans CJK SC") > fonts.families().index("DejaVu Sans")
    plots.axes("港湾")._repr_png_()  # type: ignore[attr-defined]
    assert capsys.readouterr().err == ""


def test_the_font_that_a_notebook_chose_comes_first(named: Result) -> None:
    for choice in ({"font.family": "DejaVu Serif"}, {"font.sans-serif": ["not there", "DejaVu Serif"]}):
        with matplotlib.rc_context(choice):
            ax = plots.distribution(named, "investor_loss")
        drawn = [text for text in ax.findobj(Text) if text.get_text()]
        assert {text.get_fontfamily()[0] for text in drawn if isinstance(text, Text)} == {"DejaVu Serif"}
    assert fonts.families()[0] == "DejaVu Sans"
    with figures.style():
        inside = fonts.families()
    assert inside == fonts.families()
