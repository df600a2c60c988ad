# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers of AMASS files."""

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.motion.fingers import fingers_at, load_fingers
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.workflows.performance_file import read_performance


def _file(path, columns, first, fingers=None):
    poses = np.zeros((4, columns), dtype=np.float32)
    poses[:, 0] = np.pi / 2
    if fingers is not None:
        poses[:, first : first + 90] = fingers
    np.savez(path, poses=poses, trans=np.zeros((4, 3)), mocap_framerate=30.0)
    return path


@pytest.mark.parametrize(("columns", "first"), [(156, 66), (165, 75)])
def test_fingers_of_smpl_h_and_smpl_x(tmp_path, columns, first):
    vectors = np.random.default_rng(1).normal(0, 0.3, (4, 90))
    performance, notes = read_performance(_file(tmp_path / "a.npz", columns, first, vectors))
    assert notes == ()
    expected = axis_angle_to_matrix(vectors.reshape(4, 30, 3))
    assert np.abs(performance.fingers - expected).max() < 1e-6


@pytest.mark.parametrize(("columns", "first"), [(72, 66), (156, 66), (165, 75)])
def test_files_without_fingers_have_none(tmp_path, columns, first):
    assert load_fingers(_file(tmp_path / "a.npz", columns, first)) is None
    assert read_performance(tmp_path / "a.npz")[0].fingers is None


def test_values_that_are_no_numbers_are_said(tmp_path):
    vectors = np.full((4, 90), 0.1)
    vectors[2, 5] = np.nan
    with pytest.raises(InputError, match="frame 2"):
        load_fingers(_file(tmp_path / "a.npz", 156, 66, vectors))


def test_between_two_frames():
    vectors = np.zeros((2, 30, 3))
    vectors[1, 4, 0] = 1.0
    half = fingers_at(axis_angle_to_matrix(vectors), np.array([0.5, 7.0]))
    assert np.abs(half[0, 4] - axis_angle_to_matrix(np.array([[0.5, 0.0, 0.0]]))[0]).max() < 1e-9
    assert np.abs(half[1] - axis_angle_to_matrix(vectors[1])).max() < 1e-9
