# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of takes: split between machines, killed and run again, on consoles and disks as they
are; nothing is lost, nothing is solved twice."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from processes import PATIENCE, children, until
from takes import points_of, waving

from lsmplify_core.cli.main import main
from lsmplify_core.cli.paths import check_paths
from lsmplify_core.cli.takes.shards import is_done, part_of
from lsmplify_core.cli.takes.take import TakeJob
from lsmplify_core.files.manifest import NAME, content_hash, read_manifest
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError

ROOT = Path(__file__).parents[3]
NAMES = list(load_layout("BODY_25").names)
POINTS = 1000.0 * points_of(waving(10)) + 10.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def take(path: Path, *people: str) -> Path:
    """A take of ten frames: someone, or several people two metres apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [f"{who}:{n}" for who in people for n in NAMES] or NAMES
    points = np.concatenate([POINTS + 2000.0 * i for i in range(len(people) or 1)], axis=1)
    np.savez(path, points=points, names=np.array(names), rate=30.0)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """Three takes in `takes/`, the working folder."""
    for name in ("a", "b", "c"):
        take(tmp_path / f"takes/{name}.npz")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def solve(*words: str) -> int:
    return main(["solve", "takes", "-o", "out", *words])


def results(folder: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("*.npz"))
    }


def solved(out: str) -> list[str]:
    """The takes that a run solved."""
    return [line.split(":")[0] for line in out.splitlines() if "frames/s" in line]


def test_parts_are_all_takes_once_and_of_like_size(tmp_path: Path) -> None:
    takes = []
    for n, size in enumerate((900, 10, 10, 500, 400, 30, 30, 20)):
        takes.append(tmp_path / f"deep/{n % 2}/t{n}.trc")
        takes[-1].parent.mkdir(parents=True, exist_ok=True)
        takes[-1].write_bytes(b"x" * size)
    for count in (1, 2, 3, 8, 20):
        parts = [part_of(takes, f"{i}/{count}") for i in range(1, count + 1)]
        assert sorted(t for part in parts for t in part) == sorted(takes)
        assert all(part == [t for t in takes if t in part] for part in parts)
    sizes = [sum(t.stat().st_size for t in part_of(takes, f"{i}/2")) for i in (1, 2)]
    assert max(sizes) - min(sizes) <= 30
    moved = tmp_path / "elsewhere"
    (tmp_path / "deep").rename(moved)
    there = [moved / t.relative_to(tmp_path / "deep") for t in takes]
    assert [t.name for t in part_of(there, "1/3")] == [t.name for t in part_of(there, "1/3")]


@pytest.mark.parametrize(
    "shard", ["0/3", "4/3", "1", "1/", "/2", "a/b", "1/0", "-1/2", "²/3", "1/9999999"]
)
def test_parts_that_are_none_are_refused(shard: str) -> None:
    with pytest.raises(InputError, match="is not I/N"):
        part_of([Path("a")], shard)


def test_shards_together_are_the_whole_byte_for_byte(folder: Path) -> None:
    assert main(["solve", "takes", "-o", "whole", "--jobs", "2"]) == 0
    for i in (1, 2):
        assert solve("--shard", f"{i}/2") == 0
    assert results(folder / "out") == results(folder / "whole")
    assert set(read_manifest(folder / "out" / NAME)) == {"a.npz", "b.npz", "c.npz"}


def test_resume_goes_by_content_and_settings_and_not_by_name(folder: Path, capsys) -> None:
    assert solve("--resume") == 0
    capsys.readouterr()
    before = results(folder / "out")
    assert solve("--resume") == 0
    assert not solved(capsys.readouterr().out)
    np.savez("takes/b.npz", points=POINTS + 1.0, names=np.array(NAMES), rate=30.0)
    (folder / "out/c.npz").write_bytes(b"damaged")
    (folder / "out/c.npz").unlink()
    assert solve("--resume") == 0
    assert solved(capsys.readouterr().out) == ["takes/b.npz", "takes/c.npz"]
    after = results(folder / "out")
    assert after["a.npz"] == before["a.npz"]
    assert after["c.npz"] == before["c.npz"]
    assert solve("--resume", "--refine", "2") == 0
    assert len(solved(capsys.readouterr().out)) == 3
    assert solve("--resume", "--refine", "2", "--jobs", "2") == 0
    assert not solved(capsys.readouterr().out)


def test_no_device_asked_for_is_what_older_manifests_say_of_none(folder: Path) -> None:
    """Such a folder is not solved once more; another device is another setting."""
    assert solve() == 0
    record = read_manifest(folder / "out" / NAME)["a.npz"]
    now = record["settings"]
    job = TakeJob("a.npz", folder / "takes/a.npz", folder / "out/a.npz", None, None)
    older = {name: value for name, value in now.items() if name != "device"}
    for known in (now, older, now | {"device": "cpu"}):  # the last one of a bake
        assert is_done(job, record | {"settings": known}, now)
        assert not is_done(job, record | {"settings": known}, now | {"refine": 2})
        assert not is_done(job, record | {"settings": known}, now | {"device": "cuda"})
    assert not is_done(job, record | {"settings": now | {"device": "cuda"}}, now)
    assert not is_done(job, record, now | {"device": "cpu"})
    assert is_done(job, record | {"settings": now | {"device": "cpu"}}, now | {"device": "cpu"})


def test_a_changed_file_of_settings_is_another_setting(folder: Path, capsys) -> None:
    feet = folder / "feet.json"
    feet.write_text('{"floor": {}, "contacts": []}')
    assert solve("--resume", "--contacts", "feet.json") == 0
    feet.write_text('{"floor": {}, "contacts": [{"part": "left toe", "first": 0, "last": 3}]}')
    capsys.readouterr()
    assert solve("--resume", "--contacts", "feet.json") == 0
    assert len(solved(capsys.readouterr().out)) == 3


def test_failures_are_in_the_manifest_and_tried_again(folder: Path, capsys) -> None:
    (folder / "takes/bad.c3d").write_bytes(b"nothing")
    for _ in range(2):
        assert solve("--resume") == 2
        assert "bad.c3d" in capsys.readouterr().err
    record = read_manifest(folder / "out" / NAME)["bad.c3d"]
    assert "not a C3D" in record["error"]
    assert not record["outputs"]


def test_people_and_takes_of_one_name_are_different_files(folder: Path, capsys) -> None:
    take(folder / "takes/walk.npz", "anna", "ben")
    take(folder / "takes/walk_anna.npz")
    take(folder / "takes/duo.npz", "A+B", "A B", "A_B_1")
    assert solve() == 0
    assert len(results(folder / "out")) == len(solved(capsys.readouterr().out)) == 9
    lines = read_manifest(folder / "out" / NAME)["duo.npz"]
    assert len(lines["outputs"]) == 3


def test_results_among_the_takes_are_no_takes(folder: Path) -> None:
    for name in ("a", "b", "c"):
        (folder / f"takes/{name}.npz").unlink()
    source = (ROOT / "examples/keypoints_body25.trc").read_text().splitlines(keepends=True)
    for n in (1, 2):
        (folder / f"takes/t{n}.trc").write_text("".join(source[:16]))
    for _ in range(2):
        assert main(["solve", "takes", "-o", "takes", "--report", "takes"]) == 0
        found = sorted(p.name for p in (folder / "takes").iterdir())
        assert found == [NAME, "t1.json", "t1.npz", "t1.trc", "t2.json", "t2.npz", "t2.trc"]
    assert main(["solve", "takes", "-o", "takes/deep/out"]) == 0
    assert main(["solve", "takes", "-o", "takes/deep/out"]) == 0
    assert len(results(folder / "takes/deep/out")) == 2


def test_somebodys_motion_in_the_folder_of_results_stays(folder: Path, capsys) -> None:
    (folder / "out").mkdir()
    np.savez("out/b.npz", poses=np.zeros((3, 72)), trans=np.zeros((3, 3)))
    before = (folder / "out/b.npz").read_bytes()
    assert solve() == 2
    assert (folder / "out/b.npz").read_bytes() == before
    assert "no solve wrote" in capsys.readouterr().err
    assert set(results(folder / "out")) == {"a.npz", "b.npz", "c.npz"}


@pytest.mark.parametrize("words", [["--shard", "1/2"], ["--resume"]])
def test_one_take_has_no_parts(folder: Path, words: list[str]) -> None:
    assert main(["solve", "takes/a.npz", "-o", "o.npz", *words]) == 2


def run(*words: str) -> "subprocess.Popen[str]":
    """`lsmplify solve takes -o out --jobs 2` in a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "lsmplify_core", "solve", "takes", "-o", "out", "--jobs", "2",
         *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted as Linux has them")
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent_and_the_next_run_goes_on(folder: Path, by: int) -> None:
    for n in range(4):
        take(folder / f"takes/more{n}.npz")
    running = run()
    manifest = folder / "out" / NAME  # written after the result that it tells of
    assert until(lambda: manifest.is_file() and len(read_manifest(manifest)) > 0)
    workers = children(running.pid)
    assert len(workers) == 2
    running.send_signal(by)
    out, err = running.communicate(timeout=PATIENCE)  # a worker that went on would hold the pipe
    assert until(lambda: not any(Path(f"/proc/{w}").exists() for w in workers))  # 5 s at rest
    assert "Traceback" not in out + err
    done = read_manifest(folder / "out" / NAME)
    assert done
    again, err = run("--resume").communicate(timeout=PATIENCE)
    assert not err.count("error: ")
    assert len(results(folder / "out")) == 7
    assert not {t.removeprefix("takes/") for t in solved(again)} & set(done)
    assert not list((folder / "out").glob(".lsmplify-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found as Linux has them")
def test_a_worker_that_dies_costs_no_take(folder: Path) -> None:
    running = run()
    assert until(lambda: len(children(running.pid)) == 2)
    os.kill(children(running.pid)[0], signal.SIGKILL)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0
    assert len(solved(out)) == 3
    lines = err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("warning: takes/")
    assert "SIGKILL" in lines[0]


@posix
def test_a_take_that_kills_its_workers_is_named_and_the_others_are_solved(
    folder: Path, monkeypatch, capfd
) -> None:
    """A worker that finds `b` dies, as one does that has no memory left."""
    (folder / "sitecustomize.py").write_text(
        "import os, sys\n"
        "def hook(event, args):\n"
        "    if event == 'open' and 'serve' in ' '.join(sys.orig_argv) and "
        "str(args[0]).endswith('b.npz'):\n        os.kill(os.getpid(), 9)\n"
        "sys.addaudithook(hook)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(str(folder))
    assert solve("--jobs", "2") == 2
    told = capfd.readouterr()
    assert solved(told.out) == ["takes/a.npz", "takes/c.npz"]
    lines = told.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["warning", "error"]
    assert all("takes/b.npz" in line for line in lines)
    assert "2 times" in lines[1]
    kept = read_manifest(folder / "out" / NAME)
    assert set(kept) == {"a.npz", "b.npz", "c.npz"}
    assert "SIGKILL" in kept["b.npz"]["error"]
    assert kept["b.npz"]["outputs"] == {}
    assert kept["b.npz"]["input"] == content_hash(folder / "takes/b.npz")


def test_names_of_files_are_no_words_of_ours(folder: Path, capsys) -> None:
    take(folder / "takes/error: x.npz")
    take(folder / "takes/two\nlines.npz")
    monkey = [p.name for p in (folder / "takes").iterdir()]
    assert len(monkey) == 5
    assert solve() == 0
    told = capsys.readouterr()
    assert not [line for line in told.err.splitlines() if line.startswith("error:")]
    assert len(told.out.splitlines()) == 6


def test_every_option_with_a_path_is_read_or_written() -> None:
    """A new option falls on one side; what it is called says which."""
    import argparse

    args = argparse.Namespace(
        data=Path("clips"), out=[Path("a"), Path("A")], save_mine=Path("b"), mine_out=Path("b")
    )
    with pytest.raises(InputError, match=r"--save-mine and --mine-out|--mine-out and --save-mine"):
        check_paths(args)


def test_a_summary_takes_no_reports_or_manifests_place(folder: Path, capsys) -> None:
    assert solve("--report", "out") == 0
    before = {p: p.read_bytes() for p in (folder / "out").iterdir()}
    for name in (NAME, "a.json", "b.npz"):
        assert main(["summary", "out", "--json", f"out/{name}"]) == 2
        assert "which is read" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in (folder / "out").iterdir()} == before
    for _ in range(2):
        assert main(["summary", "out", "--json", "out/summary.json"]) == 0
