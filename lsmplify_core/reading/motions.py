# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions from elsewhere to clean up: AMASS npz, results of image-based estimators, BVH."""

from pathlib import Path
from typing import Final

from ..datasets.estimates import Estimate, read_estimates
from ..datasets.upright import turned_upright
from ..files.regular import check_regular, reading
from ..motion.motion import Motion, load_motion
from ..runtime.errors import InputError
from .start import read_start

MOTION_SUFFIXES: Final = (".npz", ".pkl", ".bvh")


def read_motions(path: Path) -> list[Motion]:
    """Everyone in a file, one at least: metres, Z up.

    An estimator's world is its camera's: it is turned so that people stand, with their feet on z =
    0. Where somebody was lost for some frames the motion goes on evenly, so that all have the
    film's frames. Raises InputError for files that hold no motion.
    """
    with reading(path, "a motion"):
        return _everyone(path)


def _everyone(path: Path) -> list[Motion]:
    suffix = path.suffix.lower()
    if suffix not in MOTION_SUFFIXES:
        raise InputError(f"{path}: a motion is an AMASS npz, an estimator's npz or pkl, or a BVH")
    check_regular(path, "a motion")
    if suffix == ".bvh":
        return [read_start(path)]
    if suffix == ".npz":
        try:
            return [load_motion(path)]
        except InputError as error:
            return [_upright(e) for e in _estimates(path, error)]
    return [_upright(e) for e in read_estimates(path)]


def _estimates(path: Path, error: InputError) -> list[Estimate]:
    """An estimator's npz; where it is none, what is wrong with it as an AMASS file is said."""
    try:
        return read_estimates(path)
    except InputError:
        raise error from None


def _upright(estimate: Estimate) -> Motion:
    return turned_upright(estimate.over(int(estimate.frames[-1]) + 1))
