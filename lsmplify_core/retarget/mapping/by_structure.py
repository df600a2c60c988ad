# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what by the rig's structure alone, whatever its bones are called.

Two mirrored chains that reach the ground are legs; what joins them is the pelvis; two mirrored
chains from above them that end in a hand are arms; what joins those is the chest, and the way from
pelvis to chest the spine; what goes up from the chest in the middle ends in the head. Knees and
elbows lie in the middle of their limbs. Everything else (twist, helper, face, cape and weapon
bones) is left alone.
"""

import numpy as np

from ...runtime.errors import InputError
from ..rig.rig import Rig
from ..rig.rig_map import RigMap
from ..structure.arms import find_arm
from ..structure.fingers import finger_roles
from ..structure.legs import facing, find_leg
from ..structure.skeleton import skeleton_of
from ..structure.trunk import find_trunk


def map_by_structure(rig: Rig) -> RigMap:
    """A map from tree, symmetry, lengths and rest positions.

    Raises:
        InputError: no pair of legs under a trunk is found.
    """
    body = skeleton_of(rig)
    leg = find_leg(body)
    if leg is None:
        raise InputError(
            f"armature {rig.title!r}: no two legs were found in it; choose a map, or map by hand"
        )
    ahead = facing(body, leg)
    arm = find_arm(body, leg, ahead)
    trunk = find_trunk(body, leg, arm)
    left = bool(
        body.mirror.lateral(rig.heads[leg["Knee"][0]])
        * (np.cross(np.array([0.0, 0.0, 1.0]), ahead) @ body.mirror.across) > 0
    )  # fmt: skip
    bones: dict[str, list[int]] = dict(trunk)
    limbs = dict(leg)
    if arm is not None:
        limbs |= arm
        limbs |= finger_roles(body.tree, arm["Wrist"][0], ahead, rig)
    arm_left = left
    if arm is not None:
        same = np.sign(body.mirror.lateral(rig.heads[arm["Elbow"][0]])) == np.sign(
            body.mirror.lateral(rig.heads[leg["Knee"][0]])
        )
        arm_left = left if same else not left
    for name, chain in limbs.items():
        on_left = left if name in ("Hip", "Knee", "Ankle", "Foot") else arm_left
        bones[f"{'L' if on_left else 'R'}_{name}"] = chain
        bones[f"{'R' if on_left else 'L'}_{name}"] = body.other(chain)
    named = {
        role: tuple(rig.names[b] for b in chain) for role, chain in bones.items()
        if chain and min(chain) >= 0
    }  # fmt: skip
    total = sum(len(chain) for chain in named.values())
    return RigMap("structure", named, f"{total} bones by the rig's structure", frozenset(named))
