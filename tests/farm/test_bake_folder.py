# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify bake`: a Blender for each solved take of a folder."""

import json
from pathlib import Path

import pytest

from lsmplify_core.cli.main import main


@pytest.fixture
def recorder(tmp_path) -> Path:
    """Stands in for Blender: writes its words to the file that is asked for; fails at take_02."""
    script = tmp_path / "recorder"
    script.write_text(
        "#!/bin/sh\n"
        'case "$*" in *take_02*) echo "error: take_02 is odd" >&2; exit 2;; esac\n'
        'while [ "$1" != "-o" ]; do shift; done\n'
        'echo "$@" > "$2"\n'
    )
    script.chmod(0o755)
    return script


@pytest.fixture
def solved(tmp_path) -> Path:
    """As `lsmplify solve` leaves it: a motion each, two for the two people of take_03."""
    folder = tmp_path / "solved"
    folder.mkdir()
    solved = {"take_01": [""], "take_02": [""], "take_03": ["_Anna", "_Ben"], "take_05": [""]}
    lines: list[dict] = [{"take": "take_09.npz", "error": "is damaged"}]
    for take, ends in solved.items():
        for end in ends:
            (folder / f"{take}{end}.npz").write_bytes(b"motion")
        lines.append({"take": f"{take}.npz", "outputs": {f"{take}{e}.npz": "" for e in ends}})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "manifest.jsonl").write_text(text)
    return folder


def bake(takes, solved, recorder, *more: str) -> int:
    return main(["bake", str(takes), "--solved", str(solved), "--blender", str(recorder), *more])


def test_what_was_solved_is_baked_and_failures_are_told(takes, solved, recorder, capsys) -> None:
    assert bake(takes, solved, recorder, "--options=--layout BODY_25") == 2
    baked = solved / "baked"
    assert sorted(p.name for p in baked.glob("*.blend")) == [
        "take_01.blend", "take_03.blend", "take_05.blend",
    ]  # fmt: skip
    assert (baked / "take_01.blend").read_text().endswith("--layout BODY_25\n")
    assert "take_02 is odd" in (baked / "take_02.log").read_text()
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert "take_02 is odd" in line
    assert said.out.count("was not solved, so it is not baked") == 6


def test_parts_together_are_all_and_resumed_ones_are_left(takes, solved, recorder) -> None:
    for part in (1, 2, 3):
        assert bake(takes, solved, recorder, "--shard", f"{part}/3", "--record-failures") == 0
    baked = sorted((solved / "baked").glob("*.blend"))
    assert len(baked) == 3
    before = [p.stat().st_mtime_ns for p in baked]
    assert bake(takes, solved, recorder, "--resume", "--record-failures") == 0
    assert [p.stat().st_mtime_ns for p in baked] == before


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"])
def test_parts_that_cannot_be(takes, solved, recorder, capsys, shard) -> None:
    assert bake(takes, solved, recorder, f"--shard={shard}") == 2
    assert f"--shard {shard} is not I/N" in capsys.readouterr().err


def test_takes_that_were_not_solved_are_one_line(takes, tmp_path, recorder, capsys) -> None:
    assert bake(takes, tmp_path, recorder) == 2
    assert "manifest.jsonl: there is no such file" in capsys.readouterr().err


def test_no_blender_is_one_line(takes, solved, tmp_path, capsys) -> None:
    assert bake(takes, solved, tmp_path / "nothing") == 2
    assert "nothing: cannot be run" in capsys.readouterr().err
