# SPDX-License-Identifier: GPL-3.0-or-later
"""The `lsmplify` command by the contract: outputs, exit codes, one line for every error."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.cli.main import main
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import load_motion, save_motion


def take_file(path: Path, frames: int = 30) -> Path:
    """BODY_25 points in millimetres, Z up."""
    names = np.array(load_layout("BODY_25").names)
    np.savez(path, points=1000.0 * points_of(waving(frames)), names=names, rate=30.0)
    return path


def errors(captured: str) -> list[str]:
    return [line for line in captured.splitlines() if line.strip()]


def test_solve_writes_the_contracts_npz_and_report(tmp_path: Path) -> None:
    take = take_file(tmp_path / "take.npz")
    out, report = tmp_path / "out.npz", tmp_path / "report.json"
    assert main(["solve", str(take), "-o", str(out), "--report", str(report)]) == 0
    with np.load(out) as data:
        assert data["poses"].shape == (30, 72)
        assert data["poses"].dtype == np.float32
        assert data["trans"].shape == (30, 3)
        assert data["betas"].shape == (10,)
        assert str(data["gender"]) == "neutral"
        assert float(data["mocap_framerate"]) == 30.0
        assert data["rest_joints"].shape == (24, 3)
        assert data["track_error"].shape == (30, len(data["track_names"]))
    seconds = json.loads(report.read_text())["seconds"]
    assert {"read", "repair", "calibrate", "solve", "refine", "clean", "write"} <= set(seconds)


def test_only_some_frames_and_a_body_solved_before(tmp_path: Path) -> None:
    take = take_file(tmp_path / "take.npz")
    first, again = tmp_path / "first.npz", tmp_path / "again.npz"
    assert main(["solve", str(take), "-o", str(first)]) == 0
    words = [
        "solve",
        str(take),
        "-o",
        str(again),
        "--body",
        str(first),
        "--start",
        "5",
        "--end",
        "14",
    ]
    assert main(words) == 0
    assert load_motion(again).frames == 10
    body = load_motion(first).body
    np.testing.assert_allclose(load_motion(again).body.rest_joints, body.rest_joints, atol=1e-4)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bad_file_does_not_stop_the_others(tmp_path: Path, capfd, jobs: str) -> None:
    folder, out = tmp_path / "takes", tmp_path / "out"
    folder.mkdir()
    take_file(folder / "a.npz", 10)
    (folder / "b.c3d").write_bytes(b"nothing")
    take_file(folder / "c.npz", 10)
    assert main(["solve", str(folder), "-o", str(out), "--jobs", jobs]) == 2
    assert sorted(p.name for p in out.iterdir()) == ["a.npz", "c.npz", "manifest.jsonl"]
    lines = errors(capfd.readouterr().err)
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert "b.c3d" in lines[0]


def test_two_files_of_one_name_are_refused(tmp_path: Path, capsys) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        take_file(tmp_path / name / "take.npz", 10)
    words = ["solve", str(tmp_path / "one/take.npz"), str(tmp_path / "two/take.npz")]
    assert main([*words, "-o", str(tmp_path / "out")]) == 2
    assert "same name" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [], ["slove"], ["solve"], ["solve", "nothing.c3d", "-o", "out.npz"],
        ["solve", "TAKE", "-o", "out.txt"], ["solve", "TAKE", "-o", "OUT", "--layout", "nothing"],
        ["solve", "TAKE", "-o", "OUT", "--start", "50"], ["solve", "TAKE", "-o", "OUT", "--fps",
                                                          "0"],
        ["solve", "TAKE", "-o", "OUT", "--refine", "-1"], ["solve", "TAKE", "-o", "OUT", "--unit",
                                                           "league"],
        ["solve", "TAKE", "-o", "OUT", "--smooth", "much"], ["solve", "TAKE", "-o", "OUT", "--init",
                                                             "no.npz"],
        ["inspect", "nothing.trc"], ["export", "TAKE", "-o", "x.bvh"],
        ["export", "no.npz", "-o", "x.bvh"],
    ],
)  # fmt: skip
def test_bad_usage_and_input_are_one_line_and_exit_code_2(tmp_path: Path, capsys, words) -> None:
    take = take_file(tmp_path / "take.npz", 10)
    out = tmp_path / "out.npz"
    out.write_bytes(b"old")
    words = [{"TAKE": str(take), "OUT": str(out)}.get(w, w) for w in words]
    assert main(words) == 2
    lines = errors(capsys.readouterr().err)
    assert len(lines) == 1, lines
    assert lines[0].startswith("error: ")
    assert out.read_bytes() == b"old"


def test_inspect_says_what_is_in_a_file(tmp_path: Path, capsys) -> None:
    take = take_file(tmp_path / "take.npz")
    assert main(["inspect", str(take), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["frames"], found["tracks"], found["rate"]) == (30, 25, 30.0)
    assert (found["unit"], found["up"], found["layout"]) == ("mm", "+z", "BODY_25")
    assert found["people"] == 1
    assert found["gaps"] == 0.0
    assert main(["inspect", str(take)]) == 0
    assert "BODY_25" in capsys.readouterr().out


def test_bvh_holds_the_motion(tmp_path: Path) -> None:
    """Read back with a parser of the test's own: the joints are where the motion has them."""
    motion = waving(5)
    save_motion(motion, tmp_path / "motion.npz")
    assert main(["export", str(tmp_path / "motion.npz"), "-o", str(tmp_path / "out.bvh")]) == 0
    lines = (tmp_path / "out.bvh").read_text().splitlines()
    names, parents, offsets, stack = [], [], [], []
    for line in lines[: lines.index("MOTION")]:
        words = line.split()
        if words[0] in ("ROOT", "JOINT"):
            parents.append(stack[-1] if stack else -1)
            names.append(words[1])
            stack.append(len(names) - 1)
        elif words[0] == "End":
            stack.append(-2)
        elif words[0] == "OFFSET" and stack[-1] >= 0:
            offsets.append([float(w) for w in words[1:]])
        elif words[0] == "}":
            stack.pop()
    rows = np.array(
        [[float(w) for w in line.split()] for line in lines[lines.index("MOTION") + 3 :]]
    )
    from scipy.spatial.transform import Rotation

    for frame in range(5):
        turned, placed = [], []
        for joint, parent in enumerate(parents):
            own = Rotation.from_euler(
                "ZXY", rows[frame, 3 + 3 * joint : 6 + 3 * joint], degrees=True
            )
            if parent < 0:
                turned.append(own)
                placed.append(rows[frame, :3])
            else:
                placed.append(placed[parent] + turned[parent].apply(offsets[joint]))
                turned.append(turned[parent] * own)
        from lsmplify_core.geometry.skeleton import JOINT_INDEX

        y_up = np.array(placed)
        z_up = np.stack((y_up[:, 0], -y_up[:, 2], y_up[:, 1]), axis=1)
        order = [JOINT_INDEX[n] for n in names]
        np.testing.assert_allclose(z_up, motion.joints()[frame, order], atol=1e-4)


def test_inspect_and_solve_do_not_import_torch(tmp_path: Path) -> None:
    take = take_file(tmp_path / "take.npz", 10)
    code = (
        "import sys; from lsmplify_core.cli.main import main; "
        f"main(['inspect', {str(take)!r}]); main(['solve', {str(take)!r}, '-o', "
        f"{str(tmp_path / 'o.npz')!r}]); "
        "sys.exit('torch' in sys.modules or 'bpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_several_people_get_a_file_each_and_one_can_be_chosen(tmp_path: Path, capsys) -> None:
    points = points_of(waving(12))
    both = np.concatenate((points, points + np.array([2.0, 0.0, 0.0])), axis=1)
    names = [f"{who}:{n}" for who in ("Anna", "Ben") for n in load_layout("BODY_25").names]
    take, out = tmp_path / "take.npz", tmp_path / "out.npz"
    np.savez(take, points=both, names=np.array(names), rate=30.0)
    assert main(["inspect", str(take), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["people"] == 2
    assert [p["name"] for p in found["persons"]] == ["Anna", "Ben"]
    assert found["candidates"][0]["layout"] == "BODY_25"
    assert main(["solve", str(take), "-o", str(out)]) == 0
    assert sorted(p.name for p in tmp_path.glob("out*")) == ["out_Anna.npz", "out_Ben.npz"]
    apart = load_motion(tmp_path / "out_Ben.npz").root - load_motion(tmp_path / "out_Anna.npz").root
    np.testing.assert_allclose(apart, np.tile([2.0, 0.0, 0.0], (12, 1)), atol=5e-3)
    words = ["solve", str(take), "-o", str(out), "--person", "Ben", "--resample", "15"]
    assert main(words) == 0
    assert load_motion(out).frames == 6
    assert main(["solve", str(take), "-o", str(out), "--person", "Cleo"]) == 2
