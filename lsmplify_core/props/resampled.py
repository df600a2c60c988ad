# SPDX-License-Identifier: GPL-3.0-or-later
"""A prop's pose between its samples."""

import numpy as np

from ..geometry.rotations import continuous_quaternions, slerp
from ..runtime.array_types import Floats
from .prop import Prop


def pose_at(prop: Prop, samples: Floats) -> tuple[Floats, Floats]:
    """Location (N, 3) in metres and rotation (N, 4) at fractional samples (N,) within the take, in
    straight lines and the short way round."""
    low = np.clip(np.floor(samples + 1e-6).astype(np.intp), 0, len(prop.location) - 1)
    high = np.minimum(low + 1, len(prop.location) - 1)
    share = np.clip(samples - low, 0.0, 1.0)
    location = prop.location[low] + share[:, None] * (prop.location[high] - prop.location[low])
    rotation = slerp(prop.rotation[low], prop.rotation[high], share)
    return location, continuous_quaternions(rotation)
