# SPDX-License-Identifier: GPL-3.0-or-later
"""A take solved again from the tracks that its action keeps, with other repairs."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from ..calibration.calibration_file import SavedCalibration
from ..cleanup.resolve.plugin_tracks import match_of
from ..ik.fit_problem import SolveSettings
from ..layouts.layout import keypoints_at
from ..motion.motion import Motion
from ..pipeline import Progress, solve_steps
from ..repair import Repair
from ..runtime.errors import InputError
from .track_record import TrackRecord


@dataclass(frozen=True)
class SolvedAgain:
    """motion: on the record's own samples. record: the same tracks with what is mended now."""

    motion: Motion
    record: TrackRecord


def solve_again_steps(
    record: TrackRecord,
    motion: Motion,
    rate: float,
    repairs: Sequence[Repair],
    settings: SolveSettings,
) -> Generator[Progress, None, SolvedAgain]:
    """Solve a record's tracks with these repairs and no others.

    Args:
        record: the tracks, as they are before any repair.
        motion: of the armature; its body is kept, and so are the tracks' places on it.
        rate: samples a second.
        repairs: what is mended.
        settings: those of the first solve, so that nothing but the repairs differs.

    Yields:
        How far the solve is.

    Returns:
        The motion, and the record with what is mended now.

    Raises:
        InputError: the record shows too little, or the device is not there.
    """
    if not record.attached.seen.any():
        raise InputError(f"{record.attached.source}: no track is seen in it")
    old = record.attached
    tracks = replace(record.tracks(), rate=rate)
    points = keypoints_at(old.names, old.joints, old.offsets)
    solution = yield from solve_steps(
        tracks, match=match_of(motion, old), body=motion.body, settings=settings,
        repairs=repairs, calibration=SavedCalibration(motion.body, points, record.layout),
    )  # fmt: skip
    kept = replace(record, expected=solution.expected, repairs=solution.repairs)
    return SolvedAgain(solution.motion, kept)
