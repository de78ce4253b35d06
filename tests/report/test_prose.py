"""Lines of the terminal end at blanks, not in numbers."""

import io

import pytest
from rich.console import Console

from trustsim.report.tables.prose import UNBROKEN, Prose
from trustsim.report.words import words


def printed(text, width):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(Prose(text))
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", range(20, 60))
def test_no_line_ends_in_a_number(width):
    span = words.interval(25_408, 34_957, "money", "CNY", signed=True)
    assert f"25{words.THIN}408" in span
    text = f"all together lose so much more, 95 % interval {span}, in the same worlds"
    lines = printed(text, width)
    assert " ".join(lines) == text
    assert all(len(line) <= width for line in lines)
    assert sum(f"34{words.THIN}957" in line for line in lines) == 1


def test_a_space_at_which_no_line_ends_stays_and_lines_of_ones_own_do():
    assert printed(f"one two{UNBROKEN}three\nfour", 9) == ["one", f"two{UNBROKEN}three", "four"]
    assert printed("", 9) == [""]
