# SPDX-License-Identifier: GPL-3.0-or-later
"""Theia's rotations: read with the places, and the solve starts from them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from c3d_files import theia_bytes, write
from takes import waving

from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.segment_start import start_from_segments
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.tracks.segments import Segments

LABELS = {
    "pelvis": "Pelvis", "torso": "Spine3", "head": "Head", "l_thigh": "L_Hip", "r_thigh": "R_Hip",
    "l_shank": "L_Knee", "r_shank": "R_Knee", "l_foot": "L_Ankle", "r_foot": "R_Ankle",
    "l_uarm": "L_Shoulder", "r_uarm": "R_Shoulder", "l_larm": "L_Elbow", "r_larm": "R_Elbow",
    "l_hand": "L_Wrist", "r_hand": "R_Wrist",
}  # fmt: skip
JOINTS = [JOINT_INDEX[n] for n in LABELS.values()]
ARMS = [JOINT_INDEX[n] for n in ("L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow")]


def turned(motion: Motion) -> np.ndarray:
    return np.array(forward(motion.rotations, motion.body.offsets, motion.root)[0])


def twisting() -> Motion:
    """The waving of other tests with forearms and head that turn about themselves."""
    motion = waving(60)
    time = np.arange(60) / 30.0
    own = np.zeros((60, 24, 3))
    for joint, axis in ((18, 0), (19, 0), (15, 1), (20, 0), (21, 0)):
        own[:, joint, axis] = 0.7 * np.sin(2.0 * time + joint)
    return replace(motion, rotations=motion.rotations @ axis_angle_to_matrix(own))


def theia(path: Path, motion: Motion) -> Path:
    world, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    random = np.random.default_rng(2)
    frames = axis_angle_to_matrix(random.standard_normal((len(JOINTS), 3)))  # axes of their own
    rotations = np.asarray(world)[:, JOINTS] @ frames
    places = 1000.0 * np.asarray(placed)[:, JOINTS]
    return write(path, theia_bytes(places, [f"{n}_4X4" for n in LABELS], 30.0, rotations))


def test_rotations_are_read_with_the_places(tmp_path: Path) -> None:
    tracks = read_tracks(theia(tmp_path / "a.c3d", twisting()))
    assert tracks.segments is not None
    assert tracks.segments.joints == tuple(JOINTS)
    part = tracks.between(10, 19)
    assert part.segments is not None
    np.testing.assert_array_equal(part.segments.rotations, tracks.segments.rotations[10:20])
    assert any("rotations" in w for w in tracks.warnings)
    told = read_tracks(tmp_path / "a.c3d", mirror="x")
    assert told.segments is None


def test_turns_about_a_bones_own_axis_come_from_them(tmp_path: Path) -> None:
    truth = twisting()
    tracks = read_tracks(theia(tmp_path / "a.c3d", truth))
    with_them, without = solve(tracks), solve(replace(tracks, segments=None))
    away = [
        np.degrees(angle_between(turned(s.motion)[:, ARMS], turned(truth)[:, ARMS])).std(axis=0)
        for s in (with_them, without)
    ]  # the mean differs by the axes of a forearm that nothing shows; what moves must be followed
    assert away[0].mean() < 0.7 * away[1].mean()
    assert with_them.report["track_error_mm"]["mean"] < 10.0


def test_a_segment_that_turns_otherwise_than_its_bone_is_left_alone() -> None:
    motion = twisting()
    world = turned(motion)
    random = np.random.default_rng(0)
    wild = axis_angle_to_matrix(2.0 * random.standard_normal((60, 1, 3)))
    assert start_from_segments(motion, Segments((15,), wild)) is None
    found = start_from_segments(motion, Segments((15, 4), np.stack([wild[:, 0], world[:, 4]], 1)))
    assert found is not None
    start, used = found
    assert used == 1
    np.testing.assert_allclose(start.rotations, motion.rotations, atol=1e-6)


@pytest.mark.parametrize("seen", [0, 3])
def test_too_few_frames_start_nothing(seen: int) -> None:
    motion = twisting()
    rotations = np.full((60, 1, 3, 3), np.nan)
    rotations[:seen] = turned(motion)[:seen, 15:16]
    assert start_from_segments(motion, Segments((15,), rotations)) is None
