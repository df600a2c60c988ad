# SPDX-License-Identifier: GPL-3.0-or-later
"""One solve from the scene's settings to a solution, for the window and for scripts."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ...lsmplify_core.body.body import Body
from ...lsmplify_core.body.smpl_file import SmplFile
from ...lsmplify_core.calibration.calibration_file import SavedCalibration
from ...lsmplify_core.ik.fit_problem import SolveSettings
from ...lsmplify_core.layouts.matching import Match
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.pipeline import Progress, Solution
from ...lsmplify_core.repair import Repair
from ...lsmplify_core.workflows.character_solve import character_steps
from ...lsmplify_core.workflows.person_file import read_person
from ...lsmplify_core.workflows.research_methods import Research
from ...lsmplify_core.workflows.research_solve import research_steps
from ..body.target_notes import notes_on
from ..mapping.use import placed
from ..people.reading import Taken
from ..tracks.scene_tracks import SceneTracks
from .methods import chosen_method, solver_device
from .reading import read_scene
from .target import Target, captured

if TYPE_CHECKING:
    from ..settings import LSMPLifySettings


@dataclass(frozen=True)
class Job:
    """Everything read from the scene, so that nothing of it is needed while solving.

    target: where the result goes. body: what a new armature is made of; None for the default body,
    calibrated on the take. person: whose tracks they are, where there are several people. notes:
    sentences for the result. repairs: what to mend in the tracks, None for all that is found.
    saved: what is known of the person beforehand. research: the method, None for the solver. init:
    a motion to start from.
    """

    taken: SceneTracks
    match: Match
    target: Target
    settings: SolveSettings
    body: Body | SmplFile | None
    person: str = ""
    notes: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] | None = None
    saved: SavedCalibration | None = None
    research: Research | None = None
    init: Motion | None = None


def prepare(
    context: bpy.types.Context, layout: str | None = None, body: Body | SmplFile | None = None,
    person: Taken | None = None, saved: SavedCalibration | None = None,
) -> Job:  # fmt: skip
    """Read and check everything; InputError says what is missing.

    layout: "auto", a name or a JSON file; None takes the scene's setting and its mapping. body: as
    Job's. person: whose tracks, None for those of the whole source. saved: what is known of the
    person, None for what the scene's settings name.
    """
    settings = context.scene.lsmplify
    target = captured(context)
    taken = person.taken if person is not None else read_scene(context)
    known = _known(settings, person) if saved is None else saved
    tracks, (match, notes, _) = placed(settings, taken.tracks, layout, known)
    taken = replace(taken, tracks=tracks)
    smooth = None if settings.auto_smooth else settings.smooth
    solving = SolveSettings(refine=settings.refine, smooth=smooth, device=solver_device(context))
    notes += notes_on(settings.armature) if target.body is not None else ()
    return Job(
        taken, match, target, solving, body, person.name if person is not None else "",
        notes, None if settings.mend else (), known,
        chosen_method(context),
    )  # fmt: skip


def solve_job(job: Job) -> Generator[Progress, None, Solution]:
    """Solve without touching the scene; on a character's own proportions where that is asked
    for."""
    known: dict[str, Any] = {
        "match": job.match, "init": job.init, "settings": job.settings, "repairs": job.repairs,
        "calibration": job.saved, "research": job.research,
    }  # fmt: skip
    tracks, character = job.taken.tracks, job.target.character
    if character is not None and character.own_proportions:
        return (yield from character_steps(tracks, character.character.body, **known))
    return (yield from research_steps(tracks, body=target_body(job), **known))


def _known(settings: "LSMPLifySettings", person: Taken | None) -> SavedCalibration | None:
    """The calibration or static trial that the settings name, of the person whose tracks these
    are."""
    if not settings.calibration:
        return None
    layout = "auto" if settings.layout == "none" else settings.layout
    path = Path(bpy.path.abspath(settings.calibration))
    return read_person(path, layout, person.name if person is not None else "")


def target_body(job: Job) -> Body | SmplFile | None:
    """The body that the chosen armature is; what a new one is made of where none is chosen."""
    return job.body if job.target.body is None else job.target.body
