# SPDX-License-Identifier: GPL-3.0-or-later
"""People of many proportions with BODY_25 keypoints and skin, as the paper's losses need them.

The paper describes a person by SMPL's ten betas. The default body has none; ten of its regions'
sizes stand in for them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from ...body.body import REGION_NAMES, REGIONS, Body, default_body, region_scales
from ...body.mannequin import mannequin
from ...geometry.kinematics import attached_points, forward
from ...geometry.skeleton import JOINT_INDEX
from ...layouts.layout import load_layout
from ...runtime.array_types import Floats
from .network import N_BETAS

LAYOUT: Final = "BODY_25"
_SHOWN: Final = tuple(name for name in REGION_NAMES if name not in ("hands", "head"))
_EVERY: Final = 6
"""Of the mannequin's vertices every so many'th is looked at: the mean distance is the same."""

assert len(_SHOWN) == N_BETAS


def betas_of(body: Body) -> Floats:
    """(10,) how far ten regions differ from the default body of the same size, in tenths."""
    lengths = np.linalg.norm(body.offsets, axis=1) / body.height
    usual = np.linalg.norm(default_body().offsets, axis=1) / default_body().height
    rows = [[JOINT_INDEX[joint] for joint in REGIONS[name]] for name in _SHOWN]
    return np.array([10.0 * (lengths[r].sum() / usual[r].sum() - 1.0) for r in rows])


def keypoints(rotations: Tensor, bones: Tensor, root: Tensor) -> Tensor:
    """(N, 25, 3) BODY_25 keypoints of posed bodies of the default size."""
    turned, placed = forward(rotations, bones, root)
    return points_of(turned, placed)


def points_of(turned: Tensor, placed: Tensor) -> Tensor:
    """(N, 25, 3) from the joints' world rotations and places, as `kinematics.forward` gives."""
    layout = load_layout(LAYOUT)
    offsets = torch.as_tensor(layout.offsets, dtype=turned.dtype)
    return attached_points(turned, placed, torch.as_tensor(layout.joints), offsets)


@dataclass(frozen=True)
class People:
    """M bodies. bones, rest: (M, 24, 3) metres. betas: (M, 10). vertices: (M, V, 3) at rest.
    weights: (V, 24)."""

    bones: Tensor
    rest: Tensor
    betas: Tensor
    vertices: Tensor
    weights: Tensor

    def skin(self, who: Tensor, turned: Tensor, placed: Tensor) -> Tensor:
        """(N, V, 3) linear blend skinning of the bodies `who` (N,)."""
        back = placed - (turned @ self.rest[who][..., None])[..., 0]
        blended = torch.einsum("vj,njab->nvab", self.weights, turned)
        moved = (blended @ self.vertices[who][..., None])[..., 0]
        return moved + torch.einsum("vj,nja->nva", self.weights, back)


def many_people(count: int, spread: float, random: np.random.Generator) -> People:
    """Bodies of the default size whose regions vary by `spread`; the first is the default one."""
    bodies = [default_body()]
    while len(bodies) < count:
        factors = np.clip(1 + spread * random.standard_normal(len(REGION_NAMES)), 0.7, 1.35)
        scaled = default_body().scaled(region_scales(factors))
        size = default_body().height / scaled.height
        bodies.append(Body(scaled.rest_joints * size))
    skins = [mannequin(body) for body in bodies]
    return People(
        _stack([b.offsets for b in bodies]),
        _stack([b.rest_joints for b in bodies]),
        _stack([betas_of(b) for b in bodies]),
        _stack([s.vertices[::_EVERY] for s in skins]),
        _stack([skins[0].weights[::_EVERY]])[0],
    )


def _stack(arrays: list[Floats]) -> Tensor:
    return torch.from_numpy(np.stack(arrays).astype(np.float32))
