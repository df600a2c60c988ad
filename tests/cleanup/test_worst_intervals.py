# SPDX-License-Identifier: GPL-3.0-or-later
"""Which intervals are worth a look: short peaks too, and never a whole take."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import Attached, attach
from lsmplify_core.cleanup.regions import region_of
from lsmplify_core.cleanup.worst_intervals import region_jitter, worst_intervals
from lsmplify_core.geometry.skeleton import JOINT_INDEX
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


def still(frames: int = 300, rate: float = 30.0) -> Motion:
    return replace(waving(1, rate), rotations=np.repeat(waving(1).rotations, frames, axis=0),
                   root=np.zeros((frames, 3)))  # fmt: skip


@pytest.mark.parametrize(("degrees", "listed"), [(11.0, False), (13.0, True), (40.0, True)])
def test_rotations_that_may_be_twelve_degrees_off_are_worth_a_look(
    degrees: float, listed: bool
) -> None:
    motion = still()
    expected = np.full((300, 22), np.radians(2.0))
    elbow = JOINT_INDEX["L_Elbow"]
    expected[100:160, elbow] = np.radians(degrees)
    found = [s for s in worst_intervals(motion, expected=expected) if s.kind == "unsure"]
    assert bool(found) == listed
    if listed:
        (span,) = found
        assert span.region == region_of(elbow)
        assert (span.unit, span.figure) == ("°", pytest.approx(degrees))
        assert abs(span.first - 100) < 10
        assert abs(span.last - 159) < 10
        assert span.badness == pytest.approx(degrees / 12.0, rel=0.02)
        assert 100 <= span.worst < 160


@pytest.mark.parametrize(("jitter", "listed"), [(2.5, False), (4.0, True)])
@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_jitter_of_three_kilometres_a_cubed_second_is_worth_a_look(jitter, listed, rate) -> None:
    """Of the pelvis in the world; its third differences are what is asked for."""
    motion = still(round(10 * rate), rate)
    size = 1000.0 * jitter / rate**3 / 8.0  # alternating: third differences are eight times it
    span = slice(round(3 * rate), round(6 * rate))
    motion.root[span, 2] += size * np.where(np.arange(round(3 * rate)) % 2, 1.0, -1.0)
    found = [s for s in worst_intervals(motion) if s.kind == "jitter"]
    assert bool(found) == listed
    figure = max(v.max() for v in region_jitter(motion).values())
    assert figure == pytest.approx(jitter, rel=0.01)
    if listed:
        assert found[0].unit == "km/s³"
        assert found[0].first == pytest.approx(3 * rate, abs=0.4 * rate)
        assert found[0].last == pytest.approx(6 * rate, abs=0.4 * rate)


def test_a_short_take_has_no_jitter() -> None:
    for frames in (1, 3):
        assert all((v == 0).all() for v in region_jitter(still(frames)).values())


def test_jitter_of_limbs_is_seen_from_the_pelvis() -> None:
    motion = still()
    motion.root[:, 2] += 0.01 * np.where(np.arange(300) % 2, 1.0, -1.0)
    found = region_jitter(motion)
    own = region_of(0)
    assert found[own].max() > 0.5
    assert max(v.max() for r, v in found.items() if r != own) < 1e-9
