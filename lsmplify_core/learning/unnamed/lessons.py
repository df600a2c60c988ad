# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up marker sets on moving people, and which joint carries each marker."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...body.body import REGION_NAMES, default_body, region_scales
from ...body.mannequin import mannequin
from ...geometry.kinematics import forward
from ...geometry.rotations import axis_angle_to_matrix
from ...geometry.skeleton import MIRROR, N_JOINTS, N_POSED, PARENTS
from ...layouts.layout import load_layout
from ...unnamed.network import FRAMES
from ..augment import random_layout
from ..data import Clips, mirror

MARKER_SETS = ("CMU_41", "PlugInGait_39", "OpenCap")
"""Shipped marker sets among the lessons; Vicon_53 is kept apart to measure with."""


@dataclass(frozen=True)
class PointLesson:
    """points (B, F, K, 3) metres, Z up; seen (B, F, K); joints (B, K) < 22; offsets (B, K, 3)
    metres in the joints' frames on a body of the default size;"""

    points: Tensor
    seen: Tensor
    joints: Tensor
    offsets: Tensor


def make_point_lesson(clips: Clips, count: int, random: np.random.Generator) -> PointLesson:
    """`count` windows of FRAMES frames within ten seconds, each with a marker set of its own."""
    k = int(random.integers(30, 66))
    rotations = torch.from_numpy(_windows(clips, count, random))
    rotations = torch.where(
        torch.from_numpy(random.random((count, 1, 1, 1, 1)) < 0.5), mirror(rotations), rotations
    )
    bones, sizes = _bodies(count, random)
    sets = [_markers(k, random) for _ in range(count)]
    joints = torch.from_numpy(np.stack([j for j, _ in sets]))
    offsets = torch.from_numpy(np.stack([o for _, o in sets]).astype(np.float32))
    hands = torch.eye(3).expand(count, FRAMES, N_JOINTS - N_POSED, 3, 3)
    rotations = torch.cat((rotations, hands), dim=2)
    rotations[:, :, 0] = _headings(count, random)[:, None] @ rotations[:, :, 0]
    turned, placed = forward(rotations, bones[:, None], torch.zeros(count, FRAMES, 3))
    which = torch.arange(count)[:, None]
    frames = turned.transpose(1, 2)[which, joints]
    at = placed.transpose(1, 2)[which, joints]
    own = (sizes[:, None, None] * offsets)[:, :, None, :, None]
    points = (at + (frames @ own)[..., 0]).transpose(1, 2)
    noise = random.choice([0.0, 0.002, 0.006], size=(count, 1, 1, 1))
    skin = random.choice([0.0, 0.004, 0.012], size=(count, 1, 1, 1))
    shake = noise * random.standard_normal(points.shape)
    shake = shake + skin * random.standard_normal((count, FRAMES, k, 3)) * 0.7
    seen = random.random((count, FRAMES, k)) >= random.choice([0.0, 0.0, 0.05], size=(count, 1, 1))
    return PointLesson(
        points + torch.from_numpy(shake.astype(np.float32)),
        torch.from_numpy(seen.astype(np.float32)), joints, offsets,
    )  # fmt: skip


def _windows(clips: Clips, count: int, random: np.random.Generator) -> np.ndarray:
    """(count, FRAMES, 22, 3, 3): frames of one clip, spread over two to ten seconds."""
    chance = clips.chance.numpy()
    which = random.choice(len(chance), size=count, p=chance)
    lengths = clips.lengths.numpy()[which]
    span = np.minimum(random.integers(60, 301, size=count), lengths)
    first = (random.random(count) * (lengths - span + 1)).astype(int)
    at = np.sort(random.random((count, FRAMES)), axis=1)
    frames = (
        clips.starts.numpy()[which][:, None] + first[:, None] + (at * span[:, None]).astype(int)
    )
    return clips.rotations[torch.from_numpy(frames)].numpy()


def _headings(count: int, random: np.random.Generator) -> Tensor:
    """(count, 3, 3) turns about the vertical, and a few degrees of a floor that is not level."""
    turn = np.zeros((count, 3))
    turn[:, 2] = random.uniform(-np.pi, np.pi, count)
    tilt = np.radians(3) * random.standard_normal((count, 3))
    return torch.from_numpy(
        (axis_angle_to_matrix(tilt) @ axis_angle_to_matrix(turn)).astype(np.float32)
    )


def _bodies(count: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Bones (count, 24, 3) of people of all sizes, and how the markers' offsets grow (count,)."""
    body = default_body()
    bones, sizes = [], []
    for _ in range(count):
        factors = np.clip(1 + 0.06 * random.standard_normal(len(REGION_NAMES)), 0.8, 1.25)
        size = random.uniform(0.85, 1.17)
        bones.append(size * body.scaled(region_scales(factors)).offsets)
        sizes.append(size)
    return _tensor(np.stack(bones)), _tensor(np.array(sizes))


def _markers(k: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Joints (k,) and offsets (k, 3) of one marker set: shipped, around bones, or on the skin."""
    kind = random.choice(4, p=[0.2, 0.15, 0.5, 0.15])
    if kind == 0:
        layout = load_layout(str(random.choice(MARKER_SETS)))
        joints, offsets = layout.joints, layout.offsets.astype(float)
    elif kind == 1:
        joints, offsets = random_layout(random)
    else:
        joints, offsets = _on_skin(k, random, even=kind == 3)
    if len(joints) < k:
        more = _on_skin(k - len(joints), random, even=False)
        joints, offsets = np.concatenate((joints, more[0])), np.concatenate((offsets, more[1]))
    kept = random.permutation(len(joints))[:k]
    offsets = offsets[kept] + random.choice([0.0, 0.01, 0.02]) * random.standard_normal((k, 3))
    return joints[kept].astype(np.int64), offsets


_BODY = default_body()
_FIGURE = mannequin(_BODY)
_CARRIER = np.where(_FIGURE.joint >= N_POSED, _FIGURE.joint - 2, _FIGURE.joint)
_SHARES = np.array([4, 3, 3, 1, 2.5, 2.5, 1, 2, 2, 3, 1, 1, 0.3, 1, 1, 4, 2, 2, 1.5, 1.5, 2.5, 2.5])
"""Markers that a joint carries in usual sets."""


def _on_skin(k: int, random: np.random.Generator, even: bool) -> tuple[np.ndarray, np.ndarray]:
    """Points of the mannequin's skin, most of them in pairs left and right."""
    chance = _SHARES if not even else np.ones(N_POSED)
    there = np.bincount(_CARRIER, minlength=N_POSED)[:N_POSED] > 0
    chance = chance * there * random.uniform(0.3, 1.7, N_POSED)
    joints: list[int] = []
    offsets: list[np.ndarray] = []
    while len(joints) < k:
        joint = int(random.choice(N_POSED, p=chance / chance.sum()))
        vertex = int(random.choice(np.flatnonzero(joint == _CARRIER)))
        offset = _FIGURE.vertices[vertex] - _BODY.rest_joints[joint]
        offset = offset + 0.012 * random.standard_normal(3)
        joints.append(joint)
        offsets.append(offset)
        if MIRROR[joint] != joint and random.random() < 0.8:
            joints.append(MIRROR[joint])
            offsets.append(offset * [-1.0, 1.0, 1.0] + 0.01 * random.standard_normal(3))
    return np.array(joints[:k]), np.array(offsets[:k])


def _tensor(x: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))


assert PARENTS[22] == 20
