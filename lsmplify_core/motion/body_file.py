# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that says whose body it is: a model of the SMPL family, or a motion solved before."""

from pathlib import Path

from ..body.body import Body
from ..body.smpl_file import SmplFile, load_smpl_file
from ..files.npz import names_in
from ..files.regular import check_regular
from ..runtime.errors import InputError
from .motion import load_motion


def read_body(path: Path) -> Body | SmplFile:
    """A model file, or the one body of a motion npz with `rest_joints`.

    Raises InputError for other files.
    """
    check_regular(path, "a body")
    if path.suffix.lower() not in (".pkl", ".npz"):
        raise InputError(f"{path}: bodies are read from .pkl and .npz files")
    if path.suffix.lower() == ".npz" and "poses" in names_in(path):
        return Body(load_motion(path).body.rest_joints, path.stem)
    return load_smpl_file(path)
