# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a long take when its last block is solved: errors, gaps, repairs, jitter."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..ik.problem import LEAST_POINTS
from ..pipeline import Solution
from ..repair import Repair
from ..runtime.array_types import Floats
from ..verdict import Verdict
from .blocks import Block

_BEYOND: Final = 3
"""Frames after a block that the third difference of its last frame needs."""
_NOTES: Final = 4
"""Sentences about single blocks that are told; of more the number alone."""


@dataclass
class TakeFigures:
    """Figures of a take, grown by block.

    error: (T, K) metres, NaN where unseen. seen: (K,) samples. enough: (T,) frames that show enough
    points. verdicts: of each block, with its frames.
    """

    error: NDArray[np.float32]
    seen: NDArray[np.int64]
    enough: NDArray[np.bool_]
    jitter_sum: float = 0.0
    jitter_count: int = 0
    repairs: list[Repair] = field(default_factory=list[Repair])
    verdicts: list[tuple[Block, Verdict]] = field(default_factory=list[tuple[Block, Verdict]])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    notes: list[str] = field(default_factory=list[str])

    @classmethod
    def of(cls, frames: int, tracks: int) -> "TakeFigures":
        """Those of a take of which nothing is solved yet."""
        error = np.full((frames, tracks), np.nan, dtype=np.float32)
        return cls(error, np.zeros(tracks, dtype=np.int64), np.zeros(frames, dtype=bool))

    def add(self, block: Block, solution: Solution, notes: tuple[str, ...]) -> None:
        """Count in a block. notes: sentences about its samples."""
        evidence, motion = solution.evidence, solution.motion
        assert evidence is not None
        assert motion.track_error is not None
        self.error[block.first : block.end] = motion.track_error[block.kept]
        seen = evidence.seen[block.kept]
        self.seen += seen.sum(axis=0)
        self.enough[block.first : block.end] = seen.sum(axis=1) >= LEAST_POINTS
        self._add_jitter(block, evidence.places, motion.rate)
        self.repairs += own_repairs(block, solution.repairs)
        self.verdicts.append((block, solution.verdict or Verdict("good")))
        self.add_seconds(solution)
        self.notes += [f"frames {block.low} to {block.high - 1}: {note}" for note in notes]

    def add_seconds(self, solution: Solution) -> None:
        """Add the time that the stages of a solve took."""
        for name, seconds in solution.report["seconds"].items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def _add_jitter(self, block: Block, places: Floats, rate: float) -> None:
        own = places[block.kept.start : block.kept.stop + _BEYOND]
        if len(own) > _BEYOND:
            third = np.linalg.norm(np.diff(own, n=3, axis=0), axis=-1)
            self.jitter_sum += float(third.sum()) * rate**3 / 1000.0
            self.jitter_count += third.size

    @property
    def jitter(self) -> float:
        """Mean size of the third difference of joint places, in km/s³."""
        return self.jitter_sum / self.jitter_count if self.jitter_count else 0.0

    @property
    def gaps(self) -> float:
        """Share of samples missing among the points that are seen at all."""
        present = self.seen > 0
        if not present.any():
            return 1.0
        return float(1.0 - self.seen[present].sum() / (len(self.enough) * present.sum()))

    def told_notes(self) -> tuple[str, ...]:
        """Sentences about single blocks, and how many more there are."""
        more = len(self.notes) - _NOTES
        rest = (f"{more} more blocks with notes of this kind",) if more > 0 else ()
        return (*self.notes[:_NOTES], *rest)


def own_repairs(block: Block, repairs: tuple[Repair, ...]) -> list[Repair]:
    """A block's repairs in frames of the take, as far as they lie in its own frames."""
    found: list[Repair] = []
    for repair in repairs:
        first, last = repair.first + block.low, repair.last + block.low
        if first < block.end and last >= block.first:
            first, last = max(first, block.first), min(last, block.end - 1)
            found.append(replace(repair, first=first, last=last))
    return found
