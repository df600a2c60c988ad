# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions to start from (plug-in use): AMASS npz, and BVH whose joints are SMPL's or are mapped.

A BVH's angles are turns from its own rest pose, which may be a T-pose or not. Each of SMPL's joints
takes the world rotation of the bone that is mapped to it, after a turn that brings SMPL's resting
bone onto the BVH's: right for a start, whose twist the solver finds anew.
"""

from pathlib import Path

import numpy as np

from ..body.body import default_body
from ..files.regular import check_regular, reading
from ..geometry.skeleton import JOINT_INDEX, JOINT_NAMES, N_JOINTS, PARENTS
from ..layouts.layout import Layout
from ..layouts.matching import Match, best_match
from ..motion.motion import Motion, load_motion
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import World, find_world
from .bvh import BvhMotion, load_bvh, read_bvh

_TORSO = ("Pelvis", "Spine1", "Spine2", "Spine3", "Neck", "Head", "L_Collar", "R_Collar")
_CHILD = {
    "L_Hip": "L_Knee", "L_Knee": "L_Ankle", "L_Ankle": "L_Foot", "L_Shoulder": "L_Elbow",
    "L_Elbow": "L_Wrist", "R_Hip": "R_Knee", "R_Knee": "R_Ankle", "R_Ankle": "R_Foot",
    "R_Shoulder": "R_Elbow", "R_Elbow": "R_Wrist",
}  # fmt: skip
"""Limb bones, whose rest directions differ between skeletons."""


def read_start(path: Path) -> Motion:
    """A motion in metres, Z up: an AMASS npz as it is, a BVH in its own unit and axes, which are
    found from its skeleton; `workflows.motion_file` looks at what comes of its rest pose too.
    InputError for other files, and for a BVH whose joints are no known skeleton's."""
    if path.suffix.lower() == ".npz":
        return load_motion(path)
    if path.suffix.lower() != ".bvh":
        raise InputError(f"{path}: a motion to start from is an AMASS npz or a BVH")
    check_regular(path, "a motion")
    with reading(path, "a motion"):
        return bvh_motion(load_bvh(path), read_bvh(path), path)


def bvh_motion(bvh: BvhMotion, tracks: Tracks, path: Path, match: Match | None = None) -> Motion:
    """The BVH as a motion of the default body. tracks: its joints' (`read_bvh`). match: which joint
    is which, found by their names where it is None."""
    if match is None:
        match = _known(tracks, path)
    world = find_world(tracks, match)
    bone = _bones(match)
    rest = _rest_positions(bvh)
    turned, placed = bvh.world()
    upright = world.turn
    body = _turn_of_body(match, rest, world)
    rotations = np.broadcast_to(np.eye(3), (len(turned), N_JOINTS, 3, 3)).copy()
    for joint in range(N_JOINTS):
        name = JOINT_NAMES[joint]
        if name in bone:
            own = _turn_of_bone(name, bone, rest, upright, body) @ body
            rotations[:, joint] = upright @ turned[:, bone[name]] @ upright.T @ own
        elif joint:
            rotations[:, joint] = rotations[:, PARENTS[joint]]
        else:
            rotations[:, joint] = body
    local = rotations.copy()
    for joint in range(1, N_JOINTS):
        local[:, joint] = np.swapaxes(rotations[:, PARENTS[joint]], -1, -2) @ rotations[:, joint]
    local[:, 22:] = np.eye(3)
    root = placed[:, bone["Pelvis"]] * world.unit @ upright.T
    return Motion(local, root, tracks.rate, default_body())


def _known(tracks: Tracks, path: Path) -> Match:
    try:
        return best_match(tracks.names)
    except InputError as error:
        raise InputError(f"{path}: its joints are no skeleton that is known: {error}") from error


def _bones(match: Match) -> dict[str, int]:
    """For SMPL's joints the BVH's joint that lies there: the nearest of those that are matched."""
    layout: Layout = match.layout
    found: dict[str, int] = {}
    nearest: dict[str, float] = {}
    for k, t in match.matched:
        name = JOINT_NAMES[int(layout.joints[k])]
        away = float(np.linalg.norm(layout.offsets[k]))
        if away < min(0.13, nearest.get(name, np.inf)):
            found[name], nearest[name] = t, away
    if "Pelvis" not in found:
        raise InputError(f"layout {layout.name}: no joint of the skeleton is the pelvis")
    return found


def _rest_positions(bvh: BvhMotion) -> Floats:
    """(J, 3) where the joints lie with all angles zero."""
    rest = np.zeros_like(bvh.offsets)
    for j, parent in enumerate(bvh.parents):
        if parent >= 0:
            rest[j] = rest[parent] + bvh.offsets[j]
    return rest


def _turn_of_body(match: Match, rest: Floats, world: World) -> Floats:
    """(3, 3) from SMPL's rest frame to how the BVH's skeleton stands at rest, Z up: the best
    rotation of the torso's joints (Kabsch)."""
    pairs = [
        (k, t) for k, t in match.matched
        if JOINT_NAMES[int(match.layout.joints[k])] in (*_TORSO, "L_Hip", "R_Hip", "L_Shoulder",
                                                        "R_Shoulder")
    ]  # fmt: skip
    joints = default_body().rest_joints
    ours = np.array([joints[match.layout.joints[k]] + match.layout.offsets[k] for k, _ in pairs])
    theirs = rest[[t for _, t in pairs]] @ world.turn.T
    u, _, vt = np.linalg.svd((theirs - theirs.mean(0)).T @ (ours - ours.mean(0)))
    turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    return np.asarray(turn)


def _turn_of_bone(
    name: str, bone: dict[str, int], rest: Floats, upright: Floats, body: Floats
) -> Floats:
    """(3, 3) the smallest turn from SMPL's resting bone, on the body as it stands, to the BVH's."""
    child = _CHILD.get(name)
    if child is None or child not in bone:
        return np.eye(3)
    joints = default_body().rest_joints
    a = body @ (joints[JOINT_INDEX[child]] - joints[JOINT_INDEX[name]])
    b = upright @ (rest[bone[child]] - rest[bone[name]])
    return _between(a, b)


def _between(a: Floats, b: Floats) -> Floats:
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths < 1e-9:
        return np.eye(3)
    axis, cosine = np.cross(a, b) / lengths, float(a @ b) / float(lengths)
    if cosine < -0.9999:  # the other way round: about any axis across
        across = np.eye(3)[int(np.argmin(np.abs(a)))]
        axis = np.cross(a, across)
        axis /= np.linalg.norm(axis)
        return 2.0 * np.outer(axis, axis) - np.eye(3)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + k + k @ k / (1.0 + cosine)
