# SPDX-License-Identifier: GPL-3.0-or-later
"""How a table separates its cells and writes its numbers: found once for a file, not line by line.

German, French and other spreadsheets write "1,5;2,5", in which a comma is a decimal mark.
"""

import csv
import math
import re
from collections.abc import Callable, Sequence
from typing import Final

Splitter = Callable[[str], list[str]]

_LOOKED_AT: Final = 400
"""Lines that are looked at, spread over the file: blocks may differ in what they hold."""
_MOST_LINES: Final = 0.5
"""Share of the lines that a separator has to be in."""
_DECIMAL: Final = re.compile(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?")


def splitter(lines: Sequence[str]) -> Splitter:
    """The way to cut the lines of a file into cells.

    Args:
        lines: of the whole file; empty ones say nothing.

    Returns:
        A function from a line to its cells, without white space and quotes around them. Cells are
        separated by tabs, else semicolons, else commas, else white space, whichever most of the
        lines hold. Commas among white space are decimal marks where every cell has one.
    """
    filled = [line for line in lines if line.strip()]
    shown = filled[:: max(1, len(filled) // _LOOKED_AT)]
    mark = _mark(shown)
    if mark == "":
        return str.split
    return lambda line: _cells(line, mark)


def split(line: str, mark: str) -> list[str]:
    """A line's cells between marks, with quotes as spreadsheets write them."""
    if '"' not in line:
        return [c.strip() for c in line.rstrip("\r\n").split(mark)]
    try:
        return [c.strip() for c in next(csv.reader([line.rstrip("\r\n")], delimiter=mark), [])]
    except csv.Error:
        return [c.strip() for c in line.split(mark)]


def number(cell: str) -> float:
    """A cell's number, NaN where there is none.

    A lone comma is a decimal mark; of commas and points the last kind is, and the others part
    thousands.
    """
    try:
        return float(cell)
    except ValueError:
        pass
    if "," not in cell:
        return math.nan
    if "." in cell and cell.rfind(".") > cell.rfind(","):
        plain = cell.replace(",", "")
    elif cell.count(",") == 1:
        plain = cell.replace(".", "").replace(",", ".")
    else:
        return math.nan
    try:
        return float(plain)
    except ValueError:
        return math.nan


def _mark(lines: Sequence[str]) -> str:
    """The separator; empty for white space."""
    for mark in ("\t", ";"):
        if sum(mark in line for line in lines) > _MOST_LINES * len(lines):
            return mark
    commas = [line for line in lines if "," in line]
    if not commas or len(commas) < 0.2 * len(lines):
        return ""
    spaced = sum(_decimal_commas(line) for line in commas)
    return "" if spaced > _MOST_LINES * len(commas) else ","


def _decimal_commas(line: str) -> bool:
    """ "0,123 4,5 6": white space apart, and commas only inside numbers."""
    words = line.split()
    with_comma = [w for w in words if "," in w]
    return len(words) > 2 and all(_DECIMAL.fullmatch(w) for w in with_comma)


def _cells(line: str, mark: str) -> list[str]:
    if mark in line:
        return split(line, mark)
    if mark == ";":
        return [line.strip().strip('"')]
    for other in ("\t", ",", ";"):
        if other in line:
            return split(line, other)
    return line.split()
