# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that come from another .blend: an override is baked on with a local action, what is only
linked is refused with what to do."""

from pathlib import Path

import bpy
import numpy as np
import pytest


@pytest.fixture
def library(extension, tmp_path: Path) -> Path:
    """A .blend with a collection that holds a body."""
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    armature = make_armature(bpy.context, default_body(), "Hero")
    collection = bpy.data.collections.new("Character")
    bpy.context.scene.collection.children.link(collection)
    for item in (armature, *armature.children):
        bpy.context.scene.collection.objects.unlink(item)
        collection.objects.link(item)
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return path


def linked_collection(library: Path) -> bpy.types.Collection:
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.collections = ["Character"]
    return bpy.data.collections["Character"]


def overridden(library: Path) -> bpy.types.Object:
    """The armature of an override of the linked collection, as Library Override > Make makes it."""
    scene = bpy.context.scene
    instance = bpy.data.objects.new("Character", None)
    instance.instance_type = "COLLECTION"
    instance.instance_collection = linked_collection(library)
    scene.collection.objects.link(instance)
    instance.instance_collection.override_hierarchy_create(
        scene, bpy.context.view_layer, reference=instance, do_fully_editable=True
    )
    return next(o for o in bpy.data.objects if o.type == "ARMATURE" and o.override_library)


def solve_on(armature: bpy.types.Object) -> None:
    from helpers import add_empties, waving

    bpy.ops.object.select_all(action="DESELECT")
    add_empties(waving(20))
    settings = bpy.context.scene.lsmplify
    settings.source, settings.target, settings.armature = "SELECTED", "EXISTING", armature
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}


def test_an_override_gets_a_local_action_that_is_kept(library: Path, tmp_path: Path) -> None:
    from helpers import joints_in_world

    armature = overridden(library)
    solve_on(armature)
    action = armature.animation_data.action
    assert action.library is None
    bpy.context.scene.frame_set(10)
    before = joints_in_world(armature)
    shot = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(shot))
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    again = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o.override_library)
    assert again.animation_data.action is not None
    bpy.context.scene.frame_set(10)
    np.testing.assert_allclose(joints_in_world(again), before, atol=1e-4)
    assert np.ptp(before, axis=0).min() > 0.1


def test_the_steps_after_a_solve_work_on_an_override(library: Path) -> None:
    armature = overridden(library)
    solve_on(armature)
    first = armature.animation_data.action
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.lsmplify.smooth() == {"FINISHED"}
    assert armature.animation_data.action not in (None, first)
    assert armature.animation_data.action.library is None


def test_what_is_only_linked_is_refused(library: Path) -> None:
    linked_collection(library)
    armature = bpy.data.objects["Hero"]
    bpy.context.scene.collection.objects.link(armature)
    with pytest.raises(RuntimeError, match=r"is linked from another file; .*Library Override"):
        solve_on(armature)
    assert not armature.animation_data


def test_a_local_object_of_linked_bones_is_baked_on(library: Path) -> None:
    linked_collection(library)
    own = bpy.data.objects.new("Own", bpy.data.armatures["Hero"])
    bpy.context.scene.collection.objects.link(own)
    solve_on(own)
    assert own.animation_data.action.library is None
