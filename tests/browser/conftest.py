"""A real browser on a real server: Chromium of the system, ``trustsim serve`` on a folder of small scenarios."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from at_the_page import LAPTOP, LOOKED_AT, SCENARIOS, THEFT, Server, Tab, encoded, serving, watch
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

expect.set_options(timeout=60_000)  # a busy machine takes long to start a process
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser takes seconds for what a call to the server shows in one: its tests are slow ones."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; tests are skipped where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser here: none of {', '.join(NAMES)}")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless browser; it ends with the module, since beside Playwright no test can start an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``trustsim serve`` in a process of its own on a free port, for a folder with :data:`SCENARIOS`.

    The studies that tests only look at are begun at once.
    """
    folder = tmp_path_factory.mktemp("scenarios")
    for name, text in SCENARIOS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with serving(folder) as (address, _):
        server = Server(address, folder)
        for state in LOOKED_AT:
            server.begin(state)
        yield server
        server.client.close()


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Callable[..., Tab]]:
    """Open the page: ``open_page(state)``, ``open_page(address="…")``, ``open_page(state, size=PHONE)``.

    The test fails where the console tells of an error (a breach of the content security policy among them), where a
    script fails, where a dialog opens, and where anything is asked of another origin.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        state: dict[str, Any] | None = None, *, address: str = "", size: tuple[int, int] = LAPTOP, **options: Any
    ) -> Tab:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.address)
        context.on("page", lambda page: watch(page, server.address, complaints))
        page = context.new_page()
        context.request.get(server.whole)  # lets this context in, as the address that is opened does
        page.goto(address or f"{server.address}/{'' if state is None else '#s=' + encoded(state)}")
        tab = Tab(page)
        expect(tab.progress).not_to_be_empty()
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., None]:
    """Keep a picture of a tab: into the folder of TRUSTSIM_SCREENSHOTS where that is set."""
    folder = Path(os.environ.get("TRUSTSIM_SCREENSHOTS") or tmp_path)

    def taken(tab: Tab, name: str, *, is_whole: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        tab.page.screenshot(path=folder / f"{name}.png", full_page=is_whole)

    return taken


@pytest.fixture(scope="session")
def finished(server: Server) -> dict[str, Any]:
    """A study of ``theft.yaml`` that is done: its job."""
    return server.study(THEFT)
