# SPDX-License-Identifier: GPL-3.0-or-later
"""TSV of Qualisys: numbers and times before the points, and a tab too many at the end."""

from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.reading import read_tracks

NAMES = [f"P{i}" for i in range(6)]
POINTS = np.round(1000.0 * np.random.default_rng(0).random((12, 6, 3)) + 5.0, 3)


@pytest.mark.parametrize("lead", [0, 1, 2])
@pytest.mark.parametrize("tail", ["", "\t"])
@pytest.mark.parametrize("rate", [100.0, 240.0])
def test_points_are_where_they_are(tmp_path: Path, lead: int, tail: str, rate: float) -> None:
    lines = ["NO_OF_FRAMES\t12", f"FREQUENCY\t{rate:g}", "MARKER_NAMES\t" + "\t".join(NAMES)]
    for t, frame in enumerate(POINTS):
        before = [str(t + 1), f"{t / rate:.5f}"][:lead]
        lines.append("\t".join([*before, *(f"{x:.3f}" for x in frame.ravel())]) + tail)
    path = tmp_path / "take.tsv"
    path.write_text("\n".join(lines) + "\n")
    tracks = read_tracks(path)
    assert (tracks.names, tracks.rate, tracks.unit) == (tuple(NAMES), rate, 0.001)
    np.testing.assert_allclose(tracks.positions, POINTS)
