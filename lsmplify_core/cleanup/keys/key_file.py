# SPDX-License-Identifier: GPL-3.0-or-later
"""Planned keys as JSON, for tools outside Blender."""

from typing import Any

import numpy as np

from ...geometry.rotations import continuous_quaternions, matrix_to_quaternion
from ...geometry.skeleton import JOINT_NAMES
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from .bezier import CurveKeys, curve_keys
from .plan import KeyPlan


def keys_json(motion: Motion, plan: KeyPlan) -> dict[str, Any]:
    """Every joint's quaternion curves (w, x, y, z in SMPL's joint frames) and the pelvis's place
    (metres, Z up): frames, values, and handles as (frame, value) pairs."""
    frames = np.arange(motion.frames, dtype=np.float64)
    q = continuous_quaternions(matrix_to_quaternion(motion.rotations))
    curves = {
        name: _curve(curve_keys(frames, q[:, j], plan.rotations[j], plan.exact))
        for j, name in enumerate(JOINT_NAMES)
    }
    location = _curve(curve_keys(frames, motion.root, plan.location, plan.exact))
    return {"rate": motion.rate, "rotation_quaternion": curves, "location": location}


def _curve(keys: CurveKeys) -> dict[str, Any]:
    return {
        "frames": [int(t) for t in keys.times],
        "values": _rounded(keys.values),
        "left": _rounded(keys.left),
        "right": _rounded(keys.right),
    }


def _rounded(values: Floats) -> Any:
    return np.round(values, 7).tolist()
