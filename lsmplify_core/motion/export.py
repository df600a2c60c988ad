# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion in a file of another format, by the file's ending."""

from pathlib import Path

from ..files.atomic import write_whole
from ..runtime.errors import InputError
from .bvh import bvh_text
from .motion import Motion, save_motion

FORMATS = (".bvh", ".npz")
"""Endings that `export` knows."""


def export(motion: Motion, path: Path | str) -> None:
    """Write a motion as BVH (.bvh) or as AMASS does (.npz), whole or not at all.

    Args:
        motion: what to write.
        path: the file; its ending says the format.

    Raises:
        InputError: where the ending is not known or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        return save_motion(motion, path)
    if path.suffix.lower() != ".bvh":
        raise InputError(f"{path}: the formats written are {' and '.join(FORMATS)}")
    text = bvh_text(motion)
    return write_whole(path, lambda file: file.write(text.encode()))
