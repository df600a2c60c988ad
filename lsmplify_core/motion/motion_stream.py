# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion's file written block by block: the npz of `save_motion`, without all of it in memory."""

import zipfile
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ..files.atomic import whole_file
from ..geometry.rotations import matrix_to_axis_angle
from ..geometry.skeleton import N_JOINTS
from ..runtime.array_types import Floats
from .motion import Motion

_LEVEL: Final = 1
"""zlib's: poses are hardly smaller at higher ones, and take several times as long."""
_PIECE: Final = 1 << 16
"""Rows of an array that are packed at a time."""
_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The same in every file, so that the same result is the same bytes."""


class MotionStream:
    """Takes a motion's blocks in the order of their frames; made by `motion_stream`."""

    def __init__(self, file: BinaryIO, frames: int, pool: ThreadPoolExecutor) -> None:
        """file: where the npz goes. frames: of the whole motion. pool: of one thread, which packs
        while the next block is solved."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._root = np.zeros((frames, 3), dtype=np.float32)
        self._done = 0
        self._pool = pool
        self._waiting: Future[None] | None = None
        self._poses = _begun(self._zip, "poses", (frames, 3 * N_JOINTS))

    def add(self, rotations: Floats, root: Floats) -> None:
        """Add a block: (N, 24, 3, 3) and (N, 3) metres."""
        self._wait()
        self._root[self._done : self._done + len(root)] = root
        self._done += len(root)
        self._waiting = self._pool.submit(self._pack, rotations)

    def _pack(self, rotations: Floats) -> None:
        poses = matrix_to_axis_angle(rotations).reshape(len(rotations), -1)
        self._poses.write(poses.astype(np.float32).tobytes())

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
            with _entry(self._zip, name) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
        self._zip.close()

    def abandon(self) -> None:
        """Write nothing more, not even the end of what was begun."""
        if self._waiting is not None:
            wait([self._waiting])
        self._zip.fp = None

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


def _begun(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> IO[bytes]:
    """An array's entry of float32 with its head written."""
    entry = _entry(archive, name)
    head = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(entry, head)
    return entry


def _entry(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    told = zipfile.ZipInfo(f"{name}.npy", _DATE)
    told.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(told, "w", force_zip64=True)
