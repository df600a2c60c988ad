# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles: what a bone of a character is for, in the words of SMPL.

A role is played by one bone or by a chain of bones, parents first: a spine of one to five bones, a
neck of one to three, a limb that is split in two for its twist. Roles that a character lacks are
simply not mapped.
"""

from typing import Final

SIDES: Final = ("L", "R")

FINGERS: Final = ("Index", "Middle", "Pinky", "Ring", "Thumb")
"""In SMPL-H's order."""

TRUNK: Final = ("Root", "Torso", "Pelvis", "Spine", "Neck", "Head")
"""Root: what the whole character hangs on, at the floor. Torso: what carries pelvis and spine where
neither carries the other (MMD's centre, Rigify's torso control); it then takes the translation.
Spine and Neck are chains."""

LIMBS: Final = ("Collar", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Foot")
"""With `L_` or `R_` before them, named as SMPL's joints at the bones' heads: `L_Shoulder` is the
left upper arm, `L_Foot` the toes. Each may be a chain of bones in line."""

TWISTS: Final = ("ShoulderTwist", "ElbowTwist", "HipTwist", "KneeTwist")
"""Helper bones beside a limb's bone that share its twist: of upper arm, forearm, thigh and shin."""


def _finger_roles(side: str) -> tuple[str, ...]:
    return tuple(f"{side}_{finger}{number}" for finger in FINGERS for number in (1, 2, 3))


FINGER_ROLES: Final = _finger_roles("L") + _finger_roles("R")
"""The 30 finger joints in the order of AMASS's (T, 156) poses: left 15, right 15."""

LIMB_ROLES: Final = tuple(f"{side}_{name}" for name in LIMBS for side in SIDES)
TWIST_ROLES: Final = tuple(f"{side}_{name}" for name in TWISTS for side in SIDES)

ROLES: Final = TRUNK + LIMB_ROLES + FINGER_ROLES + TWIST_ROLES
"""Every role, parents before children."""

CHAINS: Final = frozenset(
    ("Spine", "Neck", *TWIST_ROLES, *(r for r in LIMB_ROLES if r[2:] not in ("Wrist", "Ankle")))
)
"""Roles that more than one bone may play."""

NEEDED: Final = ("Pelvis", "L_Hip", "R_Hip", "L_Knee", "R_Knee")
"""Roles without which a rig isn't taken for a person; `Spine` or `Head` besides."""


def side_of(role: str) -> str:
    """ "L", "R", or "" on the midline."""
    return role[0] if role[1:2] == "_" else ""


def mirrored(role: str) -> str:
    """The role on the other side, itself on the midline."""
    side = side_of(role)
    return {"L": "R", "R": "L"}[side] + role[1:] if side else role
