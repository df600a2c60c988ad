# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels that are elsewhere for a while: what is left out, what is believed, and what is said."""

import numpy as np
import pytest

from lsmplify_core.repair.jumps import find_jumps
from lsmplify_core.repair.outliers import find_outliers
from lsmplify_core.repair.records import Repair
from lsmplify_core.repair.rigid_neighbours import find_rigid_neighbours
from lsmplify_core.repair.second_pass import outlier_records

NAMES = tuple("abcdefgh")


def bone(frames: int = 240, count: int = 5) -> np.ndarray:
    """Markers of one bone that wanders."""
    t = np.linspace(0.0, 8.0, frames)[:, None]
    path = np.concatenate((np.sin(t), np.cos(0.7 * t), 0.3 * np.sin(1.3 * t)), axis=1)
    spots = 0.25 * np.random.default_rng(3).uniform(-1.0, 1.0, (count, 3))
    return path[:, None] + spots


def outliers(positions: np.ndarray, rate: float = 60.0) -> list[Repair]:
    neighbours = find_rigid_neighbours(positions)
    certain, _ = find_jumps(positions, neighbours)
    return find_outliers(positions, neighbours, certain, rate, NAMES)


def spans(found: list[Repair]) -> list[tuple[str, str, int, int]]:
    return [(r.kind, r.tracks[0], r.first, r.last) for r in found]


def test_a_clean_bone_is_left_alone() -> None:
    assert outliers(bone()) == []


@pytest.mark.parametrize(("length", "kind"), [(1, "spike"), (7, "spike"), (8, "mislabel")])
def test_up_to_an_eighth_of_a_second_it_is_a_spike(length: int, kind: str) -> None:
    points = bone()
    points[100 : 100 + length, 2] += [0.2, 0.1, -0.3]
    found = outliers(points)
    assert spans(found) == [(kind, "c", 100, 99 + length)]
    assert found[0].done == "left out"
    assert "off" in found[0].evidence
    assert "times the normal" in found[0].evidence


@pytest.mark.parametrize(("metres", "found"), [(0.02, False), (0.08, True)])
def test_small_jumps_are_noise(metres: float, found: bool) -> None:
    points = bone()
    points[100:104, 1, 2] += metres
    assert bool(outliers(points)) == found


@pytest.mark.parametrize(("apart", "kind"), [(0.0, "duplicate"), (0.012, "duplicate"),
                                             (0.04, "mislabel")])  # fmt: skip
def test_a_label_within_two_centimetres_of_another_is_on_it(apart: float, kind: str) -> None:
    points = bone()
    points[100:140, 0] = points[100:140, 4] + [apart, 0.0, 0.0]
    found = [r for r in outliers(points) if r.tracks == ("a",)]
    assert spans(found) == [(kind, "a", 100, 139)]
    if kind == "duplicate":
        assert found[0].evidence == "it lies on e"


@pytest.mark.parametrize(("share", "found"), [(0.3, True), (0.48, False)])
def test_a_track_that_is_mostly_elsewhere_is_believed(share: float, found: bool) -> None:
    """More than two fifths wrong, and nothing tells what is usual."""
    points = bone()
    points[20 : 20 + round(240 * share), 3] += [0.0, 0.25, 0.0]
    assert bool([r for r in outliers(points, 30.0) if r.tracks == ("d",)]) == found


@pytest.mark.parametrize(("frames", "found"), [(119, True), (121, False)])
def test_what_is_away_for_two_seconds_and_comes_back_is_left_out(frames: int, found: bool) -> None:
    """Where its distances are right there too: along a sphere about one neighbour."""
    points = bone(count=2)
    middle = points[:, 0]
    arm = points[:, 1] - middle
    points[100 : 100 + frames, 1] = (middle - arm)[100 : 100 + frames]
    assert bool(outliers(points)) == found


def test_gaps_end_an_interval() -> None:
    """Elsewhere behind a gap, to which no jump leads: only where it is far off."""
    points = bone()
    points[90:100, 1] = np.nan
    points[130:140, 1] = np.nan
    points[100:130, 1, 0] += 0.3
    assert spans(outliers(points)) == [("mislabel", "b", 100, 129)]
    near = bone()
    near[90:100, 1] = np.nan
    near[130:140, 1] = np.nan
    near[100:130, 1, 0] += 0.03
    assert outliers(near) == []


def test_a_lone_track_that_leaps_is_left_out() -> None:
    points = np.concatenate((bone(), bone()[:, :1] + 9.0), axis=1)
    points[60:63, 5] += 1.0
    points[200, 5] -= 1.0
    found = outliers(points)
    assert spans(found) == [("spike", "f", 60, 62), ("spike", "f", 200, 200)]
    assert found[0].evidence == "it leaps away and back"


def test_records_come_in_the_order_of_their_frames() -> None:
    points = bone()
    points[150:153, 0] += 0.3
    points[50:53, 4] -= 0.3
    assert [r.first for r in outliers(points)] == [50, 150]


def test_what_the_second_pass_leaves_out_is_told_in_millimetres() -> None:
    left = np.zeros((10, 2), dtype=bool)
    left[2:5, 1] = True
    error = np.full((10, 2), 0.01)
    error[2:5, 1] = [0.081, np.nan, 0.1234]
    (record,) = outlier_records(left, error, ("a", "b"))
    assert (record.kind, record.tracks, record.first, record.last) == ("mislabel", ("b",), 2, 4)
    assert record.evidence == "up to 123 mm from the body that all others show"
    assert record.sentence() == (
        "mislabel: b, frames 2 to 4: left out (up to 123 mm from the body that all others show)"
    )


# --- jumps -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("metres", "jumps"), [(0.02, False), (0.04, True), (0.5, True)])
def test_a_jump_beside_its_neighbours_has_three_centimetres(metres: float, jumps: bool) -> None:
    points = bone()
    points[100:, 2, 1] += metres
    certain, possible = find_jumps(points, find_rigid_neighbours(bone()))
    assert np.argwhere(certain).tolist() == ([[100, 2]] if jumps else [])
    assert possible[certain].all()


def test_speed_is_no_jump_and_one_that_all_make_is_only_possible() -> None:
    points = bone()
    points[:, :, 0] += 0.2 * np.arange(240)[:, None]
    certain, possible = find_jumps(points, find_rigid_neighbours(bone()))
    assert not certain.any()
    assert not possible.any()
    points[100:] += [0.0, 0.5, 0.0]
    certain, possible = find_jumps(points, find_rigid_neighbours(bone()))
    assert not certain.any()
    assert np.unique(np.argwhere(possible)[:, 0]).tolist() == [100]


@pytest.mark.parametrize("at", [1, 239])
def test_jumps_at_the_ends_are_found(at: int) -> None:
    points = bone()
    points[at:, 2] += [0.0, 0.4, 0.0]
    certain, _ = find_jumps(points, find_rigid_neighbours(bone()))
    assert np.argwhere(certain).tolist() == [[at, 2]]


def test_a_trembling_track_jumps_by_more_than_its_own_steps() -> None:
    """Six times what three quarters of its steps are."""
    points = bone()
    points[:, 2] += 0.03 * np.random.default_rng(0).standard_normal((240, 3))
    certain, _ = find_jumps(points, find_rigid_neighbours(bone()))
    assert not certain.any()
    points[100:, 2, 1] += 1.5
    certain, _ = find_jumps(points, find_rigid_neighbours(bone()))
    assert np.argwhere(certain).tolist() == [[100, 2]]
