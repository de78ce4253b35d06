"""Take the pictures of the page, of the live view and of the report: ``python docs/screens.py``.

They are ``docs/pictures/page.png``, ``live.png``, ``live-pictures.png`` and ``report.png``, of the quickstart. Needs
the extra ``[test]`` and a Chromium of the system; takes about two minutes.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, expect, sync_playwright

import trustsim as ts
from trustsim.experiment import child

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/pictures"
QUICKSTART = ROOT / "scenarios/quickstart.yaml"
NAMES = ("chromium", "chromium-browser", "google-chrome")
WORLDS = 50
PATIENCE = 300_000  # ms: the first run on a machine compiles the kernels
LIVE_DAY = 44  # the run is on, and has not passed yet
SHARPNESS = 1.5  # pixels for one of the page
MARGIN = 12  # px of the page around a part of it


@contextmanager
def served(folder: Path, *command: str) -> Iterator[str]:
    """Give the address of a server that a command of ``trustsim`` starts in *folder*."""
    line = child.command("trustsim", *command, "--no-open")
    with subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, text=True, env=child.environment()) as process:
        assert process.stdout is not None
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None, f"no address from: {' '.join(line)}"
            yield found[0].rstrip("/")
        finally:
            process.terminate()


@contextmanager
def tab(browser: Browser, address: str, width: int, height: int) -> Iterator[Page]:
    """Give a light page of this size at an address."""
    page = browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=SHARPNESS, color_scheme="light"
    )
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    yield page
    page.close()


def keep(page: Page, name: str, clip: FloatRect | None = None) -> None:
    """Write what a page shows, or a part of it, to ``docs/pictures``, in 256 colours to keep it small."""
    shot = Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")
    few = shot.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)  # keeps the hues of small dots
    few.save(PICTURES / f"{name}.png", optimize=True)


def page_of_a_study(browser: Browser, folder: Path) -> None:
    """The page of ``trustsim serve`` when a study is done."""
    state = {"scenario": QUICKSTART.name, "replications": WORLDS}
    encoded = base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
    server = served(folder, "serve", str(folder), "--port", "0")
    with server as address, tab(browser, f"{address}#s={encoded}", 1280, 800) as page:
        run = page.locator("#runbar .primary")
        expect(run).to_have_attribute("aria-disabled", "false", timeout=PATIENCE)
        run.click()
        expect(page.locator("#runbar .progress-text")).to_have_text(re.compile("^Done"), timeout=PATIENCE)
        keep(page, "page")


def live_view(browser: Browser, folder: Path) -> None:
    """Mesa's page in the middle of a run, and its two pictures by themselves."""
    with served(folder, "live", QUICKSTART.name) as address, tab(browser, address, 1200, 720) as page:
        for day in range(1, LIVE_DAY + 1):
            page.get_by_role("button", name="Step").click()
            page.get_by_text(f"Day {day} of 120").wait_for()
        page.wait_for_timeout(1_000)  # the pictures come after the text
        keep(page, "live")
        boxes = [box for image in page.locator("img").all() if (box := image.bounding_box()) is not None]
        left, top = (min(box[side] for box in boxes) - MARGIN for side in ("x", "y"))
        right = max(box["x"] + box["width"] for box in boxes) + MARGIN
        bottom = max(box["y"] + box["height"] for box in boxes)
        keep(page, "live-pictures", {"x": left, "y": top, "width": right - left, "height": bottom - top})


def top_of_a_report(browser: Browser, folder: Path) -> None:
    """The title and the answers of a report."""
    report = folder / "report.html"
    ts.compare(QUICKSTART, replications=WORLDS, progress=False).report(report)
    with tab(browser, report.as_uri(), 1000, 700) as page:
        answer = page.locator("section.answer").bounding_box()
        assert answer is not None
        page.set_viewport_size({"width": 1000, "height": round(answer["y"] + answer["height"] + MARGIN)})
        keep(page, "report")


if __name__ == "__main__":
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        sys.exit(f"no browser here: none of {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        shutil.copy(QUICKSTART, place)
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for taken in (page_of_a_study, live_view, top_of_a_report):
            taken(chromium, Path(place))
        chromium.close()
