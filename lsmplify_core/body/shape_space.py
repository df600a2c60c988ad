# SPDX-License-Identifier: GPL-3.0-or-later
"""How a body can vary while it is calibrated: by the sizes of its regions, or by SMPL's betas.

Calibration asks a shape space for the body that some numbers make, for how points on it move with
each number, and for where the numbers are pulled to.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from ..geometry.kinematics import bone_offsets
from ..geometry.skeleton import JOINT_INDEX, N_JOINTS
from ..runtime.array_types import Floats
from .body import REGION_NAMES, REGIONS, Body, default_body
from .smpl_file import SmplFile

_SCALE_SIGMA: Final = 0.06
"""How far a proportion (share) may be from the default body's: one standard deviation."""
_SCALE_LIMITS: Final = (0.6, 1.6)
"""No region of a body is further from the default's proportions than this."""
_BETA_LIMIT: Final = 6.0
"""Betas are standard deviations of SMPL's people: nobody is further out."""


class ShapeSpace(Protocol):
    """S numbers that make a body."""

    @property
    def mean(self) -> Body:
        """The body that all others are changed from."""
        ...

    def start(self, size: float) -> Floats:
        """(S,) the likeliest body about `size` times as large as the mean one."""
        ...

    def body(self, shape: Floats) -> Body:
        """The body with these numbers."""
        ...

    def size(self, shape: Floats) -> float:
        """What the layout's point offsets grow by."""
        ...

    def jacobian(self, shape: Floats, parent_rotations: Floats, path: Floats) -> Floats:
        """(N, K, 3, S) metres: how points in the world move with each number.

        turned: (N, 24, 3, 3) the world rotation of each joint's parent. path: (K, 24) ones for the
        bones between the pelvis and a point.
        """
        ...

    def prior(self, shape: Floats, noise: float) -> tuple[Floats, Floats]:
        """(S,) how strongly each number is pulled, against tracks that err by `noise` metres, and
        (S,) how far it is from where it is pulled to."""
        ...

    def clamped(self, shape: Floats) -> Floats:
        """The nearest numbers that a person may have."""
        ...


@dataclass(frozen=True)
class RegionSpace:
    """A size, which is free, and a factor for each region of a body."""

    mean: Body

    def start(self, size: float) -> Floats:
        """The mean proportions."""
        shape = np.ones(1 + len(REGION_NAMES))
        shape[0] = size
        return shape

    def body(self, shape: Floats) -> Body:
        """The mean body with its regions' sizes changed."""
        return self.mean.scaled(shape[0] * _bone_factors(shape))

    def size(self, shape: Floats) -> float:
        """The first number."""
        return float(shape[0])

    def jacobian(self, shape: Floats, parent_rotations: Floats, path: Floats) -> Floats:
        """A bone grows along itself with the size and with its region's factor."""
        bones = np.einsum("njab,jb->nja", parent_rotations, self.mean.offsets)
        by_size = path * _bone_factors(shape)
        by_region = shape[0] * path[..., None] * _REGION_OF
        columns = np.concatenate((by_size[..., None], by_region), axis=-1)
        return np.einsum("kjs,nja->nkas", columns, bones, optimize=True)

    def prior(self, shape: Floats, noise: float) -> tuple[Floats, Floats]:
        """Proportions towards the mean's; the size is free."""
        weight = np.full(len(shape), (noise / _SCALE_SIGMA) ** 2)
        weight[0] = 0.0
        deviation = 1.0 - shape
        deviation[0] = 0.0
        return weight, deviation

    def clamped(self, shape: Floats) -> Floats:
        """Proportions within what people have."""
        return np.concatenate((shape[:1], np.clip(shape[1:], *_SCALE_LIMITS)))


@dataclass(frozen=True)
class BetaSpace:
    """The betas of a model file. rest: (24, 3) metres, the mean person's joints. moves:
    (24, 3, 10) metres, how a beta moves them. name: what reports call the body."""

    rest: Floats
    directions: Floats
    name: str

    @property
    def mean(self) -> Body:
        """The person whose betas are zero."""
        return Body(self.rest, self.name)

    def start(self, size: float) -> Floats:
        """The likeliest betas whose bones are about `size` times the mean ones."""
        count = self.directions.shape[-1]
        directions = self._bone_directions().reshape(-1, count)
        difference = (size - 1.0) * bone_offsets(self.rest).reshape(-1)
        normal = directions.T @ directions + 1e-5 * np.eye(count)
        return self.clamped(np.linalg.solve(normal, directions.T @ difference))

    def body(self, shape: Floats) -> Body:
        """The person with these betas."""
        return Body(self.rest + self.directions @ shape, self.name)

    def size(self, shape: Floats) -> float:
        """From toe to head, beside the default body that the layouts are made on."""
        return self.body(shape).height / default_body().height

    def jacobian(self, shape: Floats, parent_rotations: Floats, path: Floats) -> Floats:
        """The same for all betas: joints are linear in them."""
        bone_changes = np.einsum(
            "njab,jbs->njas", parent_rotations, self._bone_directions(), optimize=True
        )
        return np.einsum("kj,njas->nkas", path, bone_changes, optimize=True)

    def prior(self, shape: Floats, noise: float) -> tuple[Floats, Floats]:
        """Towards the mean person; betas are standard deviations."""
        return np.full(len(shape), noise**2), -shape

    def clamped(self, shape: Floats) -> Floats:
        """Betas that people have."""
        return np.clip(shape, -_BETA_LIMIT, _BETA_LIMIT)

    def _bone_directions(self) -> Floats:
        """(24, 3, 10) metres: how each bone changes with each beta."""
        return np.moveaxis(bone_offsets(np.moveaxis(self.directions, -1, 0)), 0, -1)


def betas_of(model: SmplFile) -> BetaSpace:
    """The people that a model file can make."""
    return BetaSpace(model.body().rest_joints, model.joint_shape_directions(), model.name)


def _bone_factors(shape: Floats) -> Floats:
    """(24,) factors of the bones from those of their regions."""
    return 1.0 + _REGION_OF @ (shape[1:] - 1.0)


def _regions() -> Floats:
    table = np.zeros((N_JOINTS, len(REGION_NAMES)))
    for column, name in enumerate(REGION_NAMES):
        for joint in REGIONS[name]:
            table[JOINT_INDEX[joint], column] = 1.0
    return table


_REGION_OF: Final = _regions()
