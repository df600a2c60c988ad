# SPDX-License-Identifier: GPL-3.0-or-later
"""Little model files of the SMPL family: well-formed, and nobody's body."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.skeleton import PARENTS


def tree(joints: int) -> np.ndarray:
    """Parents of SMPL's (24), SMPL-H's (52) or SMPL-X's (55) joints."""
    if joints == 24:
        return np.array([-1, *PARENTS[1:]])
    body = [-1, *PARENTS[1:22]]
    head = [15, 15, 15] if joints == 55 else []
    parents = [*body, *head]
    for wrist in (20, 21):
        for _ in range(5):
            first = len(parents)
            parents += [wrist, first, first + 1]
    return np.array(parents)


def model(joints: int = 24, seed: int = 0, vertices: int = 300) -> dict[str, Any]:
    """Arrays of a model: the default body's joints, random skin around them."""
    random = np.random.default_rng(seed)
    parents = tree(joints)
    rest = np.zeros((joints, 3))
    ours = default_body().rest_joints
    rest[:22] = ours[:22]
    for j in range(22, joints):
        side = 1.0 if rest[parents[j], 0] > 0 else -1.0
        rest[j] = rest[parents[j]] + (side * 0.03, 0.005 * random.standard_normal(), 0.01)
    if joints == 24:
        rest[22:] = ours[22:]
    owner = random.integers(joints, size=vertices)
    owner[:joints] = np.arange(joints)
    template = rest[owner] + 0.05 * random.standard_normal((vertices, 3))
    template[:joints] = rest
    regressor = np.zeros((joints, vertices))
    regressor[np.arange(joints), np.arange(joints)] = 1.0
    directions = (
        20 if joints == 55 else 10
    )  # SMPL-X has ten for the face behind the ten for the body
    shape = 0.01 * random.standard_normal((vertices, 3, directions))
    shape[..., 0] = 0.05 * template
    weights = random.dirichlet(np.full(joints, 0.1), size=vertices)
    hands = {f"hands_{what}{side}": np.zeros(size) for side in "lr"
             for what, size in (("components", (45, 45)), ("mean", 45))}  # fmt: skip
    return {
        "v_template": template, "shapedirs": shape, "weights": weights,
        "posedirs": 0.01 * random.standard_normal((vertices, 3, 9 * (joints - 1))),
        "J_regressor": regressor, "f": random.integers(vertices, size=(50, 3)).astype(np.uint32),
        "kintree_table": np.stack((parents % 2**32, np.arange(joints))).astype(np.uint32),
        **(hands if joints > 24 else {}),
        "lmk_faces_idx": np.zeros(51, np.int64), "lmk_bary_coords": np.full((51, 3), 1 / 3),
    }  # fmt: skip


class FakeChumpy:
    """Pickles as chumpy's array does: an object of `chumpy.ch.Ch` with its values under x."""

    def __init__(self, x: np.ndarray) -> None:
        self.x, self._dirty_vars, self._itr = x, set[str](), None


class _AsOwnersDo(pickle._Pickler):
    """chumpy's name for our class and, in protocol 2, Python 2's kind of text and bytes."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012

    def save_global(self, obj: Any, name: str | None = None) -> None:
        if obj is FakeChumpy:
            self.write(b"cchumpy.ch\nCh\n")
            self.memoize(obj)
        else:
            super().save_global(obj, name)

    def save_old_text(self, obj: Any) -> None:
        if self.proto != 2:
            pickle._Pickler.dispatch[type(obj)](self, obj)
            return
        data = obj if isinstance(obj, bytes) else obj.encode()
        self.write(pickle.BINSTRING + len(data).to_bytes(4, "little") + data)
        self.memoize(obj)

    dispatch[type] = save_global
    dispatch[str] = dispatch[bytes] = save_old_text


def save_pkl(path: Path, arrays: dict[str, Any], protocol: int = 2) -> Path:
    """Write a pickle as SMPL's owners do: a sparse regressor, chumpy's shape directions."""
    from scipy.sparse import csc_matrix

    content = {**arrays, "bs_type": "lrotmin", "bs_style": "lbs"}
    content["J_regressor"] = csc_matrix(arrays["J_regressor"])
    content["shapedirs"] = FakeChumpy(arrays["shapedirs"])
    with path.open("wb") as file:
        _AsOwnersDo(file, protocol).dump(content)
    return path


def save_npz(path: Path, arrays: dict[str, Any]) -> Path:
    """Write an npz with what SMPL-X has besides: objects that nobody may unpickle."""
    np.savez(path, **arrays, joint2num=np.array({"Pelvis": 0}, dtype=object))
    return path
