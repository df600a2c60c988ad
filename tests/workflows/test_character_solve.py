# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks solved on a character's own proportions, whatever its size: they stay on their points, and
its feet stay on the floor."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.body.body import Body, default_body
from lsmplify_core.cleanup.attached import attached_of
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.runtime.progress import run_steps
from lsmplify_core.workflows.character_solve import character_steps, leg_length, resized
from tests.takes import tracks_of, waving


def _solved(body: Body):
    tracks = tracks_of(waving(60))
    match = match_layout(tracks.names, load_layout("BODY_25"))
    shares = []
    steps = character_steps(tracks, body, match=match)
    while True:
        try:
            shares.append(next(steps).done)
        except StopIteration as end:
            return end.value, shares


def _long_arms() -> Body:
    joints = default_body().rest_joints.copy()
    for side in "LR":
        shoulder, elbow, wrist, hand = (
            JOINT_INDEX[f"{side}_{n}"] for n in ("Shoulder", "Elbow", "Wrist", "Hand")
        )
        reach = joints[elbow] - joints[shoulder]
        joints[[elbow, wrist, hand]] += 0.15 * reach
        joints[[wrist, hand]] += 0.15 * (joints[wrist] - joints[elbow])
    return Body(joints, "Long")


@pytest.mark.parametrize("size", [0.6, 1.0, 1.4])
def test_a_character_of_any_size_moves_as_the_performer(size: float) -> None:
    body = resized(default_body(), size)
    solution, shares = _solved(body)
    truth = waving(60)
    assert np.allclose(solution.motion.body.rest_joints, body.rest_joints)
    own = solution.motion.joints() - solution.motion.root[:, None]
    wanted = size * (truth.joints() - truth.root[:, None])
    assert np.linalg.norm(own - wanted, axis=-1).mean() < 0.02 * size
    lowest = solution.motion.joints()[..., 2].min(axis=1).mean()
    assert abs(lowest - size * truth.joints()[..., 2].min(axis=1).mean()) < 0.03
    assert shares == sorted(shares)
    assert solution.report["track_error_mm"]["mean"] < 10.0
    points = attached_of(solution, tracks_of(truth))  # the tracks as large as the character
    errors = 1000.0 * points.errors(solution.motion)
    assert np.nanmean(errors) == pytest.approx(
        size * solution.report["track_error_mm"]["mean"], rel=0.05, abs=0.05
    )


def test_the_size_is_told_and_a_characters_proportions_are_no_fault() -> None:
    solution, _ = _solved(_long_arms())
    assert solution.verdict is not None
    assert not {r.code for r in solution.verdict.reasons} & {"proportions", "too-small", "too-tall"}
    small, _ = _solved(resized(default_body(), 0.5))
    assert any("times as long as the performer's" in w for w in small.report["warnings"])
    assert small.report["verdict"]["grade"] == "good"


def test_legs_are_thigh_and_shin() -> None:
    body = default_body()
    joints = body.rest_joints
    left = [joints[JOINT_INDEX[f"L_{n}"]] for n in ("Hip", "Knee", "Ankle")]
    legs = np.linalg.norm(left[1] - left[0]) + np.linalg.norm(left[2] - left[1])
    assert leg_length(body) == pytest.approx(legs, rel=0.01)
    assert leg_length(resized(body, 0.5)) == pytest.approx(0.5 * leg_length(body))


def test_tracks_that_show_too_little_are_one_line() -> None:
    tracks = tracks_of(waving(30))
    match = match_layout(tracks.names, load_layout("BODY_25"))
    positions = tracks.positions.copy()
    positions[:, 2:] = np.nan
    with pytest.raises(InputError):
        run_steps(
            character_steps(replace(tracks, positions=positions), default_body(), match=match)
        )
