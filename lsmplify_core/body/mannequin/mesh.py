# SPDX-License-Identifier: GPL-3.0-or-later
"""The mannequin: parts put together, weighted, and fitted to a body's proportions."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...geometry.skeleton import JOINT_INDEX, MIRROR, N_JOINTS, PARENTS
from ...runtime.array_types import Floats
from ..body import Body, default_body
from . import shape
from .loft import Face, Part, mirrored, smoothed
from .trunk import Trunk, near_hips, trunk_and_legs

_SOFT = 0.02
"""Metres: bones shorter than this do not stretch what is around them."""
_EVENED = 6
"""How often weights around the hips are evened out; more, and bent hips get rounder and thinner."""


@dataclass(frozen=True)
class Mannequin:
    """A closed mesh with weights.

    vertices: (V, 3) metres in SMPL's rest frame (Y up, facing +Z), around the body's rest joints.
    faces: quads and triangles, indices anticlockwise seen from outside.
    joint: (V,) the joint that moves a vertex most. weights: (V, 24), rows sum to one.
    """

    vertices: Floats
    faces: list[Face]
    joint: NDArray[np.intp]
    weights: Floats


def mannequin(body: Body) -> Mannequin:
    """A person around `body`: under 3,000 vertices, the same faces and weights for every body."""
    base = _default_mannequin()
    return _for(base, body)


def welded_mannequin(body: Body) -> Mannequin:
    """The person that is drawn: as `mannequin`, with trunk and legs in one surface without a seam.

    Measures (`pve_mm`) and training rest on the vertices of `mannequin`, which stay as they are.
    """
    return _for(_default_welded(), body)


def _for(base: Mannequin, body: Body) -> Mannequin:
    vertices = _fitted(base, default_body(), body)
    return Mannequin(vertices, list(base.faces), base.joint.copy(), base.weights.copy())


@cache
def _default_mannequin() -> Mannequin:
    rest = default_body().rest_joints
    torso, head, leg = shape.torso(rest), shape.head(rest), shape.leg(rest)
    pieces = [(torso, _torso_weights(torso)), (head, _head_weights(head))]
    pieces += _pairs(rest, [(leg, _leg_weights(leg))])
    return _joined(pieces + _pairs(rest, _limb_ends(rest)))


@cache
def _default_welded() -> Mannequin:
    rest = default_body().rest_joints
    trunk, head = trunk_and_legs(rest), shape.head(rest)
    part = Part(trunk.vertices, trunk.faces, trunk.height)
    pieces = [(part, _trunk_weights(trunk)), (head, _head_weights(head))]
    return _joined(pieces + _pairs(rest, _limb_ends(rest)))


def _limb_ends(rest: Floats) -> list[tuple[Part, Floats]]:
    """Foot, arm and thumb of the left side."""
    pieces: list[tuple[Part, Floats]] = []
    for part, weights in (
        (shape.foot(rest), _foot_weights),
        (shape.arm(rest), _arm_weights),
        (shape.thumb(rest), _thumb_weights),
    ):
        pieces.append((part, weights(part)))
    return pieces


def _pairs(rest: Floats, left: list[tuple[Part, Floats]]) -> list[tuple[Part, Floats]]:
    """Parts of the left side, each with its mirror image."""
    pieces: list[tuple[Part, Floats]] = []
    for part, weights in left:
        pieces.append((part, weights))
        pieces.append((mirrored(part, float(rest[0, 0])), weights[:, list(MIRROR)]))
    return pieces


def _joined(pieces: list[tuple[Part, Floats]]) -> Mannequin:
    vertices = np.concatenate([part.vertices for part, _ in pieces])
    weights = np.concatenate([w for _, w in pieces])
    faces: list[Face] = []
    first = 0
    for part, _ in pieces:
        faces.extend(tuple(first + i for i in face) for face in part.faces)
        first += len(part.vertices)
    return Mannequin(vertices, faces, np.argmax(weights, axis=1), weights)


def _chain_weights(
    station: Floats, names: tuple[str, ...], blends: list[tuple[float, float]]
) -> Floats:
    """(V, 24): from each joint to the next, smoothly between the two stations of a blend."""
    weights = np.zeros((len(station), N_JOINTS))
    rest = np.ones(len(station))
    for name, (low, high) in zip(names[:-1], blends, strict=True):
        beyond = _smooth(station, low, high)
        weights[:, JOINT_INDEX[name]] += rest * (1 - beyond)
        rest = rest * beyond
    weights[:, JOINT_INDEX[names[-1]]] += rest
    return weights


def _smooth(x: Floats, low: float, high: float) -> Floats:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _torso_weights(part: Part) -> Floats:
    weights = _chain_weights(
        part.station,
        ("Pelvis", "Spine1", "Spine2", "Spine3", "Neck", "Head"),
        [(-0.19, -0.06), (-0.05, 0.04), (0.01, 0.14), (0.24, 0.32), (0.33, 0.38)],
    )
    x = part.vertices[:, 0] - float(default_body().rest_joints[0, 0])
    for side, sign in (("L", 1.0), ("R", -1.0)):
        shoulder = _smooth(sign * x, 0.04, 0.15) * _smooth(part.station, 0.10, 0.20)
        _shift(weights, f"{side}_Collar", 0.8 * shoulder)
        seat = _smooth(sign * x, 0.01, 0.11) * _smooth(-part.station, 0.25, 0.38)
        _shift(weights, f"{side}_Hip", 0.6 * seat)
    return weights


def _trunk_weights(trunk: Trunk) -> Floats:
    """Those of the trunk above, of the legs below, smoothly in between."""
    upper = _torso_weights(Part(trunk.vertices, [], trunk.height))
    lower = _leg_weights(Part(trunk.vertices, [], trunk.along))
    right = trunk.side < 0
    lower[right] = lower[right][:, list(MIRROR)]
    weights = (1 - trunk.leg)[:, None] * upper + trunk.leg[:, None] * lower
    return smoothed(weights, trunk.faces, near_hips(trunk.height), _EVENED)


def _shift(weights: Floats, name: str, share: Floats) -> None:
    """Hand `share` (V,) of every row to one joint."""
    weights *= (1 - share)[:, None]
    weights[:, JOINT_INDEX[name]] += share


def _head_weights(part: Part) -> Floats:
    return _chain_weights(part.station, ("Neck", "Head"), [(0.20, 0.30)])


def _leg_weights(part: Part) -> Floats:
    return _chain_weights(
        part.station,
        ("Pelvis", "L_Hip", "L_Knee", "L_Ankle"),
        [(-0.30, 0.10), (0.88, 1.12), (1.94, 2.06)],
    )


def _foot_weights(part: Part) -> Floats:
    return _chain_weights(part.station, ("L_Ankle", "L_Foot"), [(0.062, 0.122)])


def _arm_weights(part: Part) -> Floats:
    return _chain_weights(
        part.station,
        ("L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"),
        [(-0.30, 0.02), (0.87, 1.13), (1.86, 2.20), (2.80, 3.20)],
    )


def _thumb_weights(part: Part) -> Floats:
    return _chain_weights(part.station, ("L_Wrist",), [])


def _fitted(base: Mannequin, default: Body, body: Body) -> Floats:
    """Carry the default mannequin to another body's rest joints.

    Around each joint an affine map takes its bones onto the other body's, and the girth grows
    with the body's size; vertices blend the maps of their joints by their weights.
    """
    girth = body.height / default.height
    fitted = np.zeros_like(base.vertices)
    for joint in range(N_JOINTS):
        share = base.weights[:, joint, None]
        around = base.vertices - default.rest_joints[joint]
        stretch = _stretch(joint, default, body, girth)
        fitted += share * (around @ stretch.T + body.rest_joints[joint])
    return fitted


def _stretch(joint: int, default: Body, body: Body, girth: float) -> Floats:
    """(3, 3): grows by `girth`, but takes the bones that begin in the joint onto the body's own."""
    children = [j for j in range(N_JOINTS) if PARENTS[j] == joint]
    before, after = default.offsets[children].T, body.offsets[children].T
    if not children:
        return girth * np.eye(3)
    inverse = np.linalg.inv(before @ before.T + _SOFT**2 * np.eye(3))
    return girth * np.eye(3) + (after - girth * before) @ before.T @ inverse
