# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks solved straight onto a character: what is read of it before, what is keyed after."""

from dataclasses import dataclass, replace
from typing import Any

import bpy

from ....lsmplify_core.geometry.resampling import key_frames
from ....lsmplify_core.motion.motion import Motion
from ....lsmplify_core.retarget import RetargetOptions, RetargetReport, performance_of
from ....lsmplify_core.runtime.errors import InputError
from ....lsmplify_core.runtime.progress import run_steps
from ...bake.motion_keys import Timing
from ...body.armature import check_target, rig_of
from ..bone_map.choice import chosen_map
from ..properties import options_of
from ..rig.character import Character, read_character
from ..rig.smpl_names import bears_smpl_names
from . import job
from .source import Source


@dataclass(frozen=True)
class SolvedCharacter:
    """A character that tracks are solved onto.

    own_proportions: solved on its own lengths, so that nothing is transferred; else on the
    performer's, and transferred.
    """

    character: Character
    options: RetargetOptions
    own_proportions: bool


def chosen_character(
    context: bpy.types.Context, armature: bpy.types.Object | None
) -> SolvedCharacter | None:
    """The character that an armature is, with the panel's options; None for an SMPL body, which
    takes the solve's own rotations.

    Raises:
        InputError: no armature, or one that is neither.
    """
    trouble = None
    if armature is None or bears_smpl_names(armature):
        trouble = _rest_trouble(check_target(armature))
        if trouble is None:
            return None
    settings: Any = context.scene.lsmplify.character
    try:
        found = read_character(context, armature, chosen_map(settings, armature), settings.controls)
    except InputError:
        if trouble is not None:
            raise trouble from None
        raise
    return SolvedCharacter(found, options_of(settings), settings.solve_on == "CHARACTER")


def _rest_trouble(armature: bpy.types.Object) -> InputError | None:
    """Why an armature with SMPL's names can't be baked on as an SMPL body: it rests in another pose
    than the T-pose. None where it can."""
    try:
        rig_of(armature)
    except InputError as error:
        return error
    return None


def write_solved(
    armature: bpy.types.Object, solved: SolvedCharacter, motion: Motion, timing: Timing,
    name: str, into: bpy.types.Action | None,
) -> tuple[bpy.types.Action, RetargetReport]:  # fmt: skip
    """Key a solved motion on its character.

    Args:
        armature: the character's.
        solved: as read when the solve began.
        motion: on the character's own body, or on the performer's.
        timing: of the motion's samples in the scene.
        name: of a new action.
        into: the action that gets the keys, within the motion's frames; None for a new one.

    Returns:
        The action, and how the motion came over.
    """
    frames, samples = key_frames(timing.first, timing.step, motion.frames, timing.whole)
    at = motion.at(samples) if timing.whole else motion
    options = replace(solved.options, size=1.0) if solved.own_proportions else solved.options
    source = Source(performance_of(at), frames.astype(float), name)
    work = job.CharacterJob(source, armature, solved.character, options)
    result = run_steps(job.steps(work))
    action = job.write(work, result, name, into)
    return action, result.report
