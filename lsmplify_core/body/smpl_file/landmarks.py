# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of face and feet that are vertices of the model's own mesh.

Video keypoints (BODY_25, COCO and their like) name nose, eyes, ears, toes and heels. On a mesh with
SMPL's (and SMPL-H's) or SMPL-X's vertices the usual vertex for each is known: those that SMPLify-X
(Pavlakos et al. 2019) compares with OpenPose's points.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from ...geometry.skeleton import JOINT_INDEX
from ...layouts.layout import Layout
from ...layouts.matching import plain
from ..body import default_body
from .model import SmplFile

_JOINTS: Final = {
    "Nose": "Head", "REye": "Head", "LEye": "Head", "REar": "Head", "LEar": "Head",
    "LBigToe": "L_Foot", "LSmallToe": "L_Foot", "LHeel": "L_Ankle",
    "RBigToe": "R_Foot", "RSmallToe": "R_Foot", "RHeel": "R_Ankle",
}  # fmt: skip
"""The joint that each of them is near."""
_VERTICES: Final = {
    6890: (332, 6260, 2800, 4071, 583, 3216, 3226, 3387, 6617, 6624, 6787),
    10475: (9120, 9929, 9448, 616, 6, 5770, 5780, 8846, 8463, 8474, 8635),
}
"""By the number of vertices, which says whose mesh it is; in the order of the names."""
_NEAR: Final = 0.2
"""Metres: a vertex further from its joint says that the mesh is another one with as many
vertices."""


def landmarks(model: SmplFile) -> dict[str, int]:
    """The vertex of each keypoint by plain name; none where the mesh is not known."""
    vertices = _VERTICES.get(len(model.v_template))
    if vertices is None:
        return {}
    joints = [JOINT_INDEX[joint] for joint in _JOINTS.values()]
    away = model.v_template[list(vertices)] - model.body().rest_joints[joints]
    if np.linalg.norm(away, axis=1).max() > _NEAR:
        return {}
    return dict(zip((plain(name) for name in _JOINTS), vertices, strict=True))


def layout_on(model: SmplFile, layout: Layout) -> Layout:
    """The layout with face and feet where the model's mean person has them.

    Offsets stay what they are in every layout: metres in the joint's frame on a body of the default
    size. Keypoints that are not among the landmarks are left alone, skin markers among them.
    """
    known, body = landmarks(model), model.body()
    unit = body.height / default_body().height
    points = list(layout.keypoints)
    for index, point in enumerate(points):
        vertex = known.get(plain(point.name))
        if vertex is not None:
            offset = (model.v_template[vertex] - body.rest_joints[point.joint]) / unit
            points[index] = replace(point, offset=(offset[0], offset[1], offset[2]))
    return replace(layout, keypoints=tuple(points))
