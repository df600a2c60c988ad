# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at tracks before a solve."""

import bpy

from ...lsmplify_core.layouts.mapping import mapping_of
from ...lsmplify_core.layouts.matching import Match
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.tracks import Tracks
from ..common.polls import allowed
from ..mapping import rows
from ..mapping.use import placed
from ..people.reading import chosen
from ..solve import reading
from ..solve.operators import missing


class LSMPLIFY_OT_find_layout(bpy.types.Operator):
    """Look at the tracks and say which layout fits their names best, and how well"""

    bl_idname = "lsmplify.find_layout"
    bl_label = "Look at the Tracks"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey where there is nothing to look at, with the reason."""
        return allowed(cls, missing(context))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the tracks and note what was found."""
        settings = context.scene.lsmplify
        try:
            people = reading.read_people(context)
            rows.name_all(settings.people, [p.name for p in people] if len(people) > 1 else [])
            tracks = chosen(people, settings.person)[0].taken.tracks
            tracks, (match, _, by_hand) = placed(settings, tracks)
        except InputError as error:
            settings.found = ""
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        settings.found = "\n".join(_found(tracks, match, [p.name for p in people]))
        if match.layout.name != "unnamed":  # a list of points named as their tracks says nothing
            mapping = mapping_of(match, tracks.names)
            rows.fill(settings, mapping, tracks.names, match.evidence, by_hand)
        self.report({"INFO"}, match.evidence)
        return {"FINISHED"}


def _found(tracks: Tracks, match: Match, people: list[str]) -> list[str]:
    """What is said of the tracks, a line each; `translations.sentences` has them in the language of
    the window, whichever it is when they are drawn."""
    points, of = len(match.matched), len(match.track_of)
    lines = [
        f"{match.layout.name}: {points} of {of} points",
        f"{tracks.frames} frames at {tracks.rate:g} per second",
        f"{100 * tracks.gaps:.1f} % missing",
    ]
    if len(people) > 1:
        lines.append(f"{len(people)} people: {', '.join(people)}")
    return lines


CLASSES = (LSMPLIFY_OT_find_layout,)
