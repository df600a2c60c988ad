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
    # what a step changed
    "jitter {a} → {b} km/s³", "joints moved {a} mm (most {b})", "turned {a}° (most {b})",
    "floor at {height} m with a slope of {slope}° brought to z = 0",
    "turned by {degrees}° to face the front (-Y)",
    "a way of {length} m over the ground taken out",
    "moved by {x} m along X and {y} m along Y to the origin",
)  # fmt: skip
"""The core's own words; `frame` stands for `scene frame` too, which Blender's panel always means."""

_LISTED: Final = "list"
"""The field whose content is a list of such sentences, parted by semicolons."""


def told(text: str) -> str:
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
                fields[_LISTED] = "; ".join(map(told, fields[_LISTED].split("; ")))
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
