# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigs for tests: those of ../shared/rigs, SMPL's, and others made from them."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.skeleton import JOINT_NAMES, PARENTS
from lsmplify_core.motion.bone_axes import rest_bones
from lsmplify_core.retarget import Rig, checked_rig
from lsmplify_core.retarget.vectors import about, shortest_turn, unit

FOLDER = Path(__file__).parents[3] / "shared" / "rigs"
UP = np.array([0.0, 1.0, 0.0])


def made(
    names: Sequence[str], parents: Sequence[int], heads, tails, title="made", roll=None, **more
) -> Rig:
    """A rig of bones from heads to tails (B, 3), with any roll (B,) about them."""
    heads, tails = np.asarray(heads, float), np.asarray(tails, float)
    axes = shortest_turn(UP, unit(tails - heads))
    if roll is not None:
        axes = axes @ about(np.broadcast_to(UP, heads.shape), np.asarray(roll, float))
    matrices = np.tile(np.eye(4), (len(names), 1, 1))
    matrices[:, :3, :3], matrices[:, :3, 3] = axes, heads
    lengths = np.linalg.norm(tails - heads, axis=1)
    return checked_rig(names, parents, matrices, lengths, title=title, **more)


def shared(name: str) -> Rig:
    """One of ../shared/rigs; skips where it isn't there."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    bones = json.loads(path.read_text())["bones"]
    names = [b["name"] for b in bones]
    parents = [names.index(b["parent"]) if b["parent"] else -1 for b in bones]
    return made(
        names, parents, [b["head"] for b in bones], [b["tail"] for b in bones], name,
        [b.get("roll", 0.0) for b in bones],
    )  # fmt: skip


def smpl() -> Rig:
    """The add-on's own armature."""
    heads, tails = rest_bones(default_body())
    return made(JOINT_NAMES, PARENTS, heads, tails, "smpl")


_PERSON = {
    # bone: (parent, head, tail), metres; the left side's, which is mirrored
    "hips": ("", (0, 0, 1.0), (0, 0, 1.1)),
    "spine": ("hips", (0, 0, 1.1), (0, 0, 1.25)),
    "chest": ("spine", (0, 0, 1.25), (0, 0, 1.45)),
    "neck": ("chest", (0, 0, 1.48), (0, -0.01, 1.57)),
    "head": ("neck", (0, -0.01, 1.57), (0, -0.01, 1.76)),
    "L clavicle": ("chest", (0.03, 0, 1.43), (0.17, 0.01, 1.44)),
    "L upperarm": ("L clavicle", (0.17, 0.01, 1.44), (0.44, 0.02, 1.44)),
    "L forearm": ("L upperarm", (0.44, 0.02, 1.44), (0.69, 0.01, 1.44)),
    "L hand": ("L forearm", (0.69, 0.01, 1.44), (0.78, 0.01, 1.44)),
    "L thigh": ("hips", (0.1, 0, 0.95), (0.1, -0.01, 0.52)),
    "L shin": ("L thigh", (0.1, -0.01, 0.52), (0.1, 0.02, 0.09)),
    "L foot": ("L shin", (0.1, 0.02, 0.09), (0.11, -0.1, 0.02)),
    "L toes": ("L foot", (0.11, -0.1, 0.02), (0.11, -0.17, 0.02)),
}
ROLES = {
    "hips": "Pelvis", "neck": "Neck", "head": "Head", "L clavicle": "L_Collar",
    "L upperarm": "L_Shoulder", "L forearm": "L_Elbow", "L hand": "L_Wrist", "L thigh": "L_Hip",
    "L shin": "L_Knee", "L foot": "L_Ankle", "L toes": "L_Foot",
}  # fmt: skip


def person(**more) -> Rig:
    """A rig of 22 bones in a T-pose with names of no kind, facing -Y, 1.76 m."""
    names, parents, heads, tails = [], [], [], []
    for side in ("L ", "R "):
        for name, (parent, head, tail) in _PERSON.items():
            if side == "R " and not name.startswith("L "):
                continue
            mirror = np.array([-1.0, 1.0, 1.0]) if side == "R " else np.ones(3)
            names.append(name.replace("L ", side))
            parents.append(names.index(parent.replace("L ", side)) if parent else -1)
            heads.append(np.array(head) * mirror)
            tails.append(np.array(tail) * mirror)
    return made(names, parents, heads, tails, "person", **more)


def person_roles() -> dict[str, tuple[str, ...]]:
    """What `person`'s bones are."""
    bones = {"Spine": ("spine", "chest")}
    for name, role in ROLES.items():
        bones[role] = (name,)
        if role.startswith("L_"):
            bones["R" + role[1:]] = ("R" + name[1:],)
    return bones


def matrices(rig: Rig):
    """(B, 4, 4) rest matrices of a rig."""
    result = np.tile(np.eye(4), (rig.count, 1, 1))
    result[:, :3, :3], result[:, :3, 3] = rig.axes, rig.heads
    return result


def renamed(rig: Rig, names: Sequence[str]) -> Rig:
    """The rig with other names."""
    lengths = np.linalg.norm(rig.tails - rig.heads, axis=1)
    return checked_rig(names, list(rig.parents), matrices(rig), lengths, title=rig.title)


def resized(rig: Rig, size: float) -> Rig:
    """The rig so many times as large."""
    local = matrices(rig)
    local[:, :3, 3] *= size
    lengths = size * np.linalg.norm(rig.tails - rig.heads, axis=1)
    return checked_rig(rig.names, list(rig.parents), local, lengths, title=rig.title)


def rolled(rig: Rig, angles) -> Rig:
    """The rig with its bones' axes turned about them by angles (B,), radians."""
    local = matrices(rig)
    local[:, :3, :3] = local[:, :3, :3] @ about(np.broadcast_to(UP, rig.heads.shape), angles)
    lengths = np.linalg.norm(rig.tails - rig.heads, axis=1)
    return checked_rig(rig.names, list(rig.parents), local, lengths, title=rig.title)


def without(rig: Rig, names: set[str], title: str) -> Rig:
    """The rig without some bones; what hung on them hangs on what they hung on."""
    kept = [i for i, n in enumerate(rig.names) if n not in names]
    place = {old: new for new, old in enumerate(kept)}
    parents = [next((place[a] for a in rig.ancestors(i) if a in place), -1) for i in kept]
    lengths = np.linalg.norm(rig.tails - rig.heads, axis=1)[kept]
    return checked_rig(
        [rig.names[i] for i in kept], parents, matrices(rig)[kept], lengths, title=title
    )


def set_in_world(rig: Rig, degrees: float, scale: float, place=(0.0, 0.0, 0.0)) -> Rig:
    """The rig as an armature object of this scale, turned about Z and moved: its bones stay as
    large as they were in the world."""
    world = np.eye(4)
    world[:3, :3] = scale * about(np.array([0.0, 0.0, 1.0]), np.array(np.radians(degrees)))
    world[:3, 3] = place
    local = matrices(rig)
    local[:, :3, 3] /= scale
    lengths = np.linalg.norm(rig.tails - rig.heads, axis=1) / scale
    return checked_rig(rig.names, list(rig.parents), local, lengths, world, title="in the world")


def reposed(rig: Rig, turns: dict[str, np.ndarray]) -> Rig:
    """The rig with another rest pose: bones turned in the world (bone -> (3, 3)) about their heads,
    what hangs on them with them."""
    heads, tails, axes = rig.heads.copy(), rig.tails.copy(), rig.axes.copy()
    below: dict[int, np.ndarray] = {}
    place = rig.heads.copy()
    for bone in rig.parents_first():
        above = int(rig.parents[bone])
        carry = below.get(above, np.eye(3))
        if above >= 0:
            place[bone] = place[above] + carry @ (rig.heads[bone] - rig.heads[above])
        own = turns.get(rig.names[bone], np.eye(3)) @ carry
        below[bone] = own
        heads[bone] = place[bone]
        tails[bone] = place[bone] + own @ (rig.tails[bone] - rig.heads[bone])
        axes[bone] = own @ rig.axes[bone]
    local = np.tile(np.eye(4), (rig.count, 1, 1))
    local[:, :3, :3], local[:, :3, 3] = axes, heads
    return checked_rig(
        rig.names, list(rig.parents), local, np.linalg.norm(tails - heads, axis=1), title="reposed"
    )
