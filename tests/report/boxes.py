"""How ``boxes.ttf`` is made: a font with one glyph, a box, for every letter. Run it to write the file again."""

from __future__ import annotations

import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from trustsim.report.pictures import fonts

FILE = Path(fonts.__file__).with_name("boxes.ttf")
_WIDTH, _LEFT, _LOW, _HIGH, _LINE = 1000, 80, -60, 760, 60  # units of the font, 1,000 an em


def made(family: str = fonts.BOXES, letters: str | None = None) -> bytes:
    """Return the font as a file; of these letters, or of all."""
    builder = FontBuilder(_WIDTH, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    codes = map(ord, letters) if letters is not None else (c for c in range(0x20, 0x110000) if not 0xD800 <= c < 0xE000)
    table = CmapSubtable.newSubtable(13)  # many letters to one glyph
    table.platformID, table.platEncID, table.language, table.format = 3, 10, 0, 13
    table.cmap = dict.fromkeys(codes, "box")
    builder.font["cmap"] = newTable("cmap")
    builder.font["cmap"].tableVersion, builder.font["cmap"].tables = 0, [table]
    builder.setupGlyf({".notdef": _box(), "box": _box()})
    builder.setupHorizontalMetrics({".notdef": (_WIDTH, _LEFT), "box": (_WIDTH, _LEFT)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
    builder.setupPost(keepGlyphNames=False)
    builder.font.recalcTimestamp = False
    builder.font["head"].created = builder.font["head"].modified = 0
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


def _box() -> object:
    """Return a frame: a square, and one in it that goes round the other way."""
    pen = TTGlyphPen(None)
    for inset in (0, _LINE):
        left, right, low, high = _LEFT + inset, _WIDTH - _LEFT - inset, _LOW + inset, _HIGH - inset
        corners = [(left, low), (left, high), (right, high), (right, low)]
        pen.moveTo(corners[0])
        for corner in corners[1:] if inset == 0 else corners[:0:-1]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    FILE.write_bytes(made())
