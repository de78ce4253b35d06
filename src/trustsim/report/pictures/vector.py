"""Figures as inline SVG for the page: repeatable, small, readable by screen readers, at home in light and dark.

Matplotlib's SVG carries fixed colours, inline styles and ids that clash when several pictures share a page. Here
styles become attributes (a strict content-security policy forbids inline styles), the colours of ``look.py`` become
those of the page, text takes the page's font, ids get a prefix, and coordinates one decimal.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

from matplotlib.figure import Figure

from trustsim.report.pictures.look import BASELINE, COLOURS, GRID, INK, MUTED, PAPER, style

#: colour in the figure -> colour on the page
PAGE_COLOURS = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    GRID: "var(--grid)",
    PAPER: "var(--paper)",
    BASELINE: "var(--v0)",
    **{colour: f"var(--v{k})" for k, colour in enumerate(COLOURS, start=1)},
}

_NUMBER = re.compile(r"-?\d+\.\d+")
_SPACES = re.compile(r"\s+")
_AROUND = re.compile(r" ?([A-Za-z]) ?")
_FONT = re.compile(r"(?:\w+ )*?([\d.]+)px")
_KEPT = {
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset",
    "stroke-linecap", "stroke-linejoin", "opacity", "text-anchor", "font-size", "font-weight", "font-style",
}  # fmt: skip
_MANY = 40  # equal markers in one group, from which they are drawn as one path of dots


def to_svg(figure: Figure, key: str, title: str, description: str) -> str:
    """Return *figure* as an ``<svg>`` element; *key* makes its ids unique in the page.

    ``title`` and ``description`` are its text alternative. The same figure gives the same text, byte for byte.
    """
    stream = io.StringIO()
    with style():
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    root = ET.fromstring(stream.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style") or callable(child.tag):
                parent.remove(child)
    _dots(root)
    used = {value[1:] for e in root.iter() for name, value in e.items() if _local(name) == "href"}
    used |= {m for e in root.iter() for m in re.findall(r"url\(#([^)]+)\)", e.get("clip-path", ""))}
    for element in root.iter():
        _tidy(element, key, used)
    return ET.tostring(_labelled(root, key, title, description), encoding="unicode", short_empty_elements=True)


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _labelled(root: ET.Element, key: str, title: str, description: str) -> ET.Element:
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update({
        "viewBox": box, "role": "img", "aria-labelledby": f"{key}-t {key}-d", "fill": "currentColor",
        "stroke-linejoin": "round", "stroke-linecap": "butt", "focusable": "false",
    })  # fmt: skip
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        label = ET.Element(tag, {"id": f"{key}-{tag[0]}"})
        label.text = text
        root.insert(place, label)
    return root


def _tidy(element: ET.Element, key: str, used: set[str]) -> None:
    element.tag = _local(element.tag)
    kept: dict[str, str] = {}
    for name, value in element.items():
        name = _local(name)
        if name == "style":
            kept.update(_styles(value))
        elif name == "id":
            kept.update({"id": f"{key}-{value}"} if value in used else {})
        elif name == "href":
            kept["href"] = f"#{key}-{value[1:]}"
        elif name == "clip-path":
            kept[name] = value.replace("url(#", f"url(#{key}-")
        elif name == "d":
            kept[name] = _path(value)
        elif name in ("x", "y", "points", "transform", "width", "height"):
            kept[name] = _SPACES.sub(" ", _NUMBER.sub(_short, value)).strip()
        elif not name.startswith("xml"):
            kept[name] = value
    element.attrib.clear()
    element.attrib.update(kept)
    if element.tag != "text":
        element.text = None
    element.tail = None


def _path(text: str) -> str:
    """Write a path of straight lines as steps of tenths, with flat stretches as one step; others keep their form."""
    tokens = text.split()
    if any(t.isalpha() and t not in "MLz" for t in tokens):
        return _AROUND.sub(r"\1", _SPACES.sub(" ", _NUMBER.sub(_short, text)).strip())
    written, at, k = [], (0, 0), 0
    flat = 0
    while k < len(tokens):
        if tokens[k] == "z":
            written.append(_flat(flat) + "z")
            flat, k = 0, k + 1
            continue
        x, y = round(10 * float(tokens[k + 1])), round(10 * float(tokens[k + 2]))
        step = (x - at[0], y - at[1])
        if tokens[k] == "M":
            written.append(f"{_flat(flat)}M{_tenths(x)} {_tenths(y)}")
            flat = 0
        elif step[1] == 0 and (flat == 0 or (flat > 0) == (step[0] > 0)):
            flat += step[0]
        else:
            written.append(f"{_flat(flat)}l{_tenths(step[0])} {_tenths(step[1])}")
            flat = 0
        at, k = (x, y), k + 3
    return "".join(written) + _flat(flat)


def _flat(tenths: int) -> str:
    return f"h{_tenths(tenths)}" if tenths else ""


def _tenths(tenths: int) -> str:
    return f"{tenths / 10:g}"


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _styles(text: str) -> dict[str, str]:
    """Return a style as attributes, in the colours of the page; what the page decides itself is dropped."""
    kept: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        if name == "font" and (font := _FONT.search(value)):
            kept["font-size"] = font[1]
            if re.search(r"\b(bold|[6-9]00)\b", value):
                kept["font-weight"] = "600"
        elif name in _KEPT:
            kept[name] = PAGE_COLOURS.get(value, value)
    return kept


def _dots(root: ET.Element) -> None:
    """Draw a crowd of equal round markers as one path of zero-length strokes with round caps: a tenth of the bytes."""
    for group in root.iter():
        uses = [child for child in group if _local(child.tag) == "use"]
        if len(uses) < _MANY or len({u.get("style") for u in uses}) != 1:
            continue
        look = dict(part.strip().split(": ") for part in (uses[0].get("style") or "").split(";") if part.strip())
        size = _diameter(root, uses[0])
        if size is None:
            continue
        path = "".join(f"M {float(u.get('x', 0)):.1f} {float(u.get('y', 0)):.1f} h 0 " for u in uses)
        for use in uses:
            group.remove(use)
        opacity = look.get("fill-opacity", look.get("opacity", "1"))
        ink = f"fill: none; stroke: {look['fill']}; stroke-opacity: {opacity}; stroke-width: {size:.1f}"
        ET.SubElement(group, "path", {"d": path, "style": f"{ink}; stroke-linecap: round"})


def _diameter(root: ET.Element, use: ET.Element) -> float | None:
    """Return the width of the marker that *use* refers to, or None where it is not drawn as a filled curve."""
    name = next((value[1:] for key, value in use.items() if _local(key) == "href"), None)
    shape = next((e for e in root.iter() if e.get("id") == name and "C" in e.get("d", "")), None)
    if shape is None:
        return None
    across = [float(n) for n in re.findall(r"-?\d+\.?\d*", shape.get("d", ""))][0::2]
    return max(across) - min(across)
