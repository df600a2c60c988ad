# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that are one take: FreeMoCap's recordings, and sequences of a JSON file a frame."""

import re
from pathlib import Path
from typing import Final

from ...files.results import is_result
from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from .freemocap import freemocap_files, read_recording
from .json_files import read_keypoint_sequence

_LEAST_FILES: Final = 2


def is_take(folder: Path) -> bool:
    """Whether a folder is one take as a whole."""
    return folder.is_dir() and (bool(freemocap_files(folder)) or len(_sequence(folder)) > 0)


def read_folder(folder: Path, fps: float | None = None) -> Tracks:
    """The take that a folder is. Raises InputError where it is none."""
    files = freemocap_files(folder)
    problem: InputError | None = None
    for file in files:
        try:
            return read_recording(file, folder, fps)
        except InputError as error:
            problem = problem or error
    if problem is not None:
        raise problem
    frames = _sequence(folder)
    if frames:
        return read_keypoint_sequence(frames, folder, fps)
    raise InputError(
        f"{folder}: this folder is no take; a FreeMoCap recording has output_data in it, a "
        "sequence of keypoints a JSON file for each frame"
    )


def _sequence(folder: Path) -> list[tuple[int, Path]]:
    """JSON files that are named alike but for a number, with it and in its order; at least two.
    Reports of earlier solves are named so too, and are no sequence."""
    groups: dict[str, list[tuple[int, Path]]] = {}
    for file in folder.glob("*.json"):
        numbers = list(re.finditer(r"[0-9]{1,18}", file.stem))
        if numbers:
            last = numbers[-1]
            for run in reversed(numbers):  # "take_000000000012_keypoints"
                if run[0].startswith("0") or len(run[0]) > 3:
                    last = run
                    break
            key = f"{file.stem[: last.start()]}#{file.stem[last.end() :]}"
            groups.setdefault(key, []).append((int(last[0]), file))
    files = max(groups.values(), key=len, default=[])
    if len(files) < _LEAST_FILES or is_result(min(files)[1]):
        return []
    return sorted(files)
