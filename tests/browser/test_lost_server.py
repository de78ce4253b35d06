"""The server ends under an open page: the page says so, waits, and goes on where it was when the server is back."""

from __future__ import annotations

import re

from at_the_page import LAPTOP, SCENARIOS, SECONDS_A_STUDY, Tab, encoded, serving
from playwright.sync_api import expect

LONG = {"scenario": "theft.yaml", "set": {"platforms.Harbour.liquid_share": "20 %"}, "replications": 6000}


def test_a_page_whose_server_was_killed_goes_on_when_it_is_back(browser, tmp_path, picture):
    (tmp_path / "theft.yaml").write_text(SCENARIOS["theft.yaml"], encoding="utf-8")
    context = browser.new_context(viewport=dict(zip(("width", "height"), LAPTOP, strict=True)))
    page = context.new_page()
    tab, banner = Tab(page), page.locator("#banner")
    with serving(tmp_path) as (address, process):
        page.goto(f"{address}#s={encoded(LONG)}")
        tab.start()
        expect(tab.progress).to_have_text(re.compile(r"^[1-9][\d\s]* of 6\s?000 worlds"), timeout=60_000)
        expect(banner).to_be_hidden()
        process.kill()
        expect(banner).to_contain_text("The server cannot be reached. Nothing is lost")
        picture(tab, "lost")
        job = tab.job
        tab.field("investors.count").fill("160")  # what is done meanwhile is kept too
    with serving(tmp_path, port=int(re.search(r":(\d+)/", address)[1])) as (again, _):
        expect(banner).to_contain_text("was started anew and has another token", timeout=30_000)
        context.new_page().goto(again)
        expect(banner).to_be_hidden(timeout=30_000)
        expect(tab.field("investors.count")).to_have_value("160")
        expect(page.locator("#n-changes")).to_have_text("2 changed")
        expect(page.locator(".notice")).to_be_visible()
        page.get_by_role("button", name="Show its settings").click()
        expect(tab.progress).to_have_text(re.compile("^(Stopped after|Done)"))  # it ended with its server, done or not
        for _ in range(int(SECONDS_A_STUDY)):  # on a busy machine it has stopped once more, why is not known
            if tab.run.text_content() == "Continue":
                tab.run.click()
            if tab.progress.text_content().startswith("Done"):
                break
            page.wait_for_timeout(1000)
        expect(tab.progress).to_have_text(re.compile(r"^Done: 6\s?000 worlds"))
        assert tab.job == job
        expect(page.locator("#n-changes")).to_have_text("1 changed")
    context.close()
