# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as what is brought to a character: a motion with the fingers that it has, or tracks, which
are solved."""

from pathlib import Path

from ..motion.fingers import load_fingers
from ..pipeline import solve
from ..reading import read_tracks
from ..reading.motions import MOTION_SUFFIXES
from ..retarget import Performance, performance_of
from ..runtime.errors import InputError
from .motion_file import bvh_fingers, one_of


def read_performance(path: Path) -> tuple[Performance, tuple[str, ...]]:
    """What somebody does in a file: metres, Z up.

    Args:
        path: a motion (AMASS npz, an estimator's npz or pkl, BVH) or a take of tracks (C3D, TRC,
            CSV, … or a folder that is one).

    Returns:
        The performance, and sentences about how it was read.

    Raises:
        InputError: it is neither, holds several people, or its tracks can't be solved.
    """
    suffix = path.suffix.lower()
    if suffix not in MOTION_SUFFIXES:
        return _solved(path)
    try:
        motion, notes = one_of(path)
    except InputError as error:
        if suffix == ".bvh":  # which says itself why its joints can't be solved
            raise
        return _solved_instead(path, error)
    fingers = None
    if suffix == ".npz":
        fingers = load_fingers(path)
    elif suffix == ".bvh":
        fingers = bvh_fingers(path)
    if fingers is not None and len(fingers) != motion.frames:
        fingers = None
    return performance_of(motion, fingers), notes


def _solved_instead(path: Path, error: InputError) -> tuple[Performance, tuple[str, ...]]:
    """A file that is no motion as tracks; where it is none either, the first error holds."""
    try:
        return _solved(path)
    except InputError:
        raise error from None


def _solved(path: Path) -> tuple[Performance, tuple[str, ...]]:
    """Tracks as the motion that they are solved to."""
    solution = solve(read_tracks(path))
    notes = ["the file holds tracks, which were solved first"]
    if solution.verdict is not None and solution.verdict.grade != "good":
        notes += solution.verdict.warnings()
    return performance_of(solution.motion), tuple(notes)
