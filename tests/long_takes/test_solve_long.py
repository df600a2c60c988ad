# SPDX-License-Identifier: GPL-3.0-or-later
"""A take that is solved in blocks comes out as the same take at once, wherever the blocks end."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.evaluation.metrics import geodesic
from lsmplify_core.ik.fit_problem import FitProblem
from lsmplify_core.long_takes import LongRequest, LongSolution, solve_long, solve_long_steps
from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.pipeline.person import make_fit_problem
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.blocks import TrackBlocks, blocks_of
from lsmplify_core.tracks.tracks import Tracks

FRAMES = 700
NOWHERE = slice(430, 640)
"""Frames in which nobody is there: longer than a small block."""


@pytest.fixture(scope="module")
def tracks() -> Tracks:
    return tracks_of(waving(FRAMES), "CMU_41")


@pytest.fixture(scope="module")
def whole(tracks: Tracks) -> Solution:
    return solve(tracks)


def in_blocks(tracks: Tracks, out: Path, size: int) -> tuple[Motion, LongSolution]:
    found = solve_long(blocks_of(tracks), out, LongRequest(block=size))
    return load_motion(out), found


def apart(a: Motion, b: Motion) -> tuple[float, float]:
    """Largest difference of a rotation in degrees, and of a joint's place in millimetres."""
    places = np.linalg.norm(a.joints() - b.joints(), axis=-1)
    return float(geodesic(a.rotations, b.rotations).max()), 1000.0 * float(places.max())


def test_the_result_does_not_depend_on_the_size_of_a_block(tracks: Tracks, tmp_path: Path) -> None:
    small, _ = in_blocks(tracks, tmp_path / "small.npz", 150)
    large, _ = in_blocks(tracks, tmp_path / "large.npz", 240)
    degrees, mm = apart(small, large)
    assert degrees < 0.1
    assert mm < 0.1


def test_blocks_give_what_the_whole_take_gives(
    tracks: Tracks, whole: Solution, tmp_path: Path
) -> None:
    motion, found = in_blocks(tracks, tmp_path / "blocks.npz", 150)
    degrees, mm = apart(motion, whole.motion)
    assert degrees < 0.1
    assert mm < 0.1
    assert motion.track_names == whole.motion.track_names
    for name in ("frames", "tracks", "rate", "layout", "unit", "up", "gaps"):
        assert found.report[name] == whole.report[name], name
    for name, value in whole.report["track_error_mm"].items():
        assert found.report["track_error_mm"][name] == pytest.approx(value, abs=0.05), name
    jitter = whole.report["joint_jitter_km_s3"]
    assert found.report["joint_jitter_km_s3"] == pytest.approx(jitter, rel=0.02)
    assert set(found.report) == set(whole.report)
    assert set(found.report["seconds"]) == {"read", *whole.report["seconds"], "write"}


def test_blocks_of_other_noise_are_corrected_as_the_whole_take_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own noise the first block would get half of the correction and the second nearly all
    of it, and their poses would be degrees apart at the bound."""
    still, bound = tracks_of(waving(240)), 120
    size = np.where(np.arange(240) < bound, 0.0022, 0.0042)[:, None, None]
    noise = size * np.random.default_rng(3).standard_normal(still.positions.shape)
    noisy = replace(still, positions=still.positions + noise)
    whole = solve(noisy)
    assert whole.facts is not None
    assert 0.2 < whole.facts.corrected < 0.9
    shares: list[float] = []

    def watched(*given: Any) -> FitProblem:
        problem = make_fit_problem(*given)
        shares.append(problem.corrected)
        return problem

    monkeypatch.setattr("lsmplify_core.pipeline.steps.make_fit_problem", watched)
    motion, found = in_blocks(noisy, tmp_path / "blocks.npz", bound)
    assert shares == [whole.facts.corrected] * 3  # the sample's, and two blocks'
    assert found.facts.corrected == whole.facts.corrected
    shown = slice(0, 20)  # no track shows how the wrists are turned
    apart = geodesic(motion.rotations[:, shown], whole.motion.rotations[:, shown])
    assert apart.max() < 0.2


def test_repairs_are_told_in_frames_of_the_take(tracks: Tracks, tmp_path: Path) -> None:
    """A gap across the bound of two blocks, and a leap in the last one."""
    positions = tracks.positions.copy()
    positions[298:302, 3] = np.nan
    positions[655, 7] += 0.5
    spoiled = replace(tracks, positions=positions)
    _, found = in_blocks(spoiled, tmp_path / "motion.npz", 300)
    gaps = [r for r in found.repairs if r.kind == "gap" and r.tracks == (tracks.names[3],)]
    frames = {f for r in gaps for f in range(r.first, r.last + 1)}
    assert frames == {298, 299, 300, 301}
    assert any(r.first == 655 and r.tracks == (tracks.names[7],) for r in found.repairs)


def test_frames_without_anybody_hold_the_last_pose(tracks: Tracks, tmp_path: Path) -> None:
    positions = tracks.positions.copy()
    positions[NOWHERE] = np.nan
    motion, found = in_blocks(replace(tracks, positions=positions), tmp_path / "motion.npz", 60)
    assert motion.frames == FRAMES
    empty = motion.between(520, 540)
    assert np.allclose(empty.rotations, empty.rotations[0], atol=1e-5)
    assert empty.track_error is not None
    assert np.isnan(empty.track_error).all()
    assert any(
        "210 frames show fewer than 4 points" in warning for warning in found.report["warnings"]
    )


def test_a_take_that_shows_nobody_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    tracks = tracks_of(waving(90))
    positions = tracks.positions.copy()
    positions[:, 3:] = np.nan
    out = tmp_path / "motion.npz"
    with pytest.raises(InputError):
        in_blocks(replace(tracks, positions=positions), out, 50)
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_stopped_leaves_the_old_file(tracks: Tracks, tmp_path: Path) -> None:
    out = tmp_path / "motion.npz"
    out.write_bytes(b"old")
    steps = solve_long_steps(blocks_of(tracks), out, LongRequest(block=150))
    while next(steps).done < 0.5:
        pass
    steps.close()
    assert out.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["motion.npz"]


def test_frames_are_asked_for_in_blocks_alone(tracks: Tracks, tmp_path: Path) -> None:
    """Nothing but the sample is ever read at once."""
    asked: list[int] = []
    inner = blocks_of(tracks)

    def read(first: int, end: int) -> Tracks:
        asked.append(end - first)
        return inner.read(first, end)

    out = tmp_path / "motion.npz"
    solve_long(TrackBlocks(inner.head, FRAMES, read), out, LongRequest(block=60))
    assert asked[0] == FRAMES  # a take this short is its own sample
    assert max(asked[1:]) <= 60 + 2 * 60 + 30
