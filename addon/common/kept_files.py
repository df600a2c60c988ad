# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in the extension's own folder, each kept for a set of names."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import bpy

from ...lsmplify_core.layouts.mapping import signature
from ..body.model_file import ADDON


def user_folder(name: str) -> Path | None:
    """A folder of the extension's own; None where Blender gives none, as when this is no installed
    extension."""
    try:
        return Path(bpy.utils.extension_path_user(ADDON, path=name, create=True))
    except (ValueError, OSError):
        return None


def file_for(folder: Path | None, names: Sequence[str]) -> Path | None:
    """The file in a folder that belongs to these names; None without a folder."""
    return None if folder is None else folder / f"{signature(names)}.json"


def drop(path: Path | None) -> None:
    """Delete a file, if there is one and it can be deleted."""
    if path is not None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
