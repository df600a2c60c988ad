# SPDX-License-Identifier: GPL-3.0-or-later
"""A character as a body of SMPL's 24 joints, and poses of it both ways.

Where tracks are there the solve runs on this body, so that nothing has to be transferred; where a
posed character is the source, its bones are read as rotations of this body.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...body.body import Body, default_body
from ...geometry.rotations import matrix_to_quaternion, quaternion_to_matrix, slerp, transpose
from ...geometry.skeleton import JOINT_INDEX, JOINT_NAMES, N_JOINTS, PARENTS
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from ..rest.frames import canonical
from ..rig.rig import Rig
from ..rig.rig_map import RigMap
from ..rig.rig_motion import RigMotion, RigPoses
from ..rig.roles import FINGER_ROLES, SIDES
from ..vectors import apply
from .channels import place_bones, rig_motion
from .figure import Figure, figure_of
from .joint_turns import bone_axes, role_turns
from .performance import Performance, in_world, performance_of

_SHORTEST: Final = 1e-3
"""Metres: joints of a spine that the character lacks lie so far apart, for no bone may have no
length."""


def body_of(rig: Rig, rig_map: RigMap) -> Body:
    """The character's lengths in SMPL's T-pose: the body to solve its tracks on.

    Limbs point as SMPL's do at rest; trunk, collars and heads lie as on the character. A spine of
    other than three bones gets three joints where its bones begin, two of them a millimetre apart
    where it has fewer.

    Raises:
        InputError: the map doesn't fit the rig.
    """
    return figure_body(figure_of(rig, rig_map))


def figure_body(figure: Figure) -> Body:
    """`body_of` for a prepared figure."""
    own = _trunk(figure)
    usual = default_body()
    size = figure.leg / float(np.linalg.norm(usual.offsets[[4, 7]], axis=1).sum())
    offsets = np.zeros((N_JOINTS, 3))
    for joint in range(1, N_JOINTS):
        role, parent = JOINT_NAMES[joint], PARENTS[joint]
        above = JOINT_NAMES[parent]
        if (
            above[2:] in ("Shoulder", "Elbow", "Hip", "Knee")
            and figure.has(role)
            and figure.has(above)
        ):
            length = np.linalg.norm(figure.points.joints[role] - figure.points.joints[above])
            offsets[joint] = float(length) * canonical(above)
        elif (above[2:] == "Ankle" and figure.has(role) and figure.has(above)) or (
            above[2:] == "Wrist" and figure.has(above)
        ):
            offsets[joint] = figure.segment(above)
        elif role in own and above in own:
            offsets[joint] = own[role] - own[above]
        else:
            offsets[joint] = size * usual.offsets[joint]
    joints = np.zeros((N_JOINTS, 3))
    joints[0] = usual.rest_joints[0]
    for joint in range(1, N_JOINTS):
        joints[joint] = joints[PARENTS[joint]] + offsets[joint]
    return Body(joints, figure.rig.title)


def _trunk(figure: Figure) -> dict[str, Floats]:
    """Joints of trunk, collars, hips and head in SMPL's rest axes, metres, from the hips'
    middle."""
    body, centre = figure.points.body, figure.points.hip_centre
    joints = {r: (p - centre) @ body for r, p in figure.points.joints.items()}
    found: dict[str, Floats] = {
        r: joints[r] for r in ("Pelvis", "Head", "L_Hip", "R_Hip") if r in joints
    }
    for side in SIDES:
        shoulder, collar = f"{side}_Shoulder", f"{side}_Collar"
        if shoulder in joints:
            found[shoulder] = joints[shoulder]
            found[collar] = joints.get(collar, joints[shoulder] * np.array([0.5, 1.0, 1.0]))
    spine = [(figure.rig.heads[figure.bones[i]] - centre) @ body for i in figure.of("Spine")]
    if spine:
        for name, place in zip(("Spine1", "Spine2", "Spine3"), _three(spine), strict=True):
            found[name] = place
    if "Neck" in joints:
        found["Neck"] = joints["Neck"]
    elif "Head" in joints and spine:
        found["Neck"] = 0.5 * (joints["Head"] + found["Spine3"])
    return found


def _three(spine: Sequence[Floats]) -> list[Floats]:
    """Where three joints of a spine of any number of bones lie: at the first bone that each
    moves."""
    count = len(spine)
    places = [int(np.floor(i * count / 3.0 + 1e-9)) for i in range(3)]
    result: list[Floats] = []
    for i, place in enumerate(places):
        again = places[:i].count(place)
        result.append(spine[place] + np.array([0.0, again * _SHORTEST, 0.0]))
    return result


def pose_character(
    motion: Motion, rig: Rig, rig_map: RigMap, fingers: Floats | None = None
) -> RigMotion:
    """A motion solved on `body_of(rig, rig_map)` on the rig itself: joints coincide.

    Args:
        motion: on the character's body.
        rig, rig_map: the character.
        fingers: (T, 30, 3, 3) local rotations of `FINGER_ROLES`, or None: fingers are left alone.

    Raises:
        InputError: the map doesn't fit the rig, or the motion holds no numbers.
    """
    source = performance_of(motion, fingers)
    figure = figure_of(rig, rig_map, fingers is not None)
    world = in_world(source)
    axes = bone_axes(figure, role_turns(figure, world, exact=True))
    hips = 0.5 * (world.place("L_Hip") + world.place("R_Hip"))
    return rig_motion(figure, axes, place_bones(figure, axes, hips), motion.rate)


def performance_of_rig(poses: RigPoses, rig_map: RigMap) -> Performance:
    """A posed character as a source, whatever its skeleton.

    Args:
        poses: axes and heads of its bones in the world, every frame.
        rig_map: which of its bones is what.

    Raises:
        InputError: the map doesn't fit (no legs, no trunk), or poses hold no numbers.
    """
    figure = figure_of(poses.rig, rig_map)
    if not len(poses.rotations):
        raise InputError(f"armature {poses.rig.title!r} has no frames to take the motion from")
    if not (np.isfinite(poses.rotations).all() and np.isfinite(poses.heads).all()):
        good = np.isfinite(poses.rotations).all(axis=(1, 2, 3))
        raise InputError(
            f"armature {poses.rig.title!r}, frame {int(np.argmin(good))}: its pose holds values "
            "that are not numbers"
        )
    turns = {
        role: [
            poses.rotations[:, figure.bones[i]] @ transpose(figure.rest[i]) for i in figure.of(role)
        ]
        for role in dict.fromkeys(figure.roles)
    }
    body = figure_body(figure)
    world = _joint_turns(turns)
    local = world.copy()
    for joint in range(1, N_JOINTS):
        local[:, joint] = transpose(world[:, PARENTS[joint]]) @ world[:, joint]
    hips = poses.heads[:, [figure.bones[figure.of(f"{s}_Hip")[0]] for s in SIDES]].mean(axis=1)
    middle = 0.5 * (body.offsets[JOINT_INDEX["L_Hip"]] + body.offsets[JOINT_INDEX["R_Hip"]])
    root = hips - apply(world[:, 0], middle)
    motion = Motion(local, root, poses.rate, body)
    return Performance(motion, _fingers(turns, world))


def _joint_turns(turns: dict[str, list[Floats]]) -> Floats:
    """(T, 24, 3, 3) world rotations of SMPL's joints from those of a character's roles; joints that
    it lacks turn with the one before them."""
    pelvis = turns["Pelvis"][0]
    world = np.empty((len(pelvis), N_JOINTS, 3, 3))
    world[:, 0] = pelvis
    spine = [pelvis, *turns.get("Spine", [])]
    neck = [spine[-1], *turns.get("Neck", [])]
    for joint in range(1, N_JOINTS):
        role = JOINT_NAMES[joint]
        if role.startswith("Spine"):
            world[:, joint] = _between(spine, int(role[-1]) / 3.0)
        elif role == "Neck":
            world[:, joint] = neck[-1]
        elif role in turns:
            world[:, joint] = turns[role][-1 if role[2:] in ("Collar", "Shoulder", "Hip") else 0]
        else:
            world[:, joint] = world[:, PARENTS[joint]]
    return world


def _between(chain: list[Floats], share: float) -> Floats:
    """The rotation a share of the way along a chain of rotations (T, 3, 3)."""
    at = share * (len(chain) - 1)
    low = min(int(at), max(len(chain) - 2, 0))
    if len(chain) == 1 or at - low < 1e-6:
        return chain[low]
    a, b = matrix_to_quaternion(chain[low]), matrix_to_quaternion(chain[low + 1])
    return quaternion_to_matrix(slerp(a, b, np.full(len(a), at - low)))


def _fingers(turns: dict[str, list[Floats]], world: Floats) -> Floats | None:
    """(T, 30, 3, 3) local rotations of the fingers that the character has; None without any."""
    if not any(role in turns for role in FINGER_ROLES):
        return None
    full = np.empty((len(world), len(FINGER_ROLES), 3, 3))
    local = np.empty_like(full)
    for i, role in enumerate(FINGER_ROLES):
        above = world[:, JOINT_INDEX[f"{role[0]}_Wrist"]] if role[-1] == "1" else full[:, i - 1]
        full[:, i] = turns[role][0] if role in turns else above
        local[:, i] = transpose(above) @ full[:, i]
    return local
