# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify summary`: every result of a folder once, the worst first, on screen, as JSON, CSV,
HTML."""

import csv
import html.parser
import io
import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of

from lsmplify_core.cli.main import main
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.files.manifest import NAME, append
from lsmplify_core.layouts.layout import load_layout


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good take, one of noise, one that failed, and one that was solved before
    there was a manifest; reports beside it."""
    folder = tmp_path_factory.mktemp("batch")
    takes, out = folder / "takes", folder / "out"
    takes.mkdir()
    names = np.array(load_layout("BODY_25").names)
    points = points_of(strolling(60, 30.0, 3))
    noise = np.random.default_rng(0).standard_normal(points.shape)
    np.savez(takes / "walk.npz", points=points, names=names, rate=30.0)
    np.savez(takes / "<noise>.npz", points=noise, names=names, rate=30.0)
    (takes / "broken.csv").write_text("nothing\n")
    assert main(["solve", str(takes), "-o", str(out), "--report", str(folder / "reports")]) == 2
    np.savez(folder / "old.npz", points=points[:20], names=names, rate=30.0)
    assert main(["solve", str(folder / "old.npz"), "-o", str(out / "old.npz")]) == 0
    return out


def rows_of(solved: Path, tmp_path: Path, *words: str) -> list[dict]:
    assert main(["summary", str(solved), "--json", str(tmp_path / "rows.json"), *words]) == 0
    return json.loads((tmp_path / "rows.json").read_text())


def test_every_take_has_a_row_and_the_worst_is_first(solved: Path, tmp_path: Path) -> None:
    rows = rows_of(solved, tmp_path)
    assert [r["verdict"] for r in rows] == ["failed", "do not use", "good", "good"]
    assert [r["take"].removesuffix(".csv") for r in rows[:2]] == ["broken", "<noise>"]
    assert {r["take"] for r in rows[2:]} == {"walk", "old"}
    assert "broken.csv" in rows[0]["error"]
    assert rows[1]["reasons"]
    assert set(rows[1]["reasons"][0]) == {"code", "text", "value"}
    walk = next(r for r in rows if r["take"] == "walk")
    assert walk["frames"] == 60
    assert walk["seconds"] > 0
    assert walk["track_error_mm"]["mean"] < 5.0


def test_reasons_come_from_the_report(solved: Path, tmp_path: Path) -> None:
    report = json.loads((solved.parent / "reports" / "<noise>.json").read_text())
    rows = rows_of(solved, tmp_path)
    assert rows[1]["reasons"] == report["verdict"]["reasons"]
    assert rows[1]["warnings"] == report["warnings"]


def test_without_reports_or_manifest_the_motion_itself_is_judged(
    solved: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in solved.glob("*.npz"):
        (bare / file.name).write_bytes(file.read_bytes())
    np.savez(bare / "no_motion.npz", points=np.zeros((3, 3)))
    rows = rows_of(bare, tmp_path)
    assert [r["verdict"] for r in rows] == ["do not use", "good", "good"]


def test_a_damaged_motion_is_a_failed_row(solved: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    with np.load(solved / "walk.npz") as data:
        np.savez(bad / "walk.npz", **{**data, "poses": data["poses"] * np.nan})
    (row,) = rows_of(bad, tmp_path)
    assert row["verdict"] == "failed"
    assert "not numbers" in row["error"]


def test_a_motion_that_is_gone_is_told(solved: Path, tmp_path: Path) -> None:
    record = {"take": "x.c3d", "outputs": {"x.npz": "0"}, "error": None, "seconds": 1.0}
    append(tmp_path / NAME, record)
    (row,) = rows_of(tmp_path, tmp_path)
    assert row["verdict"] == "failed"
    assert "x.npz" in row["error"]


def test_the_table_and_the_csv_say_the_same(
    solved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summary", str(solved)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["take", "verdict"]
    assert lines[-1] == "1 failed, 1 do not use, 2 good"
    assert main(["summary", str(solved), "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [r["verdict"] for r in table] == ["failed", "do not use", "good", "good"]
    assert table[1]["take"] == "<noise>"
    assert table[1]["why"]


class Page(html.parser.HTMLParser):
    """Counts elements and keeps what they point to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href")]


def test_the_page_is_one_file_with_pictures_and_escaped_names(solved: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert main(["summary", str(solved), "--html", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.tags.count("tr") == 1 + 4
    assert page.tags.count("svg") == 2 * 3
    assert not page.links
    assert "http" not in text.replace("http-equiv", "")
    assert "&lt;noise&gt;" in text
    assert "nan" not in text
    assert text.index("do not use</span>") < text.index("good</span>")


def test_nothing_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(tmp_path)]) == 2
    assert main(["summary", str(tmp_path / "nowhere")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: ") for line in lines)
