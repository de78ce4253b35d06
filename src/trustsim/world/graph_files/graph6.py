"""graph6 and sparse6 (McKay, https://users.cecs.anu.edu.au/~bdm/data/formats.txt): a graph in printable characters."""

from __future__ import annotations

from collections.abc import Iterator

from trustsim.world.graph_files.links import BOTH_WAYS, MOST_PEOPLE, Gathering, Links, quoted

_HEADS = (">>graph6<<", ">>sparse6<<")
_LOWEST, _BITS = 63, 6
_CODE = "graph6, or sparse6 that begins with ':', of one graph"


def read(text: str, file: str) -> Links:
    """Return the links of a file of one graph."""
    gathering = Gathering(file)
    lines = [(place, line.strip()) for place, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1:
        raise gathering.refuse(lines[1][0], f"{len(lines)} graphs", "a file of one graph")
    place, line = lines[0]
    for head in _HEADS:
        line = line.removeprefix(head)
    is_sparse = line.startswith(":")
    codes = [ord(c) - _LOWEST for c in line.removeprefix(":")]
    if not codes or not all(0 <= code < 64 for code in codes):
        raise gathering.refuse(place, quoted(line), _CODE)
    n, codes = _size(codes)
    if not 0 <= n <= MOST_PEOPLE:
        raise gathering.refuse(place, f"{n} nodes" if n > 0 else "a size that breaks off", f"at most {MOST_PEOPLE}")
    if not is_sparse and len(codes) != (n * (n - 1) // 2 + _BITS - 1) // _BITS:
        raise gathering.refuse(place, f"{len(codes)} characters for {n} nodes", _CODE)
    for k in range(n):
        gathering.declare(str(k), place)
    for a, b in _sparse(n, codes) if is_sparse else _dense(n, codes):
        gathering.link(a, b, place, None, BOTH_WAYS)
    return gathering.done()


def _size(codes: list[int]) -> tuple[int, list[int]]:
    """Return the number of nodes, −1 where it breaks off, and what follows it."""
    skip, width = (0, 1) if codes[0] < 63 else (1, 3) if codes[1:2] != [63] else (2, 6)
    digits = codes[skip : skip + width]
    n = 0
    for digit in digits:
        n = n << _BITS | digit
    return (n if len(digits) == width else -1), codes[skip + width :]


def _bits(codes: list[int]) -> Iterator[int]:
    return (code >> (_BITS - 1 - k) & 1 for code in codes for k in range(_BITS))


def _dense(n: int, codes: list[int]) -> Iterator[tuple[int, int]]:
    pairs = ((a, b) for b in range(n) for a in range(b))
    return (pair for pair, bit in zip(pairs, _bits(codes), strict=False) if bit)


def _sparse(n: int, codes: list[int]) -> Iterator[tuple[int, int]]:
    width = max(n - 1, 0).bit_length()
    bits, v = list(_bits(codes)), 0
    for at in range(0, len(bits) - width, width + 1):
        v += bits[at]
        x = int("".join(map(str, bits[at + 1 : at + 1 + width])) or "0", 2)
        if x >= n or v >= n:
            return  # filled up
        if x > v:
            v = x
        else:
            yield x, v
