# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables with a frame a row: what stands above and beside the numbers."""

from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

NAMES = ["Hip", "Knee", "Ankle", "Nose"]
POINTS = np.round(np.random.default_rng(0).random((20, 4, 3)) + 1.0, 4)


def table(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    lines = [",".join(header)] if header else []
    path.write_text("\n".join([*lines, *(",".join(str(x) for x in row) for row in rows)]))
    return path


def titles(extra: str = "") -> list[str]:
    return [f"{n}_{a}" for n in NAMES for a in (*"xyz", *([extra] if extra else []))]


def numbers(t: int) -> list[float]:
    return POINTS[t].ravel().tolist()


@pytest.mark.parametrize("above", [0, 1, 29, 30])
def test_lines_above_the_header_are_passed_over(tmp_path: Path, above: int) -> None:
    """The header is among the first thirty; those above have less than half of a row's cells."""
    path = table(tmp_path / "a.csv", titles(), [numbers(t % 20) for t in range(60)])
    path.write_text("exported by,somebody\n" * above + path.read_text())
    if above > 29:
        with pytest.raises(InputError):
            read_tracks(path)
        return
    tracks = read_tracks(path)
    np.testing.assert_allclose(tracks.positions, np.tile(POINTS, (3, 1, 1)))
    assert list(tracks.names) == NAMES


def test_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", titles(), [numbers(t) for t in range(20)])
    path.write_text("# made by hand\n\n" + path.read_text().replace("\n", "\n\n#x\n", 3))
    np.testing.assert_allclose(read_tracks(path).positions, POINTS)


@pytest.mark.parametrize(
    ("word", "unit"), [("mm", 0.001), ("cm", 0.01), ("m", 1.0), ("in", 0.0254), ("", None)]
)
def test_a_row_of_units_below_the_header(tmp_path: Path, word: str, unit: float | None) -> None:
    rows = [[word] * 12, *(numbers(t) for t in range(20))]
    tracks = read_tracks(table(tmp_path / "a.csv", titles(), rows))
    assert (tracks.unit, tracks.frames) == (unit, 20)


@pytest.mark.parametrize("word", ["score", "confidence", "visibility", "likelihood"])
def test_a_column_says_how_sure_a_point_is(tmp_path: Path, word: str) -> None:
    rows = [[*(x for n in range(4) for x in (*POINTS[t, n], 0.1 * n + 0.5))] for t in range(20)]
    rows[3][3], rows[4][3], rows[5][3] = 1.7, -0.2, ""
    tracks = read_tracks(table(tmp_path / "a.csv", titles(word), rows))
    assert tracks.confidence is not None
    np.testing.assert_allclose(tracks.confidence[0], [0.5, 0.6, 0.7, 0.8])
    assert tracks.confidence[3:5, 0].tolist() == [1.0, 0.0]
    seen = tracks.seen[:, 1:]
    assert seen.all()


def test_an_index_without_a_title_numbers_the_frames(tmp_path: Path) -> None:
    rows = [[t if t < 10 else t + 5, *numbers(t)] for t in range(20)]
    tracks = read_tracks(table(tmp_path / "a.csv", ["", *titles()], rows))
    assert tracks.frames == 25
    assert np.isnan(tracks.positions[10:15]).all()
    np.testing.assert_allclose(tracks.positions[15:], POINTS[10:])


def test_axes_in_a_row_of_their_own_below_the_names(tmp_path: Path) -> None:
    above = ["Frame", "Time", *(x for n in NAMES for x in (n, "", ""))]
    below = ["", "", *"XYZ" * 4]
    rows = [below, *([t, t / 50, *numbers(t)] for t in range(20))]
    tracks = read_tracks(table(tmp_path / "a.csv", above, rows))
    assert (list(tracks.names), tracks.rate) == (NAMES, 50.0)
    np.testing.assert_allclose(tracks.positions, POINTS)


def test_names_that_repeat_under_other_words_are_people(tmp_path: Path) -> None:
    who = ["", *(x for w in ("Anna", "Ben") for x in (w, *[""] * 5))]
    names = ["Frame", *(x for _ in "ab" for n in NAMES[:2] for x in (n, "", ""))]
    below = ["", *"xyz" * 4]
    rows = [names, below, *([t, *numbers(t)] for t in range(20))]
    tracks = read_tracks(table(tmp_path / "a.csv", who, rows))
    assert list(tracks.names) == ["Anna:Hip", "Anna:Knee", "Ben:Hip", "Ben:Knee"]


def test_freemocaps_bodies_lose_their_word(tmp_path: Path) -> None:
    header = [t if i > 2 else f"body_{t}" for i, t in enumerate(titles())]
    tracks = read_tracks(table(tmp_path / "a.csv", header, [numbers(t) for t in range(20)]))
    assert list(tracks.names) == NAMES


@pytest.mark.parametrize("text", ["", "\n\n", "# x\n", "a_x,a_y,a_z\n"])
def test_a_table_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InputError, match=r"a\.csv"):
        read_tracks(tmp_path / "a.csv")
