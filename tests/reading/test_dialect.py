# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers as spreadsheets of any country write them."""

import math

import pytest

from lsmplify_core.reading.dialect import number, splitter


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
