# SPDX-License-Identifier: GPL-3.0-or-later
"""A rate at which nobody moves is told and not changed."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.tracks.frame_rate import likely_rate, pace, rate_warning
from lsmplify_core.tracks.tracks import checked_tracks


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


def swinging(frames: int, rate: float, speed: float) -> np.ndarray:
    """Six points about a body's still middle that swing at `speed` radians a second."""
    random = np.random.default_rng(0)
    sides = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
    places = np.concatenate((sides, random.uniform(-0.2, 0.2, (6, 3))))
    t = np.arange(frames)[:, None, None] / rate
    wave = 0.3 * np.sin(speed * t + random.uniform(0, 6, (14, 1))) * random.uniform(-1, 1, (14, 3))
    wave[:, 8:] = 0.0
    return places + wave


@pytest.mark.parametrize("speed", [2.0, 3.8, 9.0])
def test_the_pace_is_that_of_the_swing(speed: float) -> None:
    assert pace(swinging(600, 60.0, speed), 60.0) == pytest.approx(speed, rel=0.12)


@pytest.mark.parametrize(("frames", "known"), [(19, False), (20, True)])
def test_twenty_frames_tell_a_pace(frames: int, known: bool) -> None:
    points = tracks_of(waving(120, 10.0), "CMU_41").positions
    assert (pace(points[:frames], 10.0) is not None) == known


def test_one_and_a_half_thousand_frames_are_enough() -> None:
    points = swinging(1500, 60.0, 3.0)
    later = np.concatenate((points, swinging(3000, 60.0, 30.0)))
    assert pace(later, 60.0) == pace(points, 60.0)


@pytest.mark.parametrize(("moving", "known"), [(3, False), (4, True)])
@pytest.mark.parametrize(("size", "moves"), [(0.05, False), (0.3, True)])
def test_four_points_have_to_move_by_a_twelfth_of_the_body(moving, known, size, moves) -> None:
    random = np.random.default_rng(1)
    places = random.uniform(-1.0, 1.0, (12, 3))
    spread = np.median(np.linalg.norm(places - np.median(places, axis=0), axis=1))
    t = np.arange(300)[:, None] / 60.0
    points = np.tile(places, (300, 1, 1))
    points[:, :moving, 2] += np.sqrt(2) * size * spread * np.sin(3.0 * t)
    assert (pace(points, 60.0) is not None) == (known and moves)


@pytest.mark.parametrize(("speed", "told"), [(0.7, 1), (0.9, 0), (24.0, 0), (30.0, 1)])
def test_paces_that_nobody_has_are_told_with_the_rate_that_fits(speed: float, told: int) -> None:
    points = swinging(1500, 60.0, 3.0)
    own = pace(points, 60.0)
    assert own is not None
    rate = 60.0 * speed / own
    tracks = checked_tracks(points, [f"p{i}" for i in range(14)], rate)
    sentences = rate_warning(tracks)
    assert len(sentences) == told
    if not told:
        return
    fits = likely_rate(speed, rate)
    times = max(3.8 / speed, speed / 3.8)
    way = "slow" if speed < 3.8 else "fast"
    assert sentences[0] == (
        f"at {rate:g} frames per second the motion is about {times:.0f} times too {way} for a "
        f"person; about {fits:g} would fit (--fps)"
    )
    assert fits in (24.0, 30.0, 60.0, 120.0, 240.0, 480.0)


@pytest.mark.parametrize("common", [24.0, 30.0, 60.0, 120.0, 240.0, 480.0])
def test_common_rates_are_proposed_by_their_ratio(common: float) -> None:
    for off in (0.9, 1.0, 1.1):
        assert likely_rate(3.8, off * common) == common
        assert likely_rate(7.6, 2 * off * common) == common
