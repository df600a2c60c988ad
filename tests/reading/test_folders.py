# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording's own clock, whatever it counts in."""

import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.reading import is_take, read_tracks
from lsmplify_core.reading.keypoints.folders import read_folder
from lsmplify_core.runtime.errors import InputError

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


RANDOM = 1000.0 * np.random.default_rng(0).random((30, 33, 3)) + 1.0


def recording(folder: Path, parameters: object = None, name: str = "recording_info.json") -> Path:
    (folder / "output_data").mkdir(parents=True)
    np.save(folder / "output_data/mediapipe_body_3d_xyz.npy", RANDOM)
    if parameters is not None:
        text = parameters if isinstance(parameters, str) else json.dumps(parameters)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("parameters", "rate"),
    [({"fps": 59.94}, 59.94), ({"a": {"frame_rate": 25}}, 25.0), ({"framerate": 1000}, 1000.0),
     ({"fps": 1}, 1.0), ({"fps": 0.5}, None), ({"fps": 1001}, None), ({"fps": "x"}, None),
     ("{", None), (None, None)],
)  # fmt: skip
@pytest.mark.parametrize("name", ["recording_info.json", "session_parameters.json"])
def test_a_recordings_parameters_name_its_rate(tmp_path, parameters, rate, name: str) -> None:
    """From one to a thousand frames a second; a file that is damaged says nothing."""
    folder = recording(tmp_path / "take", parameters, name)
    usual = read_tracks(recording(tmp_path / "other")).rate
    assert read_tracks(folder).rate == (usual if rate is None else rate)
    assert read_tracks(folder, fps=77.0).rate == 77.0


def test_recordings_are_in_millimetres_and_named_by_their_folder(tmp_path: Path) -> None:
    tracks = read_tracks(recording(tmp_path / "take"))
    assert (tracks.unit, tracks.source) == (0.001, str(tmp_path / "take"))
    np.testing.assert_allclose(tracks.positions, RANDOM)


def test_a_damaged_clock_is_no_clock(tmp_path: Path) -> None:
    folder = recording(tmp_path / "take", {"fps": 50.0})
    stamps = folder / "synchronized_videos/timestamps"
    stamps.mkdir(parents=True)
    (stamps / "a.npy").write_bytes(b"nonsense")
    np.save(stamps / "b.npy", np.zeros(30))
    assert read_tracks(folder).rate == 50.0
    np.save(stamps / "c.npy", 1e9 * np.arange(30) / 40.0)
    assert read_tracks(folder).rate == 40.0


def test_points_that_no_tracker_writes_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "take"
    (folder / "output_data").mkdir(parents=True)
    np.save(folder / "output_data/x_body_3d_xyz.npy", RANDOM[:, :11])
    with pytest.raises(InputError, match="11 points without names"):
        read_tracks(folder)


def sequence(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    for t, name in enumerate(names):
        flat = np.concatenate((POINTS[t], np.ones((25, 1))), axis=-1).ravel().tolist()
        (folder / name).write_text(json.dumps({"people": [{"pose_keypoints_3d": flat}]}))
    return folder


@pytest.mark.parametrize(
    "names",
    [[f"take_{t:012}_keypoints.json" for t in (4, 5, 7)], [f"{t}.json" for t in (9, 10, 12)],
     [f"cam2_frame{t:04}_v3.json" for t in (98, 99, 101)]],
)  # fmt: skip
def test_a_file_a_frame_lies_at_its_number(tmp_path: Path, names: list[str]) -> None:
    """Also where other numbers are in the name, and where nine comes before ten."""
    tracks = read_tracks(sequence(tmp_path / "take", names))
    assert tracks.frames == 4
    np.testing.assert_allclose(tracks.positions[[0, 1, 3]], POINTS[:3], atol=1e-6)
    assert np.isnan(tracks.positions[2]).all()


def test_one_file_and_files_of_several_kinds_are_no_take(tmp_path: Path) -> None:
    assert not is_take(sequence(tmp_path / "one", ["take_0001.json"]))
    assert is_take(sequence(tmp_path / "two", ["take_0001.json", "take_0002.json"]))
    mixed = sequence(tmp_path / "mixed", ["a_0001.json", "b_0001.json", "b_0002.json"])
    assert read_tracks(mixed).frames == 2
    with pytest.raises(InputError, match="this folder is no take"):
        read_folder(tmp_path / "one")
    assert not is_take(tmp_path / "one/take_0001.json")
