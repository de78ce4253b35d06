"""The page's colours: the report's own, and text that can be read on every ground, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "trustsim"
PAGE = (SOURCE / "web" / "static" / "look.css").read_text("utf-8")
REPORT = (SOURCE / "report" / "page" / "templates" / "report.css").read_text("utf-8")
AS_TEXT = [
    (ink, ground)
    for ink in ("ink", "muted", "accent", "good", "bad")
    for ground in ("paper", "ground", "tint", "warn")
    if (ink, ground) not in {("good", "tint"), ("good", "warn")}  # never put together
] + [("on-accent", "accent"), ("muted", "line"), ("paper", "ink")]


def schemes(css: str) -> dict[str, dict[str, str]]:
    """Return the colours of the light and the dark scheme by name, the dark one over the light."""
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_the_colours_of_the_report(scheme: str) -> None:
    ours, theirs = schemes(PAGE)[scheme], schemes(REPORT)[scheme]
    assert len(theirs) > 15
    assert {name: ours.get(name) for name in theirs} == theirs


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), AS_TEXT)
def test_text_stands_out(scheme: str, ink: str, ground: str) -> None:
    colours = schemes(PAGE)[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_stands_out(scheme: str) -> None:
    colours = schemes(PAGE)[scheme]
    assert contrast(colours["edge"], colours["paper"]) >= 3
