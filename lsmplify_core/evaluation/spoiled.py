# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes spoiled over a span, as marker systems and video trackers spoil them."""

from collections.abc import Callable
from typing import Final

import numpy as np

from ..geometry.skeleton import JOINT_INDEX, MIRROR
from ..layouts.layout import Layout
from ..runtime.array_types import Floats

_NOISE: Final = 0.08
"""Metres along each axis."""


def frozen_wrist(points: Floats, layout: Layout, span: slice, seed: int) -> Floats:
    """The points (T, K, 3) on the left wrist and hand stay in the world where they were at the
    span's begin."""
    del seed
    result = points.copy()
    wrist = _on(layout, ("L_Wrist", "L_Hand"))
    result[span, wrist] = points[span.start, wrist]
    return result


def swapped_legs(points: Floats, layout: Layout, span: slice, seed: int) -> Floats:
    """Left and right legs' points change places through the span."""
    del seed
    result = points.copy()
    left = [
        k for k in _on(layout, ("L_Hip", "L_Knee", "L_Ankle", "L_Foot")) if _mirror(layout, k) >= 0
    ]
    right = [_mirror(layout, k) for k in left]
    result[span, left], result[span, right] = points[span, right], points[span, left]
    return result


def noisy_arm(points: Floats, layout: Layout, span: slice, seed: int) -> Floats:
    """80 mm of noise along each axis on the right arm's points."""
    return _noisy(points, _on(layout, ("R_Shoulder", "R_Elbow", "R_Wrist", "R_Hand")), span, seed)


def noisy_all(points: Floats, layout: Layout, span: slice, seed: int) -> Floats:
    """80 mm of noise along each axis on every point."""
    return _noisy(points, list(range(len(layout.names))), span, seed)


SPOILS: Final[dict[str, Callable[[Floats, Layout, slice, int], Floats]]] = {
    "frozen wrist": frozen_wrist,
    "swapped legs": swapped_legs,
    "80 mm noise, one arm": noisy_arm,
    "80 mm noise, all points": noisy_all,
}


def _on(layout: Layout, joints: tuple[str, ...]) -> list[int]:
    """Keypoints fixed to the joints."""
    wanted = [JOINT_INDEX[j] for j in joints]
    return [k for k, point in enumerate(layout.keypoints) if point.joint in wanted]


def _mirror(layout: Layout, index: int) -> int:
    """The keypoint that is this one's mirror image, or -1."""
    point = layout.keypoints[index]
    for k, other in enumerate(layout.keypoints):
        offset = np.array(other.offset) * [-1.0, 1.0, 1.0]
        if other.joint == MIRROR[point.joint] and np.linalg.norm(offset - point.offset) < 0.05:
            return k
    return -1


def _noisy(points: Floats, which: list[int], span: slice, seed: int) -> Floats:
    result = points.copy()
    random = np.random.default_rng([seed, 4])
    noise = random.standard_normal((span.stop - span.start, len(which), 3))
    result[span, which] += _NOISE * noise
    return result
