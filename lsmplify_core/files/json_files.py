# SPDX-License-Identifier: GPL-3.0-or-later
"""The door for the project's own JSON files: layouts, mappings, calibrations, lists, presets."""

import json
from pathlib import Path
from typing import Any, Final

from ..runtime.errors import InputError

MOST_BYTES: Final = 64 << 20
"""Larger files are not read: a list of a hundred thousand repairs has a quarter of it."""


def read_json(path: Path, what: str, most_bytes: int = MOST_BYTES) -> Any:
    """What the file holds. what: "a mapping", for messages.

    Raises InputError for what cannot be read, is too large, or is no JSON.
    """
    try:
        if path.stat().st_size > most_bytes:
            raise InputError(f"{path}: is larger than {most_bytes >> 20} MB, so it is not {what}")
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise InputError(f"{path}: not {what} in JSON: too many brackets in brackets") from error
    except OSError as error:
        raise InputError(f"{path}: {what} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: not {what} in JSON: {error}") from error
