# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever moves a point, the tracks are what Blender shows at the samples' own times."""

import bpy
import numpy as np
import pytest

NOTHING = "LIMIT_LOCATION"
"""A constraint that does nothing and forces Blender to be asked."""


def take(objects, span=None):
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    return from_objects(bpy.context, objects, "test", span)


def empty_at(name: str, location=(0.0, 0.0, 0.0)) -> bpy.types.Object:
    item = bpy.data.objects.new(name, None)
    item.location = location
    bpy.context.scene.collection.objects.link(item)
    return item


def parent_of(children: list[bpy.types.Object], name: str = "parent") -> bpy.types.Object:
    """Moved, turned, scaled, itself on a turned parent, with an inverse of its own."""
    top, parent = empty_at(f"{name} top", (0.3, -0.2, 0.1)), empty_at(name, (1.0, 2.0, 3.0))
    top.rotation_euler, top.scale = (0.2, -0.1, 0.4), (1.5, 1.5, 1.5)
    parent.rotation_euler, parent.scale, parent.delta_location = (
        (0.3, 0.2, 0.1),
        (2, 2, 2),
        (0, 1, 0),
    )
    parent.parent = top
    bpy.context.view_layer.update()
    for index, child in enumerate(children):
        child.parent = parent
        if index % 2:
            child.matrix_parent_inverse = parent.matrix_world.inverted()
        child.delta_location = (0.0, 0.0, 0.01 * index)
    bpy.context.view_layer.update()
    return parent


def with_gap(objects: list[bpy.types.Object]) -> None:
    """Take the keys of samples 5 to 14 of the third object."""
    from lsmplify_extension.addon.bake import actions

    for curve in actions.curves_of(objects[2]):
        for key in range(14, 4, -1):
            curve.keyframe_points.remove(curve.keyframe_points[key], fast=True)
        curve.update()


@pytest.mark.parametrize("rate", [24.0, 120.0, 100.0])
def test_plain_and_evaluated_tracks_are_the_same(extension, rate: float) -> None:
    """On the keys' own clock, with the same gaps, below the same parents."""
    from helpers import add_empties, waving

    empties = add_empties(waving(40, rate))
    parent_of(empties)
    with_gap(empties)
    fast = take(empties)
    for empty in empties:
        empty.constraints.new(NOTHING)
    now = bpy.context.scene.frame_current
    slow = take(empties)
    assert bpy.context.scene.frame_current == now
    assert fast.tracks.frames == slow.tracks.frames == 40
    assert (fast.first, fast.tracks.rate) == (slow.first, slow.tracks.rate)
    assert np.count_nonzero(~fast.tracks.seen) == 10
    np.testing.assert_allclose(fast.tracks.positions, slow.tracks.positions, atol=2e-5)


def test_one_evaluated_track_leaves_the_others_on_their_clock(extension) -> None:
    from helpers import add_empties, points_of, waving

    motion = waving(60, 120.0)
    empties = add_empties(motion)
    empties[4].constraints.new(NOTHING)
    tracks = take(empties).tracks
    assert tracks.frames == 60
    assert abs(tracks.rate - 120.0) < 0.01
    np.testing.assert_allclose(tracks.positions, points_of(motion)[1], atol=2e-5)


def test_parents_that_move_are_followed_between_frames(extension) -> None:
    from helpers import add_empties, points_of, waving
    from lsmplify_extension.addon.bake import actions

    motion = waving(60, 120.0)
    empties = add_empties(motion)
    parent = empty_at("moving")
    frames = 1.0 + 0.2 * np.arange(60)
    actions.new_action(parent, "moving")
    for axis in range(3):
        actions.write_curve(parent, "location", axis, "Location", frames, (axis + 1) * 0.1 * frames)
    for empty in empties:
        empty.parent = parent
    tracks = take(empties).tracks
    expected = points_of(motion)[1] + (0.1 * frames)[:, None, None] * np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(tracks.positions, expected, atol=2e-5)


def test_followers_take_the_clock_of_what_they_follow(extension) -> None:
    """Empties with a Copy Location on keyed ones, as some importers leave them."""
    from helpers import add_empties, points_of, waving

    motion = waving(30, 100.0)
    followers = []
    for source in add_empties(motion):
        follower = empty_at(f"{source.name} follower")
        follower.constraints.new("COPY_LOCATION").target = source
        followers.append(follower)
    tracks = take(followers).tracks
    assert abs(tracks.rate - 100.0) < 0.01
    np.testing.assert_allclose(tracks.positions, points_of(motion)[1], atol=2e-5)


def test_drivers_are_followed(extension) -> None:
    from helpers import add_empties, waving

    empties = add_empties(waving(20, 24.0))
    driven = empty_at("driven")
    variable = driven.driver_add("location", 2).driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = empties[0], "location.z"
    driven.animation_data.drivers[0].driver.expression = f"2 * {variable.name}"
    tracks = take([*empties, driven]).tracks
    np.testing.assert_allclose(
        tracks.positions[:, -1, 2], 2.0 * tracks.positions[:, 0, 2], atol=2e-5
    )


def test_strips_of_the_nla_are_followed(extension) -> None:
    """The same action, once as it is and once pushed down into a strip that starts 10 frames
    later."""
    from helpers import add_empties, waving

    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 11, 30
    empties = add_empties(waving(20, 24.0))
    before = take(empties).tracks
    for empty in empties:
        animation = empty.animation_data
        action = animation.action
        slot = getattr(animation, "action_slot", None)
        animation.action = None
        strip = animation.nla_tracks.new().strips.new(empty.name, 11, action)
        if slot is not None:
            strip.action_slot = slot
    after = take(empties)
    assert after.first == 11.0
    np.testing.assert_allclose(after.tracks.positions, before.positions, atol=2e-5)


def test_what_turns_or_hides_a_point_does_not_move_it(extension) -> None:
    """Rotation, size and visibility keys keep a track on the fast path: nothing is evaluated."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.tracks.sources.objects import object_points

    empties = add_empties(waving(20, 24.0))
    for empty in empties:
        empty.keyframe_insert("rotation_euler", frame=3)
        empty.keyframe_insert("scale", frame=3)
        empty.keyframe_insert("hide_viewport", frame=3)
        empty.constraints.new(NOTHING).mute = True
    assert all(k is not None for k in object_points(empties).keys)


@pytest.mark.parametrize("by_group", [False, True])
def test_muted_curves_stand_still_and_are_told(extension, by_group: bool) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    empties = add_empties(waving(20, 24.0))
    for curve in actions.curves_of(empties[0]):
        if by_group:
            curve.group.mute = True
        else:
            curve.mute = True
    empties[0].location = (7.0, 8.0, 9.0)
    tracks = take(empties).tracks
    np.testing.assert_allclose(tracks.positions[:, 0], np.tile([7.0, 8.0, 9.0], (20, 1)))
    assert [w for w in tracks.warnings if "muted" in w and empties[0].name in w]


@pytest.mark.parametrize("evaluated", [False, True])
@pytest.mark.parametrize("how", ["eye", "disabled", "excluded", "unlinked"])
def test_hidden_objects_are_read_all_the_same(extension, how: str, evaluated: bool) -> None:
    from helpers import add_empties, points_of, waving

    motion, scene = waving(20, 48.0), bpy.context.scene
    empties = add_empties(motion)
    room = bpy.data.collections.new("room")
    scene.collection.children.link(room)
    for empty in empties:
        room.objects.link(empty)
        scene.collection.objects.unlink(empty)
        if evaluated:
            empty.constraints.new(NOTHING)
        if how == "eye":
            empty.hide_set(True)
        empty.hide_viewport = how == "disabled"
    if how == "excluded":
        bpy.context.view_layer.layer_collection.children["room"].exclude = True
    elif how == "unlinked":
        scene.collection.children.unlink(room)
    scenes = list(bpy.data.scenes)
    tracks = take(empties).tracks
    np.testing.assert_allclose(tracks.positions, points_of(motion)[1], atol=2e-5)
    assert list(bpy.data.scenes) == scenes
    assert all(e.hide_viewport == (how == "disabled") for e in empties)


@pytest.mark.parametrize("evaluated", [False, True])
def test_linked_objects_are_read(extension, tmp_path, evaluated: bool) -> None:
    from helpers import add_empties, points_of, waving

    motion = waving(20, 48.0)
    empties = add_empties(motion)
    names = [e.name for e in empties]
    if evaluated:
        for empty in empties:
            empty.constraints.new(NOTHING)
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, set(empties))
    for empty in empties:
        bpy.data.objects.remove(empty)
    with bpy.data.libraries.load(path, link=True) as (_there, here):
        here.objects = list(names)
    tracks = take(here.objects).tracks
    np.testing.assert_allclose(tracks.positions, points_of(motion)[1], atol=2e-5)


def test_the_scenes_unit_is_respected(extension) -> None:
    """One unit a centimetre: tracks 170 units high are a person, and the body lies over them."""
    from helpers import add_empties, joints_in_world, points_of, waving
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.lsmplify_core.review.error_curves import TRACK_ERROR

    scene, motion = bpy.context.scene, waving(20, 24.0)
    scene.unit_settings.scale_length = 0.01
    for empty in add_empties(motion):
        for curve in actions.curves_of(empty):
            for key in curve.keyframe_points:
                key.co.y *= 100.0
            curve.update()
    for target in ("NEW", "EXISTING"):
        scene.lsmplify.target = target
        assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
        armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
        assert armature.scale[0] == pytest.approx(100.0)
        scene.frame_set(10)
        away = np.linalg.norm(joints_in_world(armature) - 100.0 * motion.joints()[9], axis=1)
        assert away.mean() < 2.0
        assert scene.lsmplify.result.mean_mm < 5.0
        errors = [armature[n] for n in armature.keys() if n.startswith(TRACK_ERROR)]  # noqa: SIM118
        assert errors
        assert max(errors) < 5.0
        assert not [n for n in scene.lsmplify.result.notes.splitlines() if "unit" in n]
        scene.lsmplify.armature = armature
    assert len(points_of(motion)[0]) == 25
