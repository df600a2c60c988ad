# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks, samples, verdicts and files of long takes, one by one."""

from pathlib import Path

import numpy as np
import pytest
from c3d_files import DEC, INTEL, MIPS, Odd, c3d_bytes
from takes import tracks_of, waving

from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.ik.learned.coarse_to_fine import coarse_stride
from lsmplify_core.ik.learned.network_frames import network_frames
from lsmplify_core.long_takes.blocks import Block, cut
from lsmplify_core.long_takes.grading import verdict_on
from lsmplify_core.long_takes.sample import sample_of
from lsmplify_core.motion.motion import load_motion, save_motion
from lsmplify_core.motion.motion_stream import motion_stream
from lsmplify_core.reading import open_take, read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.blocks import TrackBlocks, blocks_of
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.verdict import CHECK, DO_NOT_USE, GOOD, Reason, Verdict
from lsmplify_core.verdict.evidence import Measure


@pytest.mark.parametrize("rate", [24.0, 30.0, 120.0, 119.88])
@pytest.mark.parametrize("frames", [1, 999, 1000, 1001, 4321])
def test_blocks_cover_every_frame_once(frames: int, rate: float) -> None:
    blocks = cut(frames, rate, False, 1000)
    own = np.concatenate([np.arange(b.first, b.end) for b in blocks])
    assert own.tolist() == list(range(frames))
    for block in blocks:
        assert 0 <= block.low <= block.first < block.end <= block.high <= frames
        assert np.arange(block.low, block.high)[block.kept].tolist() == list(
            range(block.first, block.end)
        )
        assert block.first == 0 or block.first - block.low >= 2.0 * rate - 1


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("rate", [24.0, 25.0, 30.0, 50.0, 59.94, 100.0, 120.0, 200.0, 250.0])
def test_the_network_sees_the_same_frames_in_every_block(rate: float, noisy: bool) -> None:
    """Those that are solved first, too; but for the last one of each block."""
    total = 5000
    blocks = cut(total, rate, noisy, 900)
    assert len(blocks) >= 5
    seen = network_frames(total, rate, noisy)[:-1]
    first = _solved_first(np.append(seen, total - 1), rate)[:-1]
    for block in blocks:
        length = block.high - block.low
        own = network_frames(length, rate, noisy)
        assert set((own[:-1] + block.low).tolist()) <= set(seen.tolist())
        coarse = _solved_first(own, rate)[:-1] + block.low
        assert set(coarse.tolist()) <= set(first.tolist())


def _solved_first(seen: np.ndarray, rate: float) -> np.ndarray:
    """Of the frames that the network sees those that `coarse_to_fine` begins with."""
    return seen[:: coarse_stride(len(seen), rate / int(seen[1] - seen[0]))]


def test_a_long_takes_sample_is_spread_over_it_and_takes_what_is_seen() -> None:
    tracks = tracks_of(waving(60))
    positions = np.zeros((40_000, 4, 3))
    positions[:, :, 0] = np.arange(40_000)[:, None]
    positions[::2, :2] = np.nan
    positions[10_000:11_000] = np.nan

    def read(first: int, end: int) -> Tracks:
        return Tracks(positions[first:end], ("a", "b", "c", "d"), 30.0)

    sample = sample_of(TrackBlocks(tracks, 40_000, read))
    taken = sample.positions[:, 3, 0]
    assert np.isfinite(taken).sum() == 16 * 512
    assert np.nanmin(taken) < 2500
    assert np.nanmax(taken) > 37_500
    assert np.isnan(taken).sum() == 15 * 16  # half a second from window to window


def verdict(grade: str, value: float) -> Verdict:
    reasons = () if grade == GOOD else (Reason("track-error", "it is wrong", value, grade, 7),)
    return Verdict(grade, reasons, {"error": Measure(value, 7)})


def blocks(grades: list[str], value: float) -> list[tuple[Block, Verdict]]:
    return [
        (Block(100 * i, 100 * i + 100, 100 * i, 100 * i + 100), verdict(grade, value))
        for i, grade in enumerate(grades)
    ]


def test_a_part_that_cannot_be_used_is_told_with_its_frames() -> None:
    found = verdict_on(blocks([GOOD] * 19 + [DO_NOT_USE], 0.001))
    assert found.grade == CHECK
    assert found.reasons[0].text.startswith("frames 1900 to 1999: ")
    assert found.reasons[0].frame == 1907


def test_enough_bad_parts_make_the_takes_grade() -> None:
    assert verdict_on(blocks([GOOD] * 8 + [DO_NOT_USE] * 2, 0.001)).grade == DO_NOT_USE
    assert verdict_on(blocks([GOOD] * 19 + [CHECK], 0.001)).grade == GOOD
    assert verdict_on(blocks([GOOD] * 8 + [CHECK] * 2, 0.001)).grade == CHECK
    assert verdict_on(blocks([GOOD] * 20, 0.2)).grade == DO_NOT_USE  # all of it is far off


def test_a_file_written_in_blocks_is_the_one_written_at_once(tmp_path: Path) -> None:
    motion = waving(100)
    error = np.full((100, 0), np.nan, dtype=np.float32)
    with motion_stream(tmp_path / "blocks.npz", 100) as stream:
        for first in range(0, 100, 30):
            part = motion.between(first, min(first + 30, 100))
            stream.add(part.rotations, part.root)
        stream.finish(motion, error)
    save_motion(motion, tmp_path / "whole.npz")
    with np.load(tmp_path / "blocks.npz") as a, np.load(tmp_path / "whole.npz") as b:
        assert a.files == b.files
        for name in a.files:
            assert a[name].dtype == b[name].dtype, name
            assert np.allclose(a[name], b[name], atol=1e-6) if a[name].dtype.kind == "f" else (
                (a[name] == b[name]).all()
            ), name  # fmt: skip
    read = load_motion(tmp_path / "blocks.npz")
    places = forward(motion.rotations, motion.body.offsets, motion.root)[1]
    assert np.abs(read.joints() - places).max() < 1e-5


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
@pytest.mark.parametrize("scale", [-1.0, 0.1])
def test_a_c3d_in_blocks_is_the_c3d(tmp_path: Path, processor: int, scale: float) -> None:
    tracks = tracks_of(waving(90))
    points = 1000.0 * tracks.positions
    points[20:25, 4] = np.nan
    path = tmp_path / "take.c3d"
    path.write_bytes(c3d_bytes(points, list(tracks.names), Odd(processor, scale, analog=3)))
    whole, opened = read_tracks(path), open_take(path)
    assert opened.frames == whole.frames
    for name in ("names", "rate", "unit", "up"):
        assert getattr(opened.head, name) == getattr(whole, name)
    parts = [opened.read(f, min(f + 40, 90)).positions for f in range(0, 90, 40)]
    assert np.array_equal(np.concatenate(parts), whole.positions, equal_nan=True)
    some = opened.between(30, 59).select([5, 2])
    expected = whole.between(30, 59).select([5, 2])
    assert np.array_equal(some.read(0, 30).positions, expected.positions, equal_nan=True)
    assert some.head.names == expected.names


def test_frames_that_are_not_in_the_take_are_refused() -> None:
    opened = blocks_of(tracks_of(waving(60)))
    with pytest.raises(InputError, match="frames 0 to 59"):
        opened.between(10, 60)
