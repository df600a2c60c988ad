# SPDX-License-Identifier: GPL-3.0-or-later
"""From a solved take to numbers: what each frame scored, and the rows over many clips."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..anatomy.figures import Anatomy, anatomy, summary
from ..body.body import Body
from ..body.mannequin import mannequin, skin
from ..body.smpl_file import SmplFile
from ..geometry.kinematics import attached_points, forward
from ..geometry.skeleton import JOINT_INDEX, N_POSED
from ..layouts.layout import Layout
from ..motion.anatomical import (
    in_convention,
    palms_at_rest,
    with_palms_turned_back,
    with_toes_at_rest,
    with_toes_by_rule,
)
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from . import metrics
from .answers import Answer
from .takes import Take

CONVENTIONS: Final = ("anatomical", "source")
ANATOMICAL: Final = CONVENTIONS[0]

_CHUNK = 256
"""Frames whose meshes are in memory at once."""

_TOE_JOINTS: Final = (JOINT_INDEX["L_Foot"], JOINT_INDEX["R_Foot"])
_FEET: Final = ("L_Ankle", "L_Foot", "R_Ankle", "R_Foot")
_SOLES: Final = np.array([[0.0, -0.083, -0.045], [0.0, -0.030, 0.045]] * 2)
"""Metres from ankle to heel and from the ball of the foot to the toe, on the default body."""


@dataclass(frozen=True)
class Score:
    """One clip. Arrays by frame, in the units of `metrics`; T frames, K keypoints.

    angles, swing, twist: (T, 22). keypoint, hidden: (T, K) distances to the given tracks, and to
    the true points where tracks are missing; NaN elsewhere. The others: one number a frame.
    """

    name: str
    frames: int
    seconds: float
    angles: Floats
    swing: Floats
    twist: Floats
    mpjpe: Floats
    keypoint: Floats
    hidden: Floats
    pve: Floats
    pa_pve: Floats
    jitter: Floats
    jitter_truth: Floats
    acceleration: Floats
    sliding: Floats
    skating: Floats
    penetration: Floats
    anatomy: Anatomy
    anatomy_truth: Anatomy


def in_one_convention(motion: Motion, truth: Motion, layout: Layout) -> tuple[Motion, Motion]:
    """A result and its truth in the anatomical convention, so that rotations can be compared.

    What either rig's toes are bent by and the truth's palms are turned by at rest is taken off, and
    the toes of a truth that has none are bent by rule where no point shows them.

    Args:
        motion: what a method found.
        truth: the same frames as they were captured.
        layout: the points that the method saw.

    Returns:
        Both motions.
    """
    motion, truth = _palms_turned_back(motion, truth)
    motion, truth = (with_toes_at_rest(in_convention(m)) for m in (motion, truth))
    if not set(_TOE_JOINTS) & set(layout.joints.tolist()):
        truth = with_toes_by_rule(truth)
    return motion, truth


def score(take: Take, answer: Answer, convention: str = ANATOMICAL) -> Score:
    """Hold a method's answer against a take's truth, frame by frame.

    convention: "anatomical" brings both into it first (`in_one_convention`); "source" leaves both
    as they are.
    Anatomical figures are of the motions as they are in either case.
    """
    motion, truth, points = answer.motion, take.truth, answer.points
    anatomies = (_anatomy(motion), _anatomy(truth))
    if convention == ANATOMICAL:
        motion, truth = in_one_convention(motion, truth, take.layout)
    joints, true_joints = motion.joints(), truth.joints()
    swing, twist = metrics.swing_twist_errors(motion.rotations, truth.rotations, truth.body.offsets)
    feet = feet_points(motion)
    vertices, aligned = _vertex_errors(motion, truth, take.model)
    return Score(
        name=take.name,
        frames=motion.frames,
        seconds=answer.seconds,
        angles=metrics.geodesic(motion.rotations, truth.rotations),
        swing=swing,
        twist=twist,
        mpjpe=metrics.mpjpe(joints, true_joints),
        keypoint=metrics.mpkpe(points, take.tracks.positions),
        hidden=np.where(take.tracks.seen, np.nan, metrics.mpkpe(points, take.points)),
        pve=vertices,
        pa_pve=aligned,
        jitter=metrics.jitter(joints, truth.rate),
        jitter_truth=metrics.jitter(true_joints, truth.rate),
        acceleration=metrics.acceleration_error(joints, true_joints, truth.rate),
        sliding=metrics.foot_sliding(feet, feet_points(truth)),
        skating=metrics.skating(feet, truth.rate).astype(float),
        penetration=metrics.penetration(feet),
        anatomy=anatomies[0],
        anatomy_truth=anatomies[1],
    )


def _palms_turned_back(motion: Motion, truth: Motion) -> tuple[Motion, Motion]:
    """Estimate and truth without what the truth's rig turns its palms by at rest. An estimate that
    does not have it, since no point shows the hands, stays, and so does one that alone has it."""
    rest = palms_at_rest(truth)
    if rest == 0.0:
        return motion, truth
    if palms_at_rest(motion) == rest:
        motion = with_palms_turned_back(motion, rest)
    return motion, with_palms_turned_back(truth, rest)


def _anatomy(motion: Motion) -> Anatomy:
    return anatomy(motion.rotations, motion.body.offsets, motion.root, motion.rate)


def feet_points(motion: Motion) -> Floats:
    """(T, 4, 3) metres: left heel and toe, right heel and toe, at the soles."""
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    joints = np.array([JOINT_INDEX[name] for name in _FEET])
    return attached_points(turned, placed, joints, _SOLES)


Skin = Callable[[Floats, Floats], Floats]
"""Rotations (T, 24, 3, 3) and roots (T, 3) to vertices (T, V, 3)."""


def _skins(motion: Motion, truth: Motion, model: SmplFile | None) -> tuple[Skin, Skin]:
    """The meshes of an estimate and of the truth: a model file's, or mannequins."""
    if model is None:
        return _mannequin_skin(motion.body), _mannequin_skin(truth.body)
    true_betas = model.nearest_betas(truth.body) if truth.betas is None else truth.betas
    betas = motion.betas
    if betas is None:
        known = np.allclose(motion.body.rest_joints, truth.body.rest_joints, atol=1e-6)
        betas = true_betas if known else model.nearest_betas(motion.body)
    return _model_skin(model, betas), _model_skin(model, true_betas)


def _mannequin_skin(body: Body) -> Skin:
    mesh = mannequin(body)
    return lambda rotations, root: skin(mesh, body, rotations, root)


def _model_skin(model: SmplFile, betas: Floats) -> Skin:
    return lambda rotations, root: model.posed_vertices(rotations, root, betas)


def _vertex_errors(motion: Motion, truth: Motion, model: SmplFile | None) -> tuple[Floats, Floats]:
    """PVE and PA-PVE (T,) on the two bodies' meshes."""
    own, true = _skins(motion, truth, model)
    errors: list[Floats] = []
    aligned: list[Floats] = []
    for first in range(0, motion.frames, _CHUNK):
        part = slice(first, first + _CHUNK)
        a = own(motion.rotations[part], motion.root[part])
        b = true(truth.rotations[part], truth.root[part])
        errors.append(metrics.pve(a, b, motion.root[part], truth.root[part]))
        aligned.append(metrics.pa_pve(a, b))
    return np.concatenate(errors), np.concatenate(aligned)


def row(scores: list[Score], layout: Layout, seconds: float | None = None) -> dict[str, Any]:
    """The contract's figures over some clips, every frame counting once; None where undefined.

    seconds: that they took by the clock, where several processes worked; None for their sum.
    """
    frames = sum(s.frames for s in scores)
    seconds = sum(s.seconds for s in scores) if seconds is None else seconds
    angles = np.concatenate([s.angles for s in scores])
    observed = metrics.observed_joints(layout)
    return {
        "clips": len(scores),
        "frames": frames,
        "geodesic_deg": _mean([angles]),
        "geodesic_observed_deg": _mean([angles[:, observed]]),
        "swing_deg": _mean([s.swing for s in scores]),
        "twist_deg": _mean([s.twist for s in scores]),
        "frames_above_15_deg": float(metrics.failed_frames(angles).mean()),
        "mpjpe_mm": _mean([s.mpjpe for s in scores]),
        "mpkpe_mm": _mean([s.keypoint for s in scores]),
        "pve_mm": _mean([s.pve for s in scores]),
        "pa_pve_mm": _mean([s.pa_pve for s in scores]),
        "jitter_km_s3": _mean([s.jitter for s in scores]),
        "jitter_truth_km_s3": _mean([s.jitter_truth for s in scores]),
        "foot_sliding_mm": _mean([s.sliding for s in scores]),
        "seconds": seconds,
        "frames_per_second": frames / seconds if seconds > 0 else None,
        **summary([s.anatomy for s in scores]),
    }


def more(scores: list[Score]) -> dict[str, Any]:
    """Figures beside the contract's: what a row leaves out."""
    return {
        "acceleration_error_m_s2": _mean([s.acceleration for s in scores]),
        "hidden_mpkpe_mm": _mean([s.hidden for s in scores]),
        "skating_ratio": _mean([s.skating for s in scores]),
        "penetration_mm": _mean([s.penetration for s in scores]),
    }


def by_joint(scores: list[Score]) -> Floats:
    """(22, 3) degrees by joint: geodesic, swing, twist."""
    parts = ("angles", "swing", "twist")
    table = np.zeros((N_POSED, len(parts)))
    for column, part in enumerate(parts):
        table[:, column] = np.concatenate([getattr(s, part) for s in scores]).mean(axis=0)
    return table


def _mean(parts: list[Floats]) -> float | None:
    flat = np.concatenate([p.ravel() for p in parts])
    flat = flat[np.isfinite(flat)]
    return float(flat.mean()) if len(flat) else None
