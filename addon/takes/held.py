# SPDX-License-Identifier: GPL-3.0-or-later
"""A take that a step works on for a while: read at the start, and found to be the same at the
end."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ...lsmplify_core.runtime.errors import InputError
from ..common.handles import Handle, handle_of, within
from .reading import Take, read_take


@dataclass(frozen=True)
class Held:
    """A take with what finds it again. into: where the step's action goes, as the panel said."""

    take: Take
    scene: Handle
    armature: Handle
    action: Handle
    into: str


def held(context: bpy.types.Context, take: Take) -> Held:
    """Keep a take that was read in the context's scene."""
    scene: Any = context.scene
    return Held(
        take, handle_of(scene, "scenes"), handle_of(take.armature, "objects"),
        handle_of(take.action, "actions"), scene.lsmplify.cleanup.into,
    )  # fmt: skip


@contextmanager
def found_again(
    context: bpy.types.Context, kept: Held, lasted: bool
) -> Generator[tuple[bpy.types.Context, Take], None, None]:
    """Within it the context is of the scene that the take was read in; the take is as it was, with
    its data-blocks as they are now.

    Args:
        context: the context now.
        kept: what was kept when the work began.
        lasted: whether anything can have changed since.

    Raises:
        InputError: one of them is gone, or the action has other keys now. Nothing was written then.
    """
    if not lasted:
        yield context, kept.take
        return
    scene, armature, action = kept.scene.find(), kept.armature.find(), kept.action.find()
    for block, handle in ((scene, kept.scene), (armature, kept.armature), (action, kept.action)):
        if block is None:
            kind = handle.kind.removesuffix("s")
            raise InputError(f"{kind} {handle.name!r} was removed meanwhile; run it again")
    with within(context, scene) as scene_context:
        now = read_take(scene_context, armature, action)
        if not _same(kept.take, now):
            raise InputError(
                f"action {action.name!r}, its armature or the scene's rate was changed meanwhile; "
                "run it again"
            )
        yield scene_context, now


def _same(before: Take, now: Take) -> bool:
    return (
        abs(before.motion.rate - now.motion.rate) < 1e-6 * before.motion.rate
        and np.array_equal(before.grid.frames, now.grid.frames)
        and np.array_equal(before.quaternions, now.quaternions)
        and np.array_equal(before.motion.root, now.motion.root)
    )
