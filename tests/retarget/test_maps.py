# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what, by names: every shipped map finds its own rig kind."""

import numpy as np
import pytest

from lsmplify_core.retarget import (
    InputError,
    RigMap,
    check_map,
    find_map,
    load_map,
    map_from_vrm,
    map_to_json,
    save_map,
    shipped_maps,
)
from lsmplify_core.retarget.mapping.by_name import _swapped, key_of, match_names, rig_kinds
from lsmplify_core.retarget.mapping.find import completed

from . import rigs


def _bare_rig(names):
    heads = np.zeros((len(names), 3))
    heads[:, 2] = np.arange(len(names))
    return rigs.made(names, [-1] * len(names), heads, heads + np.array([0, 0, 0.5]))


def _right(name):
    return "r" + name[1:] if _swapped(name) == name else _swapped(name)


def _bones(stem, before="", after=""):
    """(role, name) of every bone of a shipped map, both sides."""
    found = []
    taken = set()
    for role, chain in rig_kinds()[stem].bones.items():
        for alternatives in chain:
            name = next((a for a in alternatives if a not in taken), None)
            if name is None:
                continue
            taken.add(name)
            if role.startswith("*"):
                found.append(("L" + role[1:], before + name + after))
                found.append(("R" + role[1:], before + _right(name) + after))
            else:
                found.append((role, before + name + after))
    return found


@pytest.mark.parametrize("stem", shipped_maps())
def test_every_map_finds_all_bones_of_its_kind(stem):
    bones = _bones(stem)
    rig = _bare_rig([name for _, name in bones])
    fit = next(f for f in match_names(rig) if f.stem == stem)
    assert {(r, b) for r, chain in fit.rig_map.bones.items() for b in chain} == set(bones)


@pytest.mark.parametrize("stem", shipped_maps())
def test_the_best_map_gives_every_bone_the_role_of_its_kind(stem):
    bones = dict((name, role) for role, name in _bones(stem))
    keys = {key_of(name) for name in bones}
    signs = [n for n in rig_kinds()[stem].signs if key_of(n) not in keys]
    best = match_names(_bare_rig([*bones, *signs]))[0].rig_map
    found = {b: r for r, chain in best.bones.items() for b in chain}
    body = {b: r for b, r in bones.items() if not r.endswith("Twist") and r != "Root"}
    assert {b: found.get(b) for b in body} == body


@pytest.mark.parametrize(
    ("before", "after"), [("mixamorig:", ""), ("mixamorig7_", ""), ("Hero|", ""), ("", ".001")]
)
def test_what_stands_around_every_name_is_taken_off(before, after):
    bones = _bones("mixamo", before, after)
    best = match_names(_bare_rig([n for _, n in bones]))[0].rig_map
    assert {(r, b) for r, chain in best.bones.items() for b in chain} == set(bones)


def test_biped_with_another_prefix_and_underscores():
    bones = _bones("biped", "Bip001 ")
    rig = _bare_rig(["Bip001", *(n.replace(" ", "_") for _, n in bones)])
    assert match_names(rig)[0].rig_map.name == "3ds Max Biped"


@pytest.mark.parametrize(
    ("a", "b"),
    [("LeftArm", "mixamorig:LeftArm"), ("upper_arm.L", "Upper_Arm_L"), ("左腕", "腕.L"),
     ("spine.001", "Spine1"), ("親指０.L", "左親指0")],
)  # fmt: skip
def test_one_bone_has_one_key(a, b):
    assert key_of(a) == key_of(b)


def test_a_midline_bone_has_no_side():
    assert [key_of(name)[0] for name in ("lid", "root", "Rib")] == ["", "", ""]


@pytest.mark.parametrize(
    ("rig", "kind", "count"),
    [("makehuman_mixamo", "Mixamo", 52), ("makehuman_game_engine", "MakeHuman game engine", 53),
     ("makehuman_cmu_mb", "CMU MotionBuilder", 29)],
)  # fmt: skip
def test_real_rigs_are_known_by_name(rig, kind, count):
    rig_map = find_map(rigs.shared(rig))
    assert rig_map.name == kind
    assert len(rig_map.mapped) == count


def test_a_root_on_the_ground_is_added_to_a_map_that_names_none():
    rig = rigs.person()
    names = ["root", *rig.names]
    heads = np.concatenate((np.zeros((1, 3)), rig.heads))
    tails = np.concatenate(([[0, 0.3, 0]], rig.tails))
    larger = rigs.made(names, [-1, *(np.maximum(rig.parents, -1) + 1)], heads, tails)
    assert find_map(larger, "structure").bones["Root"] == ("root",)


def test_vrm_assignment_of_both_versions():
    rig = rigs.person()
    body = {"hips": "hips", "spine": "spine", "chest": "chest", "neck": "neck", "head": "head"}
    for side, ours in (("left", "L"), ("right", "R")):
        for name, bone in (("Shoulder", "clavicle"), ("UpperArm", "upperarm"),
                           ("UpperLeg", "thigh"),
                           ("LowerArm", "forearm"), ("Hand", "hand"), ("LowerLeg", "shin"),
                           ("Foot", "foot"), ("Toes", "toes")):  # fmt: skip
            body[side + name] = f"{ours} {bone}"
    assert dict(map_from_vrm({**body, "leftEye": "", "jaw": ""}, rig).bones) == rigs.person_roles()


def test_map_files_go_round(tmp_path):
    rig_map = RigMap("mine", rigs.person_roles())
    save_map(rig_map, tmp_path / "mine.json")
    again = load_map(tmp_path / "mine.json")
    assert map_to_json(again) == map_to_json(rig_map)
    assert dict(find_map(rigs.person(), str(tmp_path / "mine.json")).bones) == rigs.person_roles()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"L_Hip": ("thigh that is gone",)}, "no bone 'thigh that is gone'"),
        ({"L_Hip": ("R thigh",)}, "'R thigh' is there twice"),
        ({"L_Hip": ()}, "legs"),
        ({"Tail": ("hips",)}, "role 'Tail'"),
        ({"L_Wrist": ("L hand", "L toes")}, "takes one bone"),
    ],
)
def test_a_map_that_does_not_fit_is_said_in_one_line(change, words):
    with pytest.raises(InputError, match=words) as error:
        check_map(RigMap("mine", {**rigs.person_roles(), **change}), rigs.person())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["[]", '{"bones": []}', '{"bones": {"L_Hip": 3}}', "no json"])
def test_files_that_are_no_maps(tmp_path, text):
    (tmp_path / "map.json").write_text(text)
    with pytest.raises(InputError, match="map"):
        load_map(tmp_path / "map.json")


@pytest.mark.parametrize("choice", ["mixamo", "no such map"])
def test_a_choice_that_does_not_fit(choice):
    with pytest.raises(InputError, match="auto"):
        find_map(rigs.person(), choice)


def test_a_neck_that_carries_the_arms_is_spine():
    """MakeHuman's Rigify rig has one spine bone more than Rigify's own metarig."""
    person = rigs.person()
    rig = rigs.renamed(person, ["spine.004" if n == "chest" else n for n in person.names])
    bones = {**rigs.person_roles(), "Spine": ("spine",), "Neck": ("spine.004", "neck")}
    found = completed(RigMap("made", bones), rig).bones
    assert (found["Spine"], found["Neck"]) == (("spine", "spine.004"), ("neck",))


def test_fingers_as_the_vrm_add_on_names_them():
    names = ["hips", "spine", "head", *(n + s for s in (".L", ".R") for n in (
        "upper_arm", "lower_arm", "hand", "upper_leg", "lower_leg", "foot", "little_distal",
        "thumb_metacarpal"))]  # fmt: skip
    found = match_names(_bare_rig(names))[0].rig_map.bones
    assert (found["L_Pinky3"], found["R_Thumb1"]) == (("little_distal.L",), ("thumb_metacarpal.R",))
