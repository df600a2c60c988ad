# SPDX-License-Identifier: GPL-3.0-or-later
"""One take written as each tool writes it, read back: places, names, rate, unit, what is
missing."""

import json
from pathlib import Path

import numpy as np
import pytest
from damage_files import FORMATS, TAKE, write_take
from takes import points_of, waving

from lsmplify_core.geometry.rotations import matrix_to_axis_angle
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.motion.bvh import bvh_text
from lsmplify_core.motion.motion import save_motion
from lsmplify_core.reading import is_take, read_tracks, takes_in
from lsmplify_core.reading.start import read_start
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.people import find_people
from lsmplify_core.tracks.units import UNITS


@pytest.mark.parametrize("name", FORMATS)
def test_a_take_is_read_from_every_format(name: str, tmp_path: Path) -> None:
    form = FORMATS[name]
    tracks = read_tracks(write_take(name, tmp_path))
    assert tracks.rate == pytest.approx(form.rate, rel=1e-3)
    assert tracks.unit == (None if form.unit is None else UNITS[form.unit])
    match = best_match(tracks.names)
    assert len(match.matched) == form.points
    truth = TAKE if form.unit == "m" or form.unit is None else TAKE / UNITS[form.unit]
    layout = load_layout(form.layout)
    for k, t in match.matched:
        wanted = truth[:, layout.names.index(match.layout.names[k])]
        own = tracks.positions[:, t]
        np.testing.assert_array_equal(np.isnan(own), np.isnan(wanted))
        scale = float(np.nanmax(np.abs(truth)))
        np.testing.assert_allclose(own, wanted, atol=2e-5 * scale)


@pytest.mark.parametrize("name", [n for n in FORMATS if not FORMATS[n].folder])
def test_a_format_is_known_by_its_content(name: str, tmp_path: Path) -> None:
    if FORMATS[name].suffix in (".csv", ".json") and name not in ("motive", "nexus"):
        pytest.skip("only its name tells a plain table from other text")
    path = write_take(name, tmp_path)
    again = path.rename(path.with_suffix(".txt"))
    np.testing.assert_array_equal(
        read_tracks(again).positions[0, 0], read_tracks(write_take(name, tmp_path)).positions[0, 0]
    )


def test_confidence_is_kept_and_guesses_are_missing(tmp_path: Path) -> None:
    frames = [
        [{"x": 0.1 * k, "y": 0.01 * k * k, "z": 0.5 * (k % 3), "visibility": v} for k in range(33)]
        for v in (0.9, 0.5, 0.01)
    ]
    path = tmp_path / "take.json"
    path.write_text(
        json.dumps({"fps": 25, "frames": [{"pose_world_landmarks": f} for f in frames]})
    )
    tracks = read_tracks(path)
    assert tracks.rate == 25
    assert tracks.confidence is not None
    np.testing.assert_allclose(tracks.confidence[:2, 0], [0.9, 0.5])
    assert tracks.seen.all(axis=1).tolist() == [True, True, False]


def test_people_in_a_keypoint_sequence_are_followed(tmp_path: Path) -> None:
    """The detector lists them in another order every other frame."""
    a, b = TAKE, TAKE + np.array([3.0, 0.0, 0.0])
    for t in range(len(TAKE)):
        people = [a[t], b[t]] if t % 2 else [b[t], a[t]]
        rows = [np.nan_to_num(np.c_[p, np.isfinite(p[:, :1]) * 0.8]).ravel() for p in people]
        data = {"people": [{"person_id": [-1], "pose_keypoints_3d": r.tolist()} for r in rows]}
        (tmp_path / f"clip_{t:012d}_keypoints.json").write_text(json.dumps(data))
    assert is_take(tmp_path)
    people = find_people(read_tracks(tmp_path, fps=30))
    assert [p.name for p in people] == ["Person 1", "Person 2"]
    np.testing.assert_allclose(people[0].tracks.positions, b, atol=1e-9)
    np.testing.assert_allclose(people[1].tracks.positions, a, atol=1e-9)


def test_two_dimensional_keypoints_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "frame.json"
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": [1.0] * 75}]}))
    with pytest.raises(InputError, match="2D"):
        read_tracks(path)


def test_a_folder_of_takes_and_a_folder_that_is_one(tmp_path: Path) -> None:
    write_take("trc", tmp_path)
    recording = tmp_path / "recording"
    recording.mkdir()
    folder = write_take("freemocap", recording)
    assert not is_take(tmp_path)
    assert is_take(folder)
    assert {p.name for p in takes_in(tmp_path)} == {"take.trc", folder.name}


def test_a_bvh_and_a_motion_are_tracks_and_starts(tmp_path: Path) -> None:
    motion = waving(12)
    (tmp_path / "take.bvh").write_text(bvh_text(motion))
    save_motion(motion, tmp_path / "take.npz")
    for name in ("take.bvh", "take.npz"):
        tracks = read_tracks(tmp_path / name)
        assert best_match(tracks.names).layout.name == "SMPL_24"
        start = read_start(tmp_path / name)
        turn = np.swapaxes(motion.rotations, -1, -2) @ start.rotations
        assert np.abs(matrix_to_axis_angle(turn)).max() < 1e-4
        np.testing.assert_allclose(start.root, motion.root, atol=1e-5)


def test_a_rate_of_nought_is_taken_from_the_times_or_by_default(tmp_path: Path) -> None:
    text = write_take("trc", tmp_path).read_text()
    path = tmp_path / "zero.trc"
    path.write_text(text.replace("60.00\t60.00", "0\t0"))
    assert read_tracks(path).rate == pytest.approx(60.0, rel=1e-3)
    npy = tmp_path / "take.npy"
    np.save(npy, points_of(waving(5)))
    assert any("frame rate" in w for w in read_tracks(npy).warnings)
    assert read_tracks(npy, fps=50.0).rate == 50.0
