# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tracks a pose set by hand speaks against, for how long, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import Attached, attach
from lsmplify_core.cleanup.keys.key_file import keys_json
from lsmplify_core.cleanup.keys.plan import KeySettings, plan_keys
from lsmplify_core.cleanup.resolve.trust import judge_tracks, mirrored_pairs, track_noises
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.runtime.errors import InputError

TAKE = waving(100)
GOOD = attach(TAKE, tracks_of(TAKE, "CMU_41"))
SPAN = (20, 80)


def wrong(name: str, metres: float, frames: slice = slice(30, 70)) -> Attached:
    positions = GOOD.positions.copy()
    positions[frames, GOOD.names.index(name)] += [metres, 0.0, 0.0]
    return replace(GOOD, positions=positions)


def keyed(*frames: int) -> dict[int, np.ndarray]:
    return {f: GOOD.positions[f] for f in frames}


@pytest.mark.parametrize(
    ("metres", "weight"), [(0.02, 1.0), (0.033, 1.0), (0.05, 0.27), (0.1, 0.0), (0.6, 0.0)]
)
def test_a_track_far_from_the_pose_counts_less_or_not_at_all(metres: float, weight: float) -> None:
    """1 / (1 + (distance / 55 mm)²)², where that is under a half; nothing under 0.15."""
    found = judge_tracks(wrong("LELB", metres), SPAN, keyed(50), 30.0)
    k = GOOD.names.index("LELB")
    np.testing.assert_allclose(found.weights[20:81, k], weight, atol=0.04)
    np.testing.assert_allclose(found.weights[:20], 1.0)
    np.testing.assert_allclose(found.weights[81:], 1.0)
    others = [i for i in range(41) if i != k]
    np.testing.assert_allclose(found.weights[:, others], 1.0)
    told = f"LELB is {1000 * metres:.0f} mm from the pose at frame 50 and is not followed there"
    assert found.notes == ((told,) if weight < 1.0 else ())


def test_a_keys_word_reaches_half_way_to_the_next_key() -> None:
    found = judge_tracks(wrong("LELB", 0.5, slice(40, 61)), SPAN, keyed(30, 50, 71), 30.0)
    k = GOOD.names.index("LELB")
    assert np.flatnonzero(found.weights[:, k] == 0).tolist() == list(range(41, 61))


def test_a_frozen_track_is_left_out_as_long_as_it_stands_still() -> None:
    positions = GOOD.positions.copy()
    k = GOOD.names.index("LFIN")
    positions[45:66, k] = positions[45, k] + [0.4, 0.0, 0.0]
    found = judge_tracks(replace(GOOD, positions=positions), SPAN, keyed(50), 30.0)
    assert np.flatnonzero(found.weights[:, k] == 0).tolist() == list(range(45, 66))
    assert found.notes == ("LFIN stands still at frame 50 and is not followed there",)


def test_keys_outside_the_span_and_unseen_samples_say_nothing() -> None:
    k = GOOD.names.index("LELB")
    apart = wrong("LELB", 0.5, slice(0, 100))
    assert (judge_tracks(apart, SPAN, keyed(10, 90), 30.0).weights[:, k] == 1.0).all()
    positions = apart.positions.copy()
    positions[50, k] = np.nan
    found = judge_tracks(replace(GOOD, positions=positions), SPAN, keyed(50), 30.0)
    assert found.weights[50, k] == 0.0
    assert (np.delete(found.weights[:, k], 50) == 1.0).all()
    assert found.notes == ()


def test_exchanged_limbs_are_put_right_from_frame_to_frame() -> None:
    arms = ["FIN", "WRA", "WRB", "ELB"]
    pairs = [(GOOD.names.index(f"L{n}"), GOOD.names.index(f"R{n}")) for n in arms]
    positions = GOOD.positions.copy()
    for a, b in pairs:
        positions[40:61, [a, b]] = positions[40:61, [b, a]]
    found = judge_tracks(replace(GOOD, positions=positions), SPAN, keyed(50), 30.0)
    np.testing.assert_allclose(found.points.positions, GOOD.positions, atol=1e-9)
    assert found.notes == (
        "left and right arm tracks are exchanged from frame 40 to 60 and were put right",
    )


def test_left_and_right_markers_are_each_others_mirror_image() -> None:
    pairs = {(GOOD.names[a], GOOD.names[b]) for a, b in mirrored_pairs(GOOD)}
    assert ("LFIN", "RFIN") in pairs
    assert ("LKNE", "RKNE") in pairs
    assert all(a[0] == "L" and b == f"R{a[1:]}" for a, b in pairs)


@pytest.mark.parametrize(("metres", "told"), [(0.008, False), (0.02, True)])
def test_a_track_that_trembles_counts_less_and_is_averaged(metres: float, told: bool) -> None:
    k = GOOD.names.index("LKNE")
    positions = GOOD.positions.copy()
    noise = metres * np.random.default_rng(0).standard_normal((61, 3))
    positions[20:81, k] += noise
    found = judge_tracks(replace(GOOD, positions=positions), SPAN, {}, 30.0)
    assert found.noise[k] == pytest.approx(metres, rel=0.35)
    assert found.weights[50, k] == pytest.approx((0.001 / found.noise[k]) ** 2, rel=0.1)
    assert bool(found.notes) == told
    off = np.linalg.norm(found.points.positions[25:76, k] - GOOD.positions[25:76, k], axis=1)
    before = np.linalg.norm(noise[5:56], axis=1)
    assert (off.mean() < 0.75 * before.mean()) == told
    if told:
        assert found.notes[0] == (
            f"LKNE trembles by {1000 * found.noise[k]:.0f} mm and counts less"
        )


@pytest.mark.parametrize(("frames", "known"), [(6, False), (7, True)])
def test_noise_takes_three_fourth_differences(frames: int, known: bool) -> None:
    points = 0.02 * np.random.default_rng(1).standard_normal((frames, 2, 3))
    points[:, 1] = np.nan
    found = track_noises(points)
    assert found[1] == 0.001
    assert (found[0] > 0.003) == known


# --- tracks beside a motion --------------------------------------------------------------------


@pytest.mark.parametrize(("frames", "share"), [(3, 3 / 33), (30, 0.5), (90, 0.75)])
def test_a_points_place_is_what_thirty_frames_say_as_much_as_the_layout(frames, share) -> None:
    motion = waving(frames)
    tracks = tracks_of(motion, "CMU_41")
    k = tracks.names.index("LKNE")
    usual = attach(motion, tracks).offsets[k]
    local = np.array([0.03, -0.02, 0.01])
    world, _ = forward(motion.rotations, motion.body.offsets, motion.root)
    joint = int(attach(motion, tracks).joints[k])
    positions = tracks.positions.copy()
    positions[:, k] += (world[:, joint] @ local[:, None])[..., 0]
    found = attach(motion, replace(tracks, positions=positions)).offsets[k]
    np.testing.assert_allclose(found - usual, share * local, atol=1e-3)


def test_tracks_of_another_length_are_refused() -> None:
    with pytest.raises(InputError, match="has 99 frames and the motion has 100"):
        attach(TAKE, tracks_of(TAKE.between(0, 99), "CMU_41"))


def test_planned_keys_are_written_with_seven_decimals() -> None:
    data = keys_json(TAKE, plan_keys(TAKE, KeySettings(every=10)))
    assert data["rate"] == TAKE.rate
    assert list(data["rotation_quaternion"]) == [*data["rotation_quaternion"]]
    knee = data["rotation_quaternion"]["L_Knee"]
    assert knee["frames"] == [*range(0, 100, 10), 99]
    assert np.array(knee["left"]).shape == (11, 4, 2)
    for curve in (knee, data["location"]):
        for name in ("values", "left", "right"):
            values = np.array(curve[name])
            np.testing.assert_array_equal(values, np.round(values, 7))
            assert (values != np.round(values, 5)).any()
    np.testing.assert_allclose(np.array(data["location"]["values"])[0], TAKE.root[0], atol=2e-5)
