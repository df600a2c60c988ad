# SPDX-License-Identifier: GPL-3.0-or-later
"""A take whose frames are read when they are needed, for takes that are longer than memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..runtime.errors import InputError
from .tracks import Tracks


@dataclass(frozen=True)
class TrackBlocks:
    """A take, some frames at a time.

    Attributes:
        head: names, rate, unit, axes and warnings of all of it; its samples say nothing.
        frames: number of frames.
        read: the tracks of the frames from the first up to but without the end.
    """

    head: Tracks
    frames: int
    read: Callable[[int, int], Tracks]

    def select(self, columns: Sequence[int]) -> "TrackBlocks":
        """Only these tracks, in this order."""
        chosen = list(columns)
        return self.changed(lambda tracks: tracks.select(chosen))

    def between(self, start: int | None, end: int | None) -> "TrackBlocks":
        """Only the frames from `start` to `end`, both included, counted from 0.

        Raises:
            InputError: they are not in the take.
        """
        first = 0 if start is None else start
        last = self.frames - 1 if end is None else end
        if not 0 <= first <= last < self.frames:
            raise InputError(
                f"{self.head.source}: frames {first} to {last} are not in the take, "
                f"which has frames 0 to {self.frames - 1}"
            )
        read = self.read

        def within(begin: int, stop: int) -> Tracks:
            return read(first + begin, first + stop)

        return replace(self, frames=last - first + 1, read=within)

    def changed(self, change: Callable[[Tracks], Tracks]) -> "TrackBlocks":
        """Every block changed by a function that looks at its frames by themselves."""
        read = self.read
        return TrackBlocks(change(self.head), self.frames, lambda a, b: change(read(a, b)))


def blocks_of(tracks: Tracks) -> TrackBlocks:
    """Tracks that are in memory already."""

    def read(first: int, end: int) -> Tracks:
        return tracks.between(first, min(end, tracks.frames) - 1)

    return TrackBlocks(read(0, 1), tracks.frames, read)
