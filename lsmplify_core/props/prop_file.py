# SPDX-License-Identifier: GPL-3.0-or-later
"""Props as a file: npz for scripts, JSON to read."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..files.atomic import write_whole
from ..runtime.errors import InputError
from .prop import Prop, error_mm

ENDINGS: Final = (".npz", ".json")


def check_ending(path: Path) -> None:
    """InputError for a name that says neither npz nor JSON."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: props are written as .npz or .json; give a name that ends so")


def save_props(props: Sequence[Prop], path: Path, frames: int, rate: float) -> None:
    """Write props by the file's ending.

    npz: `names` (P,), `location` (P, T, 3) metres, Z up, `rotation` (P, T, 4) quaternions w first,
    `measured` (P, T), `mocap_framerate`. JSON: the same, with tracks, places of the markers, errors
    and repairs of each. Scale is always 1. Without props the lists are empty.

    Args:
        props: of one take.
        path: .npz or .json.
        frames: of the take.
        rate: frames per second.

    Raises:
        InputError: for another ending, or where the file cannot be written.
    """
    check_ending(path)
    if path.suffix.lower() == ".json":
        text = json.dumps(as_json(props, frames, rate), indent=1) + "\n"
        write_whole(path, lambda file: file.write(text.encode()))
        return
    count = len(props)
    arrays: dict[str, Any] = {
        "names": np.array([p.name for p in props], dtype=np.str_),
        "location": np.array([p.location for p in props]).reshape(count, frames, 3),
        "rotation": np.array([p.rotation for p in props]).reshape(count, frames, 4),
        "measured": np.array([p.measured for p in props], dtype=bool).reshape(count, frames),
        "mocap_framerate": np.array(rate),
    }
    write_whole(path, lambda file: np.savez_compressed(file, **arrays))


def as_json(props: Sequence[Prop], frames: int, rate: float) -> dict[str, Any]:
    """Props as plain values."""
    return {"frames": frames, "rate": rate, "props": [_prop_json(p) for p in props]}


def _prop_json(prop: Prop) -> dict[str, Any]:
    points = prop.points
    return {
        "name": prop.name,
        "tracks": list(prop.track_names),
        "points": [] if points is None else np.round(points, 6).tolist(),
        "track_error_mm": error_mm(prop),
        "repairs": list(prop.repairs),
        "location": np.round(prop.location, 6).tolist(),
        "rotation": np.round(prop.rotation, 7).tolist(),
        "measured": prop.measured.tolist(),
    }
