# SPDX-License-Identifier: GPL-3.0-or-later
"""The VRM add-on's own assignment is read where it is there, in both of its forms."""

from collections.abc import Iterator

import bpy
import pytest
from bpy.props import CollectionProperty, PointerProperty, StringProperty
from characters import build

HUMAN = {
    "hips": "pelvis", "spine": "spine_01", "chest": "spine_02", "neck": "neck_01", "head": "head",
    "leftUpperArm": "upperarm_l", "leftLowerArm": "lowerarm_l", "leftHand": "hand_l",
    "rightUpperArm": "upperarm_r", "rightLowerArm": "lowerarm_r", "rightHand": "hand_r",
    "leftUpperLeg": "thigh_l", "leftLowerLeg": "calf_l", "leftFoot": "foot_l",
    "rightUpperLeg": "thigh_r", "rightLowerLeg": "calf_r", "rightFoot": "foot_r",
}  # fmt: skip


class Node(bpy.types.PropertyGroup):
    bone_name: StringProperty()


class Human0(bpy.types.PropertyGroup):
    bone: StringProperty()
    node: PointerProperty(type=Node)


class Humanoid0(bpy.types.PropertyGroup):
    human_bones: CollectionProperty(type=Human0)


class Vrm0(bpy.types.PropertyGroup):
    humanoid: PointerProperty(type=Humanoid0)


class Human1(bpy.types.PropertyGroup):
    node: PointerProperty(type=Node)


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


Bones1 = type(
    "Bones1", (bpy.types.PropertyGroup,),
    {"__annotations__": {snake(name): PointerProperty(type=Human1) for name in HUMAN}},
)  # fmt: skip


class Humanoid1(bpy.types.PropertyGroup):
    human_bones: PointerProperty(type=Bones1)


class Vrm1(bpy.types.PropertyGroup):
    humanoid: PointerProperty(type=Humanoid1)


class Extension(bpy.types.PropertyGroup):
    spec_version: StringProperty()
    vrm0: PointerProperty(type=Vrm0)
    vrm1: PointerProperty(type=Vrm1)


CLASSES = (Node, Human0, Humanoid0, Vrm0, Human1, Bones1, Humanoid1, Vrm1, Extension)


@pytest.fixture
def vrm(extension) -> Iterator[None]:
    """Properties as the VRM add-on hangs them on armatures."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Armature.vrm_addon_extension = PointerProperty(type=Extension)
    yield
    del bpy.types.Armature.vrm_addon_extension
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)


def nonsense(armature: bpy.types.Object) -> dict[str, str]:
    """Give the bones names that say nothing; VRM's human bone -> its bone now."""
    made = {}
    for number, bone in enumerate(list(armature.data.bones)):
        made[bone.name] = f"b{number * 7 % 100:03d}"
        bone.name = made[bone.name]
    return {human: made[bone] for human, bone in HUMAN.items()}


@pytest.mark.parametrize("version", ["0.0", "1.0"])
def test_an_assignment_says_which_bone_is_what(vrm, version) -> None:
    hero = build("Hero")
    assigned = nonsense(hero)
    kept = hero.data.vrm_addon_extension
    kept.spec_version = version
    for human, bone in assigned.items():
        if version == "0.0":
            item = kept.vrm0.humanoid.human_bones.add()
            item.bone, item.node.bone_name = human, bone
        else:
            getattr(kept.vrm1.humanoid.human_bones, snake(human)).node.bone_name = bone
    settings = bpy.context.scene.lsmplify.character
    settings.target = hero
    assert bpy.ops.lsmplify.find_bones() == {"FINISHED"}
    assert settings.map_name == "VRM"
    rows = {r.name: r.bone for r in settings.rows if r.bone}
    assert rows["L_Elbow"] == assigned["leftLowerArm"]
    assert rows["Pelvis"] == assigned["hips"]


def test_an_assignment_that_is_not_whole_does_not_count(vrm) -> None:
    hero = build("Hero")
    kept = hero.data.vrm_addon_extension
    kept.spec_version = "0.0"
    item = kept.vrm0.humanoid.human_bones.add()
    item.bone, item.node.bone_name = "hips", "pelvis"
    settings = bpy.context.scene.lsmplify.character
    settings.target = hero
    assert bpy.ops.lsmplify.find_bones() == {"FINISHED"}
    assert settings.map_name != "VRM"
