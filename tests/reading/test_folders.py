# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording's own clock, whatever it counts in."""

import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.reading import read_tracks

POINTS = points_of(waving(30, 25.0), "BODY_25")
UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("rate", [25.0, 59.94, 240.0])
def test_cameras_time_stamps_give_a_recordings_rate(tmp_path: Path, unit: str, rate: float) -> None:
    output, stamps = (tmp_path / n for n in ("output_data", "synchronized_videos/timestamps"))
    for folder in (output, stamps):
        folder.mkdir(parents=True)
    np.save(
        output / "mediapipe_body_3d_xyz.npy",
        1000.0 * np.random.default_rng(0).random((30, 33, 3)) + 1.0,
    )
    np.save(stamps / "camera.npy", 1e6 + UNITS[unit] * np.arange(30) / rate)
    assert read_tracks(tmp_path).rate == pytest.approx(rate, rel=1e-3)


@pytest.mark.parametrize(
    ("key", "unit"), [("timestamp_ms", "ms"), ("time", "s"), ("timestamp_us", "us")]
)
@pytest.mark.parametrize("rate", [25.0, 120.0])
def test_keypoints_time_stamps_give_their_rate(
    tmp_path: Path, key: str, unit: str, rate: float
) -> None:
    frames = [
        {key: UNITS[unit] * t / rate, "people": [{"pose_keypoints_3d": flat}]}
        for t, flat in enumerate(
            np.concatenate((POINTS, np.ones((30, 25, 1))), axis=-1).reshape(30, -1).tolist()
        )
    ]
    path = tmp_path / "take.json"
    path.write_text(json.dumps({"frames": frames}))
    tracks = read_tracks(path)
    assert tracks.rate == pytest.approx(rate, rel=1e-3)
    np.testing.assert_allclose(tracks.positions, POINTS, atol=1e-6)
