# SPDX-License-Identifier: GPL-3.0-or-later
"""How each joint of a character stands at rest, beside SMPL's T-pose.

For every role an anatomical frame A (3, 3): the world rotation that SMPL's joint would have if SMPL
took the character's rest pose. A bone whose axes at rest are B then turns with its joint's world
rotation G as G · Aᵀ · B, and since A carries SMPL's limb direction onto the character's, limbs
point where the source's point, whatever the rest pose and roll.

Directions come from the joints. The twist about them comes from the bend of elbow and knee where
they are bent at rest, from the palm (knuckles), and from the toes; without any of them from the
smallest turn away from the T-pose.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...geometry.rotations import axis_angle_to_matrix
from ...geometry.skeleton import JOINT_INDEX
from ...runtime.array_types import Floats
from ..rig.roles import FINGERS, SIDES
from ..vectors import about, frame, ramp, shortest_turn, signed_angle, unit
from .points import REST, RestPoints

_BEND: Final = (np.radians(5.0), np.radians(15.0))
"""Bends of elbow and knee at rest under and above which their hinge says nothing, or all."""
_FAR: Final = np.radians(70.0)
"""A twist that a hinge or toe asks for beyond this is not believed."""
_PALM_SHARE: Final = 0.5
"""Share of the palm's twist at rest that the forearm takes; the wrist keeps the rest."""
_TOE_SHARE: Final = 0.5
"""Share of the toes' turn outward that a straight leg takes."""
_FLAT: Final = (np.radians(3.0), np.radians(62.0))
"""Angles under the horizontal between which a foot counts as standing flat at rest."""

THUMB: Final = unit(np.array([0.74, -0.05, 0.67]))
"""The left thumb at SMPL's rest: half forward, half along the hand."""
HAND: Final = np.array([1.0, -0.03, -0.02])
"""The left hand at SMPL's rest, from the wrist to the middle of the knuckles."""


def canonical(role: str) -> Floats:
    """(3,) unit: the direction of a limb role's segment at SMPL's rest."""
    side, name = role[0], role[2:]
    following = {"Shoulder": "Elbow", "Elbow": "Wrist", "Hip": "Knee", "Knee": "Ankle",
                 "Ankle": "Foot", "Collar": "Shoulder"}[name]  # fmt: skip
    return unit(REST[JOINT_INDEX[f"{side}_{following}"]] - REST[JOINT_INDEX[role]])


def mirror(v: Floats, side: str) -> Floats:
    """A left-hand vector of SMPL's rest, or its mirror image for the right."""
    return v if side == "L" else v * np.array([-1.0, 1.0, 1.0])


def rest_frames(points: RestPoints) -> dict[str, Floats]:
    """Role -> (3, 3) anatomical frame at rest, for every role with a joint."""
    frames = {role: points.body for role in points.joints}
    for side in SIDES:
        if f"{side}_Shoulder" in points.joints:
            _arm(points, side, frames)
        _leg(points, side, frames)
        if f"{side}_Wrist" in points.joints:
            _fingers(points, side, frames)
    return frames


def corrected(
    frames: Mapping[str, Floats], turns: Mapping[str, tuple[float, float, float]]
) -> dict[str, Floats]:
    """Frames at rest (role -> (3, 3)) with the corrections of some roles, rotation vectors in the
    frames' own axes."""
    return {
        role: frame @ axis_angle_to_matrix(np.array(turns[role])) if role in turns else frame
        for role, frame in frames.items()
    }


def _arm(points: RestPoints, side: str, frames: dict[str, Floats]) -> None:
    upper, fore, hand = (f"{side}_{n}" for n in ("Shoulder", "Elbow", "Wrist"))
    a = _along(points.body, canonical(upper), points.direction(upper))
    if fore not in points.joints:
        frames[upper] = a
        return
    hinge = mirror(np.array([0.0, -1.0, 0.0]), side) * (1.0 if side == "L" else -1.0)
    a = _by_hinge(a, hinge, points.direction(upper), points.direction(fore))
    frames[upper] = a
    f = _along(a, canonical(fore), points.direction(fore))
    if hand in points.joints:
        h = _hand(points, side, f)
        axis = points.direction(fore)
        twist = float(signed_angle(f @ _across(side), h @ _across(side), axis))
        frames[hand] = h
        f = about(axis, np.array(_PALM_SHARE * twist)) @ f
    frames[fore] = f


def _across(side: str) -> Floats:
    """From the little finger to the index finger at SMPL's rest."""
    return np.array([0.0, 0.0, 1.0])


def _hand(points: RestPoints, side: str, forearm: Floats) -> Floats:
    """The hand's frame: along the knuckles' middle, across by the knuckles, else as the
    forearm's."""
    role = f"{side}_Wrist"
    along = points.direction(role)
    usual = mirror(HAND, side)
    knuckles = [points.joints.get(f"{side}_{f}1") for f in ("Index", "Middle", "Ring", "Pinky")]
    seen = [k for k in knuckles if k is not None]
    if len(seen) < 2:
        return _along(forearm, usual, along)
    own = frame(along, seen[0] - seen[-1])
    return own @ frame(usual, _across(side)).T


def _leg(points: RestPoints, side: str, frames: dict[str, Floats]) -> None:
    thigh, shin, foot, toe = (f"{side}_{n}" for n in ("Hip", "Knee", "Ankle", "Foot"))
    a = _along(points.body, canonical(thigh), points.direction(thigh))
    bend = _angle(points.direction(thigh), points.direction(shin))
    hinge = np.array([1.0, 0.0, 0.0])
    a = _by_hinge(a, hinge, points.direction(thigh), points.direction(shin))
    if toe in points.joints and foot in points.joints:
        axis = points.direction(thigh)
        ahead = points.joints[toe] - points.joints[foot]
        twist = float(signed_angle(a @ _toe_out(side), ahead, axis))
        share = _TOE_SHARE * (1.0 - ramp(bend, *_BEND)) * (abs(twist) < _FAR)
        a = about(axis, np.array(share * twist)) @ a
    frames[thigh] = a
    frames[shin] = _along(a, canonical(shin), points.direction(shin))
    if foot in points.joints:
        frames[foot] = _foot(points, side, frames[shin])
        if toe in points.joints:
            frames[toe] = frames[foot]


def _toe_out(side: str) -> Floats:
    """(3,) SMPL's foot at rest seen from above."""
    toe, ankle = (JOINT_INDEX[f"{side}_{n}"] for n in ("Foot", "Ankle"))
    return unit((REST[toe] - REST[ankle]) * np.array([1.0, 0.0, 1.0]))


def _foot(points: RestPoints, side: str, shin: Floats) -> Floats:
    """The foot's frame: flat where the character stands on it at rest, else by its direction."""
    foot, toe = f"{side}_Ankle", f"{side}_Foot"
    up = points.body[:, 1]
    if toe not in points.joints:
        ahead = points.direction(foot)
        level = ahead - (ahead @ up) * up
        ahead = level if np.linalg.norm(level) > 0.3 else points.body @ _toe_out(side)
        return frame(up, ahead) @ frame(np.array([0.0, 1.0, 0.0]), _toe_out(side)).T
    ahead = points.direction(foot)
    under = np.arcsin(np.clip(-ahead @ up, -1.0, 1.0))
    if _FLAT[0] < under < _FLAT[1]:
        return frame(up, ahead) @ frame(np.array([0.0, 1.0, 0.0]), _toe_out(side)).T
    left = frame(ahead, shin[:, 0])
    return left @ frame(canonical(foot), np.array([1.0, 0.0, 0.0])).T


def _fingers(points: RestPoints, side: str, frames: dict[str, Floats]) -> None:
    """Fingers turn out of the hand's plane only by what they are bent at rest."""
    hand = frames[f"{side}_Wrist"]
    for finger in FINGERS:
        above = hand
        for number in (1, 2, 3):
            role = f"{side}_{finger}{number}"
            if role not in points.joints:
                break
            own = points.direction(role)
            if finger == "Thumb":
                straight = mirror(THUMB, side)
                above = _along(above, straight, own)
            else:
                level = hand.T @ own
                flat = unit(level * np.array([1.0, 0.0, 1.0]))
                if number > 1 or np.linalg.norm(level[[0, 2]]) < 0.2:
                    flat = hand.T @ unit(
                        points.ends[f"{side}_{finger}1"] - points.joints[f"{side}_{finger}1"]
                    )
                    flat = unit(flat * np.array([1.0, 0.0, 1.0]))
                above = _along(hand, flat, own)
            frames[role] = above


def _along(before: Floats, usual: Floats, own: Floats) -> Floats:
    """`before` (3, 3), turned the short way so that SMPL's direction `usual` points along `own`."""
    return shortest_turn(before @ usual, own) @ before


def _by_hinge(a: Floats, hinge: Floats, upper: Floats, lower: Floats) -> Floats:
    """A limb's frame twisted so that its hinge lies where the bend at rest shows it."""
    own = np.cross(upper, lower)
    twist = float(signed_angle(a @ hinge, own, upper))
    if abs(twist) > _FAR:
        return a
    return about(upper, np.array(ramp(_angle(upper, lower), *_BEND) * twist)) @ a


def _angle(a: Floats, b: Floats) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))
