# SPDX-License-Identifier: GPL-3.0-or-later
"""Real files beside the project: read with the right unit, axis and rate, and solved."""

from pathlib import Path

import pytest

from lsmplify_core.layouts.matching import best_match
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.tracks.units_and_axes import find_world

MARKERS = Path(__file__).parents[2].parent / "shared" / "markers"

pytestmark = pytest.mark.skipif(not MARKERS.is_dir(), reason="no shared/markers beside the project")


@pytest.mark.parametrize(
    ("name", "layout", "unit", "up", "rate"),
    [
        ("cmu_02_05.c3d", "CMU_41", "mm", "+z", 120.0),
        ("cmu_dribble_shoot_basketball.c3d", "CMU_41", "mm", "+z", 120.0),
        ("nick_freeform_001.c3d", "Vicon_53", "mm", "+y", 120.0),
        ("squat.c3d", "Vicon_53", "mm", "+y", 120.0),
        ("pycgm_Movement_trial.c3d", "PlugInGait_39", "mm", "+z", 120.0),
        ("opencap_sample_markers.trc", "OpenCap", "mm", "+y", 100.0),
        ("Pose2Sim_markers.trc", "HALPE_26", "m", "+y", 60.0),
        ("temuge_kpts_3d.dat", "H36M_17", "arbitrary", "+x", 30.0),
    ],
)
def test_a_whole_body_is_read_and_solved(name, layout, unit, up, rate) -> None:
    tracks = read_tracks(MARKERS / name)
    match = best_match(tracks.names)
    world = find_world(tracks, match)
    found = (match.layout.name, world.unit_name, world.up, tracks.rate)
    assert found == (layout, unit, up, rate)
    solution = solve(tracks.between(0, min(150, tracks.frames) - 1), match=match)
    assert solution.report["track_error_mm"]["mean"] < 25.0


def test_gaps_are_those_of_the_file() -> None:
    assert read_tracks(MARKERS / "nick_freeform_001.c3d").gaps == pytest.approx(0.0484, abs=2e-4)
    assert read_tracks(MARKERS / "squat.c3d").gaps == pytest.approx(0.0173, abs=2e-4)
    assert read_tracks(MARKERS / "upside_down_trial1.c3d").gaps == pytest.approx(0.7097, abs=2e-4)
