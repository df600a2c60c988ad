# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion's file written block by block: the npz of `save_motion`, without all of it in memory."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ..files.atomic import whole_file
from ..files.npz_writer import NpzWriter
from ..geometry.skeleton import N_JOINTS
from ..runtime.array_types import Floats
from .motion import Motion, poses_of

_PIECE: Final = 1 << 16
"""Rows of an array that are packed at a time."""


class MotionStream:
    """Takes a motion's blocks in the order of their frames; made by `motion_stream`."""

    def __init__(self, file: BinaryIO, frames: int, pool: ThreadPoolExecutor) -> None:
        """file: where the npz goes. frames: of the whole motion. pool: of one thread, which packs
        while the next block is solved."""
        self._npz = NpzWriter(file)
        self._root = np.zeros((frames, 3), dtype=np.float32)
        self._done = 0
        self._pool = pool
        self._waiting: Future[None] | None = None
        self._poses = self._npz.begin("poses", (frames, 3 * N_JOINTS))

    def add(self, rotations: Floats, root: Floats) -> None:
        """Add a block: (N, 24, 3, 3) and (N, 3) metres."""
        self._wait()
        self._root[self._done : self._done + len(root)] = root
        self._done += len(root)
        self._waiting = self._pool.submit(self._pack, rotations)

    def _pack(self, rotations: Floats) -> None:
        self._poses.write(poses_of(rotations).tobytes())

    def finish(self, motion: Motion, error: NDArray[np.float32]) -> None:
        """Write the rest.

        Args:
            motion: any part of the motion, whose body, rate and names are those of the whole.
            error: (T, K) metres, NaN where unseen.
        """
        self._wait()
        self._poses.close()
        body = motion.body
        root = self._root
        for first in range(0, len(root), _PIECE):
            part = root[first : first + _PIECE]
            part[:] = part.astype(np.float64) - body.rest_joints[0]
        betas = np.zeros(10) if motion.betas is None else motion.betas
        arrays: dict[str, NDArray[Any]] = {
            "trans": root,
            "betas": betas.astype(np.float32),
            "gender": np.array(motion.gender),
            "mocap_framerate": np.array(float(motion.rate)),
            "rest_joints": body.rest_joints.astype(np.float32),
            "track_names": np.array(motion.track_names, dtype=np.str_),
            "track_error": error,
        }
        for name, array in arrays.items():
            self._npz.add(name, array)
        self._npz.close()

    def abandon(self) -> None:
        """Wait for what is being packed, so that the file can be closed."""
        if self._waiting is not None:
            wait([self._waiting])

    def _wait(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.result()


@contextmanager
def motion_stream(path: Path, frames: int) -> Generator[MotionStream, None, None]:
    """Within it a motion of so many frames is written to `path`, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    with whole_file(path) as file, ThreadPoolExecutor(1) as pool:
        stream = MotionStream(file, frames, pool)
        try:
            yield stream
        except BaseException:
            stream.abandon()
            raise
