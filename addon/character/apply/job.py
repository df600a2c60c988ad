# SPDX-License-Identifier: GPL-3.0-or-later
"""One retarget from settings to keys: read at the start, computed without the scene, written at the
end."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import bpy

from ....lsmplify_core.retarget import Retargeted, RetargetOptions, Rig, RigMap, retarget_steps
from ....lsmplify_core.retarget.controls.carriers import carried_channels
from ....lsmplify_core.retarget.people import Person, retarget_people_steps
from ....lsmplify_core.runtime.progress import with_progress
from ....lsmplify_core.runtime.stages import Progress
from ..rig.character import Character, read_character
from . import keying
from .source import Source


@dataclass(frozen=True)
class CharacterJob:
    """All that a retarget needs, read when it begins."""

    source: Source
    armature: bpy.types.Object
    character: Character
    options: RetargetOptions

    @property
    def rig(self) -> Rig:
        """The character's bones at rest."""
        return self.character.rig

    @property
    def rig_map(self) -> RigMap:
        """Which of them is what."""
        return self.character.rig_map


def prepare(
    context: bpy.types.Context,
    source: Source,
    armature: bpy.types.Object,
    choice: str | RigMap,
    options: RetargetOptions,
    controls: str,
) -> CharacterJob:
    """Read the character and find out which bone is what.

    Args:
        context: whose view layer is updated while controls are tried out; nothing else changes.
        source: what is brought to it.
        armature: the character's.
        choice: a map, or "auto", a shipped map's name, "structure", or a JSON file.
        options: contacts, root, fingers.
        controls: which controls get keys; see `CONTROLS`.

    Raises:
        InputError: says what is wrong with the armature or the map.
    """
    character = read_character(context, armature, choice, controls)
    return CharacterJob(source, armature, character, options)


def steps(job: CharacterJob) -> Generator[Progress, None, Retargeted]:
    """The retarget; touches no scene."""
    work = with_progress(
        retarget_steps(job.source.performance, job.rig, job.rig_map, job.options),
        lambda now: Progress("retarget", now.share),
    )
    result = yield from work
    return _told(job, result)


def people_steps(
    jobs: Sequence[CharacterJob],
) -> Generator[Progress, None, list[Retargeted]]:
    """The retargets of people of one scene, who may touch each other; touches no scene."""
    people = [
        Person(j.source.performance, j.rig, j.rig_map, j.options, int(j.source.frames[0]))
        for j in jobs
    ]
    work = with_progress(retarget_people_steps(people), lambda now: Progress("retarget", now.share))
    results = yield from work
    return [_told(j, result) for j, result in zip(jobs, results, strict=True)]


def _told(job: CharacterJob, result: Retargeted) -> Retargeted:
    """A result with the channels of the character's carriers, and all that there is to say."""
    notes = [*job.source.notes, *result.report.warnings, *job.character.notes]
    report = replace(result.report, warnings=notes)
    return Retargeted(carried_channels(result.motion, job.character.carriers), report)


def write(
    job: CharacterJob, result: Retargeted, name: str,
    into: bpy.types.Action | None = None, anew: bool = False,
) -> bpy.types.Action:  # fmt: skip
    """Key the character, and return the action that has the keys.

    name, into, anew: as in `keying.write_keys`.
    """
    action, notes = keying.write_keys(
        job.armature, job.character, result.motion, job.source.frames, name, into, anew
    )
    result.report.warnings.extend(notes)
    return action
