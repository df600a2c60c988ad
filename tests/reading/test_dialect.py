# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers as spreadsheets of any country write them."""

import math

import pytest

from lsmplify_core.reading.dialect import number, split, splitter


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0,5", 0.5), ("-1,25", -1.25), ("1,5e-3", 0.0015), (",5", 0.5), ("1.234,5", 1234.5),
        ("1,234.5", 1234.5), ("12,345,678.9", 12345678.9), ("1.5", 1.5), ("7", 7.0),
    ],
)  # fmt: skip
def test_a_lone_comma_is_a_decimal_mark(cell: str, value: float) -> None:
    assert number(cell) == pytest.approx(value)


@pytest.mark.parametrize("cell", ["", "n/a", "1,2,3", "1,x"])
def test_what_is_no_number_is_missing(cell: str) -> None:
    assert math.isnan(number(cell))


@pytest.mark.parametrize("mark", ["\t", ";", "  "])
def test_decimal_commas_part_no_cells(mark: str) -> None:
    lines = [mark.join(("1", "0,5", "-2,25", "3"))] * 5
    assert [number(c) for c in splitter(lines)(lines[0])] == [1.0, 0.5, -2.25, 3.0]


@pytest.mark.parametrize(
    ("line", "other", "share", "cells"),
    [("1\t2,5\t3", "x y z", 0.7, ["1", "2,5", "3"]), ("1;2,5;3", "x y z", 0.7, ["1", "2,5", "3"]),
     ("1,2.5,3", "words alone", 0.3, ["1", "2.5", "3"]),
     ("1 2.5 3", "4 5 6", 1.0, ["1", "2.5", "3"]), ("1,0 2,5 3", "4 5,1 6", 1.0,
                                                   ["1,0", "2,5", "3"])],
)  # fmt: skip
def test_the_mark_is_what_most_lines_hold(line: str, other: str, share: float, cells) -> None:
    lines = [line if i < 100 * share else other for i in range(100)]
    assert splitter(lines)(line) == cells


def test_a_few_commas_among_words_part_nothing() -> None:
    """A name with a comma in a tenth of the lines."""
    lines = [*["12 13 14"] * 90, *["Hip, left 1"] * 10]
    assert splitter(lines)("12 13 14") == ["12", "13", "14"]
    assert splitter(lines)("7 Hip,left 1") == ["7", "Hip,left", "1"]


def test_quotes_hold_their_cell_together() -> None:
    assert split('a,"b, c",d\n', ",") == ["a", "b, c", "d"]
    assert split(" a , b \r\n", ",") == ["a", "b"]
    assert split('"a', ",") == ["a"]
