"""The page from the first look to the answer: change, run, leave and come back, stop and go on, errors, keyboard."""

from __future__ import annotations

import re

import pytest
from at_the_page import LAPTOP, PHONE
from at_the_page import THEFT as SMALL
from playwright.sync_api import expect

LIQUID = "platforms.Harbour.liquid_share"


def long_study(seed):
    """Return a study that takes some seconds, of worlds that no other test has run."""
    return {"scenario": "theft.yaml", "replications": 6000, "seed": seed}


def n_worlds(tab):
    """Return how many worlds the page says are done."""
    found = re.search(r"(\d[\d\s]*) of", tab.progress.inner_text())
    return int(re.sub(r"\s", "", found[1])) if found else 0


def wait_for_worlds(tab):
    expect(tab.progress).to_have_text(re.compile(r"^[1-9][\d\s]* of 6\s?000 worlds"), timeout=60_000)


def test_a_slider_and_its_field_are_one_value(open_page):
    tab = open_page(SMALL)
    field = tab.field(LIQUID)
    slider = tab.page.locator(f'[data-slider="{LIQUID}"]')
    expect(field).to_have_value("15 %")
    slider.focus()
    slider.press("ArrowRight")
    expect(field).to_have_value("16 %")
    expect(tab.page.locator("#n-changes")).to_have_text("1 changed")
    field.fill("30 %")
    expect(slider).to_have_value("30")
    tab.page.get_by_role("button", name="Put back Liquid share").click()
    expect(field).to_have_value("15 %")
    expect(slider).to_have_value("15")
    expect(tab.page.locator("#n-changes")).to_have_text("")


def test_a_changed_scenario_is_run_and_ranked(open_page, server, picture):
    tab = open_page({"scenario": "theft.yaml"})
    tab.page.get_by_label("Worlds", exact=True).fill("20")
    tab.field(LIQUID).fill("20 %")
    expect(tab.progress).to_have_text(re.compile("^3 variants × 20 worlds"))
    tab.start()
    tab.wait_until_done()
    result = server.result(tab.job)
    assert result["replications"] == 20
    expect(tab.rows).to_have_count(3)
    expect(tab.page.locator(".ranking .name")).to_have_text(result["ranking"])
    expect(tab.page.locator("tr.baseline .name")).to_have_text("nothing")
    marked = {"†": result["harms"], "‡": result["shifts"], "?": result["unmeasured"]}
    told = ["".join(mark for mark, those in marked.items() if name in those) for name in result["ranking"]]
    assert any(told)  # the guarantee moves what is lost
    expect(tab.page.locator(".ranking .marks")).to_have_text(told)
    expect(tab.headline).to_contain_text(re.compile("."))
    expect(tab.run).to_have_text("Up to date")
    kept = (server.folder / "runs" / tab.job / "resolved.yaml").read_text(encoding="utf-8")
    assert re.search(r"liquid_share: ['\"]?20 %", kept)
    picture(tab, "done")


def test_a_reload_in_the_middle_and_other_tabs_show_the_same_run_going_on(open_page, picture):
    tab = open_page(long_study(seed=11))
    tab.start()
    wait_for_worlds(tab)
    picture(tab, "running")
    before, job = n_worlds(tab), tab.job
    tab.page.reload()
    wait_for_worlds(tab)
    assert n_worlds(tab) >= before
    by_link = open_page(address=tab.page.url)
    by_question = open_page(long_study(seed=11))
    by_question.start()
    for each in (tab, by_link, by_question):
        each.wait_until_done()
        expect(each.progress).to_have_text(re.compile(r"^Done: 6\s?000 worlds"))
        expect(each.headline).to_have_text(tab.headline.inner_text())
        expect(each.rows.first).to_have_text(tab.rows.first.inner_text(), use_inner_text=True)
        assert each.job == job


def test_a_study_is_stopped_and_goes_on(open_page):
    tab = open_page(long_study(seed=13))
    tab.start()
    wait_for_worlds(tab)
    job = tab.job
    tab.page.get_by_role("button", name="Stop").click()
    expect(tab.progress).to_have_text(re.compile("^Stopped after"), timeout=30_000)
    kept = n_worlds(tab)
    assert 0 < kept < 6000
    expect(tab.run).to_have_text("Continue")
    expect(tab.page.get_by_role("button", name="Stop")).to_be_hidden()
    tab.run.click()
    expect(tab.progress).not_to_have_text(re.compile(f"^(Stopped|Starting|{kept} )"), timeout=60_000)
    assert tab.job == job
    tab.page.get_by_role("button", name="Stop").click()
    expect(tab.progress).to_have_text(re.compile("^Stopped after"), timeout=30_000)
    assert n_worlds(tab) > kept


def test_an_error_stands_beside_its_field(open_page, picture):
    tab = open_page(SMALL)
    field = tab.field(LIQUID)
    field.fill("120 %")
    error = tab.page.locator(f'#parameters-panel .field:has([data-path="{LIQUID}"]) .error')
    expect(error).to_contain_text("0 % to 100 %")
    assert error.get_attribute("id") in field.get_attribute("aria-describedby").split()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(tab.run).to_have_attribute("aria-disabled", "true")
    expect(tab.run).to_have_accessible_description("Not everything is right yet: see the list")
    picture(tab, "error")
    tab.open("Variants")
    tab.page.get_by_role("alert").get_by_role("button", name=LIQUID).click()
    expect(field).to_be_focused()
    field.fill("12 %")
    expect(error).to_be_hidden()
    expect(tab.page.get_by_role("alert")).to_be_hidden()
    expect(tab.run).to_have_attribute("aria-disabled", "false")


def test_the_keyboard_alone_leads_from_the_first_look_to_the_answer(open_page, finished):
    tab = open_page({**finished["state"], "seed": 7})
    press = tab.page.keyboard.press

    def go_to(name):
        for _ in range(60):
            press("Tab")
            focused = tab.page.locator(":focus")
            if focused.count() and (focused.get_attribute("aria-label") or focused.inner_text().strip()) == name:
                return
        pytest.fail(f"the Tab key does not lead to {name!r}")

    press("Tab")
    expect(tab.page.get_by_role("link", name="Skip to the results")).to_be_focused()
    tab.page.get_by_label("Worlds", exact=True).wait_for()
    while not tab.page.evaluate("document.activeElement.dataset.path === 'seed'"):
        press("Tab")
    press("Control+a")
    tab.page.keyboard.type("1")  # now it is the study that is done
    expect(tab.progress).to_have_text(re.compile("^3 variants × 24 worlds"))
    go_to("Run")
    press("Enter")
    tab.wait_until_done()
    expect(tab.rows).to_have_count(3)
    go_to("Comparison")
    press("ArrowRight")
    expect(tab.page.get_by_role("tab", name="Charts")).to_be_focused()
    expect(tab.page.locator("#charts-panel figure svg").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_look_fits_a_laptop(open_page, picture, scheme):
    tab = open_page(SMALL, color_scheme=scheme)
    picture(tab, f"first-{scheme}")
    assert tab.page.evaluate("document.documentElement.scrollHeight") <= LAPTOP[1]
    expect(tab.run).to_be_in_viewport()
    head, bar = (tab.page.locator(each).bounding_box()["height"] for each in ("header.top", "#runbar"))
    assert 1 - (head + bar) / LAPTOP[1] > 0.8


def test_a_phone_needs_no_scrolling_sideways(open_page, finished, picture):
    tab = open_page(finished["state"], size=PHONE)
    for path in ("", f"&j={finished['id']}"):
        tab.page.goto(f"{tab.page.url.split('&j=')[0]}{path}")
        for name in ("Parameters", "Variants", "Comparison", "Charts", "Watch a world"):
            tab.open(name)
            if path and name == "Charts":
                expect(tab.page.locator("#charts-panel svg:visible").first).to_be_visible()
            if path and name == "Watch a world":
                expect(tab.page.locator("canvas").first).to_be_visible()
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
            picture(tab, f"phone-{'done' if path else 'first'}-{name.split()[0].lower()}", is_whole=True)
