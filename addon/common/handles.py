# SPDX-License-Identifier: GPL-3.0-or-later
"""Data-blocks that are to be found again after a while in which the scene may have changed.

Blender's Python objects must not outlive an undo, a deletion or another file; their names change
when they are renamed. The number that Blender gives every data-block for a session does neither.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy


@dataclass(frozen=True)
class Handle:
    """A data-block to be found again. kind: its collection in `bpy.data`; name: as it was; number:
    its session's number, 0 where this Blender does not tell it."""

    kind: str
    name: str
    number: int

    def find(self) -> Any:
        """The data-block, whatever it is called now; None where it is gone."""
        blocks = getattr(bpy.data, self.kind)
        named = blocks.get(self.name)
        if not self.number:
            return named
        if named is not None and named.session_uid == self.number:
            return named
        return next((block for block in blocks if block.session_uid == self.number), None)


def handle_of(block: bpy.types.ID, kind: str) -> Handle:
    """The handle of a data-block that is in `bpy.data.<kind>`."""
    return Handle(kind, block.name, int(getattr(block, "session_uid", 0)))


@contextmanager
def within(
    context: bpy.types.Context, scene: bpy.types.Scene
) -> Generator[bpy.types.Context, None, None]:
    """Within it the context's scene is that one, whatever the window shows now."""
    if context.scene == scene:
        yield context
        return
    with context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
        yield bpy.context
