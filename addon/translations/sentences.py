# SPDX-License-Identifier: GPL-3.0-or-later
"""What the core says of a take, in the language of the window.

The core writes English sentences with its findings in them, into reports and scene files alike. They
are kept in English and translated when they are drawn: a sentence is held against TEMPLATES, and what
stands in a template's {fields} is put into its translation. What is not in TEMPLATES stays English:
sentences of files' readers about damaged files, and refusals, which name files and tracks and are
looked up in the page of messages, which is English.
"""

import re
from functools import lru_cache
from typing import Final

import bpy

from . import said

TEMPLATES: Final = (
    # what was found
    "{layout}: {points} of {of} points",
    "{frames} frames at {rate} per second",
    "{share} % missing",
    "{count} people: {names}",
    # repairs: what was done, why
    "filled", "left out", "exchanged",
    "{count} samples are missing", "it leaps away and back", "it lies on {track}",
    "they leap apart by {mm} mm as labelled and {other} mm exchanged",
    "up to {mm} mm from the body that all others show",
    "its distances from its neighbours are off {times} times the normal",
    # repairs: how many
    "{count} exchange of two labels was undone: {list}",
    "{count} exchanges of two labels were undone: {list}",
    "{count} leap away and back was left out: {list}",
    "{count} leaps away and back were left out: {list}",
    "{count} span of a label on another place was left out: {list}",
    "{count} spans of a label on another place were left out: {list}",
    "{count} span of two labels on one point was left out: {list}",
    "{count} spans of two labels on one point were left out: {list}",
    "{count} point that is not of the body was left out: {list}",
    "{count} points that are not of the body were left out: {list}",
    "{count} short gap was filled: {list}",
    "{count} short gaps were filled: {list}",
    "{track} frame {a}", "{track} frames {a} to {b}", "and {count} more",
    # the take
    "{count} frames at the ends of the take show fewer than {least} points (from frame {a} on); "
    "the nearest pose is held there",
    "{count} frames show fewer than {least} points (the first is frame {a}); their poses are "
    "interpolated",
    "at {rate} frames per second the motion is about {times} times too slow for a person; about "
    "{fit} would fit (--fps)",
    "at {rate} frames per second the motion is about {times} times too fast for a person; about "
    "{fit} would fit (--fps)",
    "nobody stands upright in this take; {axis} was taken as up",
    "up is {axis}: the feet alone bear the body along it",
    "the body's size fits no unit; it was scaled to the default body",
    "{count} tracks move as one rigid body: prop {name}",
    "{count} of {total} tracks are not used for the body: {kinds}",
    "the body stands in the world put right and does not lie over the tracks",
    # the armature
    "{bones} of {armature} have constraints, which change the pose",
    "{bones} of {armature} have drivers, which change the pose",
    "{armature} has NLA strips, which play together with the baked action",
    "{armature} is itself moved; the keys are right for where it stands now",
    "{armature} is shown in its rest position; set it to Pose Position",
    # the tracks' world, and poses set by hand beside their tracks
    "the take is a mirror image (left-handed axes, or left and right exchanged): left × up "
    "points backwards; its {axis} was mirrored (--mirror off leaves it)",
    "the world leans by {degrees}° from the vertical that {evidence} show; it was levelled "
    "(--up overrules this)",
    "the file says its unit is {declared}, but a body of human size is there in {name}",
    "the file says that up is {declared}, but the body stands and walks along {found}",
    "{count} samples of {tracks} tracks only repeat the last value; they were taken as missing",
    "the points of the {side} hand lie {away} forearms from its wrist, in another frame of "
    "reference or on the other side; they are not used",
    "the tracks' names match no layout; {count} tracks were given to joints by how they move "
    "(certainty {certainty}): check the result, above all left and right",
    "the tracks' names match no layout; {count} tracks were given to joints by how they move "
    "(certainty {certainty}): check the result, above all left and right; {left} that are hardly "
    "ever seen were left out",
    "the motion to start from has both palms turned by {degrees} degrees all the time, as a rig"
    " has it whose palms are not down at rest; they were turned back (--convention keep leaves "
    "them)",
    "the tracks are in {unit} with {up} up and the scene is not: the body stands upright at "
    "human size and does not lie over them",
    "the scene's rate was changed from {was} to {now} while solving; the keys lie where they "
    "are right at {again}",
    "armature {armature} shows another action now; the keys went into {action}, as was chosen",
    "{track} stands still at frame {frame} and is not followed there",
    "{track} is {mm} mm from the pose at frame {frame} and is not followed there",
    "{track} trembles by {mm} mm and counts less",
    "left and right {limb} tracks are exchanged from frame {a} to {b} and were put right",
    # what a step says, and what it changed
    "Smoothing did nothing: the action knows no tracks, which show what is decided; use "
    "Attach Tracks",
    "{count} keys, {share} % of a key on every frame",
    "jitter {a} → {b} km/s³", "joints moved {a} mm (most {b})", "turned {a}° (most {b})",
    "floor at {height} m with a slope of {slope}° brought to z = 0",
    "turned by {degrees}° to face the front (-Y)",
    "a way of {length} m over the ground taken out",
    "moved by {x} m along X and {y} m along Y to the origin",
)  # fmt: skip
"""The core's own words; `frame` stands for `scene frame` too, which Blender's panel always means."""

WORDS: Final = (
    "the feet that bear the body", "floor and stance", "stance", "left", "right", "arm", "leg",
)  # fmt: skip
"""What stands in the fields of _WORDED, in the core's own words."""

_WORDED: Final = ("evidence", "side", "limb")
"""Fields whose content is one of WORDS."""

_LISTED: Final = "list"
"""The field whose content is a list of such sentences, parted by semicolons."""


def translated(text: str) -> str:
    """A sentence of the core in the language of the window; as it is where no template fits."""
    return _told(text, bpy.app.translations.locale or "")


@lru_cache(maxsize=256)
def _told(text: str, _language: str) -> str:
    """Asked at every redraw, so that it is kept, a language each."""
    for template, pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            fields = found.groupdict()
            if _LISTED in fields:
                fields[_LISTED] = "; ".join(map(translated, fields[_LISTED].split("; ")))
            fields |= {f: said(fields[f]) for f in _WORDED if fields.get(f) in WORDS}
            return text if said(template) == template else said(template, **fields)
    return text


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    return re.compile("".join(
        f"(?P<{p[1:-1]}>.+?)" if p.startswith("{")
        else re.sub(r"\bframe", "(?:scene )?frame", re.escape(p).replace(r"\ ", " "))
        for p in parts
    ))  # fmt: skip


def _rank(template: str) -> int:
    """Letters outside its fields: of two that fit, the one that says more is meant."""
    return len(re.sub(r"\{\w+\}", "", template))


_PATTERNS: Final = [(t, _pattern(t)) for t in sorted(TEMPLATES, key=_rank, reverse=True)]
