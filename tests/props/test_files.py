# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigid bodies of Motive and Qualisys, props as files, and `--props`."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from prop_takes import TruePose, moved, off_by
from takes import points_of, tracks_of, waving

from lsmplify_core.cli.main import main
from lsmplify_core.geometry.rotations import matrix_to_quaternion
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.props.prop import Prop
from lsmplify_core.reading.systems.rigid_bodies import read_rigid_bodies

FRAMES, RATE = 60, 60.0
MOTION = waving(FRAMES, RATE)
TRUE = moved(MOTION, "stick 4", "held")
Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""From Z up to Y up, as Motive has it."""


def motive(path: Path, true: TruePose, gap: slice) -> Path:
    """A body's markers and a rigid body, in metres and Y up."""
    names = load_layout("CMU_41").names
    points = points_of(MOTION, "CMU_41") @ Y_UP.T
    quaternion = np.asarray(matrix_to_quaternion(Y_UP @ true.rotation))[:, [1, 2, 3, 0]]
    place = true.location @ Y_UP.T
    kinds = ["Marker"] * 123 + ["Rigid Body"] * 8
    called = [f"Anna:{n}" for n in names for _ in "xyz"] + ["Sword"] * 8
    what = ["Position"] * 123 + ["Rotation"] * 4 + ["Position"] * 3 + ["Mean Marker Error"]
    axes = ["X", "Y", "Z"] * 41 + ["X", "Y", "Z", "W", "X", "Y", "Z", ""]
    rows = [
        ["Format Version", "1.23", "Export Frame Rate", f"{RATE:g}", "Rotation Type", "Quaternion",
         "Length Units", "Meters", "Coordinate Space", "Global"],
        [], ["", "Type", *kinds], ["", "Name", *called], ["", "ID", *["1"] * 131],
        ["", "", *what], ["Frame", "Time (Seconds)", *axes],
    ]  # fmt: skip
    for t in range(FRAMES):
        body = [f"{x:.7f}" for x in (*quaternion[t], *place[t], 0.0005)]
        if gap.start <= t < gap.stop:
            body = [""] * 8
        rows.append([str(t), f"{t / RATE:.6f}", *(f"{x:.6f}" for x in points[t].ravel()), *body])
    path.write_text("\n".join(",".join(row) for row in rows))
    return path


def qualisys(path: Path, true: TruePose, by_columns: bool) -> None:
    """A 6D file, millimetres, Z up; the angles are those of R = Rx(roll) Ry(pitch) Rz(yaw)."""
    header = ["NO_OF_FRAMES\t60", f"FREQUENCY\t{RATE:g}", "DATA_INCLUDED\t6D", "BODY_NAMES\tSword"]
    rot = [f"Rot[{i}]" for i in range(9)]
    columns = ["X", "Y", "Z", "Roll", "Pitch", "Yaw", "Residual", *rot]
    lines = [*header, "\t".join(columns)]
    for t in range(FRAMES):
        r = true.rotation[t]
        angles = np.degrees(
            [np.arctan2(-r[1, 2], r[2, 2]), np.arcsin(r[0, 2]), np.arctan2(-r[0, 1], r[0, 0])]
        )
        nine = (r.T if by_columns else r).ravel()
        numbers = [*(1000.0 * true.location[t]), *angles, 0.4, *nine]
        lines.append("\t".join(f"{x:.6f}" for x in numbers))
    path.write_text("\n".join(lines) + "\n")


def loaded(path: Path, number: int = 0) -> Prop:
    with np.load(path) as arrays:
        return Prop(
            str(arrays["names"][number]), float(arrays["mocap_framerate"]),
            arrays["location"][number], arrays["rotation"][number], arrays["measured"][number],
        )  # fmt: skip


def pivot(true: TruePose) -> TruePose:
    """The pose of the prop's own zero, where a capture system's pivot is."""
    return replace(true, markers=np.zeros((1, 3)))


def test_motives_rigid_body_is_a_prop_with_its_gap_filled(tmp_path: Path) -> None:
    take = motive(tmp_path / "take.csv", TRUE, slice(30, 36))
    assert [b.name for b in read_rigid_bodies(take)] == ["Sword"]
    args = ["solve", str(take), "-o", str(tmp_path / "out.npz"), "--props"]
    assert main([*args, str(tmp_path / "props.npz")]) == 0
    prop = loaded(tmp_path / "props.npz")
    degrees, mm = off_by(prop, pivot(TRUE))
    assert (degrees.max(), mm.max()) < (3.0, 8.0)
    seen = np.delete(np.arange(FRAMES), np.arange(30, 36))
    assert degrees[seen].max() < 0.05
    assert mm[seen].max() < 0.05
    assert prop.measured.sum() == FRAMES - 6


@pytest.mark.parametrize("by_columns", [True, False])
def test_qualisys_bodies_lie_in_the_file_beside(tmp_path: Path, by_columns: bool) -> None:
    body = tracks_of(MOTION, "CMU_41")
    head = ["NO_OF_FRAMES\t60", f"FREQUENCY\t{RATE:g}", "MARKER_NAMES\t" + "\t".join(body.names)]
    rows = ["\t".join(f"{1000 * x:.3f}" for x in frame.ravel()) for frame in body.positions]
    take = tmp_path / "take.tsv"
    take.write_text("\n".join([*head, *rows]) + "\n")
    qualisys(tmp_path / "take_6D.tsv", TRUE, by_columns)
    out = tmp_path / "out.npz"
    assert main(["solve", str(take), "-o", str(out), "--props", str(tmp_path / "p.npz")]) == 0
    degrees, mm = off_by(loaded(tmp_path / "p.npz"), pivot(TRUE))
    assert degrees.max() < 0.05
    assert mm.max() < 0.05


def take_with_stick(path: Path, unit: float = 1.0) -> Path:
    body, points = tracks_of(MOTION, "CMU_41"), TRUE.points(noise=0.001)
    names = [*body.names, *(f"Stick{i}" for i in range(4))]
    positions = np.concatenate((body.positions, points), axis=1) / unit
    np.savez(path, positions=positions, names=names, rate=RATE)
    return path


def test_a_prop_comes_out_in_metres_with_z_up(tmp_path: Path) -> None:
    take = take_with_stick(tmp_path / "take.npz", 0.001)
    props = tmp_path / "props.json"
    assert main(["solve", str(take), "-o", str(tmp_path / "o.npz"), "--props", str(props)]) == 0
    found = json.loads(props.read_text())
    assert (found["frames"], found["rate"]) == (FRAMES, RATE)
    (stick,) = found["props"]
    assert stick["name"] == "Stick"
    assert stick["tracks"] == [f"Stick{i}" for i in range(4)]
    prop = Prop(
        "Stick", RATE, np.array(stick["location"]), np.array(stick["rotation"]),
        np.array(stick["measured"]),
    )  # fmt: skip
    degrees, mm = off_by(prop, TRUE)
    assert mm.max() < 3.0
    assert degrees.mean() < 2.0
    assert stick["track_error_mm"]["mean"] < 2.0


def test_a_take_without_props_has_an_empty_list(tmp_path: Path) -> None:
    body = tracks_of(MOTION, "CMU_41")
    np.savez(tmp_path / "take.npz", positions=body.positions, names=body.names, rate=RATE)
    for end in ("json", "npz"):
        out = ["-o", str(tmp_path / "o.npz"), "--props", str(tmp_path / f"p.{end}")]
        assert main(["solve", str(tmp_path / "take.npz"), *out]) == 0
    assert json.loads((tmp_path / "p.json").read_text())["props"] == []
    with np.load(tmp_path / "p.npz") as arrays:
        assert arrays["location"].shape == (0, FRAMES, 3)


def test_several_takes_have_a_folder_of_props(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    take_with_stick(tmp_path / "in/a.npz")
    take_with_stick(tmp_path / "in/b.npz")
    words = ["solve", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--props"]
    assert main([*words, str(tmp_path / "props")]) == 0
    assert sorted(p.name for p in (tmp_path / "props").iterdir()) == ["a.npz", "b.npz"]


@pytest.mark.parametrize("name", ["props.csv", "props", "take.npz"])
def test_where_props_cannot_go(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    take = take_with_stick(tmp_path / "take.npz")
    out = ["-o", str(tmp_path / "o.npz"), "--props", str(tmp_path / name)]
    assert main(["solve", str(take), *out]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "o.npz").exists()


def test_inspect_tells_props(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(take_with_stick(tmp_path / "take.npz")), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["props"] == [{"name": "Stick", "tracks": [f"Stick{i}" for i in range(4)]}]
    assert "4 tracks move as one rigid body: prop Stick" in found["warnings"]
