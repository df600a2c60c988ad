# SPDX-License-Identifier: GPL-3.0-or-later
"""A model file of the SMPL family: what is in it, checked, and the body it makes.

SMPL (Loper et al. 2015), SMPL-H (Romero et al. 2017), SMPL-X (Pavlakos et al. 2019). The solver poses
SMPL's 24 joints on all of them; of SMPL-H's and SMPL-X's finger joints the first of the middle finger
stands for SMPL's hand joint, which lies at the knuckles.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..body import Body
from ..errors import InputError
from ..joints import N_JOINTS, PARENTS
from .unpickle import MOST_BYTES, safe_load

N_BETAS: Final = 10
_MODELS: Final = {24: "SMPL", 52: "SMPL-H", 55: "SMPL-X"}
_HANDS: Final = {"SMPL": (22, 23), "SMPL-H": (25, 40), "SMPL-X": (28, 43)}
"""Our hand joints in the file: the first joints of the middle fingers where there are fingers."""
_KEYS: Final = (
    "v_template",
    "shapedirs",
    "posedirs",
    "J_regressor",
    "weights",
    "kintree_table",
    "f",
)
_MOST_VERTICES: Final = 200_000
_PIECE: Final = 64
"""Frames whose meshes are made at once."""


@dataclass(frozen=True)
class SmplFile:
    """A model. V vertices, J of its own joints, B = 10 betas.

    kind: "SMPL", "SMPL-H" or "SMPL-X". template (V, 3), shape (V, 3, B), pose (V, 3, 9 (J - 1)),
    regressor (J, V), weights (V, J), parents (J,), faces (F, 3). Metres, SMPL's rest frame.
    """

    kind: str
    template: Floats
    shape: Floats
    pose: Floats
    regressor: Floats
    weights: Floats
    parents: NDArray[np.intp]
    faces: NDArray[np.intp]
    name: str

    @property
    def chosen(self) -> NDArray[np.intp]:
        """(24,) our joints among the file's."""
        return np.array([*range(N_JOINTS - 2), *_HANDS[self.kind]])

    def body(self, betas: Floats | None = None) -> Body:
        """Our 24 joints at rest on the person with these betas (the mean one if not given)."""
        betas = np.zeros(N_BETAS) if betas is None else betas
        rest = self.regressor[self.chosen] @ self.vertices(betas)
        return Body(rest, self.name)

    def joint_directions(self) -> Floats:
        """(24, 3, 10) metres: how each rest joint moves with each beta."""
        return np.einsum("jv,vab->jab", self.regressor[self.chosen], self.shape, optimize=True)

    def vertices(self, betas: Floats) -> Floats:
        """(V, 3) metres at rest."""
        return self.template + self.shape @ betas

    def posed_vertices(self, rotations: Floats, root: Floats, betas: Floats) -> Floats:
        """(T, V, 3) metres: the skin of a motion, with the model's pose corrections.

        rotations: (T, 24, 3, 3) as a Motion's; fingers, jaw and eyes rest. root: (T, 3) metres,
        the pelvis joint in the world.
        """
        parts = [slice(i, i + _PIECE) for i in range(0, len(root), _PIECE)]
        return np.concatenate([self._skin(rotations[p], root[p], betas) for p in parts])

    def _skin(self, rotations: Floats, root: Floats, betas: Floats) -> Floats:
        vertices = self.vertices(betas)
        rest = self.regressor @ vertices
        whole = self._all_joints(rotations)
        bent = (whole[:, 1:] - np.eye(3)).reshape(len(whole), -1)
        corrected = vertices + np.einsum("vap,tp->tva", self.pose, bent, optimize=True)
        turned, placed = self._forward(whole, rest, root)
        back = placed - np.einsum("tjab,jb->tja", turned, rest)
        blended = np.einsum("vj,tjab->tvab", self.weights, turned, optimize=True)
        shift = np.einsum("vj,tja->tva", self.weights, back, optimize=True)
        return np.einsum("tvab,tvb->tva", blended, corrected) + shift

    def _all_joints(self, rotations: Floats) -> Floats:
        """(T, J, 3, 3): our joints in the file's places, all others at rest."""
        whole = np.zeros((len(rotations), len(self.parents), 3, 3)) + np.eye(3)
        body = N_JOINTS - 2 if self.kind != "SMPL" else N_JOINTS
        whole[:, :body] = rotations[:, :body]
        return whole

    def _forward(self, rotations: Floats, rest: Floats, root: Floats) -> tuple[Floats, Floats]:
        turned, placed = [rotations[:, 0]], [np.asarray(root)]
        for joint in range(1, len(self.parents)):
            parent = int(self.parents[joint])
            turned.append(turned[parent] @ rotations[:, joint])
            placed.append(placed[parent] + turned[parent] @ (rest[joint] - rest[parent]))
        return np.stack(turned, axis=1), np.stack(placed, axis=1)


def load_smpl_file(path: Path) -> SmplFile:
    """Read a `.pkl` or `.npz` of the SMPL family. InputError says what is wrong with it."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    data = safe_load(path) if path.suffix.lower() == ".pkl" else _read_npz(path)
    if not isinstance(data, dict):
        raise InputError(f"{path}: holds no dictionary, so it is not a model of the SMPL family")
    arrays = {key: _numbers(data, key, path) for key in _KEYS}
    joints = arrays["J_regressor"].shape[0] if arrays["J_regressor"].ndim == 2 else 0
    if joints not in _MODELS:
        raise InputError(f"{path}: has {joints} joints; SMPL has 24, SMPL-H 52 and SMPL-X 55")
    _check_shapes(arrays, joints, path)
    tree = arrays["kintree_table"][0].astype(np.int64)
    tree[0] = -1
    if tuple(tree[: N_JOINTS - 2]) != PARENTS[: N_JOINTS - 2] or (tree >= np.arange(joints)).any():
        raise InputError(f"{path}: its joints hang from each other otherwise than SMPL's")
    model = SmplFile(
        _MODELS[joints], arrays["v_template"], arrays["shapedirs"][..., :N_BETAS],
        arrays["posedirs"], arrays["J_regressor"], arrays["weights"], tree,
        arrays["f"].astype(np.intp), path.stem,
    )  # fmt: skip
    _check_body(model, path)
    return model


def _read_npz(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB, so it is not read")
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            sizes = {i.filename.removesuffix(".npy"): i.file_size for i in archive.infolist()}
        if sum(sizes.get(key, 0) for key in _KEYS) > MOST_BYTES:
            raise InputError(f"{path}: unpacks to more than {MOST_BYTES >> 20} MB")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            return {key: data[key] for key in _KEYS if key in data.files}
    except InputError:
        raise
    except Exception as error:  # damaged archives fail in half a dozen ways
        raise InputError(f"{path}: not an npz that can be read ({error})") from error


def _numbers(data: dict[str, Any], key: str, path: Path) -> Any:
    if key not in data:
        raise InputError(
            f"{path}: there is no {key!r} in it, so it is not a model of the SMPL family"
        )
    try:
        values = np.asarray(data[key], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: {key!r} is not an array of numbers") from error
    if not np.isfinite(values).all():
        raise InputError(f"{path}: {key!r} holds values that are not numbers")
    return values


def _check_shapes(arrays: dict[str, Any], joints: int, path: Path) -> None:
    template = arrays["v_template"]
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
    directions, faces = arrays["shapedirs"], arrays["f"]
    if directions.ndim != 3 or directions.shape[:2] != (count, 3) or directions.shape[2] < N_BETAS:
        raise InputError(
            f"{path}: shapedirs has the shape {directions.shape}, not ({count}, 3, {N_BETAS} or more)"
        )
    if (
        faces.ndim != 2
        or faces.shape[1] != 3
        or faces.min(initial=0) < 0
        or faces.max(initial=0) >= count
    ):
        raise InputError(f"{path}: f does not name three vertices a face")


def _check_body(model: SmplFile, path: Path) -> None:
    body = model.body()
    bones = np.linalg.norm(body.offsets[1:], axis=1)
    if bones.min() < 1e-4 or not 0.3 < body.height < 3.0:
        raise InputError(
            f"{path}: its mean body is {body.height:.2f} m from toe to head, so it is no person in metres"
        )
