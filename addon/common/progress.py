# SPDX-License-Identifier: GPL-3.0-or-later
"""The solve that runs in the window now. Kept out of the scene, where saving or undoing half-way
would keep it and leave the button grey."""

from ...lsmplify_core.pipeline import Progress

_STEP_NAMES = {
    "match": "Matching the tracks", "units": "Matching the tracks",
    "repair": "Repairing the tracks", "calibrate": "Calibrating the body", "solve": "Solving",
    "refine": "Refining", "second_pass": "Refining", "clean": "Cleaning up",
    "correct": "Refining", "convention": "Cleaning up", "verdict": "Judging the result",
    "retarget": "Bringing it to the character",
}  # fmt: skip

_now: list[Progress] = []


def tell(progress: Progress | None) -> None:
    """Note how far it is; None when it has ended."""
    _now[:] = [] if progress is None else [progress]


def done() -> float:
    """From 0 to 1, or -1 where none runs."""
    return _now[0].done if _now else -1.0


def running() -> str:
    """Why nothing else may be begun now, or nothing."""
    return "A solve is running; Esc stops it" if _now else ""


def text() -> str:
    """The step it is at, for people."""
    return _STEP_NAMES[_now[0].step] if _now else ""
