# SPDX-License-Identifier: GPL-3.0-or-later
"""The SMPL model file that the preferences name: read once, and what is wrong with it."""

from pathlib import Path

import bpy

from ...lsmplify_core.body.smpl_file import SmplFile, load_smpl_file
from ...lsmplify_core.runtime.errors import InputError

ADDON = __package__.rsplit(".", 2)[0]
"""The extension's name among Blender's add-ons."""

_Stamp = tuple[str, int, int]
_read: dict[_Stamp, SmplFile | InputError] = {}
"""The last file read, or why it could not be: files are large and panels are drawn often."""


def preferences(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    """The extension's preferences; None where it runs without being switched on, as in tests."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None


def chosen(context: bpy.types.Context) -> Path | None:
    """The file that the preferences name, if they name one."""
    kept = preferences(context)
    text = kept.smpl_file if kept is not None else ""
    return Path(bpy.path.abspath(text)) if text else None


def load(context: bpy.types.Context) -> SmplFile | None:
    """The model in that file, None where no file is chosen. InputError says what is wrong."""
    path = chosen(context)
    if path is None:
        return None
    stamp = _stamp(path)
    if stamp not in _read:
        _read.clear()
        try:
            _read[stamp] = load_smpl_file(path)
        except InputError as error:
            _read[stamp] = error
    found = _read[stamp]
    if isinstance(found, InputError):
        raise InputError(str(found))
    return found


def trouble(context: bpy.types.Context) -> str:
    """What is known to be wrong with the file, as one line, or nothing. Reads nothing, so that it
    can be asked at every redraw."""
    path = chosen(context)
    if path is None:
        return ""
    if not path.is_file():
        return f"The SMPL model file in the preferences is not there: {path}"
    found = _read.get(_stamp(path))
    return f"SMPL model file in the preferences: {found}" if isinstance(found, InputError) else ""


def told(context: bpy.types.Context) -> tuple[str, str]:
    """One line about the file and its icon, for the preferences."""
    path, problem = chosen(context), trouble(context)
    if path is None:
        return "No file: new bodies are the built-in mannequin", "INFO"
    if problem:
        return problem, "ERROR"
    found = _read.get(_stamp(path))
    if isinstance(found, SmplFile):
        return f"{found.kind}, {found.gender}, {len(found.v_template)} vertices", "CHECKMARK"
    return "Read at the next solve", "INFO"


def _stamp(path: Path) -> _Stamp:
    try:
        state = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), state.st_mtime_ns, state.st_size
