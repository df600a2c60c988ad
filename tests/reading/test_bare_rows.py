# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of numbers without a header: three or four a point, and what stands before them."""

from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

POINTS = points_of(waving(30, 50.0), "H36M_17")


def rows(path: Path, *columns: np.ndarray, each: np.ndarray | None = None) -> Path:
    points = POINTS if each is None else np.concatenate((POINTS, each), axis=-1)
    data = np.concatenate([*(c[:, None] for c in columns), points.reshape(30, -1)], axis=1)
    np.savetxt(path, data, fmt="%.6g", delimiter=" ")
    return path


@pytest.mark.parametrize(("most", "scores"), [(1.0, True), (100.0, True), (150.0, False)])
def test_fourth_numbers_up_to_a_hundred_are_scores(tmp_path, most: float, scores: bool) -> None:
    sure = most * np.random.default_rng(0).uniform(0.9, 1.0, (30, 17, 1))
    sure[0, 0] = most
    path = rows(tmp_path / "take.txt", each=sure)
    if not scores:
        assert len(_names(path)) != 17
        return
    tracks = read_tracks(path)
    assert len(tracks.names) == 17
    np.testing.assert_allclose(tracks.positions, POINTS, atol=1e-4)


def _names(path: Path) -> tuple[str, ...]:
    try:
        return read_tracks(path).names
    except InputError:
        return ()


def test_scores_below_nought_are_none(tmp_path: Path) -> None:
    sure = np.full((30, 17, 1), 0.5)
    sure[4, 4] = -0.01
    assert len(_names(rows(tmp_path / "take.txt", each=sure))) != 17


@pytest.mark.parametrize("lead", ["number", "time", "both"])
def test_numbers_and_times_before_the_points(tmp_path: Path, lead: str) -> None:
    number = np.r_[0:20, 25:35].astype(float)
    time = number / 50.0
    columns = {"number": (number,), "time": (time,), "both": (number, time)}[lead]
    tracks = read_tracks(rows(tmp_path / "take.txt", *columns))
    assert tracks.frames == 35
    assert np.isnan(tracks.positions[20:25]).all()
    np.testing.assert_allclose(tracks.positions[25:], POINTS[20:], atol=1e-4)
    if lead != "number":
        assert tracks.rate == pytest.approx(50.0)
