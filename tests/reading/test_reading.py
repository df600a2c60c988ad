# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to tracks: what is in them, what is missing in them, and what is wrong with them."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.units import UNITS

TWELVE = [
    f"{side}{part}"
    for part in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Foot")
    for side in "LR"
]


def c3d_file(path: Path, positions: np.ndarray, names: list[str], rate: float = 120.0) -> Path:
    """A C3D as the library writes it, missing samples as NaN in `positions`."""
    import c3d

    writer = c3d.Writer(point_rate=rate, analog_rate=0)
    for frame in positions:
        rows = np.zeros((len(names), 5), dtype=np.float32)
        rows[:, :3] = np.nan_to_num(frame)
        rows[~np.isfinite(frame).all(axis=1), 3] = -1
        writer.add_frames([(rows, np.zeros((0, 0)))])
    writer.set_point_labels(names)
    stream = io.BytesIO()
    writer.write(stream)
    path.write_bytes(stream.getvalue())
    return path


@pytest.fixture
def c3d_take(tmp_path: Path) -> tuple[Path, np.ndarray, list[str]]:
    positions = 1000.0 * np.random.default_rng(0).random((40, 5, 3)) + 10.0
    positions[3:7, 2] = np.nan
    names = ["Anna:LSHO", "Anna:RSHO", "C7", "LKNE", "RKNE"]
    return c3d_file(tmp_path / "take.c3d", positions, names), positions, names


def test_c3d_points_gaps_names_and_rate(c3d_take) -> None:
    path, positions, names = c3d_take
    tracks = read_tracks(path)
    assert [n.strip() for n in tracks.names] == names
    assert tracks.rate == 120.0
    np.testing.assert_allclose(tracks.positions, positions, atol=0.1)
    assert tracks.seen.sum() == 40 * 5 - 4


@pytest.mark.parametrize("keep", [0, 1, 100, 511, 512, 1500])
def test_a_c3d_that_is_cut_off_is_refused(c3d_take, keep: int) -> None:
    path = c3d_take[0]
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"take\.c3d"):
        read_tracks(path)


def test_of_a_c3d_whose_last_frames_are_gone_the_others_are_read(c3d_take) -> None:
    path, positions, _ = c3d_take
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 2048])
    tracks = read_tracks(path)
    assert 10 < tracks.frames < 40
    np.testing.assert_allclose(tracks.positions, positions[: tracks.frames], atol=0.1)
    assert any("cut off" in w for w in tracks.warnings)


def test_an_absurd_count_in_a_c3ds_header_gives_what_the_data_hold(c3d_take) -> None:
    """Nothing is allocated for a count that the file has no room for."""
    path = c3d_take[0]
    data = bytearray(path.read_bytes())
    data[8:10] = struct.pack("<H", 65535)
    path.write_bytes(bytes(data))
    assert read_tracks(path).frames == 40


def test_something_else_named_c3d_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "take.c3d"
    path.write_bytes(b"This is a letter, not a capture. " * 100)
    with pytest.raises(InputError, match="not a C3D"):
        read_tracks(path)


TRC = """PathFileType\t4\t(X/Y/Z)\ttake.trc
DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames
60.00\t60.00\t3\t2\tmm\t60.00\t1\t3
Frame#\tTime\tRHip\t\t\tLHip\t\t
\t\tX1\tY1\tZ1\tX2\tY2\tZ2

1\t0.0\t1\t2\t3\t4\t5\t6
2\t0.0167\t1.5\t2.5\t3.5\t\t\t
3\t0.0333\t2\t3\t4\tnan\t6\t7
"""


def test_trc_with_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "take.trc"
    path.write_text(TRC)
    tracks = read_tracks(path)
    assert tracks.names == ("RHip", "LHip")
    assert tracks.rate == 60.0
    assert tracks.unit == UNITS["mm"]
    np.testing.assert_allclose(tracks.positions[:, 0], [[1, 2, 3], [1.5, 2.5, 3.5], [2, 3, 4]])
    assert tracks.seen.tolist() == [[True, True], [True, False], [True, False]]


@pytest.mark.parametrize(
    "text", ["", "hello\n", TRC.splitlines()[0], "\n".join(TRC.splitlines()[:6])]
)
def test_a_broken_trc_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "take.trc"
    path.write_text(text)
    with pytest.raises(InputError, match=r"take\.trc"):
        read_tracks(path)


def test_npz_with_names_rate_and_confidence(tmp_path: Path) -> None:
    points = np.ones((4, 2, 4))
    points[1, 0, 3] = 0.0
    path = tmp_path / "take.npz"
    np.savez(path, keypoints=points, names=np.array(["a", "b"]), fps=50.0)
    tracks = read_tracks(path)
    assert tracks.rate == 50.0
    assert tracks.names == ("a", "b")
    assert not tracks.seen[1, 0]
    assert tracks.seen.sum() == 7


def test_nothing_pickled_is_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    path = tmp_path / "take.npy"
    np.save(path, np.array([Bomb()], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"take\.npy"):
        read_tracks(path)
    assert not (tmp_path / "exploded").exists()


def test_csv_with_header_and_time(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text(
        "time,nose_x,nose_y,nose_z,LHip X,LHip Y,LHip Z\n0,1,2,3,4,5,6\n0.02,1,2,3,,,\n"
    )
    tracks = read_tracks(path)
    assert tracks.names == ("nose", "LHip")
    assert tracks.rate == pytest.approx(50.0)
    assert not tracks.seen[1, 1]


def test_rows_of_twelve_nameless_points_get_names(tmp_path: Path) -> None:
    path = tmp_path / "take.dat"
    shown = [load_layout("H36M_17").names.index(n) for n in TWELVE]
    rows = points_of(waving(10), "H36M_17")[:, shown].reshape(10, -1)
    path.write_text("\n".join(" ".join(f"{x:.4f}" for x in row) for row in rows))
    tracks = read_tracks(path)
    assert tracks.names[0] == "left_shoulder"
    assert tracks.nameless
    assert any("frame rate" in w for w in tracks.warnings)


@pytest.mark.parametrize(
    ("fps", "unit", "up"), [(-1.0, None, None), (None, "yd", None), (None, None, "w")]
)
def test_impossible_overrides_are_refused(tmp_path: Path, fps, unit, up) -> None:
    path = tmp_path / "take.trc"
    path.write_text(TRC)
    with pytest.raises(InputError):
        read_tracks(path, fps=fps, unit=unit, up=up)


def test_a_missing_file_and_an_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_tracks(tmp_path / "nothing.c3d")
    (tmp_path / "song.mp3").write_bytes(b"x" * 600)
    with pytest.raises(InputError, match="mp3"):
        read_tracks(tmp_path / "song.mp3")
