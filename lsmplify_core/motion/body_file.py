# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that says whose body it is: a model of the SMPL family, or a motion solved before."""

import zipfile
from pathlib import Path

from ..body.body import Body
from ..body.smpl_file import SmplFile, load_smpl_file
from ..runtime.errors import InputError
from .motion import load_motion


def read_body(path: Path) -> Body | SmplFile:
    """A model file, or the one body of a motion npz with `rest_joints`.

    Raises InputError for other files.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file to take the body from")
    if path.suffix.lower() not in (".pkl", ".npz"):
        raise InputError(f"{path}: bodies are read from .pkl and .npz files")
    if path.suffix.lower() == ".npz" and _is_motion(path):
        return Body(load_motion(path).body.rest_joints, path.stem)
    return load_smpl_file(path)


def _is_motion(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "poses.npy" in archive.namelist()
    except Exception as error:  # damaged archives fail in half a dozen ways
        raise InputError(f"{path}: not an npz that can be read") from error
