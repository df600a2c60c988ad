# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes are put on the floor, over the origin, face to the front, and on the spot."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.cleanup.feet.floor import Floor, find_floor, sole_points
from lsmplify_core.cleanup.placing import (
    degrees_to_front,
    levelled,
    placed,
    turned_about_up,
    way_over_ground,
)
from lsmplify_core.cli.main import main
from lsmplify_core.motion.motion import load_motion, save_motion
from tests.takes import waving


def _still_shape(one, two) -> None:
    """Both takes are the same but for where they stand."""
    np.testing.assert_allclose(one.rotations[:, 1:], two.rotations[:, 1:])
    apart = np.linalg.norm(one.joints()[:, 3] - one.joints()[:, 20], axis=-1)
    np.testing.assert_allclose(
        np.linalg.norm(two.joints()[:, 3] - two.joints()[:, 20], axis=-1), apart
    )


def test_a_floating_take_comes_to_the_floor() -> None:
    motion = waving(60)
    high = replace(motion, root=motion.root + np.array([3.0, -2.0, 1.25]))
    done = placed(high, on_floor=True)
    assert done.height == pytest.approx(find_floor(motion).height + 1.25, abs=1e-6)
    assert find_floor(done.motion).height == pytest.approx(0.0, abs=1e-6)
    assert "floor at" in done.notes[0]
    _still_shape(high, done.motion)


def test_a_floor_that_leans_is_levelled() -> None:
    motion = waving(60)
    floor = Floor(0.3, (0.1, -0.05))
    done = levelled(motion, floor)
    soles, after = sole_points(motion).reshape(-1, 3), sole_points(done).reshape(-1, 3)
    normal = np.array([-0.1, 0.05, 1.0])
    np.testing.assert_allclose(after[:, 2], floor.above(soles) / np.linalg.norm(normal), atol=1e-9)
    _still_shape(motion, done)


@pytest.mark.parametrize("degrees", [0.0, 75.0, 180.0, -120.0])
def test_every_heading_comes_to_the_front(degrees) -> None:
    motion = turned_about_up(waving(60), degrees)
    done = placed(motion, face_front=True)
    assert degrees_to_front(done.motion) == pytest.approx(0.0, abs=1e-6)
    ahead = done.motion.rotations[:20, 0] @ np.array([0.0, 0.0, 1.0])  # the pelvis's own front
    assert ahead.mean(axis=0)[1] < -0.9
    np.testing.assert_allclose(done.motion.root[0], motion.root[0])
    _still_shape(motion, done.motion)


def test_centre_and_in_place() -> None:
    motion = waving(120)
    motion = replace(motion, root=motion.root + np.linspace(0, 1, 120)[:, None] * (4.0, 2.0, 0.0))
    done = placed(motion, centre=True, in_place=True).motion
    np.testing.assert_allclose(done.root[:, 2], motion.root[:, 2])
    assert np.abs(done.root[0, :2]).max() < 1e-9
    assert np.linalg.norm(np.ptp(way_over_ground(motion), axis=0)) > 4
    assert np.abs(done.root[:, :2]).max() < 0.35
    np.testing.assert_array_equal(done.rotations, motion.rotations)


def test_nothing_asked_is_bit_identical() -> None:
    motion = waving(10)
    assert placed(motion).motion is motion


def test_on_the_command_line(tmp_path: Path, capsys) -> None:
    motion = waving(60)
    save_motion(replace(motion, root=motion.root + np.array([1.0, 2.0, 0.5])), tmp_path / "in.npz")
    words = ["clean", str(tmp_path / "in.npz"), "-o", str(tmp_path / "out.npz")]
    assert main([*words, "--on-floor", "--centre", "--face-front"]) == 0
    told = capsys.readouterr().out
    assert "floor at" in told
    assert "to face the front" in told
    after = load_motion(tmp_path / "out.npz")
    assert np.abs(after.root[0, :2]).max() < 1e-5
    assert abs(find_floor(after).height) < 1e-4
    assert abs(degrees_to_front(after)) < 1e-2


def test_placing_keeps_the_errors_of_tracks(tmp_path: Path) -> None:
    from tests.takes import tracks_of

    motion = waving(30)
    save_motion(motion, tmp_path / "in.npz")
    tracks = tracks_of(motion)
    np.savez(tmp_path / "t.npz", points=tracks.positions, names=np.array(tracks.names), rate=30.0)
    words = ["clean", str(tmp_path / "in.npz"), "-o", str(tmp_path / "out.npz"), "--limits", "1"]
    assert main([*words, "--tracks", str(tmp_path / "t.npz"), "--face-front", "--centre"]) == 0
    error = load_motion(tmp_path / "out.npz").track_error
    assert error is not None
    assert np.nanmean(error) < 0.03
