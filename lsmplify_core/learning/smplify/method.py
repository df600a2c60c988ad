# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPLify as methods to measure: with smplx's mesh as published, and on the skeleton alone."""

import time
from collections.abc import Callable

import numpy as np
import torch

from ...body.body import Body, default_body
from ...body.markers import MarkerObservations
from ...evaluation.answers import Answer
from ...evaluation.takes import Take, keypoints
from ...geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ...geometry.skeleton import N_POSED
from ...ik.root_alignment import align_root
from ...layouts.layout import Layout
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from .model import shaped, smpl_layer
from .solve import (
    PUBLISHED,
    SKELETON,
    Pose,
    Schedule,
    Skin,
    mesh_skin,
    rest_pose,
    skeleton_skin,
    smplify,
)  # fmt: skip

_ENOUGH = 3
"""Points that say where a body is and how it is turned."""


def published(take: Take) -> Answer:
    """SMPLify with smplx's mesh and joints2smpl's number of iterations."""
    return _method(
        take, lambda body: mesh_skin(smpl_layer(body, take.layout), take.layout), PUBLISHED
    )


def skeleton(take: Take) -> Answer:
    """SMPLify on the skeleton alone: 30 iterations a frame."""
    return _method(
        take, lambda body: skeleton_skin(shaped(body, take.layout), take.layout), SKELETON
    )


def _method(take: Take, make_skin: Callable[[Body], Skin], schedule: Schedule) -> Answer:
    """The body is the take's where it is given, the start's where there is one; else the betas of
    the first frame make it from the default body."""
    given = take.body or (take.start.body if take.start else None)
    base = given or default_body()
    points = take.tracks.positions
    origin = np.nanmean(points, axis=(0, 1))
    skin = make_skin(base)  # made once a model, so that the clock need not count it
    began = time.perf_counter()
    poses, betas = smplify(
        skin, points - origin, _starts(take, base, origin), schedule, given is None
    )
    seconds = time.perf_counter() - began
    body = shaped(base, take.layout).body(betas.double().numpy())
    motion = motion_of(poses, origin, take.tracks.rate, body)
    return Answer(motion, keypoints(motion, take.layout), seconds)


def _starts(take: Take, body: Body, origin: Floats) -> Callable[[int], Pose | None]:
    """Each frame's own start where the take has starts, else the first pose that the take tells, or
    the T-pose set on the first frame.

    Where that frame shows too little of the body, the first one that shows enough stands in.
    """
    start = take.start
    if start is not None:
        return lambda frame: pose_of(start.rotations[frame], start.root[frame] - origin)
    known_truth = take.known_truth
    if known_truth is not None:
        return lambda f: (
            None if f else pose_of(known_truth.rotations[0], known_truth.root[0] - origin)
        )
    begin = resting_start(take.tracks.positions - origin, take.layout, body)
    return lambda frame: begin if frame == 0 else None


def resting_start(points: Floats, layout: Layout, body: Body) -> Pose:
    """The T-pose set on the first of the frames (T, K, 3) that shows enough of the body."""
    shown = np.isfinite(points[..., 0]).sum(axis=1)
    first = points[int(np.argmax(shown >= _ENOUGH))][None]
    target = MarkerObservations(
        body.offsets, layout.joints, layout.offsets, np.nan_to_num(first),
        np.isfinite(first[..., 0]).astype(np.float64),
    )  # fmt: skip
    state = align_root(np.broadcast_to(np.eye(3), (1, 24, 3, 3)), target)
    turn = _floats(matrix_to_axis_angle(state.rotations[0, 0]))
    return rest_pose(turn, _floats(state.root[0]))


def pose_of(rotations: Floats, root: Floats) -> Pose:
    """One frame of a motion, (24, 3, 3) and (3,), as the unknowns."""
    vectors = _floats(matrix_to_axis_angle(rotations[:N_POSED]))
    return Pose(vectors[0], vectors[1:].reshape(-1), _floats(root))


def _floats(values: Floats) -> torch.Tensor:
    return torch.as_tensor(values, dtype=torch.float32)


def motion_of(poses: list[Pose], origin: Floats, rate: float, body: Body) -> Motion:
    """Poses about an origin (3,) as a motion of a body."""
    vectors = np.zeros((len(poses), 24, 3))
    vectors[:, 0] = torch.stack([p.turn for p in poses]).cpu().double().numpy()
    flat = torch.stack([p.pose for p in poses]).cpu().double().numpy()
    vectors[:, 1:N_POSED] = flat.reshape(len(poses), -1, 3)
    root = torch.stack([p.place for p in poses]).cpu().double().numpy() + origin
    return Motion(axis_angle_to_matrix(vectors), root, rate, body)
