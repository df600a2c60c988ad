# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPLify on 3D keypoints, frame after frame (Bogo et al. 2016; Zuo et al., joints2smpl).

Stages and weights are joints2smpl's: first the body's place and heading, then pose, place and in
the first frame the betas; keypoints 600², pose prior (1.5 · 4.78)², elbows and knees that bend the
wrong way 15.2², betas 5², nearness to the frame before 5² (weights on metres and radians). Two
things differ from it: the first frame starts at the T-pose, which on training clips ended nearer
than a mean pose, and the first stage looks at all keypoints, where hips and shoulders alone came to
the same.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import torch
from torch import Tensor

from ...geometry.kinematics import attached_points, bone_offsets, forward
from ...geometry.rotations import axis_angle_to_matrix
from ...geometry.skeleton import N_JOINTS
from ...layouts.layout import Layout
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from .model import N_BETAS, Shaped
from .prior import N_POSE, PosePrior

_KEYPOINTS: Final = 600.0**2
_PRIOR: Final = (1.5 * 4.78) ** 2
_BENT_BACK: Final = 15.2**2
_SHAPE: Final = 5.0**2
_STAY: Final = 5.0**2
_PLACE: Final = 100.0**2
_HINGES: Final = ((17, 1, 1.0), (18, 1, -1.0), (3, 0, -1.0), (4, 0, -1.0))
"""Elbows and knees: body joint (pelvis not counted), axis, and the sign of the wrong way."""


class Skin(Protocol):
    """Keypoints (K, 3) of a root turn (3,), a pose (63,), betas (10,) and a place (3,)."""

    def __call__(self, turn: Tensor, pose: Tensor, betas: Tensor, place: Tensor) -> Tensor:
        """Metres in the world."""
        ...


@dataclass(frozen=True)
class Schedule:
    """iterations: L-BFGS iterations of the place stage, and of the body stage of each frame."""

    place: int
    body: int


PUBLISHED: Final = Schedule(10, 100)
"""joints2smpl's default of 100 a frame; its loop that calls L-BFGS as often again is left out,
which spares time and costs nothing: with 300 iterations the keypoints come less than 0.1 mm
nearer."""
SKELETON: Final = Schedule(5, 30)


@dataclass(frozen=True)
class Pose:
    """One frame's unknowns, axis-angles and metres: turn (3,), pose (63,), place (3,)."""

    turn: Tensor
    pose: Tensor
    place: Tensor


def mesh_skin(layer: Any, layout: Layout) -> Skin:
    """Keypoints by way of smplx's whole mesh, as SMPLify does it."""
    hands = torch.zeros(6)

    def skin(turn: Tensor, pose: Tensor, betas: Tensor, place: Tensor) -> Tensor:
        output = layer(
            betas=betas[None], global_orient=turn[None], body_pose=torch.cat((pose, hands))[None]
        )
        pelvis = output.vertices[0, :1]
        points = output.vertices[0, N_JOINTS : N_JOINTS + len(layout.keypoints)]
        return points - pelvis + place

    return skin


def skeleton_skin(shape: Shaped, layout: Layout) -> Skin:
    """Keypoints by forward kinematics of the joints alone."""
    rest, moves, points, point_moves = (
        torch.as_tensor(a, dtype=torch.float32)
        for a in (shape.rest, shape.joints, shape.points, shape.point_moves)
    )
    joints = torch.as_tensor(layout.joints)
    hands = torch.zeros(2, 3)

    def skin(turn: Tensor, pose: Tensor, betas: Tensor, place: Tensor) -> Tensor:
        vectors = torch.cat((turn[None], pose.reshape(-1, 3), hands))
        body = rest + moves @ betas
        turned, placed = forward(axis_angle_to_matrix(vectors), bone_offsets(body), place)
        offsets = points + point_moves @ betas - body[joints]
        return attached_points(turned, placed, joints, offsets)

    return skin


def smplify(
    skin: Skin,
    points: Floats,
    starts: Callable[[int], Pose | None],
    schedule: Schedule,
    shape: bool,
) -> tuple[list[Pose], Tensor]:
    """Fit every frame of points (T, K, 3), NaN where unseen; poses and the betas (10,).

    starts: a frame's start, or None to start from the frame before. shape: whether the first frame
    finds betas too.
    """
    return run_steps(smplify_steps(skin, points, starts, schedule, shape))


def smplify_steps(
    skin: Skin,
    points: Floats,
    starts: Callable[[int], Pose | None],
    schedule: Schedule,
    shape: bool,
) -> Generator[float, None, tuple[list[Pose], Tensor]]:
    """The same frame by frame; yields the share of them that is done."""
    prior, betas = PosePrior(), torch.zeros(N_BETAS)
    poses: list[Pose] = []
    for frame in range(len(points)):
        start = starts(frame)
        start = poses[-1] if start is None else start
        seen = np.isfinite(points[frame, :, 0])
        goal = torch.as_tensor(np.nan_to_num(points[frame]), dtype=torch.float32)
        weights = torch.as_tensor(seen, dtype=torch.float32)
        pose, betas = _fit_frame(
            skin, goal, weights, start, betas, prior, schedule, shape and frame == 0
        )
        poses.append(pose)
        yield (frame + 1) / len(points)
    return poses, betas


def _fit_frame(
    skin: Skin, goal: Tensor, weights: Tensor, start: Pose, betas: Tensor, prior: PosePrior,
    schedule: Schedule, shape: bool,
) -> tuple[Pose, Tensor]:  # fmt: skip
    turn, pose, place = (x.detach().clone() for x in (start.turn, start.pose, start.place))
    betas = betas.detach().clone()
    first_place = place.clone()

    def keypoints() -> Tensor:
        apart = torch.sum((skin(turn, pose, betas, place) - goal) ** 2, dim=-1)
        return _KEYPOINTS * torch.sum(weights * apart)

    def placing() -> Tensor:
        return keypoints() + _PLACE * torch.sum((place - first_place) ** 2)

    def fitting() -> Tensor:
        bent = sum(torch.exp(sign * pose[3 * joint + axis]) ** 2 for joint, axis, sign in _HINGES)
        stay = torch.sum((pose - start.pose) ** 2)
        whole = keypoints() + _PRIOR * prior(pose) + _BENT_BACK * bent + _STAY * stay
        return whole + (_SHAPE * torch.sum(betas**2) if shape else 0.0)

    minimise(placing, [turn, place], schedule.place)
    minimise(fitting, [turn, pose, place, *([betas] if shape else [])], schedule.body)
    return Pose(turn, pose, place), betas


def minimise(energy: Callable[[], Tensor], unknowns: list[Tensor], iterations: int) -> None:
    """L-BFGS with a strong Wolfe line search; the unknowns are changed in place."""
    for x in unknowns:
        x.requires_grad_(True)
    optimiser = torch.optim.LBFGS(
        unknowns, lr=1.0, max_iter=iterations, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimiser.zero_grad()
        loss = energy()
        loss.backward()
        return float(loss.detach())

    optimiser.step(closure)
    for x in unknowns:
        x.requires_grad_(False)


def rest_pose(turn: Tensor, place: Tensor) -> Pose:
    """The T-pose, turned and placed."""
    return Pose(turn, torch.zeros(N_POSE), place)
