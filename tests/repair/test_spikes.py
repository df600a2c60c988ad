# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaps are found, hard but human motion is left alone."""

import numpy as np
import pytest

from lsmplify_core.repair.spikes import find_spikes


@pytest.mark.parametrize("rate", [30.0, 120.0])
@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_leap_is_found_and_nothing_else(rate: float, length: int) -> None:
    time = np.arange(100) / rate
    path = np.stack((np.sin(3 * time), time, np.cos(2 * time)), axis=1)[:, None]
    broken = path.copy()
    broken[40 : 40 + length] += 1.5
    found = find_spikes(broken, rate)[:, 0]
    assert np.flatnonzero(found).tolist() == list(range(40, 40 + length))
    assert not find_spikes(path, rate).any()


@pytest.mark.parametrize("rate", [30.0, 60.0, 120.0, 250.0])
def test_a_punch_is_no_spike(rate: float) -> None:
    """A fist that goes out 70 cm and back in a fifth of a second."""
    time = np.arange(round(rate)) / rate
    reach = 0.7 * np.sin(np.pi * np.clip((time - 0.4) / 0.2, 0.0, 1.0)) ** 2
    path = np.stack((reach, 0 * reach, 0 * reach), axis=1)[:, None]
    assert not find_spikes(path, rate).any()


def test_gaps_are_no_spikes() -> None:
    path = np.zeros((20, 2, 3))
    path[5:9, 0] = np.nan
    assert not find_spikes(path, 30.0).any()


@pytest.mark.parametrize(("metres", "spike"), [(0.25, False), (0.42, True)])
def test_a_turn_of_six_hundred_metres_a_second_squared_is_the_hardest(metres, spike) -> None:
    """At thirty frames a second a single sample may be a third of a metre off the line."""
    path = np.zeros((40, 1, 3))
    path[20, 0, 1] = metres
    assert find_spikes(path, 30.0).any() == spike


@pytest.mark.parametrize(("metres", "spike"), [(0.05, False), (0.07, True)])
@pytest.mark.parametrize("rate", [120.0, 250.0])
def test_six_centimetres_are_a_spike_at_high_rates(metres: float, spike: bool, rate: float) -> None:
    path = np.zeros((60, 1, 3))
    path[20, 0, 1] = metres
    assert find_spikes(path, rate).any() == spike


@pytest.mark.parametrize(("seconds", "spike"), [(0.11, True), (0.14, False)])
def test_what_stays_away_for_more_than_an_eighth_of_a_second_is_no_spike(seconds, spike) -> None:
    path = np.zeros((300, 1, 3))
    path[100 : 100 + round(100 * seconds), 0, 1] = 3.0
    assert find_spikes(path, 100.0).any() == spike
