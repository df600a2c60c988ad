# SPDX-License-Identifier: GPL-3.0-or-later
"""`bake --jobs N`: takes side by side give what one after the other gives; a run that is stopped,
or loses a worker, leaves whole files and no process."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from processes import children, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes as Linux has them")
RUNNER = Path(__file__).resolve().parents[1] / "farm" / "as_blender.py"
FORMATS = ("--format", "npz", "--format", "bvh")


def make_takes(folder: Path, count: int, frames: int = 12) -> Path:
    from helpers import points_of, waving

    folder.mkdir()
    for n in range(count):
        more = 150 if n == 0 else 0  # the first is done last where two are baked at a time
        names, points = points_of(waving(frames + n + more, 30.0))
        np.savez(folder / f"take{n}.npz", points=points, names=np.array(names), rate=30.0)
    (folder / "bad.trc").write_text("no take\n")
    return folder


def bake(*words) -> int:
    from lsmplify_extension.addon import cli

    return cli.run(["bake", *map(str, words)])


def hashes(folder: Path) -> dict[str, str]:
    kinds = (".npz", ".bvh", ".json")
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.iterdir())
        if p.suffix in kinds
    }


def records(folder: Path) -> dict[str, dict]:
    lines = (folder / "baked.jsonl").read_text().splitlines()
    return {r["take"]: r for r in map(json.loads, lines)}


def test_side_by_side_is_one_after_the_other(extension, tmp_path, capsys) -> None:
    """The same files, the same lines, the same records; and a resume finds nothing to do."""
    takes = make_takes(tmp_path / "takes", 2)
    told = {}
    for jobs in ("1", "2"):
        words = ("--file", takes, "-o", tmp_path / jobs, *FORMATS, "--jobs", jobs)
        assert bake(*words) == 2
        read = capsys.readouterr()
        told[jobs] = [t.replace(str(tmp_path / jobs), "OUT").splitlines() for t in read]
    assert told["1"] == told["2"]
    assert told["2"][0][-1] == "2 baked, 1 failed"
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2")
    assert records(tmp_path / "1") == records(tmp_path / "2")
    assert bake(*words, "--resume") == 2
    assert capsys.readouterr().out.splitlines()[-1] == "0 baked, 1 failed, 2 left alone"


def test_one_take_needs_no_workers(extension, tmp_path, monkeypatch, capsys) -> None:
    from lsmplify_extension.addon.cli import side_by_side

    monkeypatch.setattr(side_by_side, "codes", None)
    take = make_takes(tmp_path / "takes", 1) / "take0.npz"
    assert bake("--file", take, "-o", tmp_path / "a.npz", "--jobs", "4") == 0
    assert bake("--file", take, "-o", tmp_path / "a.npz", "--jobs", "0") == 2
    assert "--jobs 0: give 1 or more takes at a time" in capsys.readouterr().err


def test_a_gpu_serves_one_process(extension, tmp_path, capsys) -> None:
    """Before anything is read, baked or made."""
    words = ("--file", make_takes(tmp_path / "takes", 1), "-o", tmp_path / "out", *FORMATS)
    assert bake(*words, "--device", "cuda", "--jobs", "2") == 2
    assert "--jobs 2: a GPU serves one process; leave --jobs out" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert bake("--file", tmp_path / "takes", "-o", tmp_path / "all.blend", "--jobs", "2") == 2
    assert "one folder" in capsys.readouterr().err


def test_workers_are_told_what_this_blender_was_told(extension) -> None:
    from lsmplify_extension.addon.cli.side_by_side import WORKER, worker_command

    words = ["blender", "--background", "s.blend", "--command", "lsmplify", "bake", "-o", "x"]
    told = ["/opt/blender", "--background", "s.blend", "--command", "lsmplify", WORKER]
    assert worker_command(words, "/opt/blender", "/abs/s.blend") == told
    words = ["blender", "-b", "--factory-startup", "-c", "lsmplify", "bake"]
    told = ["/opt/b", "-b", "--factory-startup", "--command", "lsmplify", WORKER]
    assert worker_command(words, "/opt/b", "") == told
    told = ["/opt/b", "--background", "/abs/s.blend", "--command", "lsmplify", WORKER]
    assert worker_command(["b", "--python", "x.py"], "/opt/b", "/abs/s.blend") == told


@contextmanager
def run(takes: Path, out: Path) -> Iterator["subprocess.Popen[str]"]:
    """`bake --jobs 2` in a process, which is gone afterwards whatever happens."""
    running = subprocess.Popen(
        [sys.executable, str(RUNNER), "--background", "--command", "lsmplify", "bake",
         "--file", str(takes), "-o", str(out), *FORMATS, "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_stop_leaves_whole_files_and_no_process(extension, tmp_path, by, code) -> None:
    takes = make_takes(tmp_path / "takes", 10, 100)
    out = tmp_path / "out"
    with run(takes, out) as running:
        assert until(lambda: (out / "baked.jsonl").is_file() and any(out.glob("*.npz")))
        workers = children(running.pid)
        assert len(workers) == 2
        running.send_signal(by)
        told, errors = running.communicate(timeout=600)
    assert running.returncode == code
    assert until(lambda: not any(Path(f"/proc/{w}").exists() for w in workers))
    if by != signal.SIGKILL:
        assert errors.splitlines()[-1].startswith("error: stopped by ")
        assert "Traceback" not in told + errors
        assert not list(out.glob(".lsmplify-*"))
    for record in records(out).values():
        for name, digest in record["outputs"].items():
            assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


def test_a_killed_worker_costs_its_take_one_more_try(extension, tmp_path) -> None:
    takes = make_takes(tmp_path / "takes", 4, 80)
    out = tmp_path / "out"
    with run(takes, out) as running:
        assert until(lambda: (out / "baked.jsonl").is_file() and any(out.glob("*.npz")))
        os.kill(children(running.pid)[0], signal.SIGKILL)
        told, errors = running.communicate(timeout=600)
    assert told.splitlines()[-1] == "4 baked, 1 failed"
    assert "was killed (SIGKILL); the take is tried once more" in errors
    assert len(records(out)) == 5
