# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws that hold whatever the take: the solve moves, turns, grows and is mirrored with its tracks,
names and their order say nothing, files and rates there and back change nothing.

Bounds are what was measured, with some room; where a law holds only in part, its test says how far.
"""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.cleanup.feet.lock import lock_feet
from lsmplify_core.cleanup.limits import past_limits, spread_twist, within_limits
from lsmplify_core.cleanup.smoothing import smooth_regions
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import MIRROR
from lsmplify_core.motion.motion import Motion, load_motion, save_motion
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.tracks.tracks import Tracks

pytest.importorskip("hypothesis", reason="hypothesis is not installed here")
from hypothesis import given, settings
from hypothesis import strategies as st

FEW = settings(max_examples=3, deadline=None, derandomize=True, database=None)
"""Examples that solve: a second each."""
MORE = settings(max_examples=15, deadline=None, derandomize=True, database=None)
LAYOUT = "CMU_41"


@cache
def tracks(layout: str = LAYOUT) -> Tracks:
    return tracks_of(waving(40), layout)


@cache
def solved(layout: str = LAYOUT) -> Solution:
    return solve(tracks(layout))


def moved(positions: np.ndarray) -> Motion:
    return solve(replace(tracks(), positions=positions)).motion


def degrees(a: Motion, b: Motion) -> np.ndarray:
    return np.degrees(angle_between(a.rotations, b.rotations))


def random_motion(seed: int, frames: int = 12, size: float = 0.6) -> Motion:
    """Joints that swing, each by angles of its own; some past what people can."""
    random = np.random.default_rng(seed)
    t = np.linspace(0.0, 1.0, frames)[:, None, None]
    ends = size * random.standard_normal((2, 24, 3))
    ends[:, 22:] = 0.0
    root = random.standard_normal(3) + t[:, 0] * random.standard_normal(3)
    return replace(
        waving(frames), rotations=axis_angle_to_matrix(ends[0] * (1 - t) + ends[1] * t), root=root
    )


# --- the solve ------------------------------------------------------------------------------


@FEW
@given(x=st.floats(-50, 50), y=st.floats(-50, 50), z=st.floats(-3, 3))
def test_a_take_elsewhere_gives_the_same_motion_there(x: float, y: float, z: float) -> None:
    found, here = moved(tracks().positions + np.array((x, y, z))), solved().motion
    assert degrees(found, here).max() < 0.01
    np.testing.assert_allclose(found.root - [x, y, z], here.root, atol=1e-5)


@FEW
@given(angle=st.floats(-np.pi, np.pi))
def test_a_take_turned_about_the_vertical_gives_the_motion_turned(angle: float) -> None:
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, angle]))
    found, here = moved(tracks().positions @ turn.T), solved().motion
    rotations = found.rotations.copy()
    rotations[:, 0] = turn.T @ rotations[:, 0]
    assert degrees(replace(found, rotations=rotations), here).max() < 0.01
    np.testing.assert_allclose(found.root @ turn, here.root, atol=1e-5)


@FEW
@given(scale=st.floats(0.75, 1.25))
def test_a_larger_take_gives_the_same_poses_of_a_larger_body(scale: float) -> None:
    """Not to the last digit: noise is weighed in metres, so that a child's counts for more."""
    found, here = moved(scale * tracks().positions), solved().motion
    assert found.body.height == pytest.approx(scale * here.body.height, rel=0.002)
    assert degrees(found, here).mean() < 0.5
    assert degrees(found, here).max() < 2.0
    np.testing.assert_allclose(found.root, scale * here.root, atol=0.002)


@pytest.mark.parametrize("layout", ["CMU_41", "BODY_25"])
def test_a_mirrored_take_gives_the_mirrored_motion(layout: str) -> None:
    """What tracks show to a few millimetres; what they don't show (wrists, the collar's share) to
    the few degrees by which the network knows left from right."""
    names = tracks(layout).names
    other = [{"L": "R", "R": "L"}.get(n[0], n[0]) + n[1:] for n in names]
    swapped = tuple(o if o in names else n for n, o in zip(names, other, strict=True))
    mirror = np.diag([-1.0, 1.0, 1.0])
    take = replace(tracks(layout), positions=tracks(layout).positions @ mirror, names=swapped)
    found, here = solve(take).motion, solved(layout).motion
    rotations = mirror @ found.rotations[:, list(MIRROR)] @ mirror
    back = replace(found, rotations=rotations, root=found.root @ mirror)
    assert degrees(back, here).mean() < 3.5
    apart = np.linalg.norm(back.joints() - here.joints(), axis=-1)
    assert apart.mean() < 0.01
    assert apart[:, [0, 1, 2, 4, 5, 7, 8]].max() < 0.02


@FEW
@given(seed=st.integers(0, 1000), case=st.sampled_from([str.lower, str.upper, str.title]))
def test_order_and_case_of_names_say_nothing(seed: int, case) -> None:
    order = np.random.default_rng(seed).permutation(len(tracks().names))
    names = tuple(case(tracks().names[i]) for i in order)
    found = solve(replace(tracks(), positions=tracks().positions[:, order], names=names)).motion
    here = solved().motion
    assert degrees(found, here).max() < 1e-4
    np.testing.assert_allclose(found.root, here.root, atol=1e-9)
    assert set(found.track_names) == set(names)


# --- motions --------------------------------------------------------------------------------


@MORE
@given(
    seed=st.integers(0, 1000), times=st.integers(2, 5), rate=st.sampled_from([24.0, 30.0, 100.0])
)
def test_a_motion_comes_back_from_a_higher_rate(seed: int, times: int, rate: float) -> None:
    motion = replace(random_motion(seed), rate=rate)
    again = motion.at_rate(times * rate).at_rate(rate)
    assert (again.frames, again.rate) == (motion.frames, rate)
    assert degrees(again, motion).max() < 1e-4
    np.testing.assert_allclose(again.root, motion.root, atol=1e-9)


@MORE
@given(seed=st.integers(0, 1000), size=st.floats(0.0, 1.5), rate=st.floats(1.0, 1000.0))
def test_a_motion_comes_back_from_its_file(seed: int, size: float, rate: float) -> None:
    motion = replace(random_motion(seed, size=size), rate=rate)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "motion.npz"
        save_motion(motion, path)
        first = load_motion(path)
        save_motion(first, path)
        second = load_motion(path)
    assert degrees(first, motion).max() < 1e-4
    np.testing.assert_allclose(first.root, motion.root, atol=1e-6)
    np.testing.assert_allclose(first.body.offsets, motion.body.offsets, atol=1e-6)
    assert first.rate == rate
    assert degrees(second, first).max() < 1e-4


# --- clean-up -------------------------------------------------------------------------------


@MORE
@given(seed=st.integers(0, 1000), size=st.floats(0.2, 1.5))
def test_hard_limits_twice_are_hard_limits_once(seed: int, size: float) -> None:
    motion = random_motion(seed, size=size)
    once = within_limits(motion, margin=0.01)
    assert past_limits(once).max() < 0.02
    assert degrees(within_limits(once, margin=0.01), once).max() < 0.03
    inside = past_limits(motion) == 0
    np.testing.assert_array_equal(once.rotations[inside], motion.rotations[inside])


@MORE
@given(seed=st.integers(0, 1000), strength=st.floats(0.0, 1.0), margin=st.floats(1.0, 20.0))
def test_limits_only_ever_draw_back(seed: int, strength: float, margin: float) -> None:
    motion = random_motion(seed, size=1.2)
    once = within_limits(motion, strength, margin)
    assert (past_limits(once) <= past_limits(motion) + 1e-4).all()


@MORE
@given(seed=st.integers(0, 1000), strength=st.floats(0.0, 1.0))
def test_shared_twist_moves_no_joint(seed: int, strength: float) -> None:
    motion = random_motion(seed)
    np.testing.assert_allclose(spread_twist(motion, strength).joints(), motion.joints(), atol=1e-6)


@MORE
@given(seed=st.integers(0, 1000))
def test_steps_that_are_off_change_no_bit(seed: int) -> None:
    motion = random_motion(seed)
    for same in (
        lock_feet(motion, [], None), within_limits(motion, 0.0), spread_twist(motion, 0.0),
        smooth_regions(motion, {}),
    ):  # fmt: skip
        np.testing.assert_array_equal(same.rotations, motion.rotations)
        np.testing.assert_array_equal(same.root, motion.root)
