# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion to start from whose rig has its palms forward at rest: hands that no point shows come
out as the person's, in a whole take and in a part of it, and it is said."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.anatomy.palms import without_palm_rest
from lsmplify_core.evaluation.clips import Clip
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import cut, make_take
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import solve

WRISTS = [JOINT_INDEX["L_Wrist"], JOINT_INDEX["R_Wrist"]]
TRUTH = strolling(70, 30.0, seed=2)
TRACKS = make_take(Clip("rig", TRUTH, 1), load_layout("BODY_25")).tracks
START = replace(TRUTH, rotations=without_palm_rest(TRUTH.rotations, TRUTH.body.offsets, np.pi / 2))


def hands_off(motion: Motion) -> float:
    """Mean angle in degrees between a motion's hands and the truth's, in the world."""
    found, true = (
        forward(m.rotations, m.body.offsets, m.root)[0][: motion.frames, WRISTS]
        for m in (motion, TRUTH)
    )
    return float(np.degrees(angle_between(found, true)).mean())


def test_palms_forward_at_rest_are_turned_back_in_the_take_and_in_a_part() -> None:
    whole = solve(TRACKS, layout="BODY_25", init=START)
    assert hands_off(whole.motion) < 6.0
    assert any("both palms turned by -90 degrees" in note for note in whole.report["warnings"])
    tracks = replace(TRACKS, positions=TRACKS.positions[:30])
    part = solve(tracks, init=cut(START, 0, 30), facts=whole.facts)
    assert hands_off(part.motion) < 10.0


@pytest.mark.parametrize(("start", "least", "most"), [(START, 60.0, 95.0), (TRUTH, 0.0, 6.0)])
def test_they_stay_where_the_starts_habit_is_kept(start: Motion, least: float, most: float) -> None:
    kept = replace(SolveSettings(), convention="keep")
    solution = solve(TRACKS, layout="BODY_25", init=start, settings=kept)
    assert least <= hands_off(solution.motion) < most
    assert not any("palms" in note for note in solution.report["warnings"])
