# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve found of the person, kept on the armature: joints at rest and markers on them."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.body.body import Body
from ...lsmplify_core.calibration.calibration_file import SavedCalibration
from ...lsmplify_core.calibration.take_priors import priors_from, priors_to_json
from ...lsmplify_core.layouts.layout import keypoints_at
from ...lsmplify_core.pipeline import Solution
from ...lsmplify_core.pipeline import calibration_of as saved_calibration_of
from ...lsmplify_core.runtime.errors import InputError

_KEY: Final = "lsmplify_calibration"


@dataclass(frozen=True)
class Calibrated:
    """body: the person's. names, joints (K,), offsets (K, 3): the markers, metres in their joints'
    frames on that body. layout: the name of theirs. priors: the rest of the calibration, as the
    fields of its file."""

    body: Body
    names: tuple[str, ...]
    joints: NDArray[np.intp]
    offsets: NDArray[np.float64]
    layout: str = "own"
    priors: dict[str, Any] = field(default_factory=dict[str, Any])

    def saved(self) -> SavedCalibration:
        """The same for a file."""
        points = keypoints_at(self.names, self.joints, self.offsets)
        return SavedCalibration(
            self.body, points, self.layout, *priors_from(self.priors, "the armature")
        )


def store_calibration(armature: bpy.types.Object, solution: Solution) -> None:
    """Keep it on the armature as one line of text, which every Blender saves and copies alike."""
    body, saved = solution.motion.body, saved_calibration_of(solution)
    armature[_KEY] = json.dumps({
        "body": body.name,
        "layout": solution.match.layout.name,
        "rest_joints": np.round(body.rest_joints, 5).tolist(),
        "names": list(solution.motion.track_names),
        "joints": np.asarray(solution.joints).tolist(),
        "offsets": np.round(solution.offsets, 5).tolist(),
        "priors": priors_to_json(
            saved.convention, saved.residual, saved.flat_feet, saved.toes
        ),
    })  # fmt: skip


def calibration_of(armature: bpy.types.Object | None) -> Calibrated | None:
    """What was kept, or None where nothing was."""
    text = armature.get(_KEY) if armature is not None else None
    if not isinstance(text, str):
        return None
    try:
        fields = json.loads(text)
        body = Body(np.array(fields["rest_joints"], dtype=np.float64), str(fields["body"]))
        joints = np.array(fields["joints"], dtype=np.intp)
        offsets = np.array(fields["offsets"], dtype=np.float64).reshape(-1, 3)
        priors = dict(fields.get("priors") or {})
        priors_from(priors, armature.name)
    except (ValueError, KeyError, TypeError, RecursionError, InputError):
        return None
    fits = len(joints) == len(offsets) == len(fields["names"]) and body.rest_joints.shape == (24, 3)
    if not fits:
        return None
    layout = str(fields.get("layout", "own"))
    return Calibrated(body, tuple(fields["names"]), joints, offsets, layout, priors)
