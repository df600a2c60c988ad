# SPDX-License-Identifier: GPL-3.0-or-later
"""The armature of the last result is known whatever becomes of it."""

import bpy
import pytest


@pytest.fixture
def armature(extension) -> bpy.types.Object:
    from helpers import add_empties, waving

    add_empties(waving(12, 24.0))
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    return bpy.data.objects[bpy.context.scene.lsmplify.result.armature]


def known() -> bpy.types.Object | None:
    from lsmplify_extension.addon.takes.baked_on import baked_on

    return baked_on(bpy.context.scene)


def another(name: str) -> None:
    """An armature of that name, which the one that has it gives up."""
    other = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(other)
    other.name = name


def test_renamed_it_is_the_same(armature) -> None:
    """For what takes the solved armature, and for the figures of its action."""
    from lsmplify_extension.addon.character.apply.plan import source_of
    from lsmplify_extension.addon.review.errors import measure

    name = armature.name
    armature.name = "Hero body"
    another(name)
    assert known() == source_of(bpy.context) == armature
    result = bpy.context.scene.lsmplify.result
    result.mean_mm = -1.0
    measure(bpy.context, armature, armature.animation_data.action)
    assert result.mean_mm >= 0.0


def test_of_a_copy_the_original_is_meant(armature) -> None:
    bpy.context.scene.collection.objects.link(armature.copy())
    assert known() == armature


def test_deleted_it_is_gone_though_another_has_its_name(armature) -> None:
    name = armature.name
    bpy.data.objects.remove(armature)
    another(name)
    assert known() is None


def test_out_of_the_scene_it_is_gone_and_back_it_is_known(armature) -> None:
    for collection in list(armature.users_collection):
        collection.objects.unlink(armature)
    assert known() is None
    bpy.context.scene.collection.objects.link(armature)
    assert known() == armature


def test_saved_opened_and_of_an_older_version(armature, tmp_path) -> None:
    armature.name = "Hero body"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert known() == bpy.data.objects["Hero body"]
    result = bpy.context.scene.lsmplify.result
    result.body, result.pointed, result.armature = None, False, "Hero body"
    assert known() == bpy.data.objects["Hero body"]


def test_of_a_linked_one_the_override_is_meant(armature, tmp_path) -> None:
    armature.name = "Hero body"
    bpy.data.libraries.write(str(tmp_path / "hero.blend"), {armature})
    with bpy.data.libraries.load(str(tmp_path / "hero.blend"), link=True) as (_there, here):
        here.objects = ["Hero body"]
    linked = here.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.scene.lsmplify.result.body = linked
    assert known() == linked
    own = linked.override_create()
    bpy.context.scene.collection.objects.link(own)
    bpy.context.scene.collection.objects.unlink(linked)
    assert known() == own
