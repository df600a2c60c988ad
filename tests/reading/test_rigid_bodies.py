# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigid bodies of Motive and Qualisys: which file, which axes, which order, what is missing."""

from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.reading.systems.rigid_bodies import (
    _of_angles,
    _of_quaternions,
    _qualisys_rotation,
    read_rigid_bodies,
)


def _turn(axis: int, degrees: float):
    vector = np.zeros(3)
    vector[axis] = np.radians(degrees)
    return axis_angle_to_matrix(vector)


def _qtm(path: Path, bodies, rate=50, lead=0, body="stick"):
    """A Qualisys 6D file of rows (place, matrix, roll pitch yaw) a frame."""
    lines = [f"NO_OF_FRAMES\t{len(bodies)}", f"FREQUENCY\t{rate}", f"BODY_NAMES\t{body}",
             "\t".join([*["Frame", "Time"][:lead], "X"])]  # fmt: skip
    for i, (place, matrix, angles) in enumerate(bodies):
        numbers = [*place, *angles, 0.1, *np.asarray(matrix).T.ravel()]
        before = [i + 1, i / rate][:lead]
        lines.append("\t".join(f"{v:g}" for v in (*before, *numbers)))
    path.write_text("\n".join(lines) + "\n")


POSED = [((100.0 * i, 20.0, 30.0), _turn(2, 30.0 * i), (0.0, 0.0, 30.0 * i)) for i in range(4)]


@pytest.mark.parametrize("lead", [0, 1, 2])
def test_a_qualisys_6d_file_is_found_beside_the_take(tmp_path: Path, lead: int) -> None:
    _qtm(tmp_path / "take_6D.tsv", POSED, lead=lead)
    (tmp_path / "take.tsv").write_text("NO_OF_FRAMES\t4\nMARKER_NAMES\ta\n")
    for name in ("take.tsv", "take_6D.tsv"):
        (body,) = read_rigid_bodies(tmp_path / name)
        assert (body.name, body.unit) == ("stick", 0.001)
        np.testing.assert_allclose(body.location, [p[0] for p in POSED])
        np.testing.assert_allclose(body.rotation, [p[1] for p in POSED], atol=1e-5)
    assert body.rate == 50.0


@pytest.mark.parametrize("name", ["take.c3d", "nothing.tsv", "folder", "other.tsv"])
def test_other_files_hold_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "take.c3d").write_text("NO_OF_FRAMES\t1\n")
    (tmp_path / "other.tsv").write_text("a\tb\n1\t2\n")
    assert read_rigid_bodies(tmp_path / name) == ()


def test_a_frame_without_a_rotation_is_missing(tmp_path: Path) -> None:
    bodies = list(POSED)
    bodies[1] = (bodies[1][0], np.zeros((3, 3)), (0.0, 0.0, 0.0))
    _qtm(tmp_path / "t.tsv", bodies)
    (body,) = read_rigid_bodies(tmp_path / "t.tsv")
    assert np.isnan(body.location[:, 0]).tolist() == [False, True, False, False]
    np.testing.assert_allclose(body.rotation[1], np.eye(3))


def test_rotations_are_by_columns_unless_only_rows_agree_with_the_angles() -> None:
    matrices = np.stack([_turn(0, 40.0) @ _turn(1, 20.0), _turn(2, 50.0)])
    angles = np.array([[40.0, 20.0, 0.0], [0.0, 0.0, 50.0]])
    by_columns = np.swapaxes(matrices, 1, 2).reshape(2, 9)
    np.testing.assert_allclose(_qualisys_rotation(by_columns, angles), matrices, atol=1e-9)
    by_rows = matrices.reshape(2, 9)
    np.testing.assert_allclose(_qualisys_rotation(by_rows, angles), matrices, atol=1e-9)
    other = angles + 90.0  # agrees with neither: QTM may have been told other axes
    np.testing.assert_allclose(_qualisys_rotation(by_rows, other), np.swapaxes(matrices, 1, 2))
    unknown = np.full((2, 3), np.nan)
    np.testing.assert_allclose(_qualisys_rotation(by_columns, unknown), matrices)


@pytest.mark.parametrize("order", ["XYZ", "zyx", "YXZ", "nonsense"])
def test_angles_turn_about_the_bodys_own_axes_in_their_order(order: str) -> None:
    degrees = np.array([[10.0, 20.0, 30.0]])
    turns = {"X": _turn(0, 10.0), "Y": _turn(1, 20.0), "Z": _turn(2, 30.0)}
    a, b, c = (turns[x] for x in (order.upper() if len(order) == 3 else "XYZ"))
    np.testing.assert_allclose(_of_angles(degrees, order)[0], a @ b @ c, atol=1e-12)


def test_quaternions_are_x_y_z_w_of_any_length_over_a_half() -> None:
    half = np.sqrt(0.5)
    found = _of_quaternions(np.array([[half, 0, 0, half], [0.6, 0, 0, 0.6], [0, 0, 0, 0.4]]))
    np.testing.assert_allclose(found[0], _turn(0, 90.0), atol=1e-12)
    np.testing.assert_allclose(found[1], _turn(0, 90.0), atol=1e-12)
    assert np.isnan(found[2]).all()


def _motive(path: Path, rows, kind="Quaternion", axes="XYZW"):
    """A Motive file of one rigid body and one of its markers."""
    width = len(axes)
    columns = [("Rigid Body", "stick", "Rotation", a) for a in axes]
    columns += [("Rigid Body", "stick", "Position", a) for a in "XYZ"]
    columns += [("Rigid Body Marker", "stick:1", "Position", a) for a in "XYZ"]
    head = ["Format Version", "1.23", "Export Frame Rate", "100", "Rotation Type", kind,
            "Length Units", "Meters"]  # fmt: skip
    lines = [",".join(head), "", ",".join(["", "Type", *(c[0] for c in columns)]),
             ",".join(["", "Name", *(c[1] for c in columns)]),
             ",".join(["", "ID", *("1" for _ in columns)]),
             ",".join(["", "", *(c[2] for c in columns)]),
             ",".join(["Frame", "Time (Seconds)", *(c[3] for c in columns)])]  # fmt: skip
    for i, (turn, place) in enumerate(rows):
        assert len(turn) == width
        cells = ["" if np.isnan(v) else f"{v:.9g}" for v in (*turn, *place, 1.0, 2.0, 3.0)]
        lines.append(",".join([str(i), f"{i / 100:g}", *cells]))
    path.write_text("\n".join(lines) + "\n")


def test_a_motive_file_has_bodies_beside_its_markers(tmp_path: Path) -> None:
    half = np.sqrt(0.5)
    rows = [((0, 0, 0, 1), (1, 2, 3)), ((0, half, 0, half), (4, 5, 6)),
            ((np.nan,) * 4, (7, 8, 9)), ((0, 0, 0, 1), (0, 0, 0))]  # fmt: skip
    _motive(tmp_path / "m.csv", rows)
    (body,) = read_rigid_bodies(tmp_path / "m.csv")
    assert (body.name, body.rate, body.unit) == ("stick", 100.0, 1.0)
    np.testing.assert_allclose(body.location[:2], [[1, 2, 3], [4, 5, 6]])
    assert np.isnan(body.location[2:]).all()
    np.testing.assert_allclose(body.rotation[1], _turn(1, 90.0), atol=1e-6)


def test_a_motive_files_angles_have_its_order(tmp_path: Path) -> None:
    _motive(tmp_path / "m.csv", [((10, 20, 30), (1, 2, 3))] * 2, "ZYX", "XYZ")
    (body,) = read_rigid_bodies(tmp_path / "m.csv")
    wanted = _turn(2, 30.0) @ _turn(1, 20.0) @ _turn(0, 10.0)
    np.testing.assert_allclose(body.rotation[0], wanted, atol=1e-6)
