# SPDX-License-Identifier: GPL-3.0-or-later
"""The same bytes whatever the number of threads."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.pipeline import solve
from lsmplify_core.runtime.threads import THREADS


@pytest.mark.parametrize("frames", [20, 61, 700])
def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch, frames: int) -> None:
    tracks = tracks_of(waving(frames), "CMU_41")
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv(THREADS, threads)
        found.append(solve(tracks).motion)
    for other in found[1:]:
        assert np.array_equal(other.rotations, found[0].rotations)
        assert np.array_equal(other.root, found[0].root)
        assert other.body.rest_joints.tolist() == found[0].body.rest_joints.tolist()


def test_gaps_that_are_solved_side_by_side_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two gaps far from each other, each solved in a thread of its own where there are two."""
    tracks = tracks_of(waving(240), "CMU_41")
    points = tracks.positions.copy()
    elbow = tracks.names.index("LELB")
    points[40:60, elbow] = points[180:200, elbow] = np.nan
    tracks = replace(tracks, positions=points)
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv(THREADS, threads)
        found.append(solve(tracks).motion)
    assert np.array_equal(found[1].rotations, found[0].rotations)
    assert np.array_equal(found[1].root, found[0].root)
