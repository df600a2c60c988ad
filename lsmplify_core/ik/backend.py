# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a fit is computed: in NumPy, or by torch on a device.

The network's iterations and the steps to the tracks are nearly all of a fit's arithmetic, and need
nothing but arrays. A backend does these; all else (repair, calibration, smoothing, convention,
verdict) stays in NumPy. What goes in and comes out are NumPy arrays whatever the backend, so that
a solve does not know where it runs. tests/ik/test_backend.py holds the backends to each other.

torch's backend is looked up by name when a device is asked for: nothing here imports torch.
"""

import os
import sys
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from time import monotonic
from typing import Final, Protocol

from ..body.markers import MarkerObservations, PoseSequence
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..runtime.progress import with_progress
from ..runtime.threads import parallel_map
from .learned.network import Network
from .learned.predictor import (
    Prediction,
    concatenate_poses,
    frame_chunks,
    predict_steps,
    select_observations,
    select_poses,
)
from .refinement.gauss_newton import gauss_newton
from .refinement.robust import OUTLIER_SCALE
from .refinement.sequence import sequence_chunks, solve_sequence

NUMPY: Final = "numpy"
DEVICES: Final = (NUMPY, "auto", "cpu", "cuda", "mps")
"""What `--device` may say; the last three are torch's."""
_PROCESSOR: Final = (NUMPY, "cpu")
"""Devices that several processes can compute on at a time."""
_RETRY: Final = 60.0
"""Seconds for which "auto" is NumPy after torch could not be imported: a library that is held, or
memory that is short, may pass, and to try costs more than many a step of a fit."""


class Backend(Protocol):
    """The arithmetic of a fit. Every method yields the share that is done, 0 to 1; arrays are
    NumPy's, frames first."""

    def predict_steps(
        self, network: Network, start: PoseSequence, observations: MarkerObservations, rate: float,
        iterations: int, prior_weight: float,
    ) -> Generator[float, None, Prediction]:  # fmt: skip
        """The network's iterations; the arguments are those of `predictor.predict_steps`."""
        ...

    def refine_steps(
        self, poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence,
        prior_weight: Floats, steps: int,
    ) -> Generator[float, None, PoseSequence]:  # fmt: skip
        """Gauss–Newton with robust weights on every frame by itself; the arguments are those of
        `gauss_newton`."""
        ...

    def sequence_steps(
        self, poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence,
        sigma: Floats, noise: float, rate: float, correlation_time: float,
        chunks: int | None, together: bool,
    ) -> Generator[float, None, PoseSequence]:  # fmt: skip
        """One step for all frames together; the arguments are those of `solve_sequence`."""
        ...


class NumpyBackend:
    """NumPy on the processor's cores, chunk by chunk."""

    def predict_steps(
        self, network: Network, start: PoseSequence, observations: MarkerObservations, rate: float,
        iterations: int, prior_weight: float,
    ) -> Generator[float, None, Prediction]:  # fmt: skip
        """As `Backend` says."""
        return predict_steps(network, start, observations, rate, iterations, prior_weight)

    def refine_steps(
        self, poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence,
        prior_weight: Floats, steps: int,
    ) -> Generator[float, None, PoseSequence]:  # fmt: skip
        """As `Backend` says."""

        def refine(chunk: slice) -> PoseSequence:
            return gauss_newton(
                select_poses(poses, chunk),
                select_observations(observations, chunk),
                select_poses(prior, chunk),
                prior_weight[chunk],
                steps=steps,
                outlier_scale=OUTLIER_SCALE,
            )

        chunks = frame_chunks(len(poses.root))
        results = yield from with_progress(
            parallel_map(refine, chunks), lambda done: done / len(chunks)
        )
        return concatenate_poses(results)

    def sequence_steps(
        self, poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence,
        sigma: Floats, noise: float, rate: float, correlation_time: float,
        chunks: int | None, together: bool,
    ) -> Generator[float, None, PoseSequence]:  # fmt: skip
        """As `Backend` says."""
        total = chunks or sequence_chunks(len(poses.root))
        steps = solve_sequence(
            poses, observations, prior, sigma, noise, rate, correlation_time, chunks, together
        )
        return (yield from with_progress(steps, lambda done: min(1.0, done / total)))


def backend_of(device: str) -> Backend:
    """The backend of a device's name.

    Args:
        device: one of `DEVICES`. "auto" is a GPU where torch sees one, else NumPy, which is faster
            than torch on a processor.

    Raises:
        InputError: there is no torch, or it does not see the device.
    """
    if device == NUMPY or (device == "auto" and monotonic() < _NO_TORCH.until):
        return _NUMPY
    try:
        return _torch_backend(device)
    except InputError:
        if device != "auto":
            raise
    _NO_TORCH.until = monotonic() + _RETRY
    return _NUMPY


@dataclass
class _NoTorch:
    """until: seconds of the monotonic clock until which torch is not asked for again."""

    until: float = 0.0


_NUMPY: Final = NumpyBackend()
_NO_TORCH: Final = _NoTorch()


@lru_cache(maxsize=8)
def _torch_backend(device: str) -> Backend:
    if device not in DEVICES:
        raise InputError(f"--device {device}: there is no such device; give {_names()}")
    if sys.platform == "darwin":  # what Metal lacks is then computed by the processor
        os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    try:
        found = import_module("..learning.device", __package__)
    except (ImportError, OSError) as error:
        raise InputError(
            f"--device {device}: PyTorch cannot be used here ({error}); install it "
            "(pip install torch; in Blender the build of LSMPLify with PyTorch), or leave "
            "--device out"
        ) from error
    return found.torch_backend(device) or _NUMPY


def _names() -> str:
    return f"{', '.join(DEVICES[:-1])} or {DEVICES[-1]}"


def check_device(device: str) -> None:
    """Raise InputError where a device is not there, before anything is read or solved."""
    backend_of(device)


def one_process(device: str) -> bool:
    """Whether a device serves one process at a time: a GPU, and "auto", which may be one."""
    return device not in _PROCESSOR


def check_processes(device: str, count: int) -> None:
    """Raise InputError where so many processes (`--jobs`) cannot compute on a device."""
    if count > 1 and one_process(device):
        raise InputError(f"--jobs {count}: a GPU serves one process; leave --jobs out")
