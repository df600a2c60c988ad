# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk, too little memory, a take that goes away: the scene and old files stay whole."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).parents[2]
TAKE = ROOT / "examples/keypoints_body25.trc"


def content() -> list[str]:
    """Names of all that a bake could add."""
    return sorted(x.name for b in (bpy.data.objects, bpy.data.actions, bpy.data.meshes) for x in b)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux has them")
@pytest.mark.parametrize(
    ("end", "room"), [("blend", 16384), ("npz", 4096), ("fbx", 16384), ("bvh", 8192)]
)
def test_a_full_disk_leaves_the_old_file(extension, tmp_path, capfd, end, room) -> None:
    from lsmplify_extension.addon import cli

    out = tmp_path / f"out.{end}"
    out.write_bytes(b"what was here before")
    with full_disk(room):
        code = cli.run(["bake", "--file", str(TAKE), "--end", "20", "-o", str(out)])
    assert code == 2
    assert out.read_bytes() == b"what was here before"
    assert [p.name for p in tmp_path.iterdir()] == [out.name]
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    assert "out." in said[0]


@pytest.mark.parametrize(
    ("fault", "says"), [(MemoryError(), "memory is not enough"), (OSError(5, "I/O error"), "I/O")]
)
def test_a_fault_while_solving_leaves_the_scene(extension, monkeypatch, fault, says) -> None:
    """The operator reports one line, nothing is added, and the button can be pressed again."""
    from lsmplify_extension.addon.common import progress as running
    from lsmplify_extension.addon.solve import job

    def fails(_job: object) -> Iterator[object]:
        raise fault
        yield

    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath = "FILE", str(TAKE)
    before = content()
    monkeypatch.setattr(job, "solve_job", fails)
    with pytest.raises(RuntimeError, match=says):
        bpy.ops.lsmplify.solve_and_bake()
    assert content() == before
    assert not settings.result.done
    assert running.done() < 0.0
    assert bpy.ops.lsmplify.solve_and_bake.poll()


def test_a_take_that_is_gone_is_one_line(extension, tmp_path) -> None:
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath = "FILE", str(tmp_path / "gone.c3d")
    before = content()
    with pytest.raises(RuntimeError, match=r"gone\.c3d: .*there is no such file"):
        bpy.ops.lsmplify.solve_and_bake()
    with pytest.raises(RuntimeError, match=r"gone\.c3d: .*there is no such file"):
        bpy.ops.lsmplify.import_tracks(filepath=str(tmp_path / "gone.c3d"))
    assert content() == before
