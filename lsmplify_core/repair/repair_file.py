# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of repairs as JSON: take lines out of one to leave these repairs undone."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from ..files.atomic import write_whole
from ..files.json_files import read_json
from ..runtime.errors import InputError
from .records import Repair, repair_from_json


def save_repairs(repairs: Sequence[Repair], path: Path) -> None:
    """Write the list, one repair a line."""
    lines = ",\n".join("  " + json.dumps(r.to_json(), ensure_ascii=False) for r in repairs)
    text = f'{{"repairs": [\n{lines}\n]}}\n'
    write_whole(path, lambda file: file.write(text.encode(errors="replace")))


def load_repairs(path: Path) -> tuple[Repair, ...]:
    """Read it back; InputError says what is wrong with the file."""
    data = read_json(path, "a list of repairs")
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if not isinstance(fields.get("repairs"), list):
        raise InputError(f"{path}: not a list of repairs; solve with --save-repairs writes one")
    listed = cast("list[Any]", fields["repairs"])
    return tuple(repair_from_json(r, f"{path}: repair {i}") for i, r in enumerate(listed, 1))
