# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-solving a span from pose keys: nothing outside is touched, keys are kept, bad tracks are
found."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import Attached, attach
from lsmplify_core.cleanup.regions import joints_of
from lsmplify_core.cleanup.resolve.pose_keys import PoseKey, pose_key
from lsmplify_core.cleanup.resolve.spans import Resolved, resolve_steps
from lsmplify_core.cleanup.resolve.trust import judge_tracks, mirrored_pairs, track_noises
from lsmplify_core.evaluation.spoiled import frozen_wrist, swapped_legs
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.runtime.progress import run_steps

LAYOUT = load_layout("BODY_25")
TRUTH = waving(200)
GOOD = attach(TRUTH, tracks_of(TRUTH))
SPAN = (60, 139)
INSIDE = slice(60, 140)
KEY = 100


def spoiled(how) -> Attached:
    points = how(GOOD.positions, LAYOUT, INSIDE, 0)
    assert not np.array_equal(points, GOOD.positions)
    return replace(GOOD, positions=points)


def wrong() -> Motion:
    """The truth with the body at rest through the span, as a failed solve may leave it."""
    rotations = TRUTH.rotations.copy()
    rotations[INSIDE, 1:] = np.eye(3)
    return replace(TRUTH, rotations=rotations)


def resolved(motion: Motion, points: Attached | None, **options) -> Resolved:
    keys = {KEY: pose_key(TRUTH, KEY)}
    return run_steps(resolve_steps(motion, points, SPAN, keys, **options))


def worst(motion: Motion) -> float:
    return float(np.linalg.norm(motion.joints() - TRUTH.joints(), axis=-1).max())


def test_outside_the_span_nothing_changes_and_the_key_is_kept() -> None:
    bad = wrong()
    result = resolved(bad, GOOD).motion
    assert np.array_equal(result.rotations[:60], bad.rotations[:60])
    assert np.array_equal(result.rotations[140:], bad.rotations[140:])
    assert np.array_equal(result.root[:60], bad.root[:60])
    assert np.array_equal(result.root[140:], bad.root[140:])
    assert np.array_equal(result.rotations[KEY], TRUTH.rotations[KEY])
    assert np.array_equal(result.root[KEY], TRUTH.root[KEY])
    assert worst(bad) > 0.3
    assert worst(result) < 0.06


def test_the_span_joins_its_neighbours_without_a_jump() -> None:
    joints = resolved(wrong(), GOOD).motion.joints()
    steps = np.linalg.norm(np.diff(joints, axis=0), axis=-1).max(axis=1)
    usual = np.linalg.norm(np.diff(TRUTH.joints(), axis=0), axis=-1).max()
    assert steps.max() < 1.6 * usual


def test_a_frozen_wrist_is_not_followed() -> None:
    points = spoiled(frozen_wrist)
    result = resolved(wrong(), points)
    wrist = points.names.index("LWrist")
    assert (result.trust[INSIDE, wrist] == 0).all()
    assert (result.trust[:60] == 1).all()
    assert any("LWrist stands still" in note for note in result.notes)
    followed = run_steps(resolve_steps(wrong(), points, SPAN, {})).motion
    assert worst(result.motion) < 0.5 * worst(followed)


def test_swapped_legs_are_put_right_as_long_as_they_are_swapped() -> None:
    """The tracks are swapped from frame 60 to 139; the span asked for is wider."""
    points = spoiled(swapped_legs)
    keyed = {f: GOOD.positions[f] for f in (29, KEY, 171)}
    found = judge_tracks(points, (30, 170), keyed, 30.0)
    assert np.array_equal(found.points.positions, GOOD.positions)
    assert any("from frame 60 to 139" in note for note in found.notes)
    assert worst(resolved(wrong(), points).motion) < 0.06


def test_good_tracks_are_all_followed() -> None:
    found = judge_tracks(GOOD, SPAN, {KEY: GOOD.positions[KEY]}, 30.0)
    assert (found.weights == 1).all()
    assert found.notes == ()


def test_noise_is_measured_track_by_track() -> None:
    random = np.random.default_rng(0)
    points = GOOD.positions.copy()
    points[:, 3] += 0.08 * random.standard_normal(points[:, 3].shape)
    noise = track_noises(points)
    assert noise[3] == pytest.approx(0.08, rel=0.25)
    assert np.delete(noise, 3).max() < 0.003


def test_mirrored_pairs_are_left_and_right() -> None:
    names = [(GOOD.names[a], GOOD.names[b]) for a, b in mirrored_pairs(GOOD)]
    assert ("LKnee", "RKnee") in names
    assert all(a[0] == "L" and b == "R" + a[1:] for a, b in names)


def test_only_chosen_joints_change() -> None:
    arm = joints_of(["left arm"])
    bad = wrong()
    result = resolved(bad, GOOD, joints=arm).motion
    others = [j for j in range(24) if j not in arm]
    assert np.array_equal(result.rotations[:, others], bad.rotations[:, others])
    assert np.array_equal(result.root, bad.root)
    turned = angle_between(result.rotations, TRUTH.rotations)[INSIDE][:, list(arm)]
    before = angle_between(bad.rotations, TRUTH.rotations)[INSIDE][:, list(arm)]
    assert turned.mean() < 0.5 * before.mean()


def test_without_tracks_the_correction_is_spread_between_the_neighbours() -> None:
    """A bent elbow keyed in a still motion: the bend comes and goes, and peaks at the key."""
    still = replace(TRUTH, rotations=np.repeat(TRUTH.rotations[:1], 200, axis=0))
    rotations = still.rotations[KEY].copy()
    rotations[18] = rotations[18] @ np.array([[0, 0, 1.0], [0, 1, 0], [-1, 0, 0]])
    result = run_steps(
        resolve_steps(still, None, SPAN, {KEY: PoseKey(rotations, still.root[KEY])})
    ).motion
    bend = np.degrees(angle_between(result.rotations[:, 18], still.rotations[:, 18]))
    assert bend[KEY] == pytest.approx(90.0, abs=0.1)
    assert (np.diff(bend[60 : KEY + 1]) > 0).all()
    assert (np.diff(bend[KEY:140]) < 0).all()
    assert bend[:60].max() < 0.001


def test_a_span_at_the_takes_end_is_solved_from_one_side() -> None:
    bad = wrong()
    result = run_steps(resolve_steps(bad, GOOD, (0, 199), {KEY: pose_key(TRUTH, KEY)})).motion
    assert worst(result) < 0.06


@pytest.mark.parametrize(
    ("span", "keys", "joints", "said"),
    [
        ((60, 200), [], None, "frames 60 to 200 are not in the motion"),
        ((90, 80), [], None, "are not in the motion"),
        ((60, 139), [20], None, "pose key at frame 20"),
        ((60, 139), [100], [], "choose some"),
    ],
)
def test_what_is_refused(span, keys, joints, said) -> None:
    asked = {k: pose_key(TRUTH, k) for k in keys}
    with pytest.raises(InputError, match=said):
        run_steps(resolve_steps(TRUTH, GOOD, span, asked, joints))


def test_tracks_of_another_length_are_refused() -> None:
    short = replace(GOOD, positions=GOOD.positions[:100])
    with pytest.raises(InputError, match="100 frames and the motion has 200"):
        run_steps(resolve_steps(TRUTH, short, SPAN, {}))


def test_an_arm_reaches_for_its_tracks_from_where_the_body_stays() -> None:
    """The body is ten centimetres beside its tracks and isn't to move: then the arm has to."""
    root = TRUTH.root.copy()
    root[INSIDE, 0] += 0.1
    beside = replace(TRUTH, root=root)
    arm = joints_of(["left arm"])
    result = run_steps(resolve_steps(beside, GOOD, SPAN, {}, arm)).motion
    wrist = 20
    left = np.linalg.norm(result.joints() - TRUTH.joints(), axis=-1)[INSIDE, wrist]
    assert left.mean() < 0.092
    assert np.array_equal(result.root, beside.root)
