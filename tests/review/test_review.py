# SPDX-License-Identifier: GPL-3.0-or-later
"""What the viewport shows and what an action keeps of its tracks."""

import numpy as np
import pytest
from takes import points_of, tracks_of, waving

from lsmplify_core.cleanup.attached import Attached, attach
from lsmplify_core.cleanup.keys.key_frames import key_grid
from lsmplify_core.cleanup.resolve.plugin_tracks import refined_beside
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.motion.posed_joints import local_rotations
from lsmplify_core.review.error_curves import error_curves
from lsmplify_core.review.overlay import joint_dots, ramp, track_lines
from lsmplify_core.review.track_record import TrackRecord, fixed_to, from_text, to_text
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.runtime.progress import run_steps


def record(frames: int = 20, step: float = 0.5) -> TrackRecord:
    motion = waving(frames)
    attached = attach(motion, tracks_of(motion))
    return TrackRecord(attached, 5.0, step, "BODY_25", np.full((frames, 22), 0.1))


def test_lines_run_from_tracks_to_the_body_and_grow_red() -> None:
    tracks = np.array([[0.0, 0, 0], [1, 0, 0], [np.nan] * 3, [2, 0, 0]])
    body = np.array([[0.0, 0, 0], [1, 0, 0.02], [1, 1, 1], [2, 0.5, 0]])
    lines, dots = track_lines(tracks, body, worst=0.04)
    assert lines.ends.shape == (6, 3)
    np.testing.assert_array_equal(lines.ends[2:4], [tracks[1], body[1]])
    np.testing.assert_allclose(lines.colours[[0, 2, 4]], ramp(np.array([0.0, 0.5, 1.0])))
    assert lines.colours[4, 0] > lines.colours[0, 0]
    assert lines.colours[4, 1] < lines.colours[0, 1]
    np.testing.assert_array_equal(dots.places, tracks[[0, 1, 3]])


def test_a_joint_has_a_dot_coloured_by_its_own_confidence() -> None:
    expected = np.zeros(22)
    expected[18] = 1.0  # the left elbow
    placed = waving(2).joints()[0]
    dots = joint_dots(placed, expected, worst=1.0)
    red = np.flatnonzero((dots.colours == ramp(np.array([1.0]))).all(axis=1))
    np.testing.assert_array_equal(red, [18])
    np.testing.assert_array_equal(dots.places, placed[:22])


def test_a_record_comes_back_from_text() -> None:
    kept = record()
    again = from_text(to_text(kept), "here")
    np.testing.assert_allclose(again.attached.positions, kept.attached.positions, atol=1e-6)
    np.testing.assert_array_equal(again.attached.joints, kept.attached.joints)
    assert again.attached.names == kept.attached.names
    assert (again.first, again.step, again.layout) == (5.0, 0.5, "BODY_25")
    assert again.expected is not None
    np.testing.assert_allclose(again.expected, 0.1, atol=1e-4)


@pytest.mark.parametrize("text", ["", "nonsense", "AAAA"])
def test_a_damaged_record_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="action 'x'"):
        from_text(text, "action 'x'")


def test_frames_see_their_own_samples_and_nothing_beyond() -> None:
    kept = record()
    frames = np.array([4.0, 5.0, 5.25, 14.5, 15.0])
    points, expected = kept.at(frames)
    there = kept.attached.positions
    np.testing.assert_array_equal(points.positions[1], there[0])
    np.testing.assert_allclose(points.positions[2], 0.5 * (there[0] + there[1]))
    np.testing.assert_array_equal(points.positions[3], there[19])
    assert np.isnan(points.positions[[0, 4]]).all()
    assert expected is not None
    assert expected.shape == (5, 22)


def test_tracks_are_fixed_to_a_motion_with_another_clock() -> None:
    """The motion at 30, the tracks at 60, a second later: places on the body are those of the
    layout."""
    motion = waving(60)
    tracks = tracks_of(waving(120, 60.0))
    where = 0.5 * np.arange(120)
    attached, name = fixed_to(motion, where, tracks)
    assert name == "BODY_25"
    assert attached.positions.shape[0] == 120
    on_body = attached.on_body(motion)
    assert np.linalg.norm(on_body - points_of(motion), axis=-1).max() < 1e-3
    with pytest.raises(InputError, match="none of its samples"):
        fixed_to(motion, where + 1000, tracks)


def test_local_rotations_undo_the_tree() -> None:
    from lsmplify_core.geometry.kinematics import forward

    motion = waving(5)
    turned, _ = forward(motion.rotations, motion.body.offsets, motion.root)
    np.testing.assert_allclose(local_rotations(turned), motion.rotations, atol=1e-12)


def test_error_curves_say_where_a_region_is_wrong() -> None:
    motion = waving(30)
    attached = attach(motion, tracks_of(motion))
    off = attached.positions.copy()
    arm = [k for k, n in enumerate(attached.names) if n in ("LElbow", "LWrist")]
    off[10:20, arm, 2] += 0.1
    spoiled = Attached(off, attached.names, attached.joints, attached.offsets)
    curves = error_curves(motion, spoiled, np.full((30, 22), np.radians(7.0)))
    assert curves["track_error_mm left arm"][15] > 40
    assert curves["track_error_mm left arm"][5] < 1
    assert curves["track_error_mm right leg"].max() < 1
    assert 0 < curves["track_error_mm"][15] < curves["track_error_mm left arm"][15]
    np.testing.assert_allclose(curves["rotation_doubt_deg head"], 7.0)


@pytest.mark.parametrize(
    ("times", "first", "step", "count"),
    [
        ([[1.0, 2, 3]], 1.0, 1.0, 3),
        ([[1.0, 9], [4.0]], 1.0, 1.0, 9),
        ([1.0 + 0.24 * np.arange(11)], 1.0, 0.24, 11),
        ([[0.5, 3.1, 9.7]], 1.0, 1.0, 9),
        ([[7.3]], 7.0, 1.0, 1),
    ],
)
def test_the_frames_of_an_action(times: list, first: float, step: float, count: int) -> None:
    grid = key_grid([np.array(t) for t in times])
    assert grid.first == pytest.approx(first)
    assert grid.step == pytest.approx(step, abs=1e-4)
    assert grid.count == count


def test_refinement_stays_within_the_frames_that_have_tracks() -> None:
    truth = waving(40)
    attached = attach(truth, tracks_of(truth))
    bent = truth.rotations.copy()
    bent[:, 18] = bent[:, 18] @ axis_angle_to_matrix(np.array([0.0, 0.6, 0.0]))
    motion = type(truth)(bent, truth.root, truth.rate, truth.body)
    seen = attached.positions.copy()
    seen[:8] = np.nan
    points = Attached(seen, attached.names, attached.joints, attached.offsets)
    refined, expected = run_steps(refined_beside(motion, points))
    np.testing.assert_array_equal(refined.rotations[:8], motion.rotations[:8])
    assert np.isnan(expected[:8]).all()
    off = np.degrees(angle_between(refined.rotations, truth.rotations))[10:, 18]
    assert off.mean() < 10 < np.degrees(0.6)
