# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaps that were filled with the last value are gaps; what stands still, or is rounded, is none."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.tracks.held_values import held_samples, without_held
from lsmplify_core.tracks.tracks import Tracks


def take(noise: float = 0.002, decimals: int = 5) -> Tracks:
    tracks = tracks_of(waving(80, 60.0))
    random = np.random.default_rng(0)
    positions = tracks.positions + noise * random.standard_normal(tracks.positions.shape)
    return replace(tracks, positions=positions.round(decimals))


@pytest.mark.parametrize("decimals", [4, 6, 12])
def test_in_the_middle_missing_from_the_first_repeat(decimals: int) -> None:
    positions = take(decimals=decimals).positions.copy()
    positions[21:40, 7] = positions[20, 7]
    held = held_samples(positions)
    expected = np.zeros_like(held)
    expected[21:40, 7] = True
    np.testing.assert_array_equal(held, expected)


def test_at_the_start_missing_up_to_the_last_of_them() -> None:
    positions = take().positions.copy()
    positions[:15, [2, 9]] = positions[15, [2, 9]]
    held = held_samples(positions)
    assert held[:15, [2, 9]].all()
    assert held.sum() == 30


def test_at_the_end() -> None:
    positions = take().positions.copy()
    positions[60:, 4] = positions[60, 4]
    held = held_samples(positions)
    assert held[61:, 4].all()
    assert held.sum() == 19


def test_clean_motion_without_noise_that_was_held_comes_off_with_a_leap() -> None:
    positions = tracks_of(waving(80, 60.0)).positions.round(4)
    before = held_samples(positions).sum()
    positions[31:50, 8] = positions[30, 8]
    assert held_samples(positions)[31:50, 8].all()
    assert held_samples(positions).sum() == before + 19


@pytest.mark.parametrize("decimals", [2, 3])
def test_rounded_numbers_are_not_held(decimals: int) -> None:
    assert held_samples(take(0.001, decimals).positions).mean() < 0.02


def test_what_stands_still_is_not_held() -> None:
    still = np.tile(take().positions[:1], (80, 1, 1))
    assert not held_samples(still).any()
    part = take().positions.copy()
    part[:, 3] = part[0, 3]  # a thing on the floor
    assert not held_samples(part).any()


def test_frames_written_twice_are_not_held() -> None:
    doubled = np.repeat(take().positions[::2], 2, axis=0)
    assert not held_samples(doubled).any()


def test_the_user_is_told() -> None:
    tracks = take()
    positions = tracks.positions.copy()
    positions[21:40, 7] = positions[20, 7]
    told = without_held(replace(tracks, positions=positions))
    assert not told.seen[21:40, 7].any()
    assert any("19 samples of 1 tracks" in w for w in told.warnings)
    assert without_held(tracks) is tracks


@pytest.mark.parametrize(("repeats", "held"), [(1, 0), (2, 2), (3, 3)])
def test_two_repeats_are_held(repeats: int, held: int) -> None:
    positions = take().positions.copy()
    positions[21 : 21 + repeats, 7] = positions[20, 7]
    assert held_samples(positions).sum() == held


@pytest.mark.parametrize(("share", "held"), [(0.9, True), (0.97, False)])
def test_what_repeats_nearly_always_stands_still(share: float, held: bool) -> None:
    """More than nineteen in twenty."""
    tracks = tracks_of(waving(200, 60.0))
    random = np.random.default_rng(0)
    positions = tracks.positions + 0.002 * random.standard_normal(tracks.positions.shape)
    still = round(200 * share)
    positions[:still, 3] = positions[still, 3]
    assert held_samples(positions)[:, 3].any() == held


@pytest.mark.parametrize(("tracks", "held"), [(18, True), (22, False)])
def test_where_four_fifths_repeat_at_once_a_frame_was_written_again(tracks, held) -> None:
    positions = take().positions.copy()
    positions[31:34, :tracks] = positions[30, :tracks]
    assert held_samples(positions).any() == held


@pytest.mark.parametrize(("grain", "held"), [(0.0002, True), (0.004, False)])
def test_equal_samples_are_no_chance_where_a_point_moves_by_many_grains(grain, held) -> None:
    """The numbers' grain is the step in which they are written."""
    tracks = tracks_of(waving(80, 120.0))
    random = np.random.default_rng(0)
    positions = tracks.positions + 0.002 * random.standard_normal(tracks.positions.shape)
    positions = np.round(positions / grain) * grain
    positions[40:43, 7] = positions[39, 7] = positions[43, 7]
    assert held_samples(positions)[40:43, 7].all() == held
