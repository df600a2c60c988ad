# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people who touch each other, made of two motions: one set before the other, hands drawn to
what they touch for a while."""

from dataclasses import replace

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import transpose
from lsmplify_core.geometry.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from lsmplify_core.motion.motion import Motion
from lsmplify_core.retarget import performance_of
from lsmplify_core.retarget.contacts.body_parts import Posture, source_posture
from lsmplify_core.retarget.contacts.feet import ease
from lsmplify_core.retarget.contacts.two_bones import bend_to
from lsmplify_core.retarget.posing.performance import in_world
from lsmplify_core.retarget.transfer import source_leg
from lsmplify_core.retarget.vectors import about, apply, unit

UP = np.array([0.0, 0.0, 1.0])


def facing(motion: Motion, other: Motion, apart: float) -> Motion:
    """`other` so turned and set that at the first frame it stands `apart` metres before `motion`,
    face to face."""
    ahead = _ahead(motion)
    turn = np.arctan2(*(np.cross(_ahead(other), -ahead)[2], _ahead(other) @ -ahead))
    spun = about(UP, np.array(turn))
    root = (other.root - other.root[0]) @ spun.T
    place = motion.root[0] + apart * ahead
    place[2] = other.root[0, 2]
    rotations = other.rotations.astype(float).copy()
    rotations[:, 0] = spun @ rotations[:, 0]
    return replace(other, rotations=rotations, root=root + place)


def _ahead(motion: Motion) -> np.ndarray:
    """(3,) unit, over the ground: where somebody faces at the first frame."""
    return unit(motion.rotations[0, 0].astype(float)[:, 2] * [1, 1, 0])


def posture(motion: Motion) -> Posture:
    """Points and turns of somebody."""
    size = source_leg(motion.body.offsets) / source_leg(default_body().offsets)
    return source_posture(in_world(performance_of(motion)), size)


def held(frames: int, first: int, last: int, fade: int = 15) -> np.ndarray:
    """(T,) 0 to 1: 1 from frame `first` to `last`, eased in and out."""
    t = np.arange(frames)
    return ease(np.clip(1.0 - np.maximum(first - t, t - last) / fade, 0.0, 1.0))


def with_hand(motion: Motion, side: str, place: np.ndarray, share: np.ndarray) -> Motion:
    """The motion with a hand drawn to a place (T, 3) metres, (T,) how much; the hand keeps its
    rotation in the world."""
    turns, places = forward(
        motion.rotations.astype(float), motion.body.offsets, motion.root.astype(float)
    )
    shoulder, elbow, wrist = (JOINT_INDEX[f"{side}_{n}"] for n in ("Shoulder", "Elbow", "Wrist"))
    hand = posture(motion).points[f"{side}_hand"]
    goal = places[:, wrist] + share[:, None] * (place - hand) - places[:, shoulder]
    hinge = apply(turns[:, shoulder], np.array([0.0, -1.0 if side == "L" else 1.0, 0.0]))
    first, second, _ = bend_to(
        places[:, elbow] - places[:, shoulder], places[:, wrist] - places[:, elbow],
        hinge, goal, motion.rate,
    )  # fmt: skip
    turns = turns.copy()
    turns[:, shoulder], turns[:, elbow] = first @ turns[:, shoulder], second @ turns[:, elbow]
    rotations = motion.rotations.astype(float).copy()
    for joint in (shoulder, elbow, wrist):
        rotations[:, joint] = transpose(turns[:, PARENTS[joint]]) @ turns[:, joint]
    return replace(motion, rotations=rotations)


def shaking_hands(a: Motion, b: Motion, share: np.ndarray) -> tuple[Motion, Motion]:
    """Both right hands drawn to the middle between the two, moving up and down there."""
    middle = 0.5 * (posture(a).points["shoulders"] + posture(b).points["shoulders"])
    middle = middle - 0.3 * UP + 0.03 * np.sin(0.8 * np.arange(len(middle)))[:, None] * UP
    return with_hand(a, "R", middle, share), with_hand(b, "R", middle, share)


def hand_on_shoulder(a: Motion, b: Motion, share: np.ndarray) -> Motion:
    """a's left hand drawn onto b's right upper arm, below the shoulder."""
    other = posture(b)
    shoulder, elbow = other.points["R_Shoulder"], other.points["R_Elbow"]
    way = unit(posture(a).points["shoulders"] - shoulder)
    along = unit(elbow - shoulder)
    way = unit(way - (way * along).sum(-1, keepdims=True) * along)
    place = shoulder + 0.15 * (elbow - shoulder) + 0.068 * way
    return with_hand(a, "L", place, share)


assert JOINT_NAMES[PARENTS[JOINT_INDEX["L_Elbow"]]] == "L_Shoulder"
