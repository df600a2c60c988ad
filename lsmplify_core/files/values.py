# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of all numbers and text from outside: finite, in range, of the right shape and length.

Readers of the project's own JSON files say with these functions what they want; whatever else a
file holds there is one line for the user. `what` is the beginning of that line: file and place in
it.
"""

from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError

MOST_NAME: Final = 1000
"""Characters of a name; longer ones are cut or refused, since work on names grows with their
square."""
MOST_ENTRIES: Final = 1_000_000
"""Entries of a list in a JSON file of ours."""


def fields_of(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. Raises InputError for anything else."""
    if not isinstance(value, dict):
        raise InputError(f"{what} must be an object with named fields, {{…}}")
    return cast("dict[str, Any]", value)


def list_of(value: Any, what: str, least: int = 0, most: int = MOST_ENTRIES) -> list[Any]:
    """A JSON list of `least` to `most` entries. Raises InputError for anything else."""
    if not isinstance(value, list):
        raise InputError(f"{what} must be a list, […]")
    entries = cast("list[Any]", value)
    if len(entries) < least:
        raise InputError(f"{what} is empty" if least == 1 else f"{what} needs {least} entries")
    if len(entries) > most:
        raise InputError(f"{what} has {len(entries)} entries; at most {most} are read")
    return entries


def text_of(value: Any, what: str, most: int = MOST_NAME) -> str:
    """Text of at most `most` characters. Raises InputError for anything else."""
    if not isinstance(value, str):
        raise InputError(f"{what} must be text")
    if len(value) > most:
        raise InputError(f"{what} has {len(value)} characters; at most {most} are read")
    return without_surrogates(value)


def number_of(value: Any, what: str, low: float = -np.inf, high: float = np.inf) -> float:
    """A finite number from `low` to `high`, both included. Raises InputError for anything else,
    whole numbers of hundreds of digits and truth values among it."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"{what} must be a number")
        number = float(value)
    except OverflowError as error:
        raise InputError(f"{what} is a number beyond all measure") from error
    if not np.isfinite(number):
        raise InputError(f"{what} must be a finite number")
    if not low <= number <= high:
        raise InputError(f"{what} is {number:g}; it must be {_range(low, high)}")
    return number


def count_of(value: Any, what: str, low: int = 0, high: int = 1 << 31) -> int:
    """A whole number from `low` to `high`, both included. Raises InputError for anything else."""
    number = number_of(value, what, low, high)
    if number != int(number):
        raise InputError(f"{what} must be a whole number")
    return int(number)


def array_of(value: Any, shape: tuple[int, ...], what: str, most: float) -> NDArray[np.float64]:
    """Numbers of a shape, none further from zero than `most`. Raises InputError for anything
    else."""
    try:
        found = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{what} must be {_shape(shape)}") from error
    if found.shape != shape:
        raise InputError(f"{what} must be {_shape(shape)}")
    if not np.isfinite(found).all() or np.abs(found).max(initial=0.0) > most:
        raise InputError(f"{what} must be {_shape(shape)}, each from -{most:g} to {most:g}")
    return found


def without_surrogates(text: str) -> str:
    """Text that any encoding of Unicode can hold: lone surrogates become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _range(low: float, high: float) -> str:
    if np.isfinite(low) and np.isfinite(high):
        return f"from {low:g} to {high:g}"
    return f"{low:g} or more" if np.isfinite(low) else f"{high:g} or less"


def _shape(shape: tuple[int, ...]) -> str:
    return f"{' × '.join(map(str, shape))} numbers" if shape else "a number"
