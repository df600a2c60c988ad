# SPDX-License-Identifier: GPL-3.0-or-later
"""Motive's kinds of columns and coordinate spaces, and Nexus's blocks in any order and length."""

from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

MOTION = waving(20, 60.0)
BONES, MARKERS = "OptiTrack_Bones_21", "OptiTrack_Baseline_41"
Column = tuple[str, str, np.ndarray]


def columns(kind: str, layout: str) -> list[Column]:
    points, names = points_of(MOTION, layout), load_layout(layout).names
    if kind == "Bone":  # the root has the skeleton's own name
        names = tuple("" if n == "Hip" else f":{n}" for n in names)
    else:
        names = tuple(f":{n}" for n in names)
    return [(kind, f"Skeleton 001{n}", points[:, k]) for k, n in enumerate(names)]


def unlabelled(count: int = 12) -> list[Column]:
    spots = np.random.default_rng(0).random((count, 3))
    return [("Marker", f"Unlabeled {1000 + i}", np.tile(s, (20, 1))) for i, s in enumerate(spots)]


def motive(path: Path, parts: list[Column], space: str = "Global", mark: str = ",") -> Path:
    rows = [
        ["Format Version", "1.23", "Export Frame Rate", "60", "Length Units", "Meters",
         "Coordinate Space", space],
        [], ["", "Type", *(k for k, _, _ in parts for _ in "xyz")],
        ["", "Name", *(n for _, n, _ in parts for _ in "xyz")],
        ["", "ID", *("1" for _ in parts for _ in "xyz")],
        ["", "", *("Position" for _ in parts for _ in "xyz")],
        ["Frame", "Time (Seconds)", *(a for _ in parts for a in "XYZ")],
    ]  # fmt: skip
    for t in range(20):
        numbers = [t / 60, *(x for _, _, p in parts for x in p[t])]
        text = [f"{x:.6f}" for x in numbers]
        rows.append([str(t), *(x.replace(".", ",") if mark == ";" else x for x in text)])
    path.write_text("\n".join(mark.join(row) for row in rows))
    return path


@pytest.mark.parametrize(
    ("kind", "layout"), [("Bone", BONES), ("Bone Marker", MARKERS), ("Marker", MARKERS)]
)
@pytest.mark.parametrize("first", [True, False])
def test_the_kind_that_shows_a_body_is_taken(
    tmp_path: Path, kind: str, layout: str, first: bool
) -> None:
    body, rest = columns(kind, layout), unlabelled()
    path = motive(tmp_path / "take.csv", body + rest if first else rest + body)
    tracks = read_tracks(path)
    assert len(tracks.names) == len(load_layout(layout).names)
    np.testing.assert_allclose(tracks.positions, points_of(MOTION, layout), atol=1e-5)


def test_measured_markers_count_more_than_the_skeletons(tmp_path: Path) -> None:
    both = columns("Bone", BONES) + columns("Bone Marker", MARKERS) + columns("Marker", MARKERS)
    assert len(read_tracks(motive(tmp_path / "take.csv", both)).names) == 41


def test_local_bones_are_refused_and_markers_are_not(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Coordinate Space"):
        read_tracks(motive(tmp_path / "bones.csv", columns("Bone", BONES), "Local"))
    markers = motive(tmp_path / "markers.csv", columns("Marker", MARKERS), "Local")
    assert read_tracks(markers).frames == 20


def test_a_motive_table_that_a_spreadsheet_wrote(tmp_path: Path) -> None:
    path = motive(tmp_path / "take.csv", columns("Marker", MARKERS), mark=";")
    expected = points_of(MOTION, MARKERS)
    np.testing.assert_allclose(read_tracks(path).positions, expected, atol=1e-5)


def trajectories(mark: str) -> list[str]:
    names, points = load_layout("PlugInGait_39").names, 1000 * points_of(MOTION, "PlugInGait_39")

    def text(x: float) -> str:
        return f"{x:.3f}".replace(".", "," if mark == ";" else ".")

    return [
        "Trajectories", "60", 2 * mark + (3 * mark).join(f"Anna:{n}" for n in names),
        mark.join(["Frame", "Sub Frame", *("X", "Y", "Z") * 39]),
        2 * mark + mark.join(["mm"] * 117),
        *(mark.join([str(t + 1), "0", *map(text, points[t].ravel())]) for t in range(20)), "",
    ]  # fmt: skip


def other_block(name: str, rows: int, mark: str) -> list[str]:
    return [
        name, "1000", f"{mark}{mark}Plate - Force", mark.join(["Frame", "Sub Frame", "X", "Y",
                                                               "Z"]),
        mark.join(["", "", "N", "N", "N"]),
        *(mark.join([str(i // 10 + 1), str(i % 10), "1", "2", "3"]) for i in range(rows)), "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "before", [(), ("Devices",), ("Devices", "Model Outputs"), ("Kraftdaten",)]
)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_trajectories_are_found_behind_any_blocks(tmp_path: Path, before, mark: str) -> None:
    lines = [line for name in before for line in other_block(name, 9000, mark)]
    path = tmp_path / "take.csv"
    path.write_text("\n".join([*lines, *trajectories(mark), *other_block("Joints", 5, mark)]))
    tracks = read_tracks(path)
    assert (tracks.rate, tracks.frames, len(tracks.names)) == (60.0, 20, 39)
    expected = 1000 * points_of(MOTION, "PlugInGait_39")
    np.testing.assert_allclose(tracks.positions, expected, atol=0.01)


def test_a_nexus_table_without_trajectories_says_so(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text("\n".join(other_block("Devices", 50, ",")))
    with pytest.raises(InputError, match="Trajectories"):
        read_tracks(path)


@pytest.mark.parametrize("reverse", [True, False])
def test_measured_markers_go_before_the_skeletons(tmp_path: Path, reverse: bool) -> None:
    """Both show the body; those of the skeleton are where the solve puts them."""
    measured = columns("Marker", MARKERS)
    solved = [
        ("Bone Marker", name, points + 0.02) for _, name, points in columns("Marker", MARKERS)
    ]
    parts = measured + solved
    tracks = read_tracks(motive(tmp_path / "take.csv", parts[::-1] if reverse else parts))
    assert len(tracks.names) == len(measured)
    truth = {name: points for _, name, points in measured}
    for k, name in enumerate(tracks.names):
        np.testing.assert_allclose(tracks.positions[:, k], truth[name], atol=1e-5)
