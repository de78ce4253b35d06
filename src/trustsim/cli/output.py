"""What commands print, where the terminal, or the file behind a pipe, cannot show every letter.

Set once, when the command line begins: a letter that the encoding of stdout or stderr lacks is replaced by signs that
are as wide, so that tables stay straight, and no command ends for want of a letter.
"""

from __future__ import annotations

import codecs
import encodings.ascii
import io
import sys
import unicodedata

_SIGNS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "…": "~", "‘": "'", "’": "'", "“": '"', "”": '"', "×": "x", "≤": "<",
    "≥": ">", "∞": "*", "→": ">", "←": "<", "·": ".", "\u00a0": " ", "\u202f": " ", "≈": "~", "±": "~", "│": "|",
    "†": "+", "‡": "#", "─": "-", "━": "-",
}  # fmt: skip
_REPLACED, _SEVEN_BITS = "trustsim-replaced", "trustsim_seven_bits"


def prepare() -> None:
    """Let stdout and stderr replace what they cannot show; streams that are not of the system's are left alone."""
    codecs.register_error(_REPLACED, replaced)
    codecs.register(_codec)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # click writes UTF-8 to a stream of this encoding's own name, which it takes for a mistake
            is_ascii = codecs.lookup(stream.encoding or "ascii").name == "ascii"
            stream.reconfigure(encoding=_SEVEN_BITS if is_ascii else None, errors=_REPLACED)


def replaced(error: UnicodeError) -> tuple[str, int]:
    """Return signs that stand for what could not be encoded, and where to go on: a handler of :mod:`codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_sign, error.object[error.start : error.end])), error.end


def can_show(text: str) -> bool:
    """Whether stdout can show every letter of *text*."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _sign(c: str) -> str:
    if c in _SIGNS:
        return _SIGNS[c]
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return ""
    return "??" if unicodedata.east_asian_width(c) in "WF" else "?"


def _codec(name: str) -> codecs.CodecInfo | None:
    if name != _SEVEN_BITS:
        return None
    it = encodings.ascii.getregentry()
    return codecs.CodecInfo(it.encode, it.decode, it.streamreader, it.streamwriter, it.incrementalencoder,
                            it.incrementaldecoder, name=name)  # fmt: skip
