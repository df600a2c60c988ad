# SPDX-License-Identifier: GPL-3.0-or-later
"""Axes of arrays in any order, people among them, and tables whose rows are of people."""

from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.reading.axes_of_arrays import frames_first
from lsmplify_core.reading.tables.long import is_long, read_long
from lsmplify_core.reading.tables.people import is_person_title, pivoted
from lsmplify_core.runtime.errors import InputError

POINTS = points_of(waving(40), "BODY_25")
HERE = Path("take.npy")


@pytest.mark.parametrize("order", ["TKC", "KTC", "KCT", "TCK", "CKT", "CTK"])
@pytest.mark.parametrize("frames", [2, 40])
def test_frames_come_first_whatever_the_order(order: str, frames: int) -> None:
    axes = ["TKC".index(a) for a in order]
    found = frames_first(POINTS[:frames].transpose(axes), HERE)
    np.testing.assert_array_equal(found, POINTS[:frames])


@pytest.mark.parametrize("count", [25, 17, 22])
def test_as_many_frames_as_points(count: int) -> None:
    points = points_of(waving(count), "BODY_25")[:, :count]
    np.testing.assert_array_equal(frames_first(points, HERE), points)
    np.testing.assert_array_equal(frames_first(points.swapaxes(0, 1), HERE), points)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("people", [1, 2, 20, 21])
def test_people_are_fewer_than_frames(place: int, people: int) -> None:
    every = np.stack([POINTS + i for i in range(people)], axis=1)
    given = every if place else every.swapaxes(0, 1)
    if people > 20:
        with pytest.raises(InputError, match="21 people in an array are too many"):
            frames_first(given, HERE)
        return
    found = frames_first(given, HERE)
    np.testing.assert_array_equal(found.reshape(40, -1, 3), every.reshape(40, -1, 3))


@pytest.mark.parametrize("width", [75, 100])
def test_rows_of_numbers_are_points_with_or_without_scores(width: int) -> None:
    if width == 75:
        np.testing.assert_array_equal(frames_first(POINTS.reshape(40, -1), HERE), POINTS)
        return
    scored = np.concatenate((POINTS, np.full((40, 25, 1), 0.5)), axis=-1)
    np.testing.assert_array_equal(frames_first(scored.reshape(40, -1), HERE), scored)
    with pytest.raises(InputError, match="frames × points × 3"):
        frames_first((scored + 1.0).reshape(40, -1), HERE)


def test_one_frame_of_points_is_a_take() -> None:
    np.testing.assert_array_equal(frames_first(POINTS[0], HERE), POINTS[:1])


@pytest.mark.parametrize(
    ("shape", "says"),
    [((40, 263), "HumanML3D"), ((4, 22, 3, 60), "of 4 motions of 22 joints"), ((5, 6, 7, 8), "not"),
     ((40, 25, 2), "frames × points × 3"), ((7,), "frames × points × 3"), ((40, 7), "not"),
     ((2, 3, 4, 5, 6), "not"), ((40, 0), "not")],
)  # fmt: skip
def test_shapes_that_are_no_points_are_refused(shape: tuple[int, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        frames_first(np.ones(shape), HERE)


# --- rows of people ----------------------------------------------------------------------------


def rows_of(counts: dict[str, int]) -> tuple[list[str], np.ndarray, np.ndarray]:
    who = [w for w, n in counts.items() for _ in range(n)]
    keys = np.concatenate([np.arange(float(n)) for n in counts.values()])
    places = np.arange(len(who) * 6.0).reshape(-1, 2, 3)
    return who, keys, places


@pytest.mark.parametrize(("few", "people"), [(4, 1), (5, 2)])
def test_who_has_less_than_a_twentieth_of_the_rows_is_a_ghost(few: int, people: int) -> None:
    who, keys, places = rows_of({"7": 100, "9": few})
    found, names, stamps, sure = pivoted(who, keys, places, ["nose", "hip"], None, HERE)
    assert (found.shape, len(stamps), sure) == ((100, 2 * people, 3), 100, None)
    np.testing.assert_array_equal(found[:, :2], places[:100])
    both = ["Person 7:nose", "Person 7:hip", "Person 9:nose", "Person 9:hip"]
    assert names == (["nose", "hip"] if people == 1 else both)


def test_rows_without_a_frame_are_left_out_and_confidence_goes_along() -> None:
    who, keys, places = rows_of({"anna": 10, "ben": 10})
    keys[3] = np.nan
    own = np.linspace(0.1, 0.9, 40).reshape(20, 2)
    found, names, _, sure = pivoted(who, keys, places, ["nose", "hip"], own, HERE)
    assert names[2] == "ben:nose"
    assert sure is not None
    assert np.isnan(found[3, :2]).all()
    assert sure[3, :2].tolist() == [0.0, 0.0]
    np.testing.assert_array_equal(sure[5], [*own[5], *own[15]])
    with pytest.raises(InputError, match="no row says which frame"):
        pivoted(who, np.full(20, np.nan), places, ["nose", "hip"], None, HERE)


@pytest.mark.parametrize(("people", "good"), [(50, True), (51, False)])
def test_fifty_people_are_the_most(people: int, good: bool) -> None:
    who, keys, places = rows_of({f"p{i}": 2 for i in range(people)})
    if good:
        assert pivoted(who, keys, places, ["a", "b"], None, HERE)[0].shape == (2, 100, 3)
        return
    with pytest.raises(InputError, match="of 51 people"):
        pivoted(who, keys, places, ["a", "b"], None, HERE)


@pytest.mark.parametrize("title", ["person_id", "Track ID", "#body", "Subject", "playerId"])
def test_titles_of_people(title: str) -> None:
    assert is_person_title(title)
    assert not is_person_title(f"{title} x")


@pytest.mark.parametrize(
    ("header", "long"),
    [("frame,keypoint,x,y,z", True), ("t,Joint Name,PosX,PosY,PosZ", True),
     ("frame,name,x_m,y_m,z_m", True), ("frame,keypoint,x,y", False), ("frame,hip_x,y,z", False),
     ("frame,jointType,positionX,positionY,positionZ", True)],
)  # fmt: skip
def test_headers_of_a_sample_a_row(header: str, long: bool) -> None:
    assert is_long(header.split(",")) == long


@pytest.mark.parametrize("rows", ["", "first,nose,1,2,3\nsecond,nose,1,2,3\n"])
def test_samples_without_frames_are_refused(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "take.csv"
    path.write_text(f"frame,keypoint,x,y,z\n{rows}")
    with pytest.raises(InputError, match="no frames below the header"):
        read_long(["frame", "keypoint", "x", "y", "z"],
                  [line.split(",") for line in rows.splitlines()], None, path)  # fmt: skip
