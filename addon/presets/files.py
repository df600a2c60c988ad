# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of all steps as JSON files: in the extension's own folder, or anywhere to share them.

Blender's own presets are scripts that are run; settings from others must not be.
"""

import json
import re
from pathlib import Path
from typing import Any

import bpy

from ...lsmplify_core.files.atomic import write_whole
from ...lsmplify_core.files.json_files import read_json
from ...lsmplify_core.runtime.errors import InputError
from ..body.model_file import ADDON
from ..takes import properties as groups
from ..takes.properties import LSMPLifyCleanUp

_KIND = "LSMPLify clean-up"


def folder(make: bool = False) -> Path:
    """Where presets are kept. InputError where the add-on runs from elsewhere than an extension."""
    try:
        path = bpy.utils.extension_path_user(ADDON, path="presets", create=make)
    except ValueError as error:
        raise InputError(
            "presets are kept by the installed extension only; export them to a file instead"
        ) from error
    return Path(path)


def names() -> list[str]:
    """Names of the presets kept, sorted; none where there is no folder."""
    try:
        return sorted(p.stem for p in folder().glob("*.json"))
    except (InputError, OSError):
        return []


def path_of(name: str, make: bool = False) -> Path:
    """A preset's file. InputError for names that are none."""
    plain = name.strip()
    if not plain or re.search(r'[<>:"/\\|?*\x00-\x1f]', plain) or plain.startswith("."):
        raise InputError(f"{name!r} cannot be a preset's name; use letters, numbers and spaces")
    return folder(make) / f"{plain}.json"


def save(settings: LSMPLifyCleanUp, path: Path) -> None:
    """Write the settings of every step, whole or not at all."""
    told: dict[str, Any] = {"kind": _KIND, "version": 1}
    for name in groups.GROUPS:
        values = groups.values_of(getattr(settings, name))
        told[name] = {k: _short(v) for k, v in values.items() if k not in _OF_A_SCENE}
    text = json.dumps(told, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))


_OF_A_SCENE = frozenset(("frame_start", "frame_end", "bone_names", "height", "slope"))
"""Settings that mean a take, not a taste."""


def _short(value: object) -> object:
    """Numbers as people write them; Blender's single precision has no more digits."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def load(settings: LSMPLifyCleanUp, path: Path) -> None:
    """Read such a file into the settings. What it does not name stays. InputError says what is
    wrong; the settings are then as they were."""
    told = read_json(path, "a preset")
    if not isinstance(told, dict) or told.get("kind") != _KIND:
        raise InputError(f"{path}: not a preset of LSMPLify's clean-up")
    before = {n: groups.values_of(getattr(settings, n)) for n in groups.GROUPS}
    for name in groups.GROUPS:
        values = told.get(name, {})
        try:
            if not isinstance(values, dict):
                raise TypeError("must be a list of settings by name")
            wanted = {k: v for k, v in values.items() if k not in _OF_A_SCENE}
            groups.fill(getattr(settings, name), wanted)
        except (TypeError, ValueError, OverflowError) as error:
            for other, old in before.items():
                groups.fill(getattr(settings, other), old)
            raise InputError(f"{path}: {name}: {str(error).splitlines()[0]}") from error
