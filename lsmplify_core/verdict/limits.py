# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits that measures must keep, each with the sentence that is said where it is passed.

The limits were set on validation clips that were solved clean, noisy and with gaps (none past them)
and on the same clips with the faults of `evaluation.faults`; `benchmarks/verdict.py` measures both.
In a row: the reason's code, the measure, from where on to check, from where on to refuse, the
sentence, and by how much the value is multiplied in it.
"""

from typing import Final

from .rules import Limit

_PERCENT: Final = 100.0
_MM: Final = 1000.0

_FIT: Final = (
    Limit(
        "track-error", "error", 0.035, 0.09,
        "the body does not fit the tracks, with a mean track error of {v} mm on an adult",
        _MM, group="fit",
    ),
    Limit(
        "track-error-span", "error_window", 0.07, 0.4,
        "for half a second the body is {v} mm from the tracks", _MM, group="fit",
    ),
    Limit(
        "far-track", "far_track", 0.07, None,
        "track {track} is {v} mm from its point on the body", _MM, group="fit",
    ),
    Limit(
        "far-frames", "far_share", 0.06, 0.5,
        "in {v} % of the frames the body does not fit the tracks", _PERCENT, group="fit",
    ),
    Limit(
        "beyond-noise", "beyond_noise", 8.0, None,
        "the track error is {v} times the tracks' own noise", group="fit",
    ),
    Limit(
        "bones", "bones", 0.4, 0.8,
        "the tracks are not a body's: distances along bones change by {v} %",
        _PERCENT, group="fit",
    ),
)  # fmt: skip
"""How far the body is from the tracks."""

_POSE: Final = (
    Limit(
        "unsure", "doubt", 10.0, 20.0,
        "the pose is implausible: rotations are expected to be wrong by {v}° on average",
        group="pose",
    ),
    Limit(
        "unsure-span", "doubt_window", 24.0, None,
        "for half a second rotations are expected to be wrong by {v}° on average", group="pose",
    ),
)  # fmt: skip
"""What the predictor expects of its own rotations."""

_PLACES: Final = (
    Limit(
        "marker-places", "displaced", 0.08, 0.2,
        "tracks sit {v} mm on average from where their names say they are on the body",
        _MM, group="places",
    ),
    Limit(
        "marker-place", "displaced_track", 0.35, None,
        "track {track} sits {v} mm from where its name says it is on the body",
        _MM, group="places",
    ),
    Limit(
        "left-out", "left_out", 0.05, 0.3,
        "{v} % of the samples were left out as mistakes, most of {track}",
        _PERCENT, group="places",
    ),
    Limit(
        "exchanged", "swap_seconds", 1.0, None,
        "a left and a right label were exchanged for {v} s", group="places",
    ),
)  # fmt: skip
"""Where tracks sit on the body, and which samples were left out."""

_BODY: Final = (
    Limit(
        "proportions", "proportions", 0.12, 0.3,
        "the body's proportions are not a person's: bones' lengths are {v} % off",
        _PERCENT, group="body",
    ),
    Limit("too-small", "stature", 0.6, 0.3, "the person is {v} m tall", below=True, group="body"),
    Limit(
        "small-by-unit", "stature_said", 0.95, None,
        "the person is {v} m tall in the unit that you set", below=True, group="body",
    ),
    Limit(
        "stretched", "stretched", 0.42, None,
        "space is stretched: bones are {v} % longer in one direction than in another, as where "
        "width, height or depth have different measures", _PERCENT, group="body",
    ),
    Limit("too-tall", "stature", 2.3, 3.5, "the person is {v} m tall", group="body"),
)  # fmt: skip
"""The person's size and proportions."""

_JOINTS: Final = (
    Limit(
        "knees", "knees_back", 0.12, 0.4,
        "{v} % of the knees' bending is backwards", _PERCENT, group="joints",
    ),
    Limit(
        "knees-span", "knees_back_window", 0.25, None,
        "for a second {v} % of the knees' bending is backwards", _PERCENT, group="joints",
    ),
    Limit(
        "past-straight", "knees_past", 15.0, None,
        "a knee bends {v}° past straight on average", group="joints",
    ),
    Limit(
        "elbows", "elbows_back", 0.2, None,
        "an arm that hangs down bends its elbow backwards in {v} % of the frames",
        _PERCENT, group="joints",
    ),
    Limit(
        "feet", "feet_back", 0.3, None,
        "both feet point backwards in {v} % of the frames", _PERCENT, group="joints",
    ),
    Limit(
        "head", "head_back", 0.02, None,
        "the head looks backwards in {v} % of the frames", _PERCENT, group="joints",
    ),
    Limit("twisted", "twisted", 100.0, None, "the trunk is twisted by {v}°", group="joints"),
    Limit(
        "crossed-legs", "legs_crossed", 0.2, None,
        "the legs are crossed in {v} % of the frames: left and right may be exchanged",
        _PERCENT, group="joints",
    ),
    Limit(
        "walks-backwards", "walks_wrong", 0.5, None,
        "the body walks against the direction it faces on {v} % of its way, and bends the wrong"
        " way", _PERCENT, group="joints",
    ),
)  # fmt: skip
"""Which way joints bend."""

_MOVEMENT: Final = (
    Limit("speed", "pelvis_speed", 11.0, None, "the pelvis moves at {v} m/s", group="movement"),
    Limit(
        "speed-often", "pelvis_fast", 0.03, 0.1,
        "the pelvis moves faster than people run in {v} % of the frames",
        _PERCENT, group="movement",
    ),
    Limit(
        "limb-speed", "limb_speed", 13.0, 25.0,
        "hands or feet move at {v} m/s about the body", group="movement",
    ),
    Limit(
        "flips", "flips", 0.04, 0.2,
        "joints turn implausibly fast in {v} % of the frames", _PERCENT, group="movement",
    ),
    Limit(
        "turn", "pelvis_turn", 110.0, None,
        "the body turns by {v}° within a tenth of a second", group="movement",
    ),
    Limit(
        "leap", "leap", 0.12, 1.0,
        "the body leaps by {v} mm from one frame to the next", _MM, group="movement",
    ),
)  # fmt: skip
"""How fast the body moves."""

_STANCE: Final = (
    Limit("lying", "lying", 0.45, None, "the body lies in {v} % of the frames", _PERCENT),
    Limit(
        "upside-down", "upside_down", 0.5, None,
        "the body is upside down in {v} % of the frames", _PERCENT,
    ),
    Limit(
        "leaning", "off_balance", 0.26, None,
        "the body leans: its weight is {v} mm beside its feet on average", _MM,
    ),
    Limit(
        "off-its-feet", "off_its_feet", 15.0, None,
        "the body leans by {v}° although nothing but its feet bears it",
    ),
    Limit("sloping", "sloping", 5.0, None, "the floor slopes by {v}° and the body leans with it"),
    Limit(
        "floating", "floating", 2.5, None,
        "for {v} s nothing of the body rests on anything: it floats or slides",
    ),
)  # fmt: skip
"""How the body stands in its world."""

_DATA: Final = (
    Limit(
        "no-data", "blind", 0.05, None,
        "{v} % of the frames show too few tracks; their poses are interpolated", _PERCENT,
    ),
    Limit(
        "no-data-span", "blind_seconds", 1.0, None,
        "for {v} s too few tracks are seen; the poses there are interpolated",
    ),
    Limit("gaps", "gaps", 0.6, None, "{v} % of the samples are missing", _PERCENT),
    Limit(
        "limb-unseen", "limb_unseen", 2.0, None,
        "nothing of the {track} is seen for {v} s; it is held or guessed there",
    ),
    Limit(
        "limb-mostly-unseen", "limb_unseen_share", 0.5, None,
        "nothing of the {track} is seen in {v} % of the frames; it is held or guessed there",
        _PERCENT,
    ),
    Limit(
        "held", "held", 0.03, None,
        "{v} % of the samples repeat the one before while others move, most of {track}", _PERCENT,
    ),
    Limit(
        "frozen", "frozen", 0.4, None,
        "every track stands still for {v} s in the middle of a movement",
    ),
    Limit(
        "flat", "flat", 0.03, 0.005,
        "the points lie in one plane, {v} % as deep as wide: this is not 3D", _PERCENT, below=True,
    ),
)  # fmt: skip
"""What the tracks show of the take."""

_WORLD: Final = (
    Limit(
        "up-guessed", "up_guessed", 0.01, None,
        "nobody stands upright in {v} % of the frames and nothing says which axis is up: it was"
        " guessed; set it", _PERCENT,
    ),
    Limit(
        "up-against", "up_against", 0.8, None,
        "in {v} % of the frames the body stands along another axis than the one that is said to"
        " be up", _PERCENT,
    ),
    Limit(
        "mirrored", "mirrored", 0.4, None,
        "the take was a mirror image, as {v} % of its evidence says, and was put right; if not "
        "its axes but the names of left and right are exchanged, the result is mirrored: say "
        "--mirror, or correct the names", _PERCENT,
    ),
    Limit(
        "names-exchanged", "names_exchanged", 0.4, None,
        "the names of left and right are exchanged, as {v} % of the evidence says, so that the "
        "result is mirrored: correct the names", _PERCENT,
    ),
    Limit(
        "unnamed", "certainty", 0.9, None,
        "the tracks were given to joints without names, with certainty {v} %",
        _PERCENT, below=True,
    ),
)  # fmt: skip
"""What is not known for sure: up, left, and which track is which."""
LIMITS: Final[tuple[Limit, ...]] = (
    *_FIT, *_POSE, *_PLACES, *_BODY, *_JOINTS, *_MOVEMENT, *_STANCE, *_DATA, *_WORLD
)  # fmt: skip
"""In the order in which they are told."""

TEXTS: Final = {limit.code: limit.text for limit in LIMITS}
"""Each reason's sentence by its code, with {v} for the number and {track} for what it concerns."""

SEVERAL: Final = 3
"""Reasons to check from so many groups make a result that is not to be used."""
