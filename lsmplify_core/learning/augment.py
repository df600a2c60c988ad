# SPDX-License-Identifier: GPL-3.0-or-later
"""From true motion to what a take shows of it: bodies, marker sets, errors, noise, gaps, starts.

One `Lesson` is a batch of windows with one layout. What the solver is told of the body and the
points differs from the truth as a calibration differs from it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..body.body import REGION_NAMES, default_body, region_scales
from ..body.markers import MarkerObservations, PoseSequence
from ..geometry.kinematics import attached_points, forward
from ..geometry.rotations import axis_angle_to_matrix
from ..geometry.skeleton import N_JOINTS, N_POSED, PARENTS
from ..ik.root_alignment import align_root
from ..layouts.layout import load_layout, shipped_layouts

HELD_OUT_LAYOUTS: tuple[str, ...] = ("Vicon_53",)
"""Shipped layouts that training never sees: they measure what a new marker set gets."""

LAYOUT_CHANCES: dict[str, float] = {
    "BODY_25": 0.26, "CMU_41": 0.14, "COCO_17": 0.10, "MediaPipe_33": 0.05, "HALPE_26": 0.05,
    "H36M_17": 0.05, "SMPL_24": 0.04, "PlugInGait_39": 0.07, "random": 0.24,
}  # fmt: skip


@dataclass(frozen=True)
class Lesson:
    """truth and start: N = windows × length frames. target: what the solver is told.
    bones: (N, 24, 3) the true ones. trust: (N, 22) how far each joint's rotation is truth."""

    truth: PoseSequence
    start: PoseSequence
    target: MarkerObservations
    bones: Tensor
    trust: Tensor
    windows: int


def make_lesson(
    windows: Tensor, trust: Tensor, random: np.random.Generator, noisy: float = 0.0
) -> Lesson:
    """Build the task for windows of true rotations (B, L, 22, 3, 3), trusted by (B, 22).

    noisy: share of the windows whose tracks have white noise of about a centimetre in every sample
    and many samples missing one by one, as cheap cameras give them.
    """
    b, length = windows.shape[:2]
    n = b * length
    bones, told_bones = _bodies(b, random)
    joints, offsets, told_offsets = _points(b, random)
    truth = PoseSequence(_all_joints(windows.reshape(n, N_POSED, 3, 3)), _drift(b, length, random))
    bones, told_bones = _per_frame(bones, length), _per_frame(told_bones, length)
    turned, placed = forward(truth.rotations, bones, truth.root)
    points = attached_points(turned, placed, joints, _per_frame(offsets, length))
    noise = _noise(b, length, len(joints), random)
    seen = _seen(b, length, joints.numpy(), random)
    if noisy > 0.0:
        noise, seen = _made_noisy(noise, seen, noisy, random)
    points = points + noise.reshape(n, -1, 3)
    weights = seen.reshape(n, -1)
    target = MarkerObservations(
        told_bones, joints, _per_frame(told_offsets, length), points, weights
    )
    start = _start(truth, target, b, random)
    return Lesson(truth, start, target, bones, _per_frame(trust, length), b)


def _bodies(count: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """True and told bones (B, 24, 3), on bodies of the default size."""
    body = default_body()
    true: list[np.ndarray] = []
    assumed: list[np.ndarray] = []
    for _ in range(count):
        wide = random.choice([0.0, 0.05, 0.10])
        factors = np.clip(1 + wide * random.standard_normal(len(REGION_NAMES)), 0.7, 1.35)
        scaled = body.scaled(region_scales(factors))
        bones = scaled.offsets * (body.height / scaled.height)
        error = random.choice([0.0, 0.0, 0.015, 0.03])
        wrong = 1 + error * random.standard_normal(len(REGION_NAMES))
        true.append(bones)
        assumed.append(bones * region_scales(wrong)[:, None])
    return _tensor(np.stack(true)), _tensor(np.stack(assumed))


def _points(count: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Joints (K,), true and told offsets (B, K, 3) of one layout."""
    known = [n for n in shipped_layouts() if n in LAYOUT_CHANCES]
    names = [*known, "random"]
    chance = np.array([LAYOUT_CHANCES[n] for n in names])
    name = str(random.choice(names, p=chance / chance.sum()))
    if name == "random":
        joints, offsets = random_layout(random)
    else:
        layout = load_layout(name)
        joints, offsets = layout.joints, layout.offsets
    away = np.linalg.norm(offsets, axis=-1, keepdims=True)
    skin = random.choice([0.0, 0.01, 0.02], size=(count, 1, 1)) * (away > 0.01)
    true = offsets + skin * random.standard_normal((count, *offsets.shape))
    error = random.choice([0.0, 0.0, 0.004, 0.010], size=(count, 1, 1))
    assumed = true + error * random.standard_normal(true.shape)
    return torch.from_numpy(joints.astype(np.int64)), _tensor(true), _tensor(assumed)


def random_layout(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A marker set that nobody has seen: points around the bones, some bones without any."""
    body = default_body()
    joints: list[int] = []
    offsets: list[np.ndarray] = []
    bones = [j for j in range(N_JOINTS) if j < N_POSED]
    most = int(random.choice([1, 2, 3, 4]))
    for joint in bones:
        children = [c for c in range(1, N_JOINTS) if PARENTS[c] == joint]
        bone = body.offsets[children].mean(axis=0) if children else np.array([0.0, 0.0, 0.08])
        few = 1 if joint in (0, 16, 17, 1, 2) else 0
        for _ in range(random.integers(few, most + 1)):
            out = random.standard_normal(3)
            out -= bone * (out @ bone) / (bone @ bone + 1e-9)
            out *= random.uniform(0.03, 0.11) / (np.linalg.norm(out) + 1e-9)
            on_joint = random.random() < 0.25
            joints.append(joint)
            offsets.append(np.zeros(3) if on_joint else random.uniform(-0.1, 1.1) * bone + out)
    return np.array(joints), np.array(offsets)


def _noise(b: int, length: int, k: int, random: np.random.Generator) -> Tensor:
    """Measurement noise (B, L, K, 3): none, white, or slow as keypoint detectors drift."""
    size = random.choice([0.0, 0.0, 0.002, 0.006, 0.012], size=(b, 1, 1, 1))
    size = size * random.uniform(0.5, 1.5, size=(b, 1, k, 1))
    white = random.standard_normal((b, length, k, 3))
    kernel = np.array([0.25, 0.5, 0.25])
    slow = white
    for _ in range(3):
        slow = kernel[0] * np.roll(slow, 1, 1) + kernel[1] * slow + kernel[2] * np.roll(slow, -1, 1)
    mixed = np.where(random.random((b, 1, 1, 1)) < 0.5, white, 1.5 * slow)
    return _tensor(size * mixed)


def _seen(b: int, length: int, joints: np.ndarray, random: np.random.Generator) -> Tensor:
    """Weights (B, L, K): gaps in runs, some windows with whole limbs unseen."""
    k = len(joints)
    seen = np.ones((b, length, k))
    for i in range(b):
        if random.random() < 0.5:
            continue
        for _ in range(random.integers(1, max(2, k // 2))):
            run = int(random.integers(1, length + 1))
            first = int(random.integers(-run + 1, length))
            seen[i, max(first, 0) : first + run, random.integers(k)] = 0
        if random.random() < 0.15:
            limb = _LIMBS[random.integers(len(_LIMBS))]
            run = int(random.integers(length // 4, length + 1))
            first = int(random.integers(-run // 2, length))
            seen[i, max(first, 0) : first + run, np.isin(joints, limb)] = 0
    seen[seen.sum(axis=2) < _LEAST_SEEN] = 1
    return _tensor(seen)


def _made_noisy(
    noise: Tensor, seen: Tensor, share: float, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """A share of the windows with white noise of about a centimetre instead of theirs (B, L, K, 3),
    and with a run of frames missing of many points besides those (B, L, K) that were."""
    b, length, k = seen.shape
    chosen = torch.from_numpy(random.random((b, 1, 1)) < share)
    size = random.uniform(*_NOISY, size=(b, 1, 1, 1))
    white = _tensor(size * random.standard_normal((b, length, k, 3)))
    run = random.integers(_RUNS[0], _RUNS[1] + 1, size=(b, 1, k))
    first = np.floor(random.uniform(1 - run, length))
    frame = np.arange(length)[None, :, None]
    missing = (frame >= first) & (frame < first + run)
    missing &= random.random((b, 1, k)) < random.uniform(*_GAPPY, size=(b, 1, 1))
    left = seen * _tensor(~missing)
    left = torch.where((left > 0).sum(dim=2, keepdim=True) < _LEAST_SEEN, seen, left)
    return torch.where(chosen[..., None], white, noise), torch.where(chosen, left, seen)


_NOISY: tuple[float, float] = (0.006, 0.014)
"""Metres along an axis."""
_RUNS: tuple[int, int] = (3, 30)
"""Frames that a point of such a window is missing: a sixth of a second to two."""
_GAPPY: tuple[float, float] = (0.25, 0.75)
"""Share of the points of such a window that have a run missing; about a fifth of all samples."""
_LEAST_SEEN = 6
"""Points that a frame keeps."""
_LIMBS = ((1, 4, 7, 10), (2, 5, 8, 11), (16, 18, 20, 22), (17, 19, 21, 23), (12, 15), (18, 20, 22))


def _start(
    truth: PoseSequence, target: MarkerObservations, b: int, random: np.random.Generator
) -> PoseSequence:
    """Where the network begins: the T-pose set on the torso, a pose that drifted from the truth,
    or the pose of a frame before."""
    kind = random.choice(3, p=[0.6, 0.25, 0.15])
    n = truth.root.shape[0]
    length = n // b
    if kind == 0:
        return align_root(torch.eye(3).expand(1, N_JOINTS, 3, 3), target)
    rotations = truth.rotations
    if kind == 2:
        late = int(random.integers(1, length))
        index = torch.arange(n).reshape(b, length)
        index = torch.cat((index[:, :1].expand(b, late), index[:, : length - late]), dim=1)
        return PoseSequence(rotations[index.reshape(-1)], truth.root[index.reshape(-1)])
    size = random.choice([0.05, 0.15, 0.3], size=(b, 1, 1, 1))
    per_joint = random.uniform(0.0, 1.5, size=(b, 1, N_POSED, 1))
    held = random.standard_normal((b, 1, N_POSED, 3))
    shaky = random.standard_normal((b, length, N_POSED, 3))
    vectors = size * per_joint * (held + 0.3 * shaky)
    turned = rotations.clone()
    wrong = axis_angle_to_matrix(_tensor(vectors.reshape(n, N_POSED, 3)))
    turned[:, :N_POSED] = rotations[:, :N_POSED] @ wrong
    shift = _tensor(0.03 * random.standard_normal((b, 1, 3)).repeat(length, 1).reshape(n, 3))
    return PoseSequence(turned, truth.root + shift)


def _drift(b: int, length: int, random: np.random.Generator) -> Tensor:
    """A root path (N, 3): only differences within a frame matter, so a plain one will do."""
    return _tensor(random.standard_normal((b, 1, 3)).repeat(length, 1).reshape(-1, 3))


def _all_joints(posed: Tensor) -> Tensor:
    hands = torch.eye(3).expand(posed.shape[0], N_JOINTS - N_POSED, 3, 3)
    return torch.cat((posed, hands), dim=1)


def _per_frame(x: Tensor, length: int) -> Tensor:
    return x.repeat_interleave(length, dim=0)


def _tensor(x: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))
