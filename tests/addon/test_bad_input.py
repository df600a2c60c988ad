# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be solved is refused in one line, and the scene stays as it was."""

import bpy
import numpy as np
import pytest


def refusal() -> str:
    """What the operator reports."""
    objects, acts = set(bpy.data.objects), set(bpy.data.actions)
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.lsmplify.solve_and_bake()
    assert set(bpy.data.objects) == objects
    assert set(bpy.data.actions) == acts
    text = str(caught.value).strip()
    assert "Traceback" not in text
    return text


def test_nothing_selected(extension) -> None:
    assert "Select the objects" in refusal()


def test_tracks_that_are_no_body(extension) -> None:
    for name in ("Cube", "Cube.001", "Lamp", "Chair"):
        item = bpy.data.objects.new(name, None)
        bpy.context.scene.collection.objects.link(item)
        item.select_set(True)
    text = refusal()
    assert "match no layout" in text
    assert "Cube" in text


def test_copied_names_are_still_found(extension) -> None:
    from helpers import add_empties, waving

    for empty in add_empties(waving(10, 24.0)):
        empty.name = f"Anna:{empty.name}.001"
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}


def test_one_frame(extension) -> None:
    from helpers import add_empties, waving

    bpy.context.scene.frame_end = 1
    for empty in add_empties(waving(1, 24.0)):
        empty.animation_data_clear()
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}


def test_a_locked_bone(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    armature = make_armature(bpy.context, default_body(), "Body")
    armature.pose.bones["L_Knee"].lock_rotation[0] = True
    add_empties(waving(10, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", armature
    assert "L_Knee is locked" in refusal()


def test_a_linked_armature(extension, tmp_path) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    armature = make_armature(bpy.context, default_body(), "Body")
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {armature})
    bpy.data.objects.remove(armature)
    with bpy.data.libraries.load(path, link=True) as (there, here):
        here.objects = [n for n in there.objects if n == "Body"]
    linked = here.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    add_empties(waving(10, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", linked
    assert "linked" in refusal()


def test_an_armature_without_the_joints(extension) -> None:
    from helpers import add_empties, waving

    other = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(other)
    add_empties(waving(10, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", other
    assert "has no bones" in refusal()


def test_an_unevenly_scaled_armature(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    armature = make_armature(bpy.context, default_body(), "Body")
    armature.scale = (1.0, 2.0, 1.0)
    bpy.context.view_layer.update()
    add_empties(waving(10, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", armature
    assert "scaled unevenly" in refusal()


def test_a_file_that_is_not_there(extension) -> None:
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath = "FILE", "/nowhere/take.c3d"
    assert "no such file" in refusal()


def test_a_range_without_samples(extension) -> None:
    from helpers import add_empties, waving

    add_empties(waving(10, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.use_range, settings.frame_start, settings.frame_end = True, 500, 600
    assert "hold no samples" in refusal()


def test_keys_that_are_not_numbers_are_missing_samples(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.solve import reading

    empties = add_empties(waving(20, 24.0))
    points = actions.curves_of(empties[4])[0].keyframe_points
    points[5].co[1] = float("nan")
    seen = reading.read_scene(bpy.context).tracks.seen
    assert not seen[5, [t.name for t in bpy.context.selected_objects].index(empties[4].name)]
    assert np.count_nonzero(~seen) == 1
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}


@pytest.mark.parametrize(
    ("change", "says"),
    [("flat", "L_Knee hangs on Pelvis"), ("root", "Root above Pelvis is posed"),
     ("free", "does not inherit")],
)  # fmt: skip
def test_bones_that_do_not_follow_as_smpls_joints(extension, change: str, says: str) -> None:
    """Each would bake without a word and stand centimetres off."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    armature = make_armature(bpy.context, default_body(), "Body")
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    if change == "flat":
        bones["L_Knee"].parent = bones["Pelvis"]
    elif change == "free":
        bones["L_Knee"].use_inherit_rotation = False
    else:
        root = bones.new("Root")
        root.tail = (0.0, 0.2, 0.0)
        bones["Pelvis"].parent = root
    bpy.ops.object.mode_set(mode="OBJECT")
    if change == "root":
        armature.pose.bones["Root"].location = (1.0, 0.0, 0.0)
    add_empties(waving(5, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", armature
    assert says in refusal()
