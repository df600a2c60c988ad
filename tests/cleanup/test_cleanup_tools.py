# SPDX-License-Identifier: GPL-3.0-or-later
"""Plug-in strength, smoothing by region, limits, twist, calm, and the list of worst spans."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import attach
from lsmplify_core.cleanup.limits import past_limits, smooth_unseen, spread_twist, within_limits
from lsmplify_core.cleanup.regions import REGIONS, joints_of, region_of, regions_of
from lsmplify_core.cleanup.resolve.plugin import blended, refine_steps
from lsmplify_core.cleanup.resolve.plugin_tracks import refined_beside
from lsmplify_core.cleanup.smoothing import changes, compared, find_impacts, smooth_regions
from lsmplify_core.cleanup.worst_intervals import worst_intervals
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.runtime.progress import run_steps

MOTION = waving(120)
LEFT_ARM = list(joints_of(["left arm"]))
ELBOW = JOINT_INDEX["L_Elbow"]


def shaken(degrees: float, joints: list[int] | None = None, seed: int = 0) -> Motion:
    """The motion with every rotation trembling."""
    random = np.random.default_rng(seed)
    noise = np.zeros((MOTION.frames, 24, 3))
    chosen = list(range(22)) if joints is None else joints
    noise[:, chosen] = np.radians(degrees) * random.standard_normal((MOTION.frames, len(chosen), 3))
    return replace(MOTION, rotations=MOTION.rotations @ axis_angle_to_matrix(noise))


def world_turns(motion: Motion) -> np.ndarray:
    return forward(motion.rotations, motion.body.offsets, motion.root)[0]


def jitter(motion: Motion, joint: str) -> float:
    third = np.diff(motion.joints()[:, JOINT_INDEX[joint]], n=3, axis=0)
    return float(np.linalg.norm(third, axis=-1).mean())


def trunk_made_up_for() -> Motion:
    """Somebody whose trunk trembles and whose arms keep still in the world all the same, as a solve
    from tracks on hands and arms leaves it."""
    before = shaken(3.0, [3, 6, 9])
    rotations = before.rotations.copy()
    turns, steady = world_turns(before), world_turns(MOTION)
    for side in "LR":
        joint, above = JOINT_INDEX[f"{side}_Collar"], JOINT_INDEX["Spine3"]
        rotations[:, joint] = np.swapaxes(turns[:, above], -1, -2) @ steady[:, joint]
    return replace(before, rotations=rotations)


@pytest.mark.parametrize("regions", [{"arms": 0.03}, {"arms": 0.1}, {"spine": 0.1}, {"all": 0.05}])
def test_smoothing_makes_no_hand_tremble(regions: dict[str, float]) -> None:
    """Local rotations of an arm make up for the trunk's noise; filtered alone they hand it on."""
    for before in (trunk_made_up_for(), shaken(2.0)):
        after = smooth_regions(before, regions)
        for joint in ("L_Elbow", "L_Wrist", "L_Hand", "R_Elbow", "R_Wrist", "R_Hand"):
            assert jitter(after, joint) < 1.05 * jitter(before, joint), joint


def error(motion: Motion) -> float:
    return float(np.degrees(angle_between(motion.rotations, MOTION.rotations)[:, :22]).mean())


def test_strength_goes_from_nothing_to_all() -> None:
    before = shaken(8.0)
    after = run_steps(refine_steps(before, tracks_of(MOTION))).motion
    assert blended(before, after, 0.0) is before
    assert blended(before, after, 1.0) is after
    assert error(after) < 0.5 * error(before)
    assert error(after) < error(blended(before, after, 0.5)) < error(before)
    half = blended(before, after, 0.5)
    turned = angle_between(before.rotations, after.rotations)
    assert angle_between(before.rotations, half.rotations) == pytest.approx(turned / 2, abs=1e-5)
    np.testing.assert_allclose(after.body.rest_joints, before.body.rest_joints, atol=1e-9)


def test_strength_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match=r"strength 1\.5"):
        blended(MOTION, MOTION, 1.5)
    with pytest.raises(InputError, match="cannot be blended"):
        blended(MOTION, MOTION.between(0, 50), 0.5)


def test_only_the_named_regions_are_smoothed() -> None:
    before = shaken(3.0)
    after = smooth_regions(before, {"left arm": 0.1})
    others = [j for j in range(24) if j not in LEFT_ARM]
    assert np.array_equal(after.rotations[:, others], before.rotations[:, others])
    assert np.array_equal(after.root, before.root)
    wrong = angle_between(world_turns(after), world_turns(MOTION))[:, LEFT_ARM].mean()
    assert wrong < 0.6 * angle_between(world_turns(before), world_turns(MOTION))[:, LEFT_ARM].mean()
    assert smooth_regions(before, {"all": 0.0}) is before


def test_a_blow_keeps_its_punch() -> None:
    """An elbow that stops dead in one frame is kept there, and smoothed elsewhere."""
    vectors = np.zeros((120, 24, 3))
    vectors[:, ELBOW, 1] = -1.5 * np.clip((np.arange(120) - 50) / 6, 0, 1)
    still = Motion(axis_angle_to_matrix(vectors), np.zeros((120, 3)), 30.0, MOTION.body)
    impacts = find_impacts(still)
    assert np.flatnonzero(impacts["left arm"]).min() >= 47
    assert np.flatnonzero(impacts["left arm"]).max() <= 59
    assert not impacts["right leg"].any()
    none = {region: np.zeros(120, dtype=bool) for region in REGIONS}
    kept = smooth_regions(still, {"all": 0.1})
    blurred = smooth_regions(still, {"all": 0.1}, impacts=none)
    at_stop = slice(54, 59)
    lost = angle_between(kept.rotations, still.rotations)[at_stop, ELBOW].max()
    assert lost < 0.1 * angle_between(blurred.rotations, still.rotations)[at_stop, ELBOW].max()


def test_before_and_after_are_compared() -> None:
    before = shaken(3.0)
    after = smooth_regions(before, {"all": 0.1})
    found = compared(before, after)
    assert found["joint_jitter_km_s3"][1] < 0.3 * found["joint_jitter_km_s3"][0]
    assert found["moved_mm"][0] < found["moved_mm"][1]


@pytest.mark.parametrize("seconds", [{"tail": 0.1}, {"all": -1.0}, {"all": 3.0}])
def test_bad_smoothing_is_refused(seconds: dict[str, float]) -> None:
    with pytest.raises(InputError):
        smooth_regions(MOTION, seconds)


def test_an_elbow_bent_backwards_is_drawn_to_its_limit() -> None:
    vectors = np.zeros((10, 24, 3))
    vectors[:, ELBOW, 1] = np.radians(np.linspace(0, 60, 10))
    motion = Motion(axis_angle_to_matrix(vectors), np.zeros((10, 3)), 30.0, MOTION.body)
    assert past_limits(motion)[-1, ELBOW] == pytest.approx(48.0, abs=0.1)
    drawn = within_limits(motion)
    assert past_limits(drawn).max() <= 10.0
    assert np.array_equal(drawn.rotations[0], motion.rotations[0])
    bend = angle_between(drawn.rotations[:, ELBOW], np.eye(3))
    assert (np.diff(bend) > 0).all()
    assert within_limits(motion, 0.0) is motion


def test_left_and_right_have_mirrored_limits() -> None:
    vectors = np.zeros((1, 24, 3))
    vectors[:, JOINT_INDEX["L_Elbow"], 1] = np.radians(40)
    vectors[:, JOINT_INDEX["R_Elbow"], 1] = np.radians(-40)
    motion = Motion(axis_angle_to_matrix(vectors), np.zeros((1, 3)), 30.0, MOTION.body)
    past = past_limits(motion)[0]
    assert past[JOINT_INDEX["L_Elbow"]] == pytest.approx(past[JOINT_INDEX["R_Elbow"]])
    assert past[JOINT_INDEX["L_Elbow"]] > 20


def test_twist_is_shared_and_nothing_moves() -> None:
    """90 degrees about the forearm in the wrist: half goes to the elbow, the hand stays as it
    is."""
    bone = MOTION.body.offsets[JOINT_INDEX["L_Wrist"]]
    bone = bone / np.linalg.norm(bone)
    rotations = MOTION.rotations.copy()
    wrist = JOINT_INDEX["L_Wrist"]
    rotations[:, wrist] = axis_angle_to_matrix(np.radians(90) * bone)
    motion = replace(MOTION, rotations=rotations)
    shared = spread_twist(motion)
    assert np.abs(shared.joints() - motion.joints()).max() < 1e-9
    turned = [forward(m.rotations, m.body.offsets, m.root)[0][:, wrist] for m in (motion, shared)]
    assert angle_between(*turned).max() < 1e-6
    left = np.degrees(angle_between(shared.rotations[:, wrist], np.eye(3)))
    assert left == pytest.approx(45.0, abs=0.1)
    assert spread_twist(motion, 0.0) is motion


def test_only_what_nobody_is_sure_of_is_calmed() -> None:
    before = shaken(5.0)
    expected = np.full((120, 22), np.radians(5.0))
    wrist = JOINT_INDEX["L_Wrist"]
    expected[:, wrist] = np.radians(30.0)
    after = smooth_unseen(before, expected)
    others = [j for j in range(24) if j != wrist]
    assert np.array_equal(after.rotations[:, others], before.rotations[:, others])
    steps = angle_between(after.rotations[1:, wrist], after.rotations[:-1, wrist]).mean()
    assert (
        steps
        < 0.3 * angle_between(before.rotations[1:, wrist], before.rotations[:-1, wrist]).mean()
    )
    with pytest.raises(InputError, match="not of 120 frames"):
        smooth_unseen(before, expected[:50])


def test_the_worst_span_is_where_the_error_is() -> None:
    points = attach(MOTION, tracks_of(MOTION))
    rotations = MOTION.rotations.copy()
    rotations[40:60, ELBOW] = rotations[40:60, ELBOW] @ axis_angle_to_matrix(np.array([0, -1.0, 0]))
    spans = worst_intervals(replace(MOTION, rotations=rotations), points)
    worst = max((s for s in spans if s.kind == "track error"), key=lambda s: s.badness)
    assert worst.region == "left arm"
    assert 30 <= worst.first <= 41
    assert 58 <= worst.last <= 70
    assert 40 <= worst.worst < 60
    assert worst.figure > 50
    assert worst.unit == "mm"
    assert worst_intervals(MOTION, points) == []


def test_unsure_rotations_are_listed() -> None:
    expected = np.full((120, 22), 0.05)
    expected[70:100, JOINT_INDEX["Head"]] = 0.8
    spans = worst_intervals(MOTION, None, expected)
    assert [(s.region, s.kind) for s in spans] == [("head", "unsure")]
    assert spans[0].figure == pytest.approx(np.degrees(0.8))


def test_names_of_regions() -> None:
    assert regions_of("Left_Arm") == ("left arm",)
    assert regions_of("arms") == ("left arm", "right arm")
    assert joints_of(["head", "L_Wrist"]) == (12, 15, 20)
    assert region_of(JOINT_INDEX["R_Foot"]) == "right leg"
    with pytest.raises(InputError, match="there is no region 'tail'"):
        regions_of("tail")


@pytest.mark.parametrize(("first", "last"), [(0, 39), (6, 30)])
def test_only_frames_that_show_four_tracks_are_refined(first: int, last: int) -> None:
    """From the first of them to the last; the others keep every bit."""
    motion, tracks = waving(40), tracks_of(waving(40))
    points = attach(motion, tracks)
    positions = points.positions.copy()
    positions[:first, 3:] = np.nan
    positions[last + 1 :, 3:] = np.nan
    moved = replace(motion, root=motion.root + np.array([0.02, 0.0, 0.0]))
    refined, expected = run_steps(refined_beside(moved, replace(points, positions=positions)))
    changed = np.flatnonzero((refined.root != moved.root).any(axis=1))
    assert (changed[0], changed[-1]) == (first, last)
    known = np.flatnonzero(np.isfinite(expected).all(axis=1))
    assert (known[0], known[-1], len(known)) == (first, last, last - first + 1)
    positions[:, 3:] = np.nan
    with pytest.raises(InputError, match="no 4 tracks on any frame"):
        run_steps(refined_beside(moved, replace(points, positions=positions)))


def test_what_a_step_changed_is_told_in_millimetres_and_degrees() -> None:
    after = replace(MOTION, root=MOTION.root + np.array([0.003, 0.0, 0.004]))
    after = replace(after, rotations=after.rotations.copy())
    turn = axis_angle_to_matrix(np.radians([0.0, 6.0, 0.0]))
    wrist = JOINT_INDEX["L_Wrist"]
    after.rotations[7, wrist] = after.rotations[7, wrist] @ turn
    found = compared(MOTION, after)
    assert found["moved_mm"][0] == pytest.approx(5.0, abs=0.01)
    assert 5.0 <= found["moved_mm"][1] < 16.0
    assert found["turned_deg"][1] == pytest.approx(6.0, abs=1e-3)
    assert found["turned_deg"][0] == pytest.approx(6.0 / (24 * MOTION.frames), rel=1e-2)
    assert found["joint_jitter_km_s3"][0] == pytest.approx(
        compared(MOTION, MOTION)["joint_jitter_km_s3"][1]
    )
    line = changes(MOTION, after)
    assert "joints moved 5.0 mm (most " in line
    assert "turned 0.0° (most 6)" in line


@pytest.mark.parametrize(("seconds", "good"), [(2.0, True), (2.01, False), (0.0, True)])
def test_regions_are_filtered_over_two_seconds_at_the_most(seconds: float, good: bool) -> None:
    if good:
        assert smooth_regions(MOTION, {"arms": seconds}).frames == MOTION.frames
        return
    with pytest.raises(InputError, match="is not from 0 to 2 seconds"):
        smooth_regions(MOTION, {"arms": seconds})
