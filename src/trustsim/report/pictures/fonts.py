"""Fonts by script: one that is installed for each, after what the reader chose, and boxes where there is none.

Matplotlib goes through a list of families for every letter. The list is: the families that a notebook or a user's own
settings ask for, DejaVu Sans, for every script of SCRIPTS the first family that is installed, and last ``boxes.ttf``,
which has a box for every letter there is, as wide as a Chinese one. So no letter is ever missing, pictures keep room
for it, and matplotlib has nothing to warn of. The report's pictures hold text: the reader's browser draws its letters.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import matplotlib
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

BOXES = "Trustsim Boxes"
_BOXES_FILE = Path(__file__).with_name("boxes.ttf")
_HOUSE = "DejaVu Sans"
_GENERIC = ("sans-serif", "serif", "monospace", "cursive", "fantasy")

_CJK = "fonts-noto-cjk"
_NOTO = "fonts-noto-core"
#: script -> (the package of Debian and Ubuntu that has it, families that have it, the best first)
SCRIPTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Chinese": (_CJK, (
        "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei",
        "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
        "Noto Sans CJK TC", "Noto Sans TC", "Microsoft JhengHei", "PingFang TC", "Heiti TC", "Noto Sans CJK JP",
        "SimSun", "AR PL UMing CN", "Droid Sans Fallback", "Arial Unicode MS",
    )),
    "Japanese": (_CJK, (
        "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Yu Gothic", "Meiryo", "Hiragino Sans", "MS Gothic",
        "IPAexGothic", "IPAGothic", "TakaoPGothic", "VL PGothic",
    )),
    "Korean": (_CJK, (
        "Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", "NanumGothic",
        "Noto Sans CJK JP", "UnDotum", "Baekmuk Dotum",
    )),
    "Arabic": (_NOTO, ("Noto Sans Arabic", "Noto Naskh Arabic", "Segoe UI", "Geeza Pro", "Arial", "KacstOne")),
    "Hebrew": (_NOTO, ("Noto Sans Hebrew", "Segoe UI", "Arial Hebrew", "Arial", "Nachlieli CLM")),
    "Devanagari": (_NOTO, (
        "Noto Sans Devanagari", "Nirmala UI", "Mangal", "Kohinoor Devanagari", "Devanagari Sangam MN",
        "Lohit Devanagari",
    )),
    "Thai": (_NOTO, ("Noto Sans Thai", "Leelawadee UI", "Thonburi", "Tahoma", "Loma", "Garuda")),
    **{
        script: (_NOTO, (f"Noto Sans {script}", "Nirmala UI"))
        for script in ("Bengali", "Tamil", "Telugu", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Sinhala")
    },
    **{
        script: (_NOTO, (f"Noto Sans {script}",))
        for script in ("Khmer", "Lao", "Myanmar", "Ethiopic", "Georgian", "Armenian")
    },
    "emoji": ("fonts-symbola", ("Noto Emoji", "Symbola", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Sans Symbols2")),
}  # fmt: skip
_SCRIPT_OF = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}

_told: set[str] = set()


def families() -> list[str]:
    """Return the families to draw with, in their order; what is not installed is left out, so that nothing warns."""
    if not any(font.name == BOXES for font in fontManager.ttflist):
        fontManager.addfont(_BOXES_FILE)
    there = {font.name for font in fontManager.ttflist}
    scripts = [next((name for name in names if name in there), None) for _, names in SCRIPTS.values()]
    wanted = [name for name in (*_chosen(), _HOUSE, *scripts) if name in there and name != BOXES]
    return [*dict.fromkeys(wanted), BOXES]


def _chosen() -> list[str]:
    """Return the families that matplotlib's settings name where somebody changed them, generic ones spelled out."""
    now, usual = cast(Any, matplotlib.rcParams), cast(Any, matplotlib.rcParamsDefault)
    settings = ["font.family", *(f"font.{generic}" for generic in _GENERIC)]
    if all(now[key] == usual[key] for key in settings):
        return []
    return [
        name for family in now["font.family"] for name in (now[f"font.{family}"] if family in _GENERIC else [family])
    ]


def tell_missing(texts: Iterable[str]) -> None:
    """Say on stderr, once for each script, which letters of *texts* are drawn as boxes, and what has them."""
    letters = sorted({c for text in texts for c in text if not c.isascii() and c.isprintable()})
    for script in dict.fromkeys(_script(c) for c in letters if not _is_there(c, tuple(families()[:-1]))):
        if script not in _told:
            _told.add(script)
            package = SCRIPTS[script][0] if script in SCRIPTS else _NOTO
            what = "emoji" if script == "emoji" else f"{script} letters"
            sys.stderr.write(f"pictures show boxes: no installed font has {what}; install one, such as {package}\n")


def _script(c: str) -> str:
    """Return the name of the script of a letter: of SCRIPTS, or the first word of its name."""
    if unicodedata.category(c) == "So" or c in "\ufe0f\u200d":
        return "emoji"
    word = unicodedata.name(c, "UNNAMED").split()[0]
    return _SCRIPT_OF.get(word, word.capitalize())


@lru_cache(maxsize=4096)
def _is_there(c: str, names: tuple[str, ...]) -> bool:
    return any(get_font(findfont(FontProperties(family=name))).get_char_index(ord(c)) for name in names)
