"""From a file to its text: size, compression and encoding, each named for what it is where it cannot be read."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import zlib

from trustsim.errors import UnitError
from trustsim.world.graph_files.links import quoted, unreadable

LARGEST_FILE = 200_000_000  # bytes, unpacked
COMPRESSED = ".gz"
TEXT = "text in UTF-8, or in UTF-16 with its mark"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STARTS = (
    (b"\x1f\x8b", "a file compressed by gzip", f"a name that ends in {COMPRESSED}, or the file unpacked"),
    (b"PK\x03\x04", "a zip archive or a workbook of Excel", "text; from Excel: save as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old workbook of Excel", "text; from Excel: save as CSV UTF-8"),
    (b"%PDF", "a PDF", "text"),
    (b"SQLite format 3", "a database", "text"),
)
_NO_ENCODINGS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7")  # of text, to Python alone
_PAIRS = re.compile(rb"[\x81-\xfe]{4}|(?<![\x80-\xff])[\xb0-\xf7][\xa1-\xfe](?![\x80-\xff])")  # as Chinese writes
_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def content_of(path: str) -> bytes:
    """Return what is in a file, unpacked where its name ends in .gz; raises UnitError where it cannot be had."""
    file = os.path.basename(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnitError(f"{file}: {error.strerror or 'it cannot be opened'}", "a file that you can read") from error
    if path.lower().endswith(COMPRESSED):
        data = _unpacked(data, file)
    if len(data) > LARGEST_FILE:
        raise UnitError(f"{file}: more than {LARGEST_FILE // 10**6} MB", f"at most {LARGEST_FILE // 10**6} MB")
    if not data.strip():
        raise UnitError(f"{file}: an empty file", "a file that holds a network")
    return data


def _unpacked(data: bytes, file: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            return stream.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        given = "the end of the file in the middle" if isinstance(error, EOFError) else "something else than gzip"
        raise UnitError(f"{file}: {given}", f"a file compressed by gzip, as its name ends in {COMPRESSED}") from error


def text_of(data: bytes, file: str) -> str:
    """Return the text that bytes mean, by their mark, by what XML declares, else as UTF-8; lines end in a newline."""
    for start, given, allowed in _STARTS:
        if data.startswith(start):
            raise unreadable(file, "", given, allowed)
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    if not encoding:
        encoding = _declared(data, file)
    try:
        text = data[len(mark) if encoding == "utf-8" else 0 :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise unreadable(file, f"line {line}", _looks_like(data, error.start, encoding), TEXT) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        is_wide = data.count(b"\x00") >= len(data) // 3
        given = "a NUL character" + (", as in UTF-16 without its mark" if is_wide else "")
        raise unreadable(file, f"line {line}", given, TEXT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared(data: bytes, file: str) -> str:
    """Return the encoding that an XML file declares, utf-8 where there is no declaration."""
    declared = _DECLARED.match(data[:400].decode("latin-1").lstrip())
    name = declared[1].lower() if declared else "utf-8"
    try:
        is_known = b"<?xml".decode(name) == "<?xml" and codecs.lookup(name).name not in _NO_ENCODINGS
    except (LookupError, UnicodeError):
        is_known = name.startswith(("utf-16", "utf-32"))
    if not is_known:
        raise unreadable(file, "line 1", f"the unknown encoding {quoted(name)}", TEXT)
    if name.startswith(("utf-16", "utf-32")):
        raise unreadable(file, "line 1", f"the encoding {quoted(name)} without its mark", TEXT)
    return name


def _looks_like(data: bytes, start: int, encoding: str) -> str:
    """Say what bytes that are no text in an encoding probably are, quoting the line in it."""
    given = f"the byte 0x{data[start]:02x}, no {encoding.upper()}"
    end = data.find(b"\n", start)
    line = data[data.rfind(b"\n", 0, start) + 1 : end if end >= 0 else None][:200]
    tries = [("GBK", "gb18030")] if _PAIRS.search(line) else []
    for name, codec in (*tries, ("Latin-1 (Windows-1252)", "cp1252")):
        try:
            text = line.decode(codec).strip()
        except UnicodeDecodeError:
            continue
        if all(c.isprintable() or c.isspace() for c in text):
            return f"{given}; in {name} the line would be {quoted(text)}"
    return given
