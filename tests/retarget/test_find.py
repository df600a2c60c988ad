# SPDX-License-Identifier: GPL-3.0-or-later
"""Maps chosen, completed by what names don't say, and read off VRM's assignment."""

import numpy as np
import pytest

from lsmplify_core.retarget import InputError, RigMap, find_map, map_from_vrm, save_map
from lsmplify_core.retarget.mapping.find import _vrm_role, completed

from . import rigs


@pytest.mark.parametrize(
    ("name", "first", "role"),
    [
        ("hips", False, "Pelvis"), ("neck", False, "Neck"), ("leftUpperArm", False, "L_Shoulder"),
        ("rightToes", False, "R_Foot"), ("leftLowerLeg", False, "L_Knee"), ("leftEye", False, None),
        ("jaw", False, None), ("leftLittleDistal", False, "L_Pinky3"),
        ("rightIndexIntermediate", True, "R_Index2"), ("rightThumbProximal", False, "R_Thumb1"),
        ("rightThumbProximal", True, "R_Thumb2"), ("leftThumbMetacarpal", True, "L_Thumb1"),
        ("leftThumbMetacarpal", False, None), ("leftThumbDistal", True, "L_Thumb3"),
        ("leftThumbIntermediate", False, "L_Thumb2"), ("leftRingTip", False, None),
    ],
)  # fmt: skip
def test_roles_of_vrms_human_bones(name: str, first: bool, role: str | None) -> None:
    """VRM 1 calls the thumb's first bone metacarpal, VRM 0 proximal."""
    assert _vrm_role(name, first) == role


HUMAN = {"hips": "hips", "spine": "spine", "upperChest": "chest", "head": "head",
         "leftUpperLeg": "L thigh", "rightUpperLeg": "R thigh", "leftLowerLeg": "L shin",
         "rightLowerLeg": "R shin"}  # fmt: skip


def test_a_vrm_assignment_of_either_side_of_the_thumb_is_the_first_version() -> None:
    rig = rigs.person()
    names = [f"t{i}" for i in range(3)]
    hand = rig.index("R hand")
    heads = np.array([[-0.72 - 0.03 * i, -0.03, 1.44] for i in range(3)])
    rig = rigs.made([*rig.names, *names], [*rig.parents, hand, rig.count, rig.count + 1],
                    np.concatenate((rig.heads, heads)),
                    np.concatenate((rig.tails, heads - [0.03, 0, 0])))  # fmt: skip
    thumb = dict(zip(("rightThumbMetacarpal", "rightThumbProximal", "rightThumbDistal"), names,
                     strict=True))  # fmt: skip
    found = map_from_vrm({**HUMAN, **thumb}, rig)
    assert [found.bones[f"R_Thumb{i}"] for i in (1, 2, 3)] == [("t0",), ("t1",), ("t2",)]
    assert found.bones["Spine"] == ("spine", "chest")
    with pytest.raises(InputError, match="L_Hip"):
        map_from_vrm({**HUMAN, "leftUpperLeg": ""}, rig)


def _on(*bones, hips="", spine="hips"):
    """The person on bones (name, parent, head); hips and spine hang on the named ones."""
    rig = rigs.person()
    names = [*(b[0] for b in bones), *rig.names]
    before = [names.index(b[1]) if b[1] else -1 for b in bones]
    parents = [*before, *(p + len(bones) for p in rig.parents.tolist())]
    parents[names.index("hips")] = names.index(hips) if hips else -1
    parents[names.index("spine")] = names.index(spine) if spine else -1
    own = np.array([b[2] for b in bones], float).reshape(-1, 3)
    heads = np.concatenate((own, rig.heads))
    tails = np.concatenate((np.add(own, [0, 0.1, 0]), rig.tails))
    return rigs.made(names, parents, heads, tails)


MAP = RigMap("person", rigs.person_roles())


@pytest.mark.parametrize(("height", "is_root"), [(0.0, True), (0.25, True), (0.3, False)])
def test_a_root_stands_on_the_ground(height: float, is_root: bool) -> None:
    """Under 0.15 of the height, 1.74 m, over the lowest head, 0.02 m."""
    rig = _on(("root", "", (0, 0, height)), hips="root")
    assert (completed(MAP, rig).bones.get("Root") == ("root",)) == is_root


def test_the_root_is_the_topmost_and_one_that_is_named_stays() -> None:
    rig = _on(("top", "", (0, 0, 0)), ("root", "top", (0, 0, 0)), hips="root")
    assert completed(MAP, rig).bones["Root"] == ("top",)
    named = RigMap("person", {**rigs.person_roles(), "Root": ("root",)})
    assert completed(named, rig).bones["Root"] == ("root",)


def test_what_pelvis_and_spine_both_hang_on_is_the_torso() -> None:
    bones = (("root", "", (0, 0, 0)), ("cog", "root", (0, 0, 1.0)))
    found = completed(MAP, _on(*bones, hips="cog", spine="cog")).bones
    assert (found["Torso"], found["Root"]) == (("cog",), ("root",))
    assert "Torso" not in completed(MAP, _on(*bones, hips="cog")).bones
    named = RigMap("person", {**rigs.person_roles(), "Torso": ("root",)})
    assert completed(named, _on(*bones, hips="cog", spine="cog")).bones["Torso"] == ("root",)
    taken = RigMap("person", {**rigs.person_roles(), "Root": ("cog",)})
    assert "Torso" not in completed(taken, _on(*bones, hips="cog", spine="cog")).bones


def test_a_map_without_pelvis_or_trunk_is_left_as_it_is() -> None:
    rig = _on(("root", "", (0, 0, 0)), hips="root")
    for role in ("Pelvis",), ("Spine", "Head"):
        part = RigMap("p", {r: c for r, c in rigs.person_roles().items() if r not in role})
        assert completed(part, rig).bones == part.bones
    headed = RigMap("p", {r: c for r, c in rigs.person_roles().items() if r != "Spine"})
    assert completed(headed, rig).bones["Root"] == ("root",)


@pytest.mark.parametrize(("shift", "spine"), [(-0.05, ("spine", "chest")), (0.05, ("spine",))])
def test_a_neck_over_the_arms_stays_a_neck(shift: float, spine) -> None:
    """The chest carries the arms; called a neck, it is spine where it lies no higher than them."""
    person = rigs.person()
    heads = person.heads.copy()
    heads[person.index("chest"), 2] = 1.43 + shift  # the clavicles are at 1.43
    rig = rigs.made(person.names, list(person.parents), heads, person.tails)
    bones = {**rigs.person_roles(), "Spine": ("spine",), "Neck": ("chest", "neck")}
    assert completed(RigMap("p", bones), rig).bones["Spine"] == spine
    one_arm = {r: c for r, c in bones.items() if not r.startswith("R_") or "Leg" in r}
    assert completed(RigMap("p", one_arm), rig).bones["Spine"] == ("spine",)


def test_a_neck_all_of_which_is_spine_is_left_out() -> None:
    bones = {**rigs.person_roles(), "Spine": ("spine",), "Neck": ("chest",)}
    person = rigs.person()
    rig = rigs.renamed(person, ["stalk" if n == "neck" else n for n in person.names])
    found = completed(RigMap("p", bones), rig).bones
    assert found["Spine"] == ("spine", "chest")
    assert "Neck" not in found
    assert completed(RigMap("p", bones), person).bones["Neck"] == ("neck",)
    bare = {r: c for r, c in bones.items() if r != "Spine"}
    assert completed(RigMap("p", bare), rigs.person()).bones["Neck"] == ("chest",)


def test_choices_by_name_file_and_structure(tmp_path) -> None:
    rig = rigs.person()
    save_map(MAP, tmp_path / "mine.json")
    assert find_map(rig, str(tmp_path / "mine.json")).name == "person"
    assert find_map(rig, "structure").name == "structure"
    assert find_map(rig).guessed == frozenset(rigs.person_roles())
    mixamo = rigs.shared("makehuman_mixamo")
    assert find_map(mixamo, "Mixamo").name == find_map(mixamo).name == "Mixamo"
    assert find_map(mixamo, "structure").evidence.endswith("bones by the rig's structure")
    with pytest.raises(InputError, match="'person' doesn't bear Mixamo's names; choose auto"):
        find_map(rig, "mixamo")
