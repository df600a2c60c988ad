# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what where names say nothing."""

import numpy as np
import pytest

from lsmplify_core.retarget import InputError, find_map
from lsmplify_core.retarget.mapping.by_structure import map_by_structure

from . import rigs
from .kinds import KINDS

ENOUGH = 0.95


def _scrambled(rig, seed=5):
    """The rig with meaningless Korean names, its bones in another order, and the way back."""
    order = np.random.default_rng(seed).permutation(rig.count)
    words = [f"뼈{i:03d}" for i in range(rig.count)]
    place = {int(old): new for new, old in enumerate(order)}
    parents = [place.get(int(rig.parents[old]), -1) for old in order]
    changed = rigs.made(words, parents, rig.heads[order], rig.tails[order], "scrambled")
    return changed, {words[new]: rig.names[int(old)] for new, old in enumerate(order)}


def _right(rig, truth):
    """Share of all bones that have the role, or none, that they should have."""
    changed, names = _scrambled(rig)
    found = {names[b]: r for r, c in find_map(changed).bones.items() for b in c}
    wanted = {b: r for r, c in truth.items() for b in c}
    return np.mean([found.get(n) == wanted.get(n) for n in rig.names])


@pytest.mark.parametrize(
    "name",
    ["makehuman_mixamo", "makehuman_game_engine", "makehuman_default", "makehuman_cmu_mb"],
)
def test_real_rigs_with_scrambled_names(name):
    rig = rigs.shared(name)
    assert _right(rig, find_map(rig).bones) >= ENOUGH


def test_smpl_with_scrambled_names():
    rig = rigs.smpl()
    assert _right(rig, find_map(rig).bones) >= ENOUGH


def _variants():
    mixamo = rigs.shared("makehuman_mixamo")
    left, right = "mixamorig:Left", "mixamorig:Right"
    yield rigs.without(mixamo, {left + "Shoulder", right + "Shoulder"}, "no clavicles")
    yield rigs.without(mixamo, {left + "ToeBase", right + "ToeBase"}, "no toes")
    yield rigs.without(mixamo, {"mixamorig:Spine1", "mixamorig:Spine2"}, "one spine bone")
    yield rigs.without(mixamo, {"mixamorig:Neck"}, "no neck")
    yield rigs.without(mixamo, {n for n in mixamo.names if "Hand" in n and n[-1] in "123"}, "fists")
    default = rigs.shared("makehuman_default")
    yield rigs.without(default, {"spine02", "spine04"}, "three spine bones")
    yield rigs.set_in_world(mixamo, 37.0, 0.01, (3.0, -2.0, 0.0))
    yield rigs.set_in_world(mixamo, 90.0, 100.0)


@pytest.mark.parametrize("number", range(8))
def test_rigs_that_lack_something_or_face_elsewhere(number):
    rig = list(_variants())[number]
    assert _right(rig, find_map(rig).bones) >= ENOUGH, rig.title


@pytest.mark.parametrize("tails", ["", "up"])
@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_other_programs_with_what_hangs_on_them(kind, tails):
    """Capes, wings, hair, skirts, twist and IK bones are told from limbs; tails say nothing."""
    made = kind()
    assert _right(made.rig(tails), made.truth) >= ENOUGH


@pytest.mark.parametrize("kind", KINDS)
def test_those_kinds_in_a_turned_object_at_a_hundredth(kind):
    made = kind()
    assert _right(rigs.set_in_world(made.rig(), 123.0, 0.01), made.truth) >= ENOUGH


def test_child_proportions_and_a_big_head():
    rig = rigs.shared("makehuman_mixamo")
    tails = 0.6 * rig.tails
    head = rig.index("mixamorig:Head")
    tails[head] = 0.6 * rig.heads[head] + 2.0 * (tails[head] - 0.6 * rig.heads[head])
    child = rigs.made(rig.names, list(rig.parents), 0.6 * rig.heads, tails, "child")
    assert _right(child, find_map(rig).bones) >= ENOUGH


def test_feet_that_hang_on_ik_controls():
    rig = rigs.person()
    names, parents = [*rig.names, "ik root", "ik L", "ik R"], list(rig.parents)
    heads, tails = list(rig.heads), list(rig.tails)
    heads.append(np.zeros(3))
    tails.append(np.array([0, 0.3, 0]))
    parents.append(-1)
    for side in "LR":
        foot = rig.index(f"{side} foot")
        heads.append(rig.heads[foot])
        tails.append(rig.heads[foot] + np.array([0.0, 0.1, 0.0]))
        parents.append(len(rig.names))
        parents[foot] = len(parents) - 1
    rig = rigs.made(names, parents, heads, tails)
    assert _right(rig, rigs.person_roles()) == 1.0


def test_arms_down_and_bent_knees():
    rig = rigs.person()
    down = {f"{s} upperarm": _about_y(80.0 if s == "L" else -80.0) for s in "LR"}
    bent = {f"{s} thigh": _about_x(-25.0) for s in "LR"} | {
        f"{s} shin": _about_x(50.0) for s in "LR"
    }
    assert _right(rigs.reposed(rig, down | bent), rigs.person_roles()) == 1.0


def _about_y(degrees):
    return rigs.about(np.array([0.0, 1.0, 0.0]), np.array(np.radians(degrees)))


def _about_x(degrees):
    return rigs.about(np.array([1.0, 0.0, 0.0]), np.array(np.radians(degrees)))


def test_left_is_left_where_the_character_faces_away():
    rig = rigs.set_in_world(rigs.person(), 180.0, 1.0)
    assert dict(map_by_structure(rig).bones) == rigs.person_roles()


@pytest.mark.parametrize("words", [{"L thigh", "R thigh", "L shin", "R shin"}])
def test_a_rig_without_legs_is_said(words):
    legless = rigs.without(
        rigs.person(), words | {f"{s} {n}" for s in "LR" for n in ("foot", "toes")}, "bust"
    )
    with pytest.raises(InputError, match="'bust': no two legs") as error:
        find_map(legless)
    assert "\n" not in str(error.value)


def test_a_rig_that_is_no_person_is_said():
    tail = np.cumsum(np.ones((6, 3)) * [0.0, 0.2, 0.01], axis=0)
    snake = rigs.made([f"b{i}" for i in range(6)], [-1, 0, 1, 2, 3, 4], tail, tail + 0.1)
    with pytest.raises(InputError):
        find_map(snake)
