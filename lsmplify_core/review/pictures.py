# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of a motion as SVG: a few poses side by side, and the track error over time."""

from typing import Final

import numpy as np

from ..geometry.kinematics import forward
from ..geometry.skeleton import JOINT_NAMES, PARENTS
from ..motion.motion import Motion
from ..runtime.array_types import Floats

_POSES: Final = 6
_SIZE: Final = (54, 72)
"""Pixels of one pose, wide and high; the whole body's reach fits in."""
_CURVE: Final = (260, 56)
"""Pixels of the error curve, wide and high."""
_BINS: Final = 130
_LEAST_MM: Final = 20.0
"""The curve's top is never lower, so that good takes look calm."""
_VIEW: Final = np.array([[0.82, 0.57], [-0.57, 0.82]])
"""Across and away in the picture, from the world's X and Y: from the right in front."""


def poses_svg(motion: Motion) -> str:
    """Poses spread over the take, left limbs in blue and right ones in orange."""
    frames = np.unique(np.linspace(0, motion.frames - 1, _POSES).round().astype(int))
    _, placed = forward(motion.rotations[frames], motion.body.offsets, motion.root[frames])
    wide, high = _SIZE
    scale = 0.55 * high / max(motion.body.height, 1e-6) * 1.15
    floor = float(placed[..., 2].min())
    parts: list[str] = []
    for number, joints in enumerate(placed):
        centre = np.array([wide * (number + 0.5), high - 4.0])
        away = joints - joints[0] * [1.0, 1.0, 0.0] - [0.0, 0.0, floor]
        across, depth = (away[:, :2] @ _VIEW.T).T
        x = centre[0] + scale * across
        y = centre[1] - scale * (away[:, 2] + 0.12 * depth)
        parts += [_bone(j, x, y) for j in range(1, 22)]
    width = wide * len(frames)
    return (
        f'<svg class="poses" viewBox="0 0 {width} {high}" width="{width}" height="{high}">'
        f"{''.join(parts)}</svg>"
    )


def error_svg(motion: Motion) -> str:
    """The mean error of each moment's tracks in millimetres, and a dot where it is largest; empty
    where the motion has no track errors."""
    error = motion.track_error
    if error is None or not np.isfinite(error).any():
        return ""
    values = _binned(1000.0 * error)
    top = max(_LEAST_MM, 1.1 * float(np.nanmax(values)))
    wide, high = _CURVE
    x = (np.arange(len(values)) + 0.5) * wide / len(values)
    y = high - 2 - (high - 14) * values / top
    lines = "".join(
        f'<polyline points="{" ".join(f"{a:.0f},{b:.0f}" for a, b in part)}"/>'
        for part in _runs(x, y)
    )
    worst = int(np.nanargmax(values))
    frame = int(np.nanargmax(np.nan_to_num(1000.0 * error, nan=-1.0).max(axis=1)))
    anchor = "end" if x[worst] > wide / 2 else "start"
    return (
        f'<svg class="error" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
        f'<line x1="0" x2="{wide}" y1="{high - 2}" y2="{high - 2}"/>{lines}'
        f'<circle cx="{x[worst]:.0f}" cy="{y[worst]:.0f}" r="2.5"/>'
        f'<text x="{x[worst]:.0f}" y="9" text-anchor="{anchor}">'
        f"{values[worst]:.0f} mm, worst in frame {frame}</text></svg>"
    )


def _bone(joint: int, x: Floats, y: Floats) -> str:
    side = {"L": "l", "R": "r"}.get(JOINT_NAMES[joint].partition("_")[0], "m")
    up = PARENTS[joint]
    return (
        f'<line class="{side}" x1="{x[up]:.0f}" y1="{y[up]:.0f}" '
        f'x2="{x[joint]:.0f}" y2="{y[joint]:.0f}"/>'
    )


def _binned(error: Floats) -> Floats:
    """The mean over tracks of each frame, and the largest of them in each of so many spans."""
    known = np.isfinite(error)
    count = known.sum(axis=1)
    mean = np.where(known, error, 0.0).sum(axis=1) / np.maximum(count, 1)
    mean = np.where(count > 0, mean, np.nan)
    parts = np.array_split(mean, min(_BINS, len(mean)))
    return np.array([np.nanmax(p) if np.isfinite(p).any() else np.nan for p in parts])


def _runs(x: Floats, y: Floats) -> list[list[tuple[float, float]]]:
    """The points of the curve between its gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if np.isfinite(b):
            runs[-1].append((a, b))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
