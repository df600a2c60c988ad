# SPDX-License-Identifier: GPL-3.0-or-later
"""C3D that is sound but odd: byte orders, contradictions of header and parameters, long takes."""

import struct
from pathlib import Path

import numpy as np
import pytest
from c3d_files import DEC, MIPS, Odd, c3d_bytes, theia_bytes, write

from lsmplify_core.reading import read_tracks
from lsmplify_core.tracks.people import find_people

NAMES = ["LSHO", "RSHO", "C7", "LKNE", "RKNE", "LANK"]
POINTS = 1000.0 * np.random.default_rng(0).random((40, 6, 3)) + 10.0
POINTS[3:7, 2] = np.nan

ODD = {
    "plain": Odd(), "integers": Odd(scale=0.05), "MIPS": Odd(MIPS), "DEC": Odd(DEC),
    "DEC integers": Odd(DEC, scale=0.05), "MIPS integers": Odd(MIPS, scale=0.05),
    "starts at 301": Odd(first=301), "starts at 0": Odd(first=0), "analog": Odd(analog=8),
    "analog left out of the header": Odd(analog=8, header_analog=0),
    "another rate in the header": Odd(header_rate=59.94),
    "no rate in the header": Odd(header_rate=0.0),
    "another scale in the header": Odd(header_scale=-0.1),
    "another scale of integers in the header": Odd(scale=0.05, header_scale=0.02),
    "more frames in the header": Odd(header_last=999), "no frames in the parameters": Odd(frames=0),
    "fewer points in the parameters": Odd(used=5), "trial's fields": Odd(trial=True),
    "bytes behind the data": Odd(tail=b"\x55" * 700),
    "a parameter twice": Odd(more=[(1, "RATE", 4, [], struct.pack("<f", 60.0))]),
    "a double parameter": Odd(more=[(1, "MASS", 8, [], struct.pack("<d", 70.0))]),
    "a parameter of no group": Odd(more=[(9, "MASS", 4, [], struct.pack("<f", 70.0))]),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_what_the_data_bear_out_is_read(tmp_path: Path, kind: str) -> None:
    tracks = read_tracks(write(tmp_path / "take.c3d", c3d_bytes(POINTS, NAMES, ODD[kind])))
    assert (tracks.rate, tracks.unit, list(tracks.names)) == (60.0, 0.001, NAMES)
    np.testing.assert_allclose(tracks.positions, POINTS, atol=0.06)
    assert not tracks.warnings


@pytest.mark.parametrize("first", [1, 301])
@pytest.mark.parametrize("trial", [True, False])
def test_more_frames_than_16_bits_count(tmp_path: Path, first: int, trial: bool) -> None:
    frames = 66_000
    long = np.tile(POINTS[:40], (frames // 40, 1, 1))
    data = c3d_bytes(long, NAMES, Odd(first=first, trial=trial))
    tracks = read_tracks(write(tmp_path / "long.c3d", data))
    # without the trial's fields the last block's rest counts as frames without samples
    assert frames <= tracks.frames <= frames + 6
    assert (tracks.frames == frames) or not trial
    np.testing.assert_allclose(tracks.positions[65_990:frames], long[65_990:], atol=0.01)


def test_of_a_file_that_is_cut_off_whole_frames_are_read(tmp_path: Path) -> None:
    data = c3d_bytes(POINTS, NAMES)
    tracks = read_tracks(write(tmp_path / "cut.c3d", data[:-1000]))
    assert 20 < tracks.frames < 40
    np.testing.assert_allclose(tracks.positions, POINTS[: tracks.frames], atol=0.01)
    assert any("cut off" in w for w in tracks.warnings)


def test_theias_rotations_give_the_joints_where_segments_begin(tmp_path: Path) -> None:
    labels = ["pelvis_4X4", "l_thigh_4X4", "r_thigh_4X4", "l_shank_4X4", "torso_4X4", "l_uarm_4X4"]
    tracks = read_tracks(write(tmp_path / "theia.c3d", theia_bytes(POINTS, labels, 100.0)))
    assert tracks.names == ("Pelvis", "L_Hip", "R_Hip", "L_Knee", "Torso", "L_Shoulder")
    assert (tracks.rate, tracks.unit) == (100.0, 0.001)
    np.testing.assert_allclose(tracks.positions, POINTS, atol=0.01)
    assert any("rotations" in w for w in tracks.warnings)
    assert len(find_people(tracks)) == 1


@pytest.mark.parametrize(("first", "rate"), [(1, 60.0), (101, 60.0), (301, 120.0)])
def test_events_count_from_the_first_frame_of_the_file(
    tmp_path: Path, first: int, rate: float
) -> None:
    """EVENT:TIMES are minutes and seconds since frame 1; the file may begin later."""
    at = struct.pack("<4f", 0.0, 2.0, 1.0, 3.5)
    more = [
        (3, "LABELS", -1, [11, 2], b"Foot StrikeFoot Off   "), (3, "TIMES", 4, [2, 2], at),
        (3, "CONTEXTS", -1, [5, 2], b"Left Right"),
    ]  # fmt: skip
    data = c3d_bytes(POINTS, NAMES, Odd(first=first, rate=rate, more=more))
    path = tmp_path / "take.c3d"
    path.write_bytes(data.replace(b"\x05\xfdTRIAL", b"\x05\xfdEVENT"))
    before = (first - 1) / rate
    events = read_tracks(path).events
    assert [name for _, name in events] == ["Left Foot Strike", "Right Foot Off"]
    np.testing.assert_allclose([t for t, _ in events], [2.0 - before, 63.5 - before], atol=1e-5)


@pytest.mark.parametrize("fps", [None, 120.0])
def test_the_first_frame_is_the_files_whatever_its_rate_is_said_to_be(
    tmp_path: Path, fps: float | None
) -> None:
    path = tmp_path / "take.c3d"
    path.write_bytes(c3d_bytes(POINTS, NAMES, Odd(first=101, rate=60.0)))
    assert read_tracks(path, fps=fps).first_frame == 100


def test_motives_last_frame_is_none_where_it_counts_from_0(tmp_path: Path) -> None:
    """Its header says frames 0 to 40 of 40."""
    path = tmp_path / "take.c3d"
    odd = Odd(first=0, header_last=40, tail=bytes(6 * 16 + 512))
    path.write_bytes(c3d_bytes(POINTS, NAMES, odd))
    assert read_tracks(path).frames == 40


@pytest.mark.parametrize("listed", [b"Anna:LABS", b"LABS     "])
@pytest.mark.parametrize("kind", [b"ANGLES", b"FORCES", b"POWERS", b"SCALARS"])
def test_what_models_wrote_is_no_point_with_or_without_its_prefix(
    tmp_path: Path, listed: bytes, kind: bytes
) -> None:
    """A list of quantities names them as the labels do, or without the subject's prefix."""
    names = ["Anna:LSHO", "Anna:RSHO", "Anna:C7", "Anna:LKNE", "Anna:RKNE", "Anna:LABS"]
    more = [(1, kind.decode(), -1, [len(listed), 1], listed)]
    path = write(tmp_path / "take.c3d", c3d_bytes(POINTS, names, Odd(more=more)))
    tracks = read_tracks(path)
    assert list(tracks.names) == names[:5]


@pytest.mark.parametrize(
    ("name", "point"),
    [("LKneeAngles", False), ("Anna:RHipMoment", False), ("LGroundReactionForce", False),
     ("RAnklePower_2", False), ("LHandVelocity", False), ("Angle", False), ("Angela", True),
     ("PowerLeft", True)],
)  # fmt: skip
def test_quantities_are_known_by_their_names(tmp_path: Path, name: str, point: bool) -> None:
    names = [*NAMES[:5], name]
    tracks = read_tracks(write(tmp_path / "take.c3d", c3d_bytes(POINTS, names)))
    assert (name in tracks.names) == point
