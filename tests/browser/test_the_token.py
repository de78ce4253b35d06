"""The address that is printed opens the page, keeps what stands behind '#', and loses its token at once."""

from __future__ import annotations

from typing import Any

from at_the_page import THEFT, Server, Tab, encoded
from playwright.sync_api import Browser, expect


def test_the_printed_address_opens_the_page_and_the_token_leaves_it(
    browser: Browser, server: Server, picture: Any
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.address}/#s={encoded(THEFT)}")
    expect(page.get_by_role("heading")).to_have_text("This page opens with the whole address")
    picture(Tab(page), "without-token")
    page.goto(f"{server.whole}#s={encoded(THEFT)}")
    expect(page.locator("#title")).to_have_text("Theft at a small lender")
    assert "token" not in page.url
    assert page.evaluate("document.cookie") == "", "no script reads it"
    page.goto("about:blank")
    page.goto(f"{server.address}/#s={encoded(THEFT)}")
    expect(page.locator("#title")).to_have_text("Theft at a small lender")
    context.close()
