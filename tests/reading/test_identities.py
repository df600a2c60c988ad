# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is who: ghosts of a detector are nobody, people who come late are somebody."""

from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.reading.keypoints.identities import Seen, followed

NAMES = tuple("abcdef")


def seen(at: float, who: int | None) -> Seen:
    points = np.ones((6, 4))
    points[:, :3] = at + 0.1 * np.arange(18).reshape(6, 3)
    return Seen(points, None, who)


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize(("frames", "people"), [(1, 1), (4, 1), (5, 2), (30, 2)])
def test_who_is_in_few_frames_is_a_ghost(frames: int, people: int, numbered: bool) -> None:
    """Of 100 frames fewer than five."""
    rows = [[seen(0.01 * t, 7 if numbered else None)] for t in range(100)]
    for t in range(20, 20 + frames):
        rows[t].append(seen(50.0, 3 if numbered else None))
    data, titles = followed(rows, NAMES, Path("take"))
    assert data.shape == (100, people * 6, 4)
    assert len(titles) == people
    np.testing.assert_allclose(data[:, 0, 0], 0.01 * np.arange(100))
