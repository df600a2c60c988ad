# SPDX-License-Identifier: GPL-3.0-or-later
"""After a solve in a window: the take is seen, its armature is active, and Play plays it."""

from collections.abc import Sequence

import bpy

from ...lsmplify_core.review.framing import take_bounds
from ..character.rig.smpl_names import is_character
from ..common import framing
from ..tracks.choice import hide_default_cube
from .result import Baked

_NEW_SCENE = (1, 250)
"""First and last frame of a scene that nobody has set."""


def show(context: bpy.types.Context, baked: Sequence[Baked]) -> None:
    """Select the armatures, frame the takes, set what is played, and go on to Review."""
    hide_default_cube(context)
    for item in context.selected_objects:
        item.select_set(False)
    for one in baked:
        one.armature.select_set(True)
    context.view_layer.objects.active = baked[0].armature
    set_range(context.scene, *span_of(baked))
    framing.frame(context, *take_bounds([b.solution.motion for b in baked]))
    settings = context.scene.lsmplify
    settings.stage = "REVIEW"
    # Spans are looked at on the body that was solved; a character of other names has only figures.
    known = any(not is_character(b.armature) for b in baked)
    settings.review_page = "SPANS" if known else "RESULT"


def set_range_to_solve_again(context: bpy.types.Context, baked: Sequence[Baked]) -> None:
    """The takes' own frames, so that a re-solve begins inside them."""
    resolve = context.scene.lsmplify.cleanup.resolve
    resolve.frame_start, resolve.frame_end = span_of(baked)


def span_of(baked: Sequence[Baked]) -> tuple[int, int]:
    """First and last scene frame of all takes."""
    firsts = [b.timing.first for b in baked]
    lasts = [b.timing.first + b.timing.step * (b.solution.motion.frames - 1) for b in baked]
    return int(min(firsts)), int(max(lasts) + 0.999)


def set_range(scene: bpy.types.Scene, first: int, last: int) -> None:
    """What Play plays: the takes alone in a new scene, else at least the takes. A frame outside
    them becomes the first of theirs."""
    if (scene.frame_start, scene.frame_end) == _NEW_SCENE:
        scene.frame_start, scene.frame_end = first, max(last, first + 1)
    else:
        scene.frame_start = min(scene.frame_start, first)
        scene.frame_end = max(scene.frame_end, last)
    if not first <= scene.frame_current <= last:
        scene.frame_set(first)
