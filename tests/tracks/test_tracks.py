# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks from outside: what is mended, what is refused, and in which words."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks, checked_tracks


def points(frames: int = 3, count: int = 2) -> np.ndarray:
    """Numbers that are all different."""
    return np.arange(frames * count * 3, dtype=float).reshape(frames, count, 3)


def test_half_missing_infinite_and_absurd_samples_are_missing() -> None:
    p = points()
    p[0, 0, 1] = np.nan
    p[1, 0, 2] = np.inf
    p[2, 1, 0] = 1e12
    tracks = checked_tracks(p, ["a", "b"], 30.0)
    assert tracks.seen.tolist() == [[False, True], [False, True], [True, False]]
    assert np.isnan(tracks.positions[0, 0]).all()
    assert tracks.gaps == pytest.approx(0.5)


def test_the_callers_array_is_left_alone() -> None:
    p = points()
    p[0, 0, 0] = np.inf
    checked_tracks(p, ["a", "b"], 30.0)
    assert np.isinf(p[0, 0, 0])


def test_gaps_do_not_count_points_that_are_never_seen() -> None:
    p = points(4, 3)
    p[:, 2] = np.nan
    p[0, 0] = np.nan
    assert checked_tracks(p, ["a", "b", "ghost"], 30.0).gaps == pytest.approx(1 / 8)


def test_repeated_names_are_told_apart() -> None:
    tracks = checked_tracks(points(1, 4), ["a", "a", "a.001", "a"], 30.0)
    assert len(set(tracks.names)) == 4
    assert tracks.names[0] == "a"
    assert all(name.startswith("a") for name in tracks.names)


@pytest.mark.parametrize(
    ("positions", "names", "rate", "words"),
    [
        (np.zeros((3, 3)), ["a"], 30.0, r"frames × points × 3"),
        (np.zeros((3, 2, 2)), ["a", "b"], 30.0, r"frames × points × 3"),
        (np.zeros((0, 2, 3)), ["a", "b"], 30.0, "no frames or no points"),
        (np.zeros((3, 0, 3)), [], 30.0, "no frames or no points"),
        (np.zeros((3, 2, 3)), ["a"], 30.0, "2 points have 1 names"),
        (np.zeros((3, 1, 3)), ["a"], 0.0, "--fps"),
        (np.zeros((3, 1, 3)), ["a"], float("nan"), "--fps"),
        (np.full((3, 1, 3), np.nan), ["a"], 30.0, "no point is seen"),
        (np.full((3, 1, 3), np.inf), ["a"], 30.0, "no point is seen"),
    ],
)
def test_unusable_input_is_one_line_that_names_the_source(
    positions: np.ndarray, names: list[str], rate: float, words: str
) -> None:
    with pytest.raises(InputError, match=words) as error:
        checked_tracks(positions, names, rate, source="take.c3d")
    assert str(error.value).startswith("take.c3d: ")
    assert "\n" not in str(error.value)


def test_select_and_between_keep_what_was_asked_for() -> None:
    tracks = Tracks(points(5, 3), ("a", "b", "c"), 30.0)
    assert tracks.select([2, 0]).names == ("c", "a")
    np.testing.assert_array_equal(tracks.select([2]).positions[:, 0], points(5, 3)[:, 2])
    assert tracks.between(1, 3).frames == 3
    assert tracks.between(None, None).frames == 5
    np.testing.assert_array_equal(tracks.between(4, 4).positions[0], points(5, 3)[4])


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 5), (7, None)])
def test_frames_outside_the_take_are_refused(start: int, end: int | None) -> None:
    with pytest.raises(InputError, match="frames 0 to 4"):
        Tracks(points(5, 3), ("a", "b", "c"), 30.0).between(start, end)


def test_new_names_are_not_those_of_others() -> None:
    names = ["a", "a.001", "a", "b", "a", "b"]
    found = checked_tracks(np.ones((2, 6, 3)), names, 30.0).names
    assert len(set(found)) == 6
    assert (found[0], found[3]) == ("a", "b")
    assert all(f.startswith(n[0]) for f, n in zip(found, names, strict=True))
    again = checked_tracks(np.ones((2, 6, 3)), list(found), 30.0).names
    assert again == found


def test_a_part_has_its_own_events_and_confidence() -> None:
    take = replace(
        checked_tracks(np.ones((10, 2, 3)), ["a", "b"], 5.0),
        confidence=np.arange(20.0).reshape(10, 2) / 20.0, events=((0.4, "on"), (1.0, "off")),
    )  # fmt: skip
    part = take.between(3, 5)
    assert part.frames == 3
    assert part.confidence is not None
    np.testing.assert_allclose(part.confidence, take.confidence[3:6])
    np.testing.assert_allclose([t for t, _ in part.events], [-0.2, 0.4])


def test_tracks_that_are_never_seen_are_all_gap() -> None:
    assert Tracks(np.full((4, 2, 3), np.nan), ("a", "b"), 30.0).gaps == 1.0


@pytest.mark.parametrize(("size", "seen"), [(0.99e9, True), (-0.99e9, True), (1.01e9, False)])
def test_a_billion_units_from_nought_nobody_is(size: float, seen: bool) -> None:
    p = points()
    p[1, 1, 2] = size
    assert checked_tracks(p, ["a", "b"], 30.0).seen[1, 1] == seen


def test_long_names_are_cut_and_told_and_controls_are_spaces() -> None:
    names = ["x" * 1000, "y" * 1001, "z" * 5000 + "a", "line\nbreak\tand\u2028more"]
    tracks = checked_tracks(np.ones((2, 4, 3)), names, 30.0)
    assert [len(n) for n in tracks.names] == [1000, 1000, 1000, 19]
    assert tracks.names[3] == "line break and more"
    assert tracks.warnings == ("2 names of tracks have more than 1,000 characters and were cut",)
    assert checked_tracks(np.ones((2, 4, 3)), list("abcd"), 30.0).warnings == ()
