# SPDX-License-Identifier: GPL-3.0-or-later
"""Places are told from rotations, velocities and the like, by the titles that tools give them."""

from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.reading import read_tracks
from lsmplify_core.reading.tables.columns import column_of, place_columns
from lsmplify_core.runtime.errors import InputError

PLACES = ["{n}.Pos{A}", "{n}_T{a}", "pos_{n}_{a}", "{n}_worldPosition_{a}", "{n}.position.{a}",
          "{n} [{a}]", "{n}_{a} (mm)", "{A}_{n}", "{n} {A}"]  # fmt: skip
OTHERS = ["{n}.Rot{A}", "{n}_R{a}", "rot_{n}_{a}", "{n}_localPosition_{a}", "{n}.rotation.{a}",
          "{n} Angular Velocity {A}", "{n}_velocity_{a}", "{n}_Force_{a}",
          "{n}_euler_{a}"]  # fmt: skip
NAMES = ["Hips", "LeftArm", "RightUpLeg"]


def titles(form: str, axes: str = "xyz") -> list[str]:
    return [form.format(n=n, a=a, A=a.upper()) for n in NAMES for a in axes]


@pytest.mark.parametrize("form", PLACES)
def test_titles_of_places_give_the_points_names(form: str) -> None:
    found = place_columns(titles(form), np.zeros((2, 9)), Path("take.csv"))
    assert {n: list(c) for n, c in found.items()} == {
        n: [3 * i, 3 * i + 1, 3 * i + 2] for i, n in enumerate(NAMES)
    }


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("first", [True, False])
def test_other_quantities_beside_them_are_left_out(other: str, first: bool) -> None:
    place, rest = titles("{n}_pos_{a}"), titles(other)
    both = [*rest, *place] if first else [*place, *rest]
    found = place_columns(both, np.zeros((2, 18)), Path("take.csv"))
    assert list(found) == NAMES
    assert all(both[c].endswith("_pos_x") for c, _, _ in found.values())


@pytest.mark.parametrize("other", OTHERS)
def test_a_table_of_them_alone_is_refused(other: str) -> None:
    with pytest.raises(InputError, match="positions"):
        place_columns(titles(other), np.zeros((2, 9)), Path("take.csv"))


def test_quaternions_without_a_word_are_known_by_their_length() -> None:
    data = np.zeros((4, 12))
    data[:, 3::4] = 1.0
    with pytest.raises(InputError, match="no places"):
        place_columns(titles("{n}_{a}", "xyzw"), data, Path("take.csv"))


def test_x_and_y_alone_are_2d() -> None:
    flat = [f"point{i}_{a}" for i in range(6) for a in "xy"]
    with pytest.raises(InputError, match="2D"):
        place_columns(flat, np.zeros((2, 12)), Path("take.csv"))


def test_sides_are_no_quantities() -> None:
    for title, point in (("Shoulder_R_x", "Shoulder_R"), ("L_Hip_z", "L_Hip"), ("Head y", "Head")):
        found = column_of(title)
        assert found is not None
        assert (found.point, found.kind) == (point, "")


@pytest.mark.parametrize(
    ("mark", "dot"), [(";", ","), ("\t", ","), (",", "."), (" ", "."), (";", ".")]
)
def test_separators_and_decimal_marks_are_found(tmp_path: Path, mark: str, dot: str) -> None:
    numbers = 1000 * np.random.default_rng(0).random((12, 9)) + 1
    rows = [mark.join(["time", *titles("{n}_{a}")])]
    rows += [
        mark.join([f"{t / 60:.4f}".replace(".", dot), *(f"{x:.3f}".replace(".", dot) for x in row)])
        for t, row in enumerate(numbers)
    ]
    path = tmp_path / "take.csv"
    path.write_text("\n".join(rows))
    tracks = read_tracks(path)
    np.testing.assert_allclose(tracks.positions.reshape(12, 9), numbers, atol=1e-3)
    assert tracks.rate == 60
