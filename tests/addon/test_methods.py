# SPDX-License-Identifier: GPL-3.0-or-later
"""Research methods without torch: there to be seen, grey, and one line says why."""

from importlib.util import find_spec
from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).parents[2]
TAKE = ROOT / "examples/keypoints_body25.trc"
pytestmark = pytest.mark.skipif(
    find_spec("torch") is not None, reason="torch is here: tests/torch looks at the methods"
)


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

    monkeypatch.setattr(lines, "wrapped", lambda _context, text: [text])  # there is no window here
    column = Drawn()
    methods.draw(bpy.context, column)
    shown = {name: row.enabled for name, row in column.buttons}
    assert shown == {"DEFAULT": True, "PAPER": False, "SMPLIFY": False, "SKELETON": False}
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


def test_the_command_says_so_too(extension, tmp_path, capfd) -> None:
    from lsmplify_extension.addon import cli

    out = tmp_path / "out.npz"
    words = ["bake", "--file", str(TAKE), "--method", "smplify", "-o", str(out)]
    assert cli.run(words) == 2
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    assert "not installed" in said[0]
    assert not out.exists()
