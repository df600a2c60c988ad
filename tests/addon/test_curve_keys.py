# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of a curve: the first and last of a span count, straight lines stay straight, modifiers
show."""

import bpy
import numpy as np
import pytest


@pytest.fixture
def keys(extension):
    from lsmplify_extension.addon.bake import keys

    return keys


def curve_with(frames, values, kind: str = "LINEAR") -> bpy.types.FCurve:
    """A curve of an empty's location with keys at frames."""
    from lsmplify_extension.addon.bake import actions

    empty = bpy.data.objects.new("curve", None)
    bpy.context.scene.collection.objects.link(empty)
    actions.new_action(empty, "curve")
    actions.write_curve(empty, "location", 0, "Location", np.array(frames), np.array(values))
    (curve,) = actions.curves_of(empty)
    for point in curve.keyframe_points:
        point.interpolation = kind
    return curve


def coordinates(curve) -> list[tuple[float, float]]:
    return [(round(p.co[0], 3), round(p.co[1], 3)) for p in curve.keyframe_points]


@pytest.mark.parametrize("kind", ["LINEAR", "BEZIER"])
def test_the_spans_last_key_is_replaced_and_the_next_is_not(keys, kind: str) -> None:
    curve = curve_with([1.0, 2.0, 3.0, 4.0, 5.0], [0.0] * 5, kind)
    keys.replace(curve, np.array([2.0, 3.0, 4.0]), np.array([7.0, 8.0, 9.0]))
    assert coordinates(curve) == [(1, 0), (2, 7), (3, 8), (4, 9), (5, 0)]


def test_values_alone_change_where_the_keys_are_there(keys) -> None:
    """What an artist made of them stays: their kind is a mark of an extreme, say."""
    curve = curve_with([1.0, 2.0, 3.0, 4.0], [0.0] * 4)
    for point in curve.keyframe_points:
        point.type = "EXTREME"
    keys.replace(curve, np.array([2.0, 3.0, 4.0]), np.array([7.0, 8.0, 9.0]))
    assert coordinates(curve)[1:] == [(2, 7), (3, 8), (4, 9)]
    assert [p.type for p in curve.keyframe_points] == ["EXTREME"] * 4


def test_new_keys_are_joined_by_straight_lines_with_handles_a_third_away(keys) -> None:
    """Handles tell what a curve becomes when an artist switches it to Bézier."""
    curve = curve_with([1.0, 10.0], [0.0, 0.0])
    keys.replace(curve, np.arange(3.0, 7.0), np.array([0.0, 1.0, 2.0, 3.0]))
    made = list(curve.keyframe_points)[1:-1]
    assert {p.interpolation for p in made} == {"LINEAR"}
    assert curve.evaluate(4.5) == pytest.approx(1.5)
    for point in made[1:-1]:
        assert point.co[0] - point.handle_left[0] == pytest.approx(1 / 3, abs=0.08)
        assert point.handle_right[0] - point.co[0] == pytest.approx(1 / 3, abs=0.08)


@pytest.mark.parametrize("modified", [True, False])
def test_what_a_curve_shows_is_what_its_modifiers_make_of_it(keys, modified: bool) -> None:
    frames = np.arange(1.0, 6.0)
    curve = curve_with(frames, [0.0, 1.0, 4.0, 9.0, 16.0])
    if modified:
        modifier = curve.modifiers.new("GENERATOR")
        modifier.use_additive = True
        modifier.coefficients = (0.5, 0.0)
    shown = [curve.evaluate(float(f)) for f in frames]
    np.testing.assert_allclose(keys.sampled(curve, frames), shown, atol=1e-6)
    assert shown[0] == pytest.approx(0.5 if modified else 0.0)


def test_an_owner_finds_the_slot_that_it_had(extension) -> None:
    """An action of two bodies: each comes back to its own, not to the first."""
    from lsmplify_extension.addon.bake import actions

    if not actions.SLOTTED:
        pytest.skip("slots came with Blender 4.4")
    action = bpy.data.actions.new("both")
    owners = [bpy.data.objects.new(n, None) for n in ("first", "second")]
    for owner in owners:
        animation = owner.animation_data_create()
        animation.action = action
        animation.action_slot = action.slots.new("OBJECT", owner.name)
    for owner, slot in zip(owners, list(action.slots), strict=True):
        owner.animation_data.action = None
        found = actions.slot_for(action, owner)
        assert found is not None
        assert found.identifier == slot.identifier


@pytest.mark.parametrize("rate", [24.0, 48.0])
def test_a_span_is_sampled_from_its_first_frame_to_its_last(extension, rate: float) -> None:
    """Objects that Blender has to be asked about, on their own clock."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    objects = add_empties(waving(20, rate))
    for item in objects:
        item.constraints.new("LIMIT_LOCATION")
    whole = from_objects(bpy.context, objects, "test", None).tracks.positions
    part = from_objects(bpy.context, objects, "test", (3, 6)).tracks.positions
    seen = np.isfinite(part).all(axis=(1, 2))
    start = round(2 * rate / 24)
    assert seen.sum() == round(3 * rate / 24) + 1
    np.testing.assert_allclose(part[seen], whole[start : start + seen.sum()], atol=1e-5)


@pytest.mark.parametrize("rate", [24.0, 60.0])
def test_samples_become_linear_keys_at_their_own_times(extension, rate: float) -> None:
    """A missing sample is a key that is not there; half frames of the scene are half frames."""
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.tracks.empties import make_empties
    from lsmplify_extension.lsmplify_core.tracks.tracks import checked_tracks

    scene = bpy.context.scene
    scene.render.fps, scene.frame_start = 24, 11
    positions = np.arange(36.0).reshape(12, 1, 3)
    positions[4:6] = np.nan
    collection = make_empties(bpy.context, checked_tracks(positions, ["a"], rate), "take")
    (empty,) = collection.objects
    there = np.isfinite(positions[:, 0, 0])
    for curve in actions.curves_of(empty):
        keys = np.array([p.co for p in curve.keyframe_points])
        np.testing.assert_allclose(keys[:, 0], 11 + 24 / rate * np.flatnonzero(there), atol=1e-5)
        np.testing.assert_allclose(keys[:, 1], positions[there, 0, curve.array_index])
        assert {p.interpolation for p in curve.keyframe_points} == {"LINEAR"}


@pytest.mark.parametrize(("rate", "last"), [(24.0, 20), (48.0, 16), (50.0, 16), (12.0, 29)])
def test_the_scene_ends_with_the_take_and_events_are_where_they_happen(
    extension, rate: float, last: int
) -> None:
    from dataclasses import replace

    from lsmplify_extension.addon.tracks import empties
    from lsmplify_extension.addon.tracks.files import Take
    from lsmplify_extension.lsmplify_core.tracks.people import Person
    from lsmplify_extension.lsmplify_core.tracks.tracks import checked_tracks

    scene = bpy.context.scene
    scene.render.fps, scene.frame_start = 24, 11
    tracks = checked_tracks(np.ones((10, 1, 3)), ["a"], rate)
    tracks = replace(tracks, events=((0.0, "on"), (0.25, "off")))
    take = Take("take", [Person("a", tracks)])
    assert empties.last_frame(bpy.context, take) == last
    assert empties.add_events(bpy.context, tracks) == 2
    assert {m.name: m.frame for m in scene.timeline_markers} == {"on": 11, "off": 17}


def test_a_point_that_blender_moves_is_seen_at_half_frames(extension) -> None:
    """Twice the scene's rate: every other sample lies between two frames."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    objects = add_empties(waving(12, 48.0))
    plain = from_objects(bpy.context, objects, "test", None)
    for item in objects:
        item.constraints.new("LIMIT_LOCATION")
    asked = from_objects(bpy.context, objects, "test", None)
    assert asked.tracks.rate == plain.tracks.rate == 48.0
    assert np.linalg.norm(np.diff(plain.tracks.positions, axis=0), axis=-1).max() > 0.005
    np.testing.assert_allclose(asked.tracks.positions, plain.tracks.positions, atol=2e-5)


@pytest.mark.parametrize("by", ["write_curve", "replace", "replace beside others"])
def test_keys_swing_where_an_artist_switches_them_to_back(keys, by: str) -> None:
    """Keys that a script adds have no overshoot; Blender's own have."""
    old = [] if by == "replace" else [1.0, 2.0]
    curve = curve_with(old, [0.0] * len(old)) if old else curve_with([1.0], [0.0])
    if by == "replace":
        curve.keyframe_points.clear()
    else:
        curve.keyframe_points[0].back = 3.0
    frames, values = np.array([11.0, 21.0]), np.array([0.0, 1.0])
    if by == "write_curve":
        from lsmplify_extension.addon.bake import actions

        owner = bpy.data.objects["curve"]
        actions.write_curve(owner, "location", 0, "Location", frames, values)
        assert curve.keyframe_points[0].back == pytest.approx(3.0)
    else:
        keys.replace(curve, frames, values)
    for key in list(curve.keyframe_points)[-2:]:
        shape = (key.amplitude, key.back, key.period)
        assert shape == pytest.approx((0.8, 1.70158, 4.1))
        key.interpolation = "BACK"
    curve.update()
    assert max(curve.evaluate(f) for f in np.arange(11.0, 21.0)) > 1.02
