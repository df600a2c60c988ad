# SPDX-License-Identifier: GPL-3.0-or-later
"""Research methods without torch: there to be seen, grey, and one line says why."""

from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).parents[2]
TAKE = ROOT / "examples/keypoints_body25.trc"


@pytest.fixture(autouse=True)
def without_torch(extension, monkeypatch):
    """As where PyTorch is not installed, whether it is or not."""
    from lsmplify_extension.lsmplify_core.ik import backend
    from lsmplify_extension.lsmplify_core.workflows import research_methods

    def absent(name: str, package: str | None = None) -> object:
        raise ImportError("No module named 'torch'")

    caches = (research_methods._lacking, research_methods._has_cuda, backend._torch_backend)
    monkeypatch.setattr(research_methods, "find_spec", lambda _name: None)
    monkeypatch.setattr(backend, "import_module", absent)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


class Drawn:
    """Stands in for a layout: what is drawn, and whether it is enabled."""

    def __init__(self, parent: "Drawn | None" = None) -> None:
        self.enabled = True
        self.buttons: list[tuple[str, Drawn]] = parent.buttons if parent else []
        self.labels: list[str] = parent.labels if parent else []

    def row(self) -> "Drawn":
        return Drawn(self)

    def column(self, align: bool = False) -> "Drawn":
        return self

    def separator(self) -> None:
        pass

    def prop_enum(self, _settings: object, _name: str, value: str) -> None:
        self.buttons.append((value, self))

    def label(self, text: str, icon: str, translate: bool = True) -> None:
        self.labels.append(text)


def test_research_methods_are_grey_with_the_reason(extension, monkeypatch) -> None:
    from lsmplify_extension.addon.common import lines
    from lsmplify_extension.addon.solve import methods

    monkeypatch.setattr(
        lines, "wrapped", lambda _context, text, _icon: [text]
    )  # there is no window here
    column = Drawn()
    methods.draw(bpy.context, column)
    shown = {name: row.enabled for name, row in column.buttons}
    assert shown == {
        "DEFAULT": True, "PAPER": False, "SMPLIFY": False, "SKELETON": False,
        "CPU": True, "CUDA": False, "MPS": False,
    }  # fmt: skip
    assert len(column.labels) == 1
    assert "not installed" in column.labels[0]


@pytest.mark.parametrize("method", ["PAPER", "SMPLIFY", "SKELETON"])
def test_solving_with_a_method_that_is_not_there_says_so(extension, method) -> None:
    """A file saved with the torch build is opened without it."""
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath, settings.method = "FILE", str(TAKE), method
    assert not bpy.ops.lsmplify.solve_and_bake.poll()
    with pytest.raises(RuntimeError, match="not installed"):
        bpy.ops.lsmplify.solve_and_bake()
    settings.method = "DEFAULT"
    assert bpy.ops.lsmplify.solve_and_bake.poll()


def test_a_device_that_is_not_there_is_said_too(extension) -> None:
    """A file saved where the solver ran on a GPU is opened without PyTorch: NumPy would do."""
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath, settings.device = "FILE", str(TAKE), "CUDA"
    assert not bpy.ops.lsmplify.solve_and_bake.poll()
    with pytest.raises(RuntimeError, match="choose CPU on the page Method"):
        bpy.ops.lsmplify.solve_and_bake()
    settings.device = "CPU"
    assert bpy.ops.lsmplify.solve_and_bake.poll()


def test_a_card_that_is_missing_is_said_before_anything_is_read(extension, monkeypatch) -> None:
    """PyTorch is built for GPUs and there is none: only PyTorch itself knows."""
    from lsmplify_extension.lsmplify_core.workflows import research_methods

    monkeypatch.setattr(research_methods, "device_lacking", lambda _device: "")
    settings, count = bpy.context.scene.lsmplify, len(bpy.data.objects)
    settings.source, settings.filepath, settings.device = "FILE", "no such file.trc", "CUDA"
    with pytest.raises(RuntimeError, match=r"device GPU.*choose CPU on the page Solve > Method"):
        bpy.ops.lsmplify.solve_and_bake()
    assert len(bpy.data.objects) == count


def test_the_command_refuses_a_device_without_torch(extension, tmp_path, capfd) -> None:
    from lsmplify_extension.addon import cli

    out = tmp_path / "out.npz"
    assert cli.run(["bake", "--file", str(TAKE), "--device", "cuda", "-o", str(out)]) == 2
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    assert "--device cuda: PyTorch cannot be used here" in said[0]
    assert not out.exists()


def test_the_command_says_so_too(extension, tmp_path, capfd) -> None:
    from lsmplify_extension.addon import cli

    out = tmp_path / "out.npz"
    words = ["bake", "--file", str(TAKE), "--method", "smplify", "-o", str(out)]
    assert cli.run(words) == 2
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    assert "not installed" in said[0]
    assert not out.exists()
