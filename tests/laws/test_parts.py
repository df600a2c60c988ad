# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of a take alone, given the calibration, is the same frames of the whole.

The network looks 16 of its frames to each side, and toes are bent by what feet do within a second:
a part cannot know what lies beyond its cuts. So the bounds hold from `MARGIN` seconds inside a
cut on, the margin with which long takes are solved in blocks.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.calibration.calibration_file import load_calibration, save_calibration
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import Solution, calibration_of, solve
from lsmplify_core.tracks.tracks import Tracks

MARGIN = 2.0
"""Seconds."""
FRAMES = 250


@cache
def whole(layout: str) -> tuple[Tracks, Solution]:
    take = tracks_of(waving(FRAMES), layout)
    return take, solve(take, calibration=calibration_of(solve(take)))


def part_of(layout: str, first: int, length: int, clock: bool = True) -> tuple[Motion, Motion]:
    """The part solved alone, and the same frames of the whole."""
    take, solution = whole(layout)
    part = take.between(first, first + length - 1)
    part = part if clock else replace(part, start=0.0)
    alone = solve(part, calibration=calibration_of(solution)).motion
    return alone, solution.motion.between(first, first + length)


def degrees(a: Motion, b: Motion) -> np.ndarray:
    return np.degrees(angle_between(a.rotations, b.rotations))


@pytest.mark.parametrize(
    ("layout", "first", "mean", "most"),
    [("CMU_41", 3, 0.02, 0.3), ("CMU_41", 77, 0.02, 0.3), ("BODY_25", 40, 0.1, 1.0)],
)
def test_a_part_alone_is_the_same_frames_of_the_whole(
    layout: str, first: int, mean: float, most: float
) -> None:
    alone, same = part_of(layout, first, 160)
    inside = slice(round(MARGIN * alone.rate), -round(MARGIN * alone.rate))
    assert degrees(alone, same)[inside].mean() < mean
    assert degrees(alone, same)[inside].max() < most
    apart = np.linalg.norm(alone.joints() - same.joints(), axis=-1)
    assert apart[inside].max() < 0.002
    # up to the cuts, too, but for what lies beyond them
    assert degrees(alone, same).mean() < 0.2
    assert apart.mean() < 0.0005


def test_a_part_that_does_not_say_when_it_was_captured_is_nearly_the_same() -> None:
    """The network then sees other frames of it."""
    alone, same = part_of("CMU_41", 101, 140, clock=False)
    inside = slice(round(MARGIN * alone.rate), -round(MARGIN * alone.rate))
    assert degrees(alone, same)[inside].mean() < 0.1
    assert degrees(alone, same)[inside].max() < 1.0


def test_a_part_keeps_the_captures_clock() -> None:
    take = replace(tracks_of(waving(60)), start=2.0)
    part = take.between(15, 44)
    assert part.start == pytest.approx(2.5)
    assert part.first_frame == 75
    assert part.between(3, 9).first_frame == 78
    assert replace(take, start=float("inf")).first_frame == 0


def test_a_calibration_keeps_what_a_part_cannot_find(tmp_path: Path) -> None:
    """How far points stay from the body, and how feet stand flat, besides person and convention."""
    _, solution = whole("CMU_41")
    saved = calibration_of(solution)
    save_calibration(saved, tmp_path / "anna.json")
    again = load_calibration(tmp_path / "anna.json")
    assert saved.residual is not None
    assert again.residual == pytest.approx(saved.residual, abs=1e-6)
    assert saved.flat_feet is not None
    assert again.flat_feet == pytest.approx(saved.flat_feet, abs=1e-5)
    assert again.convention == saved.convention
    assert (again.toes is None) == (saved.toes is None)
