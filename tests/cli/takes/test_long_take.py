# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify solve` on takes that are long: in blocks, with the same files and the same words."""

import json
from pathlib import Path

import numpy as np
import pytest
from c3d_files import Odd, c3d_bytes
from prop_takes import moved
from takes import tracks_of, waving

from lsmplify_core.cli.main import main
from lsmplify_core.cli.takes import long_take
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


@pytest.mark.parametrize("named", [True, False], ids=["named", "found"])
def test_props_of_a_long_take_are_those_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: bool
) -> None:
    """A stick with gaps and exchanged labels: in blocks the same as at once, within 1 mm, 0.1°."""
    motion = waving(240)
    stick = moved(motion, "stick 4", "held")
    points = stick.points(0.0005)
    points[60:75, 1] = np.nan
    points[130:150, [0, 3]] = points[130:150, [3, 0]]
    tracks = tracks_of(motion)
    names = [f"Stick:{i}" if named else f"x{i}" for i in range(4)]
    path = tmp_path / "take.c3d"
    path.write_bytes(
        c3d_bytes(
            1000.0 * np.concatenate((tracks.positions, points), axis=1), [*tracks.names, *names],
            Odd(rate=30.0),
        )
    )  # fmt: skip
    words = ["solve", str(path), "-o"]
    assert main([*words, str(tmp_path / "whole.npz"), "--props", str(tmp_path / "w.npz")]) == 0
    told = capsys.readouterr().out.splitlines()[-1].split(" →")[0]
    monkeypatch.setattr(long_take, "LONG", 100)
    monkeypatch.setattr(long_take, "BLOCK", 70)
    assert main([*words, str(tmp_path / "long.npz"), "--props", str(tmp_path / "l.npz")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split(" →")[0] == told
    assert "none were found" not in told
    with np.load(tmp_path / "w.npz") as whole, np.load(tmp_path / "l.npz") as long:
        assert sorted(whole) == sorted(long)
        for name in whole:
            if whole[name].dtype.kind == "f":
                assert np.abs(whole[name] - long[name]).max() < 1e-3, name
            else:
                assert (whole[name] == long[name]).all(), name
    solved = load_motion(tmp_path / "long.npz")
    assert np.abs(solved.joints() - load_motion(tmp_path / "whole.npz").joints()).max() < 1e-3


@pytest.mark.parametrize("long", [False, True], ids=["whole", "blocks"])
def test_nobodys_limbs_are_props_whoever_is_solved(
    two_people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], long: bool,
) -> None:  # fmt: skip
    if long:
        monkeypatch.setattr(long_take, "LONG", 100)
    out, props = tmp_path / "out.npz", tmp_path / "props.npz"
    words = ["solve", str(two_people), "-o", str(out), "--person", "Anna", "--props", str(props)]
    assert main(words) == 0
    assert "props: none were found" in capsys.readouterr().out
