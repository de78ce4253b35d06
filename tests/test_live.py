"""The live view: the model behind it, Mesa's page rendered, stepped and reset, and the server in a real browser."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from click.testing import CliRunner

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.cli import main
from trustsim.errors import TrustsimError
from trustsim.live.classroom import LARGEST, MOST_LINKS, USUAL, WatchedModel, changed, classroom, knobs
from trustsim.report.pictures import watched
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import shipped

WEIGHT = "mechanisms.herding.weight"


@pytest.fixture(scope="module")
def story() -> Scenario:
    return classroom(ts.load(shipped()["quickstart"]))


def registered(path: str) -> float:
    """Return the default of a parameter of a mechanism, by dotted path."""
    _, mechanism, name = path.split(".")
    (value,) = (p.default for p in REGISTRY["mechanism", mechanism].parameters if p.name == name)
    return float(value)


# -- the scenario and the model -------------------------------------------------------------------------------------


def test_a_class_sees_a_crowd_that_can_be_drawn(story: Scenario) -> None:
    assert story.document["investors"]["count"] == USUAL
    small = changed(story, {"investors.count": 80})
    assert classroom(small) is small
    with pytest.raises(TrustsimError, match=f"at most {LARGEST}"):
        WatchedModel(changed(story, {"investors.count": LARGEST + 1}), "nothing")


def test_sliders_come_from_the_scenario_and_the_registry(story: Scenario) -> None:
    found = {knob.path: knob for knob in knobs(story)}
    theft, weight = found["shocks.0.share"], found[WEIGHT]
    assert (theft.label, theft.value, theft.low, theft.high) == ("Custodian theft: share, %", 6, 0, 100)
    assert theft.written(12.0) == "12 %"
    usual = registered(WEIGHT)
    assert (weight.label, weight.value) == ("Herding: weight", usual)
    assert 3 * usual <= weight.high < 3 * usual + weight.step
    assert found["platforms.Harbour.liquid_share"].value == 15
    assert WEIGHT not in {knob.path for knob in knobs(changed(story, {"mechanisms.herding": "off"}))}


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_has_sliders_with_its_values_inside(name: str) -> None:
    try:
        loaded = ts.load(shipped()[name])
    except TrustsimError as error:
        assert "a file that does not exist" in str(error)  # noqa: PT017
        return
    for knob in knobs(loaded):
        assert knob.low <= knob.value <= knob.high
        assert knob.low < knob.high
        assert knob.step > 0
        changed(loaded, {knob.path: knob.written(knob.value)})


def test_the_model_runs_the_variant_beside_the_baseline_with_the_same_numbers(story: Scenario) -> None:
    shown, alone = WatchedModel(story, "insured", world=3), ts.TrustCrisisModel(story, ["insured"], rng=3)
    assert [variant.name for variant in shown.variants] == ["nothing", "insured"]
    for _ in range(45):
        shown.step()
        alone.step()
    assert np.array_equal(shown.series("outflow")[:, 1], alone.series("outflow")[:, 0])
    assert [variant.name for variant in WatchedModel(story, "nothing").variants] == ["nothing"]


def test_a_slider_changes_what_it_names_and_nothing_where_it_stands_as_it_was(story: Scenario) -> None:
    assert WatchedModel(story, "nothing", **{WEIGHT: registered(WEIGHT)}).story.digest == story.digest
    moved = WatchedModel(story, "nothing", 0, 60, **{WEIGHT: 7.5, "shocks.0.share": 20.0})
    assert moved.story.document["mechanisms"]["herding"]["weight"] == 7.5
    assert moved.story.document["shocks"][0]["share"] == "20 %"
    assert moved.state.population.n_investors == 60


def test_the_picture_shows_the_trust_of_the_agents_who_stay(story: Scenario) -> None:
    model = WatchedModel(story, "insured")
    for _ in range(60):
        model.step()
    people = [agent for agent in model.agents if hasattr(agent, "has_run")]
    expected = [np.nan if agent.has_run else agent.trust for agent in people]
    np.testing.assert_allclose(watched.trust_of_who_stays(model), expected, atol=1e-12)
    assert 0 < np.isnan(expected).sum() < USUAL


def test_the_pictures_name_what_they_show(story: Scenario) -> None:
    model = WatchedModel(story, "insured")
    model.step()
    figure = watched.network_today(model, model.links, model.places)
    assert figure.axes[0].get_title(loc="left") == "day 1, insured"
    assert "hollow: has run" in figure.axes[1].get_ylabel()
    course = watched.course(model)
    assert [ax.get_ylabel() for ax in course.axes] == ["%", "%", "%"]
    assert [text.get_text() for text in course.legends[0].get_texts()] == ["nothing", "insured"]


def test_links_without_number_are_not_drawn(story: Scenario) -> None:
    model = WatchedModel(changed(story, {"network": {"kind": "complete"}}), "nothing")
    assert model.state.network.n_links > MOST_LINKS
    assert model.links.number_of_nodes() == USUAL
    assert model.links.number_of_edges() == 0


# -- the page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def rendered(story: Scenario) -> Iterator[Any]:
    """The page in Solara's own test renderer."""
    solara = pytest.importorskip("solara", reason="needs the extra [live]")
    from trustsim.live.page import Watch

    _, context = solara.render(solara.AppLayout(children=[Watch(story)]), handle_error=False)
    yield context
    context.close()


@pytest.mark.slow
def test_the_page_renders_and_steps(rendered: Any) -> None:
    assert said(rendered) == "Day 0 of 120: 0 of 300 have run; those who stay trust at 80 %."
    first = pictures(rendered)
    button(rendered, "Step").click()
    button(rendered, "Step").click()
    assert said(rendered).startswith("Day 2 of 120:")
    assert len(first) == len(pictures(rendered)) == 2
    assert all(before != after for before, after in zip(first, pictures(rendered), strict=True))


@pytest.mark.slow
def test_a_slider_takes_hold_with_reset_in_a_new_model(rendered: Any, story: Scenario) -> None:
    button(rendered, "Step").click()
    slider(rendered, "Investors").v_model = 100
    assert " of 300 have run" in said(rendered)
    button(rendered, "Reset").click()
    assert said(rendered).startswith("Day 0 of 120: 0 of 100 have run")
    slider(rendered, "Custodian theft: share, %").v_model = 2.0
    button(rendered, "Reset").click()
    same, other = (WatchedModel(story, "nothing", 0, 100, **{"shocks.0.share": share}) for share in (2.0, 9.0))
    for _ in range(45):
        button(rendered, "Step").click()
        same.step()
        other.step()
    from trustsim.live.page import today

    assert said(rendered) == today(same) != today(other)


def button(rendered: Any, label: str) -> Any:
    import ipyvuetify

    return rendered.find(ipyvuetify.Btn, children=[label]).widget


def slider(rendered: Any, label: str) -> Any:
    import ipyvuetify

    return rendered.find(ipyvuetify.Slider, label=label).widget


def said(rendered: Any) -> str:
    """Return the sentence over the picture."""
    return str(shown(rendered)[0].children[0].children[0])


def pictures(rendered: Any) -> list[bytes]:
    network, course = shown(rendered)
    return [bytes(network.children[1].value), bytes(course.value)]


def shown(rendered: Any) -> Any:
    """Return what stands in Mesa's grid, which the finder does not look into."""
    from solara.widgets import GridLayout

    return rendered.find(GridLayout).widget.items


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustsim.live.serve", None)
    answer = CliRunner().invoke(main, ["live", "quickstart"])
    assert answer.exit_code == 2
    assert "allowed: with the extra [live], pip install 'trustsim[live]'" in answer.stderr


# -- the server in a browser ------------------------------------------------------------------------------------------


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a server that was started by the command."""
    for package in ("solara", "solara-assets"):
        if not is_installed(package):
            pytest.skip(f"needs {package}, of the extra [live]")
    code = "import sys; from trustsim.cli import main; sys.argv[0] = 'trustsim'; main()"
    command = [sys.executable, "-u", "-c", code, "live", "quickstart", "--no-open", "--set", "investors.count=60"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().partition(" (stop with")[0]
        server.send_signal(signal.SIGINT)


def is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of the system's Chromium."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("there is no Chromium")
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the extra [test]")
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1366, "height": 768})
        browser.close()


@pytest.mark.slow
def test_a_browser_steps_plays_and_resets_and_asks_no_outside_address(address: str, page: Any, tmp_path: Path) -> None:
    assert address.startswith("http://127.0.0.1:")
    origin = address.partition("/?token=")[0]
    asked: list[str] = []
    assert httpx.get(f"{origin}/", trust_env=False).status_code == 403, "only with the token"
    page.on("request", lambda request: asked.append(request.url))
    page.set_default_timeout(120_000)  # the first step compiles the kernels
    page.goto(address)
    page.get_by_text("Day 0 of 120: 0 of 60 have run").wait_for()
    page.get_by_role("button", name="Step").click()
    page.get_by_text("Day 1 of 120").wait_for()
    page.get_by_role("button", name="▶").click()
    page.get_by_text("Day 4 of 120").wait_for()
    page.get_by_role("button", name="❚❚").click()
    page.screenshot(path=tmp_path / "live.png")
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("Day 0 of 120").wait_for()
    assert page.locator("img").count() == 2
    assert [url for url in asked if not url.startswith((f"{origin}/", "data:", "blob:"))] == []
