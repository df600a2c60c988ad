# SPDX-License-Identifier: GPL-3.0-or-later
"""How a long take is cut: blocks that are solved with some frames of their neighbours."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..ik.learned.coarse_to_fine import coarse_stride
from ..ik.learned.network_frames import network_step

BLOCK: Final = 12_288
"""Frames of a block. Larger ones take more memory, 20 kB a frame with 41 tracks; smaller ones solve
a larger share of the take twice."""
OVERLAP: Final = 2.0
"""Seconds on both sides of a block that are solved with it and left out: several times what any
stage looks to the side."""


@dataclass(frozen=True)
class Block:
    """Frames of a take: `first` up to but without `end` are the block's; `low` up to but without
    `high` are solved for them."""

    first: int
    end: int
    low: int
    high: int

    @property
    def kept(self) -> slice:
        """The block's own frames among those that are solved."""
        return slice(self.first - self.low, self.end - self.low)


def cut(frames: int, rate: float, noisy: bool, size: int = BLOCK) -> list[Block]:
    """A take's blocks, in order.

    What is solved begins at a frame that the network sees first in the whole take too, so that it
    sees the same frames wherever the blocks' bounds are. The last block takes what would be less
    than half a block with it.

    Args:
        frames: of the take, at least one.
        rate: frames per second.
        noisy: whether its tracks are so noisy that they are smoothed.
        size: frames of a block.
    """
    grid = _grid(frames, rate, noisy)
    overlap = -(-round(OVERLAP * rate) // grid) * grid
    size = max(1, size // grid) * grid
    count = max(1, round(frames / size))
    bounds = [*(size * i for i in range(count)), frames]
    return [
        Block(first, end, max(0, first - overlap), min(frames, end + overlap))
        for first, end in pairwise(bounds)
    ]


def _grid(frames: int, rate: float, noisy: bool) -> int:
    """Frames from one that is solved first to the next: `coarse_to_fine` takes some of those that
    the network sees (`network_frames`)."""
    step = network_step(rate, noisy)
    return step * coarse_stride(frames, rate / step)
