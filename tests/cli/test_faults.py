# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk, a locked folder, a file that goes away, a kill, too little memory: old files stay
whole, and there is one clear line."""

import ctypes
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.cli.main import main
from lsmplify_core.geometry.skeleton import N_JOINTS
from lsmplify_core.motion.motion import Motion, load_motion, save_motion
from lsmplify_core.reading import read_tracks

ROOT = Path(__file__).parents[2]
TAKE = ROOT / "examples/keypoints_body25.trc"
PATIENCE = 120
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux has them")


def motion(frames: int) -> Motion:
    """Someone who stands."""
    turned = np.broadcast_to(np.eye(3), (frames, N_JOINTS, 3, 3))
    return Motion(turned, np.random.default_rng(0).random((frames, 3)), 30.0, default_body())


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that other users may enter, with an old result and a part of the example in it."""
    made = Path(tempfile.mkdtemp(prefix="lsmplify-faults-"))
    made.chmod(0o755)
    save_motion(motion(3), made / "out.npz")
    lines = TAKE.read_text().splitlines(keepends=True)
    (made / "take.trc").write_text("".join(lines[:26]))
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def solved(folder: Path, limit: Callable[[], None] | None = None, take: str = "take.trc"):
    """`lsmplify solve` on the take over the old result, in a process with a limit."""
    command = [sys.executable, "-m", "lsmplify_core", "solve", take, "-o", "out.npz"]
    one_thread = {k: "1" for k in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    # coverage would want to write on the full disk, too
    env = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_PROCESS")}
    return subprocess.run(
        command, cwd=folder, preexec_fn=limit, capture_output=True, text=True,
        env=env | one_thread | {"PYTHONPATH": str(ROOT)}, timeout=PATIENCE, check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess, folder: Path) -> str:
    """Check the one line, the old result and that nothing lies beside it; returns the line."""
    assert done.returncode == 2, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert load_motion(folder / "out.npz").frames == 3
    assert {p.name for p in folder.iterdir()} == {"out.npz", "take.trc"}
    return lines[0]


def test_without_a_fault_the_result_is_replaced(folder):
    """Else the tests below would protect nothing."""
    assert solved(folder).returncode == 0
    assert load_motion(folder / "out.npz").frames > 3


def test_a_full_disk(folder):
    done = solved(folder, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500)))
    assert "out.npz: cannot be written" in refused(done, folder)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of two pages with an old result on it; only root can make one."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        save_motion(motion(3), disk / "out.npz")
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)
        disk.rmdir()


def test_a_disk_that_has_no_room(folder, small_disk):
    """The system's own word for it, and the old file."""
    command = [sys.executable, "-m", "lsmplify_core", "solve", "take.trc", "-o", "disk/out.npz"]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "out.npz: cannot be written: No space left on device" in done.stderr
    assert load_motion(small_disk / "out.npz").frames == 3
    assert [p.name for p in small_disk.iterdir()] == ["out.npz"]


def _no_override() -> None:
    """Root loses what lets it write into any folder (prctl(2), capabilities(7))."""
    drop_from_bounding_set, dac_override = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0)


def test_a_folder_that_may_not_be_written(folder):
    folder.chmod(0o555)
    line = refused(solved(folder, _no_override), folder)
    assert "out.npz: cannot be written: Permission denied" in line


def test_too_little_memory(folder):
    """Enough to begin with, and too little for a long take."""
    tracks = read_tracks(TAKE)
    np.savez(folder / "long.npz", points=np.tile(tracks.positions, (60, 1, 1)), names=tracks.names)
    some = 400 << 20
    done = solved(
        folder, lambda: resource.setrlimit(resource.RLIMIT_AS, (some, some)), take="long.npz"
    )
    (folder / "long.npz").unlink()
    if "OpenBLAS" in done.stderr:  # which ends the process itself where its own buffers don't fit
        assert load_motion(folder / "out.npz").frames == 3
    else:
        assert "memory is not enough" in refused(done, folder)


def test_a_kill_while_writing_leaves_the_old_file(folder):
    """kill -9 asks nobody: only what is written beside and renamed survives it."""
    script = (
        "import sys, time; from pathlib import Path; from lsmplify_core.files.atomic import "
        "write_whole\ndef slow(file):\n"
        "    for _ in range(1000):\n"
        "        file.write(b'x' * 65536); file.flush(); print('writing', flush=True); "
        "time.sleep(0.05)\nwrite_whole(Path('out.npz'), slow)"
    )
    working = subprocess.Popen(
        [sys.executable, "-c", script], cwd=folder, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert working.stdout is not None
    assert working.stdout.readline() == "writing\n"
    working.send_signal(signal.SIGKILL)
    working.wait(PATIENCE)
    assert load_motion(folder / "out.npz").frames == 3
    left = [p for p in folder.iterdir() if p.name.startswith(".lsmplify-")]
    assert len(left) == 1
    assert solved(folder).returncode == 0
    assert {p.name for p in folder.iterdir()} == {"out.npz", "take.trc"}


def test_only_what_was_left_behind_is_cleared(folder):
    """Not what lives, not what another machine wrote today, not what merely looks like it."""
    alive = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    host = f"{zlib.crc32(platform.node().encode()):08x}"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(PATIENCE)
    kept = [
        f".lsmplify-{host}-{alive.pid}-abcd1234-out.npz", ".lsmplify-00000000-7-abcd1234-out.npz",
        ".lsmplify-notes.txt", f".lsmplify-{host}-{gone.pid}-out.npz",
    ]  # fmt: skip
    cleared = [
        f".lsmplify-{host}-{gone.pid}-abcd1234-out.npz", ".lsmplify-00000000-7-abcd5678-a.blend",
    ]  # fmt: skip
    for name in (*kept, *cleared):
        (folder / name).write_bytes(b"half")
    os.utime(folder / cleared[1], (0, 0))
    try:
        save_motion(motion(3), folder / "out.npz")
    finally:
        alive.kill()
        alive.wait(PATIENCE)
    assert {p.name for p in folder.iterdir()} == {"out.npz", "take.trc", *kept}


_gone: dict[str, int] = {}


def _watch(event: str, args: tuple) -> None:
    if event == "open" and _gone and str(args[0]) in _gone:
        _gone[str(args[0])] -= 1
        if _gone[str(args[0])] == 0:
            os.unlink(args[0])


@pytest.fixture(scope="module")
def watching() -> None:
    sys.addaudithook(_watch)


@pytest.mark.parametrize("name", ["take.trc", "take.csv", "take.npz", "take.npy", "take.c3d"])
def test_a_file_that_goes_away_while_it_is_read(folder, capsys, watching, name):
    """It is there when it is looked at, and gone when it is opened the next time."""
    path = folder / name
    if name.endswith("npy"):
        np.save(path, np.ones((4, 25, 3)))
    elif name.endswith("npz"):
        np.savez(path, points=np.ones((4, 25, 3)))
    elif name.endswith("c3d"):
        path.write_bytes(b"\x02\x50" + bytes(2000))
    elif name.endswith("csv"):
        path.write_text("a_x,a_y,a_z\n1,2,3\n")
    _gone[str(path)] = 2
    try:
        code = main(["inspect", str(path)])
    finally:
        _gone.clear()
    if not path.exists():
        assert code == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said.startswith("error: ")
        assert name in said


def test_a_pipe_that_is_closed_is_no_traceback(folder):
    done = subprocess.run(
        f"{sys.executable} -m lsmplify_core inspect take.trc --json | head -c 1 >/dev/null",
        shell=True, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
