# SPDX-License-Identifier: GPL-3.0-or-later
"""What the body that nameless points pose says of them: where each moves least."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..body.markers import MarkerObservations, PoseSequence
from ..body.shape_space import RegionSpace
from ..calibration.calibrate import Calibration, calibrate_steps
from ..geometry.kinematics import forward
from ..geometry.skeleton import N_POSED, PARENTS
from ..ik.learned.network import load_network
from ..layouts.layout import Keypoint, Layout
from ..layouts.matching import match_as_named
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import converted, find_world

_MAX_RATIO: Final = 0.75
"""A track changes joints where it moves so much less on the other."""
_FAR_DEVIATION: Final = 0.03
_MAX_RATIO_ELSEWHERE: Final = 0.5
"""Metres that a track moves by on a joint that is not even near the right one, and how much less it
must move on one elsewhere on the body."""


@dataclass(frozen=True)
class Fit:
    """layout: whose points were fitted. calibration: the body and its poses. middle: (K, 22, 3)
    metres, each point's middle place in the frame of each joint. deviation: (K, 22) metres, how far
    it is from there."""

    layout: Layout
    calibration: Calibration
    middle: Floats
    deviation: Floats


def fit_layout(tracks: Tracks, layout: Layout, loose: float) -> Fit:
    """Pose a body under the tracks (metres, Z up) of a layout whose points are named like them."""
    match = match_as_named(tracks.names, layout, "as they move")
    tracks = converted(tracks, find_world(tracks, match))
    origin = np.nanmedian(tracks.positions.reshape(-1, 3), axis=0)
    target = MarkerObservations(
        default_body().offsets, layout.joints, layout.offsets,
        np.nan_to_num(tracks.positions - origin), tracks.seen.astype(np.float64),
    )  # fmt: skip
    space = RegionSpace(default_body())
    steps = calibrate_steps(
        load_network(), space, target, tracks.rate, loose=loose
    )  # fmt: skip
    calibration = run_steps(steps)
    points, seen = target.points[calibration.frames], target.weights[calibration.frames] > 0
    middle, deviation = _in_frames(calibration.poses, calibration.body.offsets, points, seen)
    return Fit(layout, calibration, middle, deviation)


def reassigned(fit: Fit, given: dict[int, Keypoint]) -> Layout:
    """Each point on the joint in whose frame it moves least, of its own and those beside it; of all
    where it is at home on none of these. given: points that stay."""
    size = fit.calibration.body.height / default_body().height
    keypoints: list[Keypoint] = []
    for k, keypoint in enumerate(fit.layout.keypoints):
        joint = keypoint.joint if k in given else _steadiest(fit.deviation[k], keypoint.joint)
        offset = fit.calibration.offsets[k] if joint == keypoint.joint else fit.middle[k, joint]
        x, y, z = (offset / size).tolist()
        keypoints.append(replace(keypoint, joint=joint, offset=(x, y, z)))
    return replace(fit.layout, keypoints=tuple(keypoints))


def _steadiest(deviation: Floats, joint: int) -> int:
    near = _beside(joint)
    best = near[int(np.argmin(deviation[near]))]
    if deviation[best] > _FAR_DEVIATION:
        anywhere = int(np.argmin(deviation))
        if deviation[anywhere] < _MAX_RATIO_ELSEWHERE * deviation[best]:
            return anywhere
    return best if deviation[best] < _MAX_RATIO * deviation[joint] else joint


def _in_frames(
    poses: PoseSequence, bones: Floats, points: Floats, seen: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Each point's middle place (K, 22, 3) in the frame of each joint, and how far it is from there
    (K, 22), in metres: the root of the mean square of the nearer four fifths."""
    turned, at = forward(poses.rotations, bones, poses.root)
    relative = points[:, :, None] - at[:, None, :N_POSED]
    local = np.einsum("njab,nkja->nkjb", turned[:, :N_POSED], relative)
    local[~seen] = np.nan
    middle = np.nan_to_num(np.nanmedian(local, axis=0))
    far = np.sqrt(np.square(local - middle).sum(axis=-1))
    return middle, np.nan_to_num(np.nanquantile(far, 0.8, axis=0), nan=np.inf)


def _beside(joint: int) -> list[int]:
    """A joint, its parent and its children; the spine and the collars as one."""
    near = {joint, max(PARENTS[joint], 0)}
    near |= {j for j in range(N_POSED) if PARENTS[j] == joint}
    return sorted(near)
