# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMPL-format body made from the default one, so that smplx runs without anyone's SMPL file.

6,890 vertices as SMPL has: one at each joint and one at each keypoint, then the mannequin's,
repeated until the number is full; so a step of smplx costs what it costs with SMPL. Ten shape
directions: the size, and nine groups of regions.
"""

from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

import numpy as np
import smplx  # pyright: ignore[reportMissingTypeStubs]
import torch
from smplx.utils import Struct  # pyright: ignore[reportMissingTypeStubs]

from ...body.body import REGION_NAMES, Body, default_body, region_scales
from ...body.mannequin import mannequin
from ...geometry.skeleton import N_JOINTS, PARENTS
from ...layouts.layout import Layout
from ...runtime.array_types import Floats

N_VERTICES: Final = 6890
N_BETAS: Final = 10
_GROUPS: Final = (
    ("pelvis",), ("spine",), ("neck", "head"), ("collars", "shoulders"), ("upper arms",),
    ("forearms", "hands"), ("thighs",), ("shanks",), ("feet",),
)  # fmt: skip
_STEP: Final = 0.05
"""A beta of one changes a size by so much."""


@dataclass(frozen=True)
class Shaped:
    """What the ten betas move. rest: (24, 3) metres, joints: (24, 3, 10) their directions;
    points: (K, 3) the layout's keypoints at rest, point_moves: (K, 3, 10) theirs."""

    rest: Floats
    joints: Floats
    points: Floats
    point_moves: Floats

    def body(self, betas: Floats) -> Body:
        """The body with these betas."""
        return Body(self.rest + self.joints @ betas)


def shaped(body: Body, layout: Layout) -> Shaped:
    """Shape directions around a body, by differences."""
    bodies = [_changed(body, k) for k in range(N_BETAS)]
    rest = body.rest_joints
    points = _points(body, layout)
    return Shaped(
        rest,
        np.stack([b.rest_joints - rest for b in bodies], axis=-1),
        points,
        np.stack([_points(b, layout) - points for b in bodies], axis=-1),
    )


def smpl_layer(body: Body, layout: Layout) -> Any:
    """A `smplx.SMPL` of the body: vertices 0 to 23 its joints, then the layout's keypoints."""
    bodies = [body, *(_changed(body, k) for k in range(N_BETAS))]
    vertices = np.stack([_vertices(b, layout) for b in bodies])
    directions = np.moveaxis(vertices[1:] - vertices[0], 0, -1)
    regressor = np.zeros((N_JOINTS, N_VERTICES))
    regressor[np.arange(N_JOINTS), np.arange(N_JOINTS)] = 1.0
    parents = np.array([-1, *PARENTS[1:]])
    model = Struct(
        v_template=vertices[0], shapedirs=directions, posedirs=np.zeros((N_VERTICES, 3, 207)),
        J_regressor=regressor, kintree_table=np.stack((parents, np.arange(N_JOINTS))),
        weights=_weights(layout), f=np.array([[0, 1, 2]], dtype=np.uint32),
    )  # fmt: skip
    with redirect_stdout(StringIO()):  # smplx prints that ten shape directions are few
        return smplx.SMPL(
            "", data_struct=model, create_betas=False, create_global_orient=False,
            create_body_pose=False, create_transl=False, dtype=torch.float32,
        )  # fmt: skip


def _changed(body: Body, beta: int) -> Body:
    if beta == 0:
        return Body(body.rest_joints * (1 + _STEP))
    factors = np.array([1 + _STEP * (name in _GROUPS[beta - 1]) for name in REGION_NAMES])
    return body.scaled(region_scales(factors))


def _points(body: Body, layout: Layout) -> Floats:
    size = body.height / default_body().height
    return body.rest_joints[layout.joints] + size * layout.offsets


def _vertices(body: Body, layout: Layout) -> Floats:
    marks = np.concatenate((body.rest_joints, _points(body, layout)))
    return np.concatenate((marks, _repeated(mannequin(body).vertices, len(marks))))


def _weights(layout: Layout) -> Floats:
    marks = np.eye(N_JOINTS)[[*range(N_JOINTS), *layout.joints]]
    return np.concatenate((marks, _repeated(mannequin(default_body()).weights, len(marks))))


def _repeated(rows: Floats, before: int) -> Floats:
    return rows[np.arange(N_VERTICES - before) % len(rows)]
