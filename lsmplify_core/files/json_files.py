# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and checks the project's own JSON files: layouts, mappings, calibrations, lists,
presets."""

import json
from pathlib import Path
from typing import Any, Final

from ..runtime.errors import InputError, brief
from .regular import check_regular, reading

MOST_BYTES: Final = 64 << 20
"""Larger files are not read: a list of a hundred thousand repairs has a quarter of it."""


def read_json(path: Path, what: str, most_bytes: int = MOST_BYTES) -> Any:
    """What the file holds. what: "a mapping", for messages.

    Raises InputError for what cannot be read, is no plain file, is too large, or is no JSON; NaN
    and Infinity, which are none, among it.
    """
    if not path.exists():
        raise InputError(f"{path}: {what} cannot be read: there is no such file")
    check_regular(path, what)
    with reading(path, f"{what} in JSON"):
        size = path.stat().st_size
        if size > most_bytes:
            raise InputError(f"{path}: is larger than {most_bytes >> 20} MB, so it is not {what}")
        return parse_json(path.read_text(encoding="utf-8-sig"), str(path), what)


def parse_json(text: str, where: str, what: str) -> Any:
    """What a text of JSON holds.

    Args:
        text: from a file, or kept in a scene.
        where: it was found, for messages.
        what: it should be, as "a mapping".

    Returns:
        Its value.

    Raises:
        InputError: for what is no JSON; NaN and Infinity, which are none, among it.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise InputError(f"{where}: not {what} in JSON: too many brackets in brackets") from error
    except ValueError as error:
        raise InputError(f"{where}: not {what} in JSON: {brief(error)}") from error


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a finite number")
