# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigs of other programs, built by their names and trees: known by name, known by structure, and
moved, in T- and A-pose, with any roll."""

import numpy as np
import pytest

from lsmplify_core.retarget import RetargetOptions, find_map, retarget
from lsmplify_core.retarget.mapping.by_name import match_names

from . import rigs
from .kinds import KINDS, biped, daz, mmd, unreal
from .more_kinds import MORE
from .test_retarget import _walk
from .test_structure import _right

FILES = {"biped": "biped", "daz": "daz_genesis_8", "mmd": "mmd", "unreal": "unreal_5"}
"""Maps of kinds whose title is another."""
SIMPLE = (unreal, mmd, biped, daz)
"""Kinds whose fingers bear no names of theirs; MMD has two bones that could be the Torso."""


@pytest.mark.parametrize("kind", [*MORE, *SIMPLE])
def test_known_by_name(kind):
    made = kind()
    rig = made.rig()
    assert match_names(rig)[0].stem == FILES.get(made.title, made.title)
    found = find_map(rig).bones
    for role, names in made.truth.items():
        if kind in MORE or not (role[-1].isdigit() or role == "Torso"):
            assert list(found.get(role, ())) == names, role


def _spine_of(names):
    """Mixamo's names without a prefix, with other bones between hips and head."""
    words = ["Hips", *names, "Head"]
    limbs = {"Shoulder": "Arm", "Arm": "ForeArm", "ForeArm": "Hand"}, {
        "UpLeg": "Leg", "Leg": "Foot", "Foot": "ToeBase"
    }  # fmt: skip
    parents = {w: words[i - 1] if i else "" for i, w in enumerate(words)}
    for side in ("Left", "Right"):
        for first, above, chain in (
            ("Shoulder", names[-2], limbs[0]), ("UpLeg", "Hips", limbs[1])
        ):  # fmt: skip
            parents[side + first] = above
            parents |= {side + b: side + a for a, b in chain.items()}
    order = list(parents)
    heads = np.random.default_rng(1).uniform(0, 1, (len(order), 3))
    heads[: len(words), 2] = np.linspace(1.0, 1.6, len(words))
    index = [order.index(parents[n]) if parents[n] else -1 for n in order]
    return rigs.made(order, index, heads, heads + np.array([0, 0, 0.05]))


@pytest.mark.parametrize(
    ("between", "spine", "neck"),
    [
        (("Spine", "Spine1", "Spine2", "Spine3", "Neck"), 4, ("Neck",)),
        (("lowerback", "Spine", "Spine1", "lowerneck", "Neck"), 3, ("lowerneck", "Neck")),
        (("Spine", "Spine1", "Spine2", "backpack joint", "Neck1", "Neck"), 4, ("Neck1", "Neck")),
        (("Spine", "gizmo", "Spine1", "Spine2", "Neck"), None, ("Neck",)),
    ],
)
def test_trunks_with_more_bones_than_their_kind_has(between, spine, neck):
    found = find_map(_spine_of(between)).bones
    rest = tuple(n for n in between if n not in neck)
    assert found["Spine"] == (rest[:spine] if spine else ("Spine", "Spine1", "Spine2"))
    assert found["Neck"] == neck


@pytest.mark.parametrize("tails", ["", "up"])
@pytest.mark.parametrize("kind", MORE)
def test_known_by_structure(kind, tails):
    made = kind()
    assert _right(made.rig(tails), made.truth) >= 0.95


def _a_pose(rig, truth):
    """The rig with arms 45 degrees down and every bone rolled by some angle."""
    side = {"L": 1.0, "R": -1.0}
    down = {
        truth[f"{s}_Shoulder"][0]: rigs.about(np.array([0, 1.0, 0]), np.array(sign * 0.8))
        for s, sign in side.items()
    }
    return rigs.rolled(rigs.reposed(rig, down), np.random.default_rng(3).uniform(-3, 3, rig.count))


@pytest.mark.parametrize("pose", ["T", "A"])
@pytest.mark.parametrize("kind", [*MORE, *KINDS])
def test_moved(kind, pose):
    made = kind()
    rig = made.rig() if pose == "T" else _a_pose(made.rig(), made.truth)
    rig_map, walk = find_map(rig), _walk(40)
    free = retarget(walk, rig, rig_map, RetargetOptions(contacts=False, touches=False)).report
    assert free.limb_direction_deg["max"] < 0.5
    kept = retarget(walk, rig, rig_map).report
    assert kept.limb_direction_deg["mean"] < 2.0
    assert kept.limb_direction_deg["p95"] < 6.0
    assert kept.foot_sliding_mm["target"] <= 1.1 * kept.foot_sliding_mm["source"] + 0.1
    assert kept.contacts["kept"] == kept.contacts["found"]
