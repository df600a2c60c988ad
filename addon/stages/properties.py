# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify`: the stage that the sidebar shows, and the page of each stage."""

from typing import Final

from bpy.props import EnumProperty

from ..translations import CONTEXT

STAGES: Final = (
    ("TRACKS", "Tracks", "Where the points come from and what they are"),
    ("BODY", "Body", "What the motion is baked on"),
    ("SOLVE", "Solve", "Which frames, and how"),
    ("REVIEW", "Review", "How well it went, where to look, and a pose corrected by hand"),
    ("CLEAN_UP", "Clean Up", "Feet, smoothing, limits, keys, each step an action of its own"),
    ("CHARACTER", "Character", "The motion on a character of your own"),
)

PAGES: Final = {
    "TRACKS": (("SOURCE", "Source", "Import tracks or choose them"),
               ("MAPPING", "Mapping", "Which track is which body point")),
    "SOLVE": (("SETTINGS", "Settings", "Frames, keys and smoothing"),
              ("METHOD", "Method", "The solver, and research methods to compare it with")),
    "REVIEW": (("SPANS", "Spans", "The worst spans, and lines over the body"),
               ("CORRECT", "Correct", "Pose keys and the range to solve again"),
               ("REPAIRS", "Repairs", "What was repaired in the tracks"),
               ("RESULT", "Result", "Errors of the action that is shown")),
    "CLEAN_UP": (("FEET", "Feet", "Hold the feet where they stand"),
                 ("SMOOTH", "Smooth", "Smooth each region as much as it needs"),
                 ("LIMITS", "Limits", "What a body can do, and the arms' twist"),
                 ("KEYS", "Keys", "Fewer keys"),
                 ("PLACE", "Place", "Floor, front and origin"),
                 ("ACTION", "Action", "The settings of the action that is shown, and presets"),
                 ("EXPORT", "Export", "The motion as a file")),
    "CHARACTER": (("APPLY", "Apply", "The motion, the character, and how it comes over"),
                  ("BONES", "Bones", "Which bone is what, and the assumed rest pose")),
}  # fmt: skip
"""Pages by stage; a stage without any has only one."""


def _pages(stage: str, name: str) -> object:
    return EnumProperty(
        name=name, items=PAGES[stage], description="Which part of the stage is shown",
        translation_context=CONTEXT,
    )  # fmt: skip


class StageFields:
    """Annotations only: the scene's settings inherit them."""

    stage: EnumProperty(
        name="Stage", items=STAGES, description="Which stage of the way the sidebar shows",
        translation_context=CONTEXT,
    )  # fmt: skip
    tracks_page: _pages("TRACKS", "Tracks Page")
    solve_page: _pages("SOLVE", "Solve Page")
    review_page: _pages("REVIEW", "Review Page")
    clean_up_page: _pages("CLEAN_UP", "Clean-Up Page")
    character_page: _pages("CHARACTER", "Character Page")
