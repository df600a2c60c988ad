# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads model files of the SMPL family, `.pkl` and `.npz`, and checks everything in them."""

import re
from pathlib import Path
from typing import Final

import numpy as np

from ...files.npz import read_npz
from ...files.regular import check_regular, reading
from ...geometry.skeleton import N_JOINTS, PARENTS
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from .model import N_BETAS, SmplFile
from .records import Numbers
from .unpickle import read_pickle

_KINDS: Final = {24: "SMPL", 52: "SMPL-H", 55: "SMPL-X"}
_KEYS: Final = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table",
                "f")  # fmt: skip
_MOST_VERTICES: Final = 100_000
_MOST_BYTES: Final = 1 << 30
"""What a model's arrays may come to: the largest of SMPL-X come to a quarter of it."""
_GENDERS: Final = {"female": "female", "basicmodel_f": "female", "male": "male",
                   "basicmodel_m": "male"}  # fmt: skip


def load_smpl_file(path: Path) -> SmplFile:
    """Read a `.pkl` or `.npz` of the SMPL family. InputError says what is wrong with it.

    Nothing in the file is run. Of its shape directions the first ten are kept.
    """
    check_regular(path, "a model file")
    with reading(path, "a model file"):
        return _model(path)


def _model(path: Path) -> SmplFile:
    suffix = path.suffix.lower()
    if suffix not in (".pkl", ".npz"):
        raise InputError(f"{path}: model files of the SMPL family end in .pkl or .npz")
    found = (
        read_pickle(path, _KEYS)
        if suffix == ".pkl"
        else read_npz(path, _KEYS, "a model", _MOST_BYTES)
    )
    arrays = {key: _numbers(found, key, path) for key in _KEYS}
    regressor = arrays["J_regressor"]
    joints = len(regressor) if regressor.ndim == 2 else 0
    if joints not in _KINDS:
        raise InputError(f"{path}: has {joints} joints; SMPL has 24, SMPL-H 52 and SMPL-X 55")
    _check_shapes(arrays, joints, path)
    parents = arrays["kintree_table"][0].astype(np.int64)
    parents[0] = -1  # some files have 2³² - 1 here
    model = SmplFile(
        _KINDS[joints], arrays["v_template"], arrays["shapedirs"][..., :N_BETAS],
        arrays["posedirs"], regressor, arrays["weights"], parents, arrays["f"].astype(np.intp),
        path.stem, _gender(path),
    )  # fmt: skip
    _check_tree(model, path)
    _check_body(model, path)
    return model


def _numbers(found: dict[str, Numbers], key: str, path: Path) -> Floats:
    if key not in found:
        raise InputError(
            f"{path}: there is no {key!r} in it, so it is not a model of the SMPL family"
        )
    if found[key].dtype.kind not in "biuf":
        raise InputError(f"{path}: {key!r} is not an array of numbers")
    values = found[key].astype(np.float64)
    if not np.isfinite(values).all():
        raise InputError(f"{path}: {key!r} holds values that are not numbers")
    return values


def _check_shapes(arrays: dict[str, Floats], joints: int, path: Path) -> None:
    template, directions, faces = arrays["v_template"], arrays["shapedirs"], arrays["f"]
    count = len(template) if template.ndim == 2 else 0
    if not 3 <= count <= _MOST_VERTICES:
        raise InputError(f"{path}: v_template has the shape {template.shape}, not (vertices, 3)")
    wanted = {
        "v_template": (count, 3), "J_regressor": (joints, count), "weights": (count, joints),
        "posedirs": (count, 3, 9 * (joints - 1)), "kintree_table": (2, joints),
    }  # fmt: skip
    for key, shape in wanted.items():
        if arrays[key].shape != shape:
            raise InputError(f"{path}: {key} has the shape {arrays[key].shape}, not {shape}")
    if directions.ndim != 3 or directions.shape[:2] != (count, 3) or directions.shape[2] < N_BETAS:
        raise InputError(
            f"{path}: shapedirs has the shape {directions.shape}, "
            f"not ({count}, 3, {N_BETAS} or more)"
        )
    if faces.ndim != 2 or faces.shape[1] != 3 or not _within(faces, count):
        raise InputError(f"{path}: f does not name three vertices a face")


def _within(faces: Floats, count: int) -> bool:
    return not faces.size or (faces.min() >= 0 and faces.max() < count)


def _check_tree(model: SmplFile, path: Path) -> None:
    parents = model.parents
    ours = tuple(int(p) for p in parents[model.chosen])
    if ours != PARENTS or (parents >= np.arange(len(parents))).any() or (parents[1:] < 0).any():
        raise InputError(f"{path}: its joints hang from each other otherwise than SMPL's")
    sums = np.abs(model.weights.sum(axis=1) - 1.0).max()
    if sums > 0.01 or model.weights.min() < -0.01:
        raise InputError(f"{path}: weights do not add up to one at every vertex")


def _check_body(model: SmplFile, path: Path) -> None:
    body = model.body()
    bones = np.linalg.norm(body.offsets[1:N_JOINTS], axis=1)
    if bones.min() < 1e-3 or not 0.3 < body.height < 3.0:
        raise InputError(
            f"{path}: its mean person is {body.height:.2f} m from toe to head, "
            "so it is no body in metres, Y up"
        )


def _gender(path: Path) -> str:
    """As the owners name their files and folders: SMPL_FEMALE.pkl, basicmodel_m_lbs_….pkl,
    smplh/male/model.npz."""
    for text in (path.stem.lower(), path.parent.name.lower()):
        for word, gender in _GENDERS.items():
            if re.search(rf"(?<![a-z]){word}(?![a-z])", text):
                return gender
    return "neutral"
