"""What is edited on the page beyond plain fields: a lever's trigger, the outcome that ranks."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode

import pytest
from at_the_page import THEFT
from playwright.sync_api import expect

MINE = "variants.gate when dry.0.when"
GATE = {**THEFT, "variants": {"gate when dry": [{"kind": "redemption_gate"}]}}


def state_of(tab):
    """Return the state that the address holds, once it is written there."""
    tab.page.wait_for_timeout(200)
    text = re.search(r"[#&]s=([\w-]+)", tab.page.url)[1]
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_trigger_is_set_corrected_and_taken_away(open_page, picture):
    tab = open_page(GATE)
    tab.page.get_by_role("button", name="Edit gate when dry").click()
    field = lambda name: tab.page.locator(f'[data-path="{MINE}.{name}"]')  # noqa: E731
    error = lambda name: tab.page.locator(f'.field:has([data-path="{MINE}.{name}"]) .error')  # noqa: E731
    expect(field("below")).to_have_count(0)
    field("indicator").select_option("liquidity")
    expect(error("indicator")).to_contain_text("without a threshold")
    field("below").press_sequentially("10 %", delay=120)  # slower than the page asks the server
    expect(error("indicator")).to_be_hidden()
    expect(field("below")).to_have_value("10 %")
    expect(field("below")).to_be_focused()
    expect(tab.page.locator(".variant", has_text="gate when dry")).to_contain_text("when liquidity below 10 %")
    field("lag").fill("-1 d")
    expect(error("lag")).to_contain_text("at least 0 d")
    picture(tab, "trigger")
    tab.page.get_by_role("alert").get_by_role("button", name=f"{MINE}.lag").click()
    expect(field("lag")).to_be_focused()
    field("lag").fill("1 d")
    expect(error("lag")).to_be_hidden()
    when = {"indicator": "liquidity", "below": "10 %", "lag": "1 d"}
    assert state_of(tab)["variants"]["gate when dry"] == [{"kind": "redemption_gate", "when": when}]
    expect(tab.run).to_have_attribute("aria-disabled", "false")
    field("indicator").select_option("")
    expect(field("below")).to_have_count(0)
    assert state_of(tab)["variants"]["gate when dry"] == [{"kind": "redemption_gate"}]


def test_the_ranking_is_chosen_and_stands_in_the_address(open_page, server, finished):
    tab = open_page(address=f"{server.address}/#j={finished['id']}")
    tab.wait_until_done()
    expect(tab.headline).to_contain_text("helps most")
    judge = tab.page.get_by_label("Compare by")
    judge.select_option("policy_cost")
    expect(tab.page.locator(".answer .question")).to_contain_text("judged by policy cost")
    expect(tab.rows.last).to_contain_text("prompt notice")  # ninety times the cost of the others
    assert state_of(tab)["ranked_by"] == "policy_cost"
    expect(tab.run).to_have_text("Up to date")
    other = open_page(address=tab.page.url)
    expect(other.page.get_by_label("Compare by")).to_have_value("policy_cost")
    expect(other.page.locator(".answer .question")).to_contain_text("judged by policy cost")


def test_a_ranking_that_there_is_not_is_told_beside_its_field(open_page):
    tab = open_page({**THEFT, "ranked_by": "investor_los"})
    judge = tab.page.get_by_label("Compare by")
    expect(judge).to_have_attribute("aria-invalid", "true")
    expect(tab.page.locator(".judge .error")).to_contain_text("did you mean investor_loss?")
    judge.select_option("investor_loss")
    expect(tab.page.locator(".judge .error")).to_be_hidden()
    expect(tab.run).to_have_attribute("aria-disabled", "false")


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (683, 384), (390, 844)])
def test_nothing_is_wider_than_the_screen_and_run_is_in_reach(open_page, size):
    tab = open_page(GATE, size=size)
    tab.page.get_by_role("button", name="Edit gate when dry").click()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    expect(tab.run).to_be_in_viewport(ratio=1)
