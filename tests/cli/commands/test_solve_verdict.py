# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command says of a result's verdict: lines on standard error, and an exit code on
request."""

import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of

from lsmplify_core.cli.main import main
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.layouts.layout import load_layout


def take_file(path: Path, good: bool = True) -> Path:
    """BODY_25 points of someone who strolls, or numbers that mean nothing under the same names."""
    points = points_of(strolling(60, 30.0, 3))
    if not good:
        points = np.random.default_rng(0).standard_normal(points.shape)
    np.savez(path, points=points, names=np.array(load_layout("BODY_25").names), rate=30.0)
    return path


def test_a_result_that_is_not_good_is_a_warning_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take, report = take_file(tmp_path / "noise.npz", good=False), tmp_path / "report.json"
    assert main(["solve", str(take), "-o", str(tmp_path / "o.npz"), "--report", str(report)]) == 0
    told = json.loads(report.read_text())
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == len(told["warnings"])
    for line, sentence in zip(lines, told["warnings"], strict=True):
        assert line.startswith("warning: ")
        assert line.endswith(sentence)
    assert told["verdict"]["grade"] == "do not use"
    for reason in told["verdict"]["reasons"]:
        assert reason["text"] in lines[0]
    assert "do not use" in captured.out


def test_strict_turns_it_into_an_exit_code_and_still_writes(tmp_path: Path) -> None:
    bad, good = take_file(tmp_path / "noise.npz", good=False), take_file(tmp_path / "take.npz")
    out = tmp_path / "out.npz"
    assert main(["solve", str(bad), "-o", str(out), "--strict"]) == 3
    assert out.is_file()
    assert main(["solve", str(good), "-o", str(out), "--strict"]) == 0


def test_in_a_folder_failures_count_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    take_file(folder / "noise.npz", good=False)
    take_file(folder / "take.npz")
    words = ["solve", str(folder), "-o", str(tmp_path / "out"), "--strict"]
    assert main(words) == 3
    assert capsys.readouterr().out.count(": good, ") == 1
    (folder / "broken.npz").write_bytes(b"no archive")
    assert main(words) == 2
    assert capsys.readouterr().out.splitlines()[-1].endswith(" solved, 1 failed")


def test_a_folders_verdicts_are_listed_at_the_end_the_worst_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    take_file(folder / "a_take.npz")
    tall = dict(np.load(take_file(folder / "b_tall.npz")))
    np.savez(folder / "b_tall.npz", **{**tall, "points": 1.6 * tall["points"]})
    take_file(folder / "c_noise.npz", good=False)
    words = ["solve", str(folder), "-o", str(tmp_path / "out"), "--unit", "m"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()[-4:]
    assert lines[3] == "3 solved, 0 failed"
    assert lines[0] == "1 good, 1 check, 1 do not use; the worst first:"
    assert "do not use" in lines[1]
    assert "c_noise" in lines[1]
    assert "b_tall" in lines[2]
    assert "m tall" in lines[2]
