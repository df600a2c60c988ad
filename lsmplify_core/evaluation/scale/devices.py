# SPDX-License-Identifier: GPL-3.0-or-later
"""A device beside NumPy on the same take: seconds, and how far apart the motions are."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...geometry.rotations import angle_between
from ...ik.backend import NUMPY
from ...motion.motion import Motion, load_motion
from ...runtime.array_types import Floats
from .jobs import as_row, run_job
from .takes import TakeSpec


def compare_devices(
    spec: TakeSpec, device: str, repeats: int, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Solve a take in NumPy and on a device.

    Args:
        spec: the take, of one person.
        device: one of `ik.backend.DEVICES`.
        repeats: the figures are medians of so many runs.
        tell: is called with a line before each measurement.

    Returns:
        A row for each of the two, `jobs.as_row` and: device; solve_us_a_frame and
        refine_us_a_frame, by the clock, of the two stages that a device computes; apart_deg and
        apart_mm {mean, max}, of all rotations and of the root, from NumPy's motion.

    Raises:
        InputError: the take cannot be solved.
    """
    rows: list[dict[str, Any]] = []
    first: Motion | None = None
    with tempfile.TemporaryDirectory(prefix="lsmplify-devices-") as folder:
        for name in (NUMPY, device):
            tell(f"{spec.frames} frames, {len(spec.points.names)} tracks, {name}")
            out = Path(folder) / f"{name}.npz"
            figures = run_job(spec, None, repeats, name, out)
            motion = load_motion(out)
            first = first or motion
            row = {**as_row(spec, figures), "device": name, **_apart(first, motion)}
            for stage in ("solve", "refine"):
                row[f"{stage}_us_a_frame"] = 1e6 * figures.by_stage.get(stage, 0.0) / spec.frames
            rows.append(row)
    return rows


def _apart(first: Motion, second: Motion) -> dict[str, dict[str, float]]:
    return {
        "apart_deg": _summary(np.degrees(angle_between(first.rotations, second.rotations))),
        "apart_mm": _summary(1000.0 * np.linalg.norm(first.root - second.root, axis=-1)),
    }


def _summary(values: Floats) -> dict[str, float]:
    return {"mean": float(values.mean()), "max": float(values.max())}
