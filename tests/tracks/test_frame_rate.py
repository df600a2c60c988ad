# SPDX-License-Identifier: GPL-3.0-or-later
"""A rate at which nobody moves is told and not changed."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.tracks.frame_rate import likely_rate, pace, rate_warning


@pytest.mark.parametrize("rate", [24.0, 30.0, 60.0, 120.0])
def test_a_person_at_the_right_rate_is_no_news(rate: float) -> None:
    tracks = tracks_of(waving(round(4 * rate), rate), "CMU_41")
    assert rate_warning(tracks) == ()


@pytest.mark.parametrize(("said", "way"), [(3.0, "slow"), (1200.0, "fast")])
def test_a_rate_that_cannot_be_is_told(said: float, way: str) -> None:
    tracks = replace(tracks_of(waving(240, 60.0), "CMU_41"), rate=said)
    (told,) = rate_warning(tracks)
    assert f"too {way}" in told
    assert "--fps" in told
    assert tracks.rate == said


def test_the_pace_grows_with_the_rate() -> None:
    points = tracks_of(waving(120, 30.0), "CMU_41").positions
    assert pace(points, 60.0) == pytest.approx(2.0 * pace(points, 30.0))


def test_someone_who_stands_still_says_nothing() -> None:
    points = np.repeat(tracks_of(waving(1), "CMU_41").positions, 60, axis=0)
    assert pace(points, 30.0) is None
    assert pace(points[:5], 30.0) is None


def test_the_nearest_common_rate_is_proposed() -> None:
    assert likely_rate(3.8 / 4.0, 30.0) == 120.0
    assert likely_rate(3.8, 60.0) == 60.0


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_slow_and_fast_people_are_no_news(factor: float) -> None:
    tracks = replace(tracks_of(waving(240, 60.0), "CMU_41"), rate=60.0 * factor)
    found = pace(tracks.positions, tracks.rate)
    assert found is not None
    assert bool(rate_warning(tracks)) == (not 0.8 < found < 25.0)


def test_points_that_are_mostly_unseen_have_no_pace() -> None:
    points = tracks_of(waving(120, 30.0), "CMU_41").positions.copy()
    usual = pace(points, 30.0)
    points[::3, :8] = np.nan
    assert pace(points, 30.0) == pytest.approx(usual, rel=0.2)
    points[:70] = np.nan
    assert pace(points, 30.0) is None


def test_six_points_tell_a_pace_and_five_do_not() -> None:
    points = tracks_of(waving(120, 30.0), "CMU_41").positions
    moving = np.argsort(-points.std(axis=0).sum(axis=-1))
    assert pace(points[:, moving[:6]], 30.0) is not None
    assert pace(points[:, moving[:5]], 30.0) is None
