# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of several people, and rows of bare numbers behind columns of frames, times and people."""

from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.reading import read_tracks
from lsmplify_core.tracks.people import find_people

FRAMES = 30
COCO, KINECT = "COCO_17", "AzureKinect_32"
ASIDE = np.array([1.7, 0.0, 0.0])


def points(layout: str) -> np.ndarray:
    return points_of(waving(FRAMES), layout)


def cells(values: np.ndarray) -> list[str]:
    return [f"{v:.4f}" for v in np.ravel(values)]


def check(path: Path, layout: str, people: int) -> None:
    found = find_people(read_tracks(path))
    assert len(found) == people
    for i, person in enumerate(found):
        expected = points(layout) + i * ASIDE
        np.testing.assert_allclose(person.tracks.positions, expected, atol=1e-4)


@pytest.mark.parametrize("people", [["a"], ["a", "b"], ["one", "two", "three"]])
@pytest.mark.parametrize("scored", [True, False])
def test_deeplabcuts_tables(tmp_path: Path, people: list[str], scored: bool) -> None:
    names, axes = load_layout(COCO).names, ["x", "y", "z", *(["likelihood"] if scored else [])]
    columns = [(p, n, a) for p in people for n in names for a in axes]
    rows = [["scorer", *["net"] * len(columns)]]
    if len(people) > 1:
        rows.append(["individuals", *(c[0] for c in columns)])
    rows += [["bodyparts", *(c[1] for c in columns)], ["coords", *(c[2] for c in columns)]]
    for t, frame in enumerate(points(COCO)):
        row = [str(t)]
        for i in range(len(people)):
            for p in frame + i * ASIDE:
                row += [*cells(p), *(["0.9"] if scored else [])]
        rows.append(row)
    path = tmp_path / "dlc.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    check(path, COCO, len(people))


@pytest.mark.parametrize("people", [1, 2])
def test_a_person_a_row(tmp_path: Path, people: int) -> None:
    head = ["frame", "person_id", *(f"{n}_{a}" for n in load_layout(KINECT).names for a in "xyz")]
    rows = [head] + [
        [str(t), str(i), *cells(frame + i * ASIDE)]
        for t, frame in enumerate(points(KINECT)) for i in range(people)
    ]  # fmt: skip
    path = tmp_path / "people.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    check(path, KINECT, people)


@pytest.mark.parametrize("people", [1, 2])
def test_kinects_joint_a_row(tmp_path: Path, people: int) -> None:
    names = load_layout(KINECT).names
    rows = [["Timestamp", "BodyId", "JointName", "X", "Y", "Z"]] + [
        [str(round(1e6 * t / 30)), str(i), n, *cells(p + i * ASIDE)]
        for t, frame in enumerate(points(KINECT)) for i in range(people)
        for n, p in zip(names, frame, strict=True)
    ]  # fmt: skip
    path = tmp_path / "kinect.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    assert read_tracks(path).rate == 30
    check(path, KINECT, people)


@pytest.mark.parametrize(
    "lead", [(), ("frame",), ("time",), ("frame", "time"), ("frame", "id"), ("frame", "time", "id")]
)
@pytest.mark.parametrize("scored", [True, False])
def test_bare_rows_behind_other_columns(
    tmp_path: Path, lead: tuple[str, ...], scored: bool
) -> None:
    rows: list[str] = []
    for t, frame in enumerate(points("BODY_25")):
        own = {"frame": str(t + 5), "time": f"{t / 60:.5f}", "id": "3"}
        numbers = np.concatenate([frame, np.full((25, 1), 0.87)], axis=1) if scored else frame
        rows.append(" ".join([*(own[w] for w in lead), *cells(numbers)]))
    path = tmp_path / "rows.txt"
    path.write_text("\n".join(rows))
    tracks = read_tracks(path)
    assert tracks.names == load_layout("BODY_25").names
    np.testing.assert_allclose(tracks.positions, points("BODY_25"), atol=1e-4)
    assert tracks.rate == (60 if "time" in lead else 30)
    assert (tracks.confidence is not None) == scored


def test_bare_rows_of_two_people(tmp_path: Path) -> None:
    rows = [
        " ".join([str(t), str(i), *cells(frame + i * ASIDE)])
        for t, frame in enumerate(points("BODY_25")) for i in (0, 1)
    ]  # fmt: skip
    path = tmp_path / "rows.txt"
    path.write_text("\n".join(rows))
    check(path, "BODY_25", 2)
