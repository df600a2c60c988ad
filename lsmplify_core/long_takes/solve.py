# SPDX-License-Identifier: GPL-3.0-or-later
"""A long take solved block by block, from the file of its tracks to the file of its motion.

A sample of the take is solved first and says what holds for all of it: match, world, person, noise
and convention. The blocks are then solved by the same stages with that (`pipeline.solve_steps`),
each with some frames of its neighbours, so that its own frames come out as in the whole take.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..body.body import Body
from ..body.smpl_file import SmplFile
from ..calibration.calibration_file import SavedCalibration
from ..calibration.take_facts import TakeFacts
from ..ik.fit_problem import SolveSettings
from ..ik.problem import LEAST_POINTS
from ..motion.motion import Motion
from ..motion.motion_stream import MotionStream, motion_stream
from ..motion.report import Figures, report_of
from ..pipeline import Solution, gap_warnings, solve_steps
from ..repair import Repair
from ..repair.records import summary
from ..runtime.errors import InputError
from ..runtime.progress import run_steps, timed, with_progress
from ..runtime.stages import Progress
from ..tracks.blocks import TrackBlocks
from ..tracks.frame_rate import rate_warning
from ..tracks.plausible import check_in_space
from ..tracks.tracks import Tracks
from ..unnamed.assigning import matched
from ..verdict import Verdict
from .blocks import BLOCK, Block, cut
from .figures import TakeFigures
from .grading import verdict_on
from .sample import sample_of

_SAMPLE: Final = 0.05
"""Share of the progress that the sample is."""


class NotInBlocksError(InputError):
    """A take whose tracks can only be told apart where all frames are seen at once."""


@dataclass(frozen=True)
class LongSolution:
    """What is kept of a long take; the motion itself is in its file.

    Attributes:
        report: the contract's; reading and writing are not in its frames per second.
        facts: what holds for all of the take.
        repairs: what was repaired in the tracks, in frames of the take.
        verdict: whether the result can be used.
        sample: the solve of the take's sample with one frame of it; its calibration is the take's.
    """

    report: dict[str, Any]
    facts: TakeFacts
    repairs: tuple[Repair, ...]
    verdict: Verdict
    sample: Solution


@dataclass(frozen=True)
class LongRequest:
    """What is asked for; as the arguments of `solve_steps`. repair: whether mistakes in the tracks
    are looked for. block: frames that are solved at a time."""

    layout: str = "auto"
    body: Body | SmplFile | None = None
    settings: SolveSettings | None = None
    repair: bool = True
    calibration: SavedCalibration | None = None
    block: int = BLOCK


def solve_long(blocks: TrackBlocks, out: Path, request: LongRequest | None = None) -> LongSolution:
    """Solve a long take in one go; the arguments are those of `solve_long_steps`."""
    return run_steps(solve_long_steps(blocks, out, request))


def solve_long_steps(
    blocks: TrackBlocks, out: Path, request: LongRequest | None = None
) -> Generator[Progress, None, LongSolution]:
    """Solve a take block by block and write its motion.

    Args:
        blocks: the take of one person.
        out: the npz, which is written whole or not at all.
        request: what is asked for; None for the usual.

    Yields:
        The stage and the share of the whole that is done.

    Returns:
        Report, repairs and verdict.

    Raises:
        NotInBlocksError: for tracks that must be seen as a whole.
        InputError: for tracks that cannot be solved, and a file that cannot be written.
    """
    request = request or LongRequest()
    tracks, first = yield from with_progress(_sample_steps(blocks, request), _scaled(0.0, _SAMPLE))
    first = _without_frames(first)
    facts = first.facts
    assert facts is not None
    figures = TakeFigures.of(blocks.frames, len(facts.match.matched))
    figures.add_seconds(first)
    held = first.motion
    parts = cut(blocks.frames, blocks.head.rate, facts.smooth > 0, request.block)
    with motion_stream(out, blocks.frames) as stream:
        for number, block in enumerate(parts):
            low = _SAMPLE + (1 - _SAMPLE) * number / len(parts)
            held = yield from with_progress(
                _block_steps(blocks, block, facts, request, figures, stream, held),
                _scaled(low, (1 - _SAMPLE) / len(parts)),
            )
        if not figures.verdicts:
            raise _nobody(blocks.head)
        with timed(figures.seconds, "write"):
            stream.finish(held, figures.error)
    return _told(tracks, first, figures, blocks.frames)


def _without_frames(solution: Solution) -> Solution:
    """What a solution says of the person, with a single frame: the others would stay in memory for
    as long as the blocks are solved."""
    motion = solution.motion
    one = replace(
        motion, rotations=motion.rotations[:1].copy(), root=motion.root[:1].copy(),
        track_error=None,
    )  # fmt: skip
    return replace(
        solution, motion=one, expected=solution.expected[:1].copy(), evidence=None, repairs=()
    )


def _scaled(low: float, share: float) -> Callable[[Progress], Progress]:
    """Progress within a part as progress of the whole."""

    def scaled(told: Progress) -> Progress:
        return Progress(told.step, low + share * told.done)

    return scaled


def _sample_steps(
    blocks: TrackBlocks, request: LongRequest
) -> Generator[Progress, None, tuple[Tracks, Solution]]:
    """The take's sample, and its solution."""
    sample = sample_of(blocks)
    check_in_space(sample)
    tracks, match = matched(sample, request.layout, request.calibration)
    if tracks.names != blocks.head.names:
        raise NotInBlocksError(f"{tracks.source}: its tracks cannot be told apart block by block")
    solution = yield from solve_steps(
        tracks, match=match, body=request.body, settings=request.settings,
        repairs=None if request.repair else (), calibration=request.calibration,
    )  # fmt: skip
    return tracks, solution


def _block_steps(
    blocks: TrackBlocks,
    block: Block,
    facts: TakeFacts,
    request: LongRequest,
    figures: TakeFigures,
    stream: MotionStream,
    held: Motion,
) -> Generator[Progress, None, Motion]:
    """Solve a block, count it in and write it; the motion's frame that the next one may hold."""
    with timed(figures.seconds, "read"):
        tracks = blocks.read(block.low, block.high)
    notes = tuple(w for w in tracks.warnings if w not in blocks.head.warnings)
    columns = [t for _, t in facts.match.matched]
    if not (tracks.seen[:, columns].sum(axis=1) >= LEAST_POINTS).any():
        count = block.end - block.first  # nobody is there: the last pose is held
        stream.add(np.repeat(held.rotations, count, 0), np.repeat(held.root, count, 0))
        return held
    solution = yield from solve_steps(
        tracks, settings=request.settings, repairs=None if request.repair else (), facts=facts
    )
    figures.add(block, solution, notes)
    motion = solution.motion.between(block.kept.start, block.kept.stop)
    with timed(figures.seconds, "write"):
        stream.add(motion.rotations, motion.root)
    return motion.between(motion.frames - 1, motion.frames)


def _told(tracks: Tracks, first: Solution, figures: TakeFigures, frames: int) -> LongSolution:
    """Report and verdict of the whole take. tracks: the sample, with its warnings."""
    facts, motion = first.facts, first.motion
    assert facts is not None
    repairs: Sequence[Repair] = sorted(figures.repairs, key=lambda r: (r.first, r.tracks))
    verdict = verdict_on(figures.verdicts)
    seen = figures.error[np.isfinite(figures.error)]
    seen *= 1000.0
    told = Figures(
        frames, motion.track_names, motion.rate, facts.match.layout.name, facts.world.unit_name,
        facts.world.up, figures.gaps, seen, figures.jitter,
    )  # fmt: skip
    warnings = (
        *verdict.warnings(), *tracks.warnings, *facts.world.warnings, *summary(repairs),
        *figures.told_notes(), *rate_warning(_matched_alone(tracks, facts)),
        *gap_warnings(figures.enough),
    )  # fmt: skip
    seconds = dict(figures.seconds)
    read, write = seconds.pop("read"), seconds.pop("write")
    report = report_of(told, seconds, warnings, verdict.to_json())
    report["seconds"] = {"read": read, **seconds, "write": write}
    return LongSolution(report, facts, tuple(repairs), verdict, first)


def _matched_alone(tracks: Tracks, facts: TakeFacts) -> Tracks:
    return tracks.select([t for _, t in facts.match.matched])


def _nobody(head: Tracks) -> InputError:
    return InputError(
        f"{head.source}: no frame shows {LEAST_POINTS} points of the body at once; "
        "check the tracks' names or choose other frames"
    )
