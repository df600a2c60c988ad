# SPDX-License-Identifier: GPL-3.0-or-later
"""Which intervals are worth a look: short peaks too, and never a whole take."""

from dataclasses import replace

import numpy as np
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import Attached, attach
from lsmplify_core.cleanup.worst_intervals import worst_intervals
from lsmplify_core.motion.motion import Motion
from lsmplify_core.review.error_curves import error_figures

TAKE = waving(240)


def moved(metres: np.ndarray, track: int = 0) -> Attached:
    """The take's tracks with one of them away by (T,) metres."""
    points = attach(TAKE, tracks_of(TAKE))
    positions = points.positions.copy()
    positions[:, track, 0] += metres
    return replace(points, positions=positions)


def listed(points: Attached, motion: Motion = TAKE) -> list[tuple[int, int]]:
    return [(s.first, s.last) for s in worst_intervals(motion, points) if s.kind == "track error"]


def test_a_peak_of_a_few_frames_is_listed_with_its_size() -> None:
    away = np.zeros(240)
    away[100:103] = 0.04
    (span,) = [s for s in worst_intervals(TAKE, moved(away)) if s.kind == "track error"]
    assert (span.first, span.last, round(span.figure)) == (100, 102, 40)


def test_one_frame_of_noise_is_no_peak() -> None:
    away = np.zeros(240)
    away[100] = 0.04
    assert listed(moved(away)) == []


def test_a_marker_that_sits_badly_throughout_is_no_list_of_peaks() -> None:
    random = np.random.default_rng(0)
    assert listed(moved(0.035 + 0.004 * random.standard_normal(240))) == []


def test_no_span_covers_a_take_and_they_split_where_it_changes() -> None:
    points = attach(TAKE, tracks_of(TAKE))
    shift = np.full(240, 0.05)
    shift[30:60] = shift[150:200] = 0.15
    everything = replace(points, positions=points.positions + shift[:, None, None])
    spans = listed(everything)
    assert spans
    assert max(last - first + 1 for first, last in spans) <= 180
    arm = [s for s in worst_intervals(TAKE, everything, most=100) if s.region == "left arm"]
    ends = sorted((s.first, s.last) for s in arm if s.kind == "track error")
    assert len(ends) == 2
    assert abs(ends[0][0] - 30) < 6
    assert abs(ends[1][1] - 199) < 6


def test_where_nothing_changes_a_part_is_shown() -> None:
    points = attach(TAKE, tracks_of(TAKE))
    everything = replace(points, positions=points.positions + 0.1)
    assert all(last - first + 1 <= 180 for first, last in listed(everything))


def test_figures_name_track_and_frame_of_the_worst() -> None:
    away = np.zeros(240)
    away[77] = 0.5
    points = moved(away, track=3)
    found = error_figures(TAKE, points)
    assert found is not None
    assert (found.frame, found.track, round(found.worst_mm)) == (77, points.names[3], 500)
    assert found.mean_mm < found.p95_mm + 1.0
    unseen = replace(points, positions=np.full_like(points.positions, np.nan))
    assert error_figures(TAKE, unseen) is None


def test_the_worst_come_first_and_are_those_that_are_kept() -> None:
    away = np.zeros(240)
    for first, metres in ((40, 0.04), (100, 0.12), (160, 0.07)):
        away[first : first + 4] = metres
    spans = [s for s in worst_intervals(TAKE, moved(away)) if s.kind == "track error"]
    assert [s.first for s in spans] == [100, 160, 40]
    assert worst_intervals(TAKE, moved(away), most=1) == worst_intervals(TAKE, moved(away))[:1]
    badness = [s.badness for s in worst_intervals(TAKE, moved(away))]
    assert badness == sorted(badness, reverse=True)
