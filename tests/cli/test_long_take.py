# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify solve` on takes that are long: in blocks, with the same files and the same words."""

import json
from pathlib import Path

import numpy as np
import pytest
from c3d_files import Odd, c3d_bytes
from takes import tracks_of, waving

from lsmplify_core.cli import long_take
from lsmplify_core.cli.main import main
from lsmplify_core.motion.motion import load_motion


@pytest.fixture
def two_people(tmp_path: Path) -> Path:
    tracks = tracks_of(waving(200))
    points = np.concatenate(
        (tracks.positions, tracks.positions + np.array((3.0, 0.0, 0.0))), axis=1
    )
    names = [f"{who}:{name}" for who in ("Anna", "Ben") for name in tracks.names]
    path = tmp_path / "take.c3d"
    path.write_bytes(c3d_bytes(1000.0 * points, names, Odd(rate=30.0)))
    return path


def test_people_of_a_long_take_are_solved_in_blocks(
    two_people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["solve", str(two_people), "-o"]
    assert main([*words, str(tmp_path / "whole.npz")]) == 0
    monkeypatch.setattr(long_take, "LONG", 100)
    called: list[str] = []
    inner = long_take.solve_long
    monkeypatch.setattr(long_take, "solve_long", lambda *a: (called.append("blocks"), inner(*a))[1])
    report = tmp_path / "report.json"
    assert main([*words, str(tmp_path / "long.npz"), "--report", str(report)]) == 0
    assert called == ["blocks", "blocks"]
    for who in ("Anna", "Ben"):
        whole, long = (load_motion(tmp_path / f"{n}_{who}.npz") for n in ("whole", "long"))
        assert np.abs(whole.joints() - long.joints()).max() < 1e-3
        told = json.loads((tmp_path / f"report_{who}.json").read_text())
        assert told["frames"] == 200
        assert {"read", "calibrate", "solve", "refine", "clean", "write"} <= set(told["seconds"])


@pytest.mark.parametrize("words", [["--contacts", "auto"], ["--resample", "60"]])
def test_what_looks_at_the_whole_take_is_not_done_in_blocks(
    two_people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(long_take, "LONG", 100)
    monkeypatch.setattr(long_take, "solve_long", lambda *a: pytest.fail("in blocks"))
    out = tmp_path / "out.npz"
    assert main(["solve", str(two_people), "-o", str(out), "--person", "Anna", *words]) == 0
    assert out.exists()
