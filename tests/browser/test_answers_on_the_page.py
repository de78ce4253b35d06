"""What the page shows of a study: the command line's numbers, pictures, a world to watch, names as text."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import chdir

import pytest
from at_the_page import HOSTILE, HOSTILE_NAMES, HOSTILE_TITLE
from click.testing import CliRunner
from playwright.sync_api import expect

from trustsim.cli import main

WORLDS = 12
SAME = ("replications", "baseline", "ranked_by", "ranking", "outcomes", "variants", "failed_runs")
WITH_A_NAME = {"button", "textbox", "searchbox", "slider", "combobox", "checkbox", "radio", "link", "tab", "dialog"}


def trustsim(server, *arguments):
    """Run a command of trustsim in the folder of the server and return the document that it prints."""
    with chdir(server.folder):
        done = CliRunner().invoke(main, [*arguments, "--json", "--quiet", "--workers", "1"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def numbers(document):
    """Return a comparison without where it was computed and how long that took."""
    kept = {key: document[key] for key in SAME}
    return {"seed": document["scenario"]["seed"], **kept}


def copied(tab, name):
    """Copy a piece of the dialog and return what the clipboard holds."""
    tab.page.get_by_role("button", name="Share and export").click()
    tab.page.get_by_role("button", name=f"Copy {name}").click()
    expect(tab.page.locator("#toast")).to_contain_text(f"{name} copied")
    text = tab.page.evaluate("navigator.clipboard.readText()")
    tab.page.keyboard.press("Escape")
    return text


@pytest.mark.slow
def test_what_is_copied_gives_the_numbers_of_the_page(open_page, server):
    tab = open_page({"scenario": "theft.yaml", "replications": WORLDS, "seed": 3})
    tab.field("platforms.Harbour.liquid_share").fill("20 %")
    tab.open("Variants")
    tab.page.get_by_role("button", name="New variant").click()
    tab.page.keyboard.type("redemption gate")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator(".name-input:focus")).to_have_value("redemption gate")
    expect(tab.progress).to_have_text(re.compile("^4 variants × 12 worlds"))
    tab.start()
    tab.wait_until_done()
    shown = server.result(tab.job)
    assert set(shown["ranking"]) == {"nothing", "prompt notice", "insured", "redemption gate"}

    (server.folder / "copied").mkdir()
    (server.folder / "copied" / "mine.yaml").write_text(copied(tab, "Scenario file (YAML)"), encoding="utf-8")
    by_file = trustsim(server, "compare", "copied/mine.yaml", "--out", "copied/by-file")
    assert numbers(by_file) == numbers(shown)

    name, *words = shlex.split(copied(tab, "Command"))
    assert name == "trustsim"
    by_command = trustsim(server, *words, "--out", "copied/by-command")
    assert numbers(by_command) == numbers(shown)

    expect(tab.page.locator(".ranking .name")).to_have_text(by_file["ranking"])


def test_a_link_restores_what_was_set(open_page):
    tab = open_page({"scenario": "theft.yaml", "replications": WORLDS})
    tab.field("platforms.Harbour.liquid_share").fill("25 %")
    tab.open("Variants")
    tab.page.get_by_role("checkbox", name="insured").uncheck()
    expect(tab.page.locator("#n-variants")).to_have_text("2 of 3")
    tab.page.get_by_label("Seed", exact=True).fill("9")
    expect(tab.progress).to_have_text(re.compile("^2 variants × 12 worlds"))
    other = open_page(address=copied(tab, "Link"))
    expect(other.field("platforms.Harbour.liquid_share")).to_have_value("25 %")
    other.open("Variants")
    expect(other.page.get_by_role("checkbox", name="insured")).not_to_be_checked()
    expect(other.page.get_by_label("Seed", exact=True)).to_have_value("9")
    expect(other.progress).to_have_text(re.compile("^2 variants × 12 worlds"))


def test_titles_and_names_are_text_and_run_nothing(open_page, server, picture):
    job = server.study(HOSTILE)
    tab = open_page(HOSTILE)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(HOSTILE_TITLE)
    expect(tab.page).to_have_title(f"{HOSTILE_TITLE} – trustsim")
    tab.start()
    tab.wait_until_done()
    assert tab.job == job["id"]
    for name in HOSTILE_NAMES:
        expect(tab.page.locator(".ranking .name", has_text=name)).to_have_count(1)
        expect(tab.page.locator(".variant .name", has_text=name)).to_have_count(1)
    tab.open("Charts")
    for kind in ("Differences", "Day by day", "Every world"):
        tab.page.get_by_text(kind, exact=True).click()
        expect(tab.page.locator("#charts-panel [aria-busy]")).to_have_count(0)
        expect(tab.page.locator("#charts-panel svg").first).to_be_visible()
        expect(tab.page.locator("#charts-panel figure")).to_contain_text("onerror=alert(2)")
    picture(tab, "hostile")
    tab.open("Watch a world")
    expect(tab.page.locator(".pane-card h3")).to_have_text(["nothing", *HOSTILE_NAMES])
    tab.page.locator("#open-scenarios").click()
    expect(tab.page.get_by_role("dialog")).to_contain_text(HOSTILE_TITLE)
    tab.page.keyboard.press("Escape")
    tab.page.locator("#open-jobs").click()
    expect(tab.page.get_by_role("dialog")).to_contain_text(HOSTILE_TITLE)
    assert tab.page.locator("img, script:not([src]), [onerror], [onload]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_picture_shows_with_its_numbers(open_page, server, finished, picture, scheme):
    tab = open_page(address=f"{server.address}/#j={finished['id']}", color_scheme=scheme)
    tab.wait_until_done()
    tab.open("Charts")
    for kind in ("Differences", "Day by day", "Change day by day", "Every world", "Loss and cost"):
        tab.page.get_by_text(kind, exact=True).click()
        expect(tab.page.locator("#charts-panel [aria-busy]")).to_have_count(0)
        drawn = tab.page.locator("#charts-panel svg:visible")
        expect(drawn.first).to_have_accessible_name(re.compile(r"\w"))
        assert all(each.bounding_box()["height"] > 60 for each in drawn.all())
        tab.page.get_by_text("Numbers", exact=True).click()
        expect(tab.page.locator("figure table tbody tr").first).to_be_visible()
        tab.page.get_by_text("Numbers", exact=True).click()
        picture(tab, f"chart-{kind.replace(' ', '-').lower()}-{scheme}")


def test_a_world_is_watched_day_by_day(open_page, finished, server, picture):
    tab = open_page(address=f"{server.address}/#j={finished['id']}")
    tab.open("Watch a world")
    day, told = tab.page.get_by_label("Day", exact=True), tab.page.locator(".day")
    canvas = tab.page.locator("canvas").first
    expect(told).to_have_text("Day 0")
    expect(tab.page.locator(".pane-card h3")).to_have_text(finished["variants"])

    def drawn():
        return canvas.evaluate("e => e.toDataURL()")

    first = drawn()
    tab.page.get_by_role("button", name="One day on").click()
    expect(told).to_have_text("Day 1")
    tab.page.get_by_role("button", name="Play", exact=True).click()
    expect(told).to_have_text(re.compile(r"^Day ([5-9]|\d\d)$"))
    tab.page.get_by_role("button", name="Pause", exact=True).click()
    expect(tab.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    stopped = int(told.inner_text().removeprefix("Day "))
    expect(day).to_have_value(str(stopped))
    day.fill("30")
    expect(told).to_have_text("Day 30")
    expect(canvas).to_have_attribute("aria-label", re.compile(r"^Network under nothing, day 30: .* have left"))
    assert drawn() != first
    picture(tab, "watch")
    tab.page.get_by_role("button", name="First day").click()
    expect(told).to_have_text("Day 0")
    assert drawn() == first


def test_everything_that_can_be_used_has_a_name(open_page, server, finished):
    tab = open_page(address=f"{server.address}/#j={finished['id']}")
    tab.wait_until_done()
    chrome = tab.page.context.new_cdp_session(tab.page)

    def check():
        nodes = chrome.send("Accessibility.getFullAXTree")["nodes"]
        shown = [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]
        ]
        used = [(role, name) for role, name in shown if role in WITH_A_NAME]
        assert len(used) > 2
        assert [role for role, name in used if not name.strip()] == []

    check()
    tab.page.get_by_role("button", name="Edit insured").click()
    check()
    for name in ("Parameters", "Charts", "Watch a world"):
        tab.open(name)
        if name == "Parameters":
            tab.page.locator("#parameters-panel details").evaluate_all("all => all.forEach((e) => { e.open = true })")
        if name == "Watch a world":
            expect(tab.page.locator("canvas").first).to_be_visible()
        check()
    for opener in ("#open-scenarios", "#open-jobs", "#open-share"):
        tab.page.locator(opener).click()
        expect(tab.page.get_by_role("dialog")).to_be_visible()
        check()
        tab.page.keyboard.press("Escape")
