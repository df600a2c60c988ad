# SPDX-License-Identifier: GPL-3.0-or-later
"""How names are compared, what stands around them, and which of several kinds fits best."""

import numpy as np
import pytest

from lsmplify_core.retarget import InputError
from lsmplify_core.retarget.mapping.by_name import (
    RigKind,
    _assigned,
    _key_for,
    _keys,
    _kind,
    _score,
    _surroundings,
    _swapped,
    key_of,
    match_kind,
    match_names,
)

from . import rigs


@pytest.mark.parametrize(
    ("name", "other"),
    [("left_arm", "right_arm"), ("LeftArm", "RightArm"), ("arm.L", "arm.R"), ("r_arm", "l_arm"),
     ("armL", "armR"), ("lid", "lid"), ("Lid", "Lid"), ("左腕", "右腕"), ("BALL", "BALL"),
     ("RIGHT arm", "Left arm"), ("Arm_l_01", "Arm_r_01")],
)  # fmt: skip
def test_words_for_a_side_are_exchanged(name: str, other: str) -> None:
    assert _swapped(name) == other


@pytest.mark.parametrize(
    ("name", "key"),
    [("LeftUpLeg", ("l", "upleg")), ("thigh.R", ("r", "thigh")), ("root", ("", "root")),
     ("spine.001", key_of("spine_1")), (" hips ", ("", "hips"))],
)  # fmt: skip
def test_a_key_is_a_side_and_the_rest(name: str, key) -> None:
    assert key_of(name) == key


def test_of_two_bones_with_one_key_the_shorter_name() -> None:
    assert _keys(["hips.001.x", "Hips", "hips "])[("", "hips")] == "Hips"


@pytest.mark.parametrize(
    ("name", "role", "key"),
    [("LeftArm", "L_Shoulder", ("l", "arm")), ("LeftArm", "R_Shoulder", ("r", "arm")),
     ("lfemur", "L_Hip", ("", "lfemur")), ("lfemur", "R_Hip", ("", "rfemur")),
     ("Hips", "Pelvis", ("", "hips"))],
)  # fmt: skip
def test_a_maps_name_for_either_side(name: str, role: str, key) -> None:
    assert _key_for(name, role) == key


CORE = {"Pelvis": "hips", "Spine": ["spine", "chest"], "Head": "head", "*_Hip": "L thigh",
        "*_Knee": "L shin", "*_Ankle": "L foot", "*_Shoulder": "L upperarm"}  # fmt: skip


def _made(bones=None, signs=(), name="kind"):
    return _kind({"name": name, "bones": bones or CORE, "signs": list(signs)}, rigs.FOLDER / "k")


def test_a_shipped_map_has_alternatives_for_each_bone_of_a_chain() -> None:
    kind = _made({"Spine": ["a | b", "c"], "*_Hip": "L thigh"})
    assert kind.bones == {"Spine": (("a", "b"), ("c",)), "*_Hip": (("L thigh",),)}
    with pytest.raises(InputError, match="'Nose'"):
        _made({"Nose": "nose"})


def _rig(names):
    heads = np.array([[0.0, 0.0, float(i)] for i in range(len(names))])
    return rigs.made(names, [-1] * len(names), heads, np.add(heads, [0, 0, 0.5]))


PLAIN = ["hips", "spine", "chest", "head",
         *(f"{s} {n}" for s in "LR" for n in ("thigh", "shin", "foot", "upperarm"))]  # fmt: skip


def test_the_score_of_a_kind_whose_bones_are_all_there() -> None:
    """Half of 0.8, for all names, and half of 12 bones of 60."""
    kind, rig = _made(), _rig(PLAIN)
    bones = _assigned(kind, _keys(rig.names), "", "")
    assert len(bones) == 11
    score = _score(kind, bones, rig, False)
    assert score is not None
    assert score[0] == pytest.approx(0.4 + 0.1)
    assert score[1:] == (11, 11)


@pytest.mark.parametrize(
    ("signs", "around", "more"),
    [(("CHEST",), False, 0.04), (("chest", "head"), False, 0.08), (("wing",), False, 0.0),
     ((), True, -0.02)],
)  # fmt: skip
def test_signs_of_a_kind_count_for_it_and_what_stands_around_against_it(
    signs, around: bool, more: float
) -> None:
    kind, rig = _made(signs=signs), _rig(PLAIN)
    bones = _assigned(kind, _keys(rig.names), "", "")
    score = _score(kind, bones, rig, around)
    assert score is not None
    assert score[0] == pytest.approx(0.5 + more)


def test_fingers_count_a_fifth() -> None:
    """All of one hand, none of the other: half of half of 0.2; its three bones 3 of 60."""
    bones = CORE | {f"*_Index{i}": f"L index{i}" for i in (1, 2, 3)}
    rig = _rig([*PLAIN, *(f"L index{i}" for i in (1, 2, 3))])
    kind = _made(bones)
    found = _assigned(kind, _keys(rig.names), "", "")
    score = _score(kind, found, rig, False)
    assert score is not None
    assert score[0] == pytest.approx(0.4 + 0.05 + 0.5 * 15 / 60)
    assert score[1:] == (14, 17)


@pytest.mark.parametrize(
    ("missing", "fits"),
    [((), True), (("L foot", "R foot"), True), (("L foot", "R foot", "head"), False),
     (("L thigh",), False)],
)  # fmt: skip
def test_a_kind_fits_with_three_quarters_of_its_roles_and_all_that_is_needed(missing, fits) -> None:
    """Nine of eleven roles are enough, eight are not."""
    found = match_kind("kind", _made(), _rig([n for n in PLAIN if n not in missing]))
    assert (found is not None) == fits


def test_twists_and_the_root_are_not_needed_for_a_fit() -> None:
    bones = CORE | {"Root": "root", "*_HipTwist": ["L tw1", "L tw2", "L tw3"]}
    fit = match_kind("kind", _made(bones), _rig(PLAIN))
    assert fit is not None
    assert (fit.found, fit.asked) == (11, 14)
    assert fit.score == pytest.approx(0.5)


def test_a_bone_is_taken_once_and_chains_are_of_roles_that_may_be_some() -> None:
    kind = RigKind("k", {"Spine": (("a",), ("a", "b")), "Head": (("h",), ("i",))}, ())
    keys = _keys(["a", "b", "h", "i"])
    assert _assigned(kind, keys, "", "") == {"Spine": ("a", "b"), "Head": ("h",)}


def test_what_stands_around_is_found_before_and_after() -> None:
    kind = _made()
    keys = _keys([f"hero_{n}_jnt" for n in PLAIN])
    around = _surroundings(kind, keys)
    assert ("hero", "jnt") in around
    fit = match_kind("kind", kind, _rig([f"hero_{n}_jnt" for n in PLAIN]))
    assert fit is not None
    assert fit.score == pytest.approx(0.5 - 0.02)
    assert (
        fit.rig_map.evidence == "11 of 11 roles by kind's names, names with 'hero…jnt' around them"
    )
    plain = match_kind("kind", kind, _rig(PLAIN))
    assert plain is not None
    assert plain.rig_map.evidence == "11 of 11 roles by kind's names"


def test_only_the_root_may_stand_without_what_is_around_all_others() -> None:
    kind = _made(CORE | {"Root": "root"})
    names = [*(f"x_{n}" for n in PLAIN), "root"]
    found = _assigned(kind, _keys(names), "x", "")
    assert found["Root"] == ("root",)
    bare = [n if n != "x_head" else "head" for n in names]
    assert "Head" not in _assigned(kind, _keys(bare), "x", "")


def test_kinds_are_sorted_by_their_score() -> None:
    scores = [fit.score for fit in match_names(rigs.shared("makehuman_mixamo"))]
    assert scores == sorted(scores, reverse=True)
