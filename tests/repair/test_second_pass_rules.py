# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frames failed and which samples are outliers, by their distance from the body."""

import numpy as np
import pytest

from lsmplify_core.repair.second_pass import _failed_frames, _outlier_samples


def errors(frames: int = 60, tracks: int = 8, usual: float = 0.01) -> np.ndarray:
    return np.full((frames, tracks), usual)


@pytest.mark.parametrize(("metres", "failed"), [(0.028, False), (0.045, True)])
def test_a_frame_fails_whose_middle_track_is_thirty_millimetres_off(metres, failed) -> None:
    found = errors(usual=0.004)
    found[20:30, :5] = metres
    assert _failed_frames(found)[20:30].all() == failed
    assert _failed_frames(found).sum() == (10 if failed else 0)


@pytest.mark.parametrize(("metres", "failed"), [(0.055, False), (0.065, True)])
def test_and_four_times_what_is_usual_in_the_take(metres: float, failed: bool) -> None:
    found = errors(usual=0.015)
    found[20:30, :5] = metres
    assert _failed_frames(found).any() == failed


def test_half_of_the_tracks_are_no_failed_frame() -> None:
    found = errors(usual=0.004)
    found[20:30, :4] = 0.5
    assert not _failed_frames(found).any()
    found[20:30, 4:6] = np.nan
    assert _failed_frames(found)[20:30].all()


@pytest.mark.parametrize(("metres", "with_it"), [(0.006, False), (0.009, True)])
def test_doubtful_frames_beside_failed_ones_fail_too(metres: float, with_it: bool) -> None:
    """A quarter of it, and half of four times what is usual; alone they do not fail."""
    found = errors(usual=0.003)
    found[20:30] = 0.05
    found[30:35] = metres
    found[50:55] = metres
    failed = _failed_frames(found)
    assert failed[20:30].all()
    assert failed[30:35].all() == with_it
    assert not failed[50:55].any()


@pytest.mark.parametrize(("metres", "out"), [(0.095, False), (0.105, True)])
def test_a_sample_a_tenth_of_a_metre_off_is_an_outlier(metres: float, out: bool) -> None:
    found = errors()
    found[7, 3] = metres
    left_out = _outlier_samples(found, np.zeros(60, dtype=bool))
    assert np.argwhere(left_out).tolist() == ([[7, 3]] if out else [])
    failed = np.arange(60) == 7
    assert not _outlier_samples(found, failed).any()


@pytest.mark.parametrize(("metres", "out"), [(0.22, False), (0.26, True)])
def test_and_six_times_as_far_as_its_own_track_is(metres: float, out: bool) -> None:
    found = errors()
    found[:, 3] = 0.04
    found[7, 3] = metres
    assert _outlier_samples(found, np.zeros(60, dtype=bool)).any() == out


@pytest.mark.parametrize(("far", "kept"), [(3, False), (4, True)])
def test_five_points_of_a_frame_stay(far: int, kept: bool) -> None:
    found = errors()
    found[7, :far] = 0.3
    assert _outlier_samples(found, np.zeros(60, dtype=bool)).any() == (not kept)
