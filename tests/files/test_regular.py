# SPDX-License-Identifier: GPL-3.0-or-later
"""Only plain files are opened, and every folder is looked at once."""

import os
from pathlib import Path

import pytest

from lsmplify_core.body.smpl_file import load_smpl_file
from lsmplify_core.calibration.calibration_file import load_calibration
from lsmplify_core.cleanup.feet.contacts import load_contacts
from lsmplify_core.files.npz import read_npy, read_npz
from lsmplify_core.files.regular import files_below, reading
from lsmplify_core.motion.motion import load_motion
from lsmplify_core.reading import read_tracks, takes_in
from lsmplify_core.reading.motions import read_motions
from lsmplify_core.repair.repair_file import load_repairs
from lsmplify_core.runtime.errors import InputError

READERS = (
    read_tracks, load_motion, read_motions, load_smpl_file, load_calibration, load_contacts,
    load_repairs, lambda p: read_npz(p, None, "x"), lambda p: read_npy(p, "x"),
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("suffix", [".npz", ".pkl", ".json"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, reader, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    os.mkfifo(path)
    with pytest.raises(InputError):
        reader(path)


@pytest.mark.parametrize("reader", READERS)
def test_what_is_not_there_is_one_line(tmp_path: Path, reader) -> None:
    with pytest.raises(InputError) as refused:
        reader(tmp_path / "gone.npz")
    assert "\n" not in str(refused.value)


def test_links_to_itself_end(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/take.c3d").write_bytes(b"x")
    (tmp_path / "a/b/up").symlink_to("..")
    (tmp_path / "a/b/self").symlink_to("self")
    (tmp_path / "a/pipe.c3d")
    os.mkfifo(tmp_path / "a/pipe.c3d")
    (tmp_path / "a/gone.c3d").symlink_to("nowhere")
    assert [p.name for p in files_below(tmp_path)] == ["take.c3d"]
    assert [p.name for p in takes_in(tmp_path)] == ["take.c3d"]


@pytest.mark.parametrize(
    "error", [KeyError("x"), IndexError(), ZeroDivisionError(), RecursionError(), TypeError("a\nb"),
              UnicodeDecodeError("utf-8", b"x", 0, 1, "y"), AttributeError("z"), OSError(5, "x")]
)  # fmt: skip
def test_whatever_a_reader_meets_is_one_line_with_the_files_name(error: Exception) -> None:
    with pytest.raises(InputError, match=r"x\.trc: ") as refused, reading(Path("x.trc"), "tracks"):
        raise error
    assert "\n" not in str(refused.value)


def test_memory_is_not_the_files_fault() -> None:
    with pytest.raises(MemoryError), reading(Path("x.trc"), "tracks"):
        raise MemoryError
