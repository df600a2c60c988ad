# SPDX-License-Identifier: GPL-3.0-or-later
"""Too little memory is one line and exit code 2, whatever libraries say when they find none."""

import subprocess
import sys
from pathlib import Path

import pytest
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime import memory, threads

resource = pytest.importorskip("resource", reason="this system has no bounds on memory")
ROOT = Path(__file__).resolve().parents[2]


def solved_with(megabytes: int, folder: Path) -> "subprocess.CompletedProcess[str]":
    import numpy as np

    take = folder / "take.npz"
    np.savez(take, points=points_of(waving(8)), names=load_layout("BODY_25").names, rate=30.0)
    size = megabytes << 20
    return subprocess.run(
        [sys.executable, "-m", "lsmplify_core", "solve", str(take), "-o", str(folder / "out.npz")],
        capture_output=True, text=True, check=False, cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)),
    )  # fmt: skip


@pytest.mark.parametrize("megabytes", [90, 150, 260])
def test_little_memory_is_one_line(tmp_path: Path, megabytes: int) -> None:
    done = solved_with(megabytes, tmp_path)
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert "memory" in lines[0]
    assert not (tmp_path / "out.npz").exists()


def test_the_room_is_what_the_bound_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "allowed", lambda: None)
    assert memory.room() is None
    monkeypatch.setattr(memory, "allowed", lambda: 1 << 50)
    left = memory.room()
    if left is None:
        pytest.skip("this system does not say what a process uses")
    assert 0 < (1 << 50) - left < 1 << 40


def test_threads_that_find_no_buffers_are_refused_and_leave_no_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(threads.THREADS, "2")
    monkeypatch.setattr(threads, "room", lambda: memory.BUFFER)
    with pytest.raises(MemoryError, match="threads need more"), threads.thread_pool():
        pass
    monkeypatch.setattr(threads, "room", lambda: 100 * memory.BUFFER)
    with threads.thread_pool() as pool:
        assert pool.submit(lambda: 3).result() == 3
