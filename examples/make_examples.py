# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the example takes beside this file: `make examples`.

The performance of performance.py by a body of its own proportions, seen as video keypoints and as
skin markers: with noise, points fixed a little beside their place, and gaps. The random numbers are
seeded, so that the files come out the same.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from performance import perform

from lsmplify_core.body.body import Body, default_body, region_scales
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion

Floats = NDArray[np.float64]

HERE = Path(__file__).parent

PROPORTIONS = (1.03, 1.04, 1.05, 1.02, 1.05, 1.04, 1.03, 1.02, 1.0, 1.07, 1.06, 1.05)
"""A somewhat taller person with long legs, one factor a region of the body."""


@dataclass(frozen=True)
class Example:
    """One file. noise and misplaced: metres along each axis; unit: what the file counts in."""

    file: str
    layout: str
    rate: float
    unit: str
    up: str
    noise: float
    misplaced: float
    gaps: int


EXAMPLES = (
    Example("keypoints_body25.trc", "BODY_25", 30.0, "m", "y", 0.003, 0.004, 8),
    Example("markers_cmu41.trc", "CMU_41", 60.0, "mm", "z", 0.001, 0.008, 14),
)


def main() -> None:
    """Write them all."""
    body = default_body().scaled(region_scales(np.array(PROPORTIONS)))
    for seed, example in enumerate(EXAMPLES):
        motion = perform(body, example.rate)
        points, names = _record(motion, body, example, np.random.default_rng(seed))
        text = _trc(points, names, example)
        (HERE / example.file).write_text(text, encoding="utf-8", newline="\n")
        print(f"examples/{example.file}: {len(points)} frames, {len(names)} points")


def _record(
    motion: Motion, body: Body, example: Example, rng: np.random.Generator
) -> tuple[Floats, tuple[str, ...]]:
    """What a capture of this motion might give: (T, K, 3) metres, Z up, NaN where unseen."""
    layout = load_layout(example.layout)
    turned, placed = forward(motion.rotations, body.offsets, motion.root)
    offsets = layout.offsets + rng.normal(0.0, example.misplaced, layout.offsets.shape)
    points = attached_points(turned, placed, layout.joints, offsets)
    points += rng.normal(0.0, example.noise, points.shape)
    for _ in range(example.gaps):
        start = rng.integers(0, len(points) - 10)
        length = rng.integers(3, round(0.6 * example.rate))
        points[start : start + length, rng.integers(points.shape[1])] = np.nan
    return points, layout.names


def _trc(points: Floats, names: tuple[str, ...], example: Example) -> str:
    """The text of a TRC file; missing samples are empty cells."""
    if example.up == "y":
        points = points[..., [0, 2, 1]] * np.array([1.0, 1.0, -1.0])
    digits = 4 if example.unit == "m" else 1
    points = points * (1.0 if example.unit == "m" else 1000.0)
    frames, count = points.shape[:2]
    rate = f"{example.rate:g}"
    axes = "\t".join(f"{axis}{i + 1}" for i in range(count) for axis in "XYZ")
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{example.file}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits"
        "\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{frames}\t{count}\t{example.unit}\t{rate}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + axes,
        "",
    ]
    rows = [
        f"{i + 1}\t{i / example.rate:.4f}\t" + "\t".join(_cell(x, digits) for x in frame.ravel())
        for i, frame in enumerate(points)
    ]
    return "\n".join(head + rows) + "\n"


def _cell(value: float, digits: int) -> str:
    return "" if np.isnan(value) else f"{value:.{digits}f}"


if __name__ == "__main__":
    main()
