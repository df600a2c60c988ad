# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained network's forward pass in NumPy, and what its outputs mean.

`lsmplify_core.learning.model` is the same network in torch; a test holds the two together.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.markers import PoseSequence
from ...geometry.rotations import Array, sixd_to_matrix
from ...geometry.skeleton import N_POSED
from ...runtime.array_namespace import array_namespace
from ...runtime.errors import InputError

WIDTH: Final = 448
DILATIONS: Final = (1, 2, 4, 8, 1)
FRAME_RATE: Final = 15.0
"""Frames per second at which the network looks along time."""
N_OUTPUTS: Final = 6 * N_POSED + 3 + N_POSED
WEIGHTS: Final = Path(__file__).parents[2] / "weights" / "lsmplify.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Weights by name, float32, as `LearnedIK.state_dict()` names them."""

    weights: dict[str, Floats]

    def __call__(self, x: Floats) -> Floats:
        """features (S, L, 426) of S sequences of L frames -> raw outputs (S, L, 157)."""
        return self.columns(np.ascontiguousarray(x.transpose(2, 0, 1))).transpose(1, 2, 0)

    def columns(self, x: Floats) -> Floats:
        """The same with the frames last, (426, S, L) -> (157, S, L): products of a few frames are
        a third faster so."""
        w, shape = self.weights, x.shape[1:]
        x = x.reshape(len(x), -1) - w["mean"][:, None]
        x /= w["spread"][:, None]
        np.clip(x, -8.0, 8.0, out=x)
        x = _linear(w["first.weight"], w["first.bias"], x)
        taps = np.empty((3, *x.shape), x.dtype)
        for i, dilation in enumerate(self.dilations):
            mix = self._mixes[i]
            if dilation < shape[1]:
                h = _neighbours(x, dilation, taps, shape)
            else:  # nothing but zeros before and after
                mix, h = mix[:, len(x) : 2 * len(x)], _normed(x)
            h = _linear(mix, w[f"blocks.{i}.mix.bias"], h)
            np.maximum(h, 0.0, out=h)
            x += _linear(w[f"blocks.{i}.out.weight"], w[f"blocks.{i}.out.bias"], h)
        x = _linear(w["last.weight"], w["last.bias"], _normed(x) * w["scale"][:, None])
        return x.reshape(-1, *shape)

    @cached_property
    def _mixes(self) -> list[Floats]:
        """The convolutions' weights, with the scale of what goes into them."""
        w = self.weights
        return [
            w[f"blocks.{i}.mix.weight"] * np.tile(w[f"blocks.{i}.scale"], 3)
            for i in range(len(self.dilations))
        ]

    @property
    def dilations(self) -> tuple[int, ...]:
        """Frames between the convolution's taps, block by block."""
        return tuple(int(d) for d in self.weights["dilations"])


def apply_outputs(
    poses: PoseSequence, raw: Array, root_rotation: Array
) -> tuple[PoseSequence, Array]:
    """What the network's outputs mean: the next poses, and how far off it expects them to be.

    Args:
        poses: N frames that the network saw.
        raw: (N, 157). The first 132 numbers are the residual rotations in 6D from the identity,
            R = R_start · dR; then the root's shift in the pelvis's frame (metres / 10); then log σ,
            σ being the scale of the Laplace law p(θ) ∝ exp(-θ / σ) / σ of each rotation's error θ,
            which training maximises (`learning.train.losses`).
        root_rotation: (N, 3, 3) the pelvis in the world.

    Returns:
        The next poses, and σ (N, 22) radians.
    """
    xp = array_namespace(raw)
    n = raw.shape[0]
    identity = xp.asarray(np.tile([1.0, 0, 0, 0, 1, 0], (N_POSED, 1)), dtype=raw.dtype)
    sixd = identity + xp.reshape(raw[:, : 6 * N_POSED], (n, N_POSED, 6))
    updated = poses.rotations[:, :N_POSED] @ sixd_to_matrix(sixd)
    shift = 0.1 * raw[:, 6 * N_POSED : 6 * N_POSED + 3]
    root = poses.root + (root_rotation @ shift[..., None])[..., 0]
    rotations = xp.concat((updated, poses.rotations[:, N_POSED:]), axis=1)
    return PoseSequence(rotations, root), xp.exp(xp.clip(raw[:, -N_POSED:], -6.0, 1.0))


def load_network(path: Path | None = None) -> Network:
    """Read a network's weights.

    Args:
        path: their npz; None for those that solve (the shipped ones, or `other_weights`).

    Returns:
        The network.

    Raises:
        InputError: the file is not the network's.
    """
    with _READING:  # whoever asks while it is read waits, and does not read it too
        return _read(path or _solving[-1])


@contextmanager
def other_weights(path: Path) -> Generator[None]:
    """Solve with the weights of this file instead of the shipped ones, to measure them.

    Raises:
        InputError: The file is not the network's.
    """
    load_network(path)
    _solving.append(path)
    try:
        yield
    finally:
        _solving.pop()


_READING: Final = Lock()
_solving: list[Path] = [WEIGHTS]
"""The weights that solve are the last."""


@lru_cache(maxsize=3)
def _read(path: Path) -> Network:
    """The weights of a file, half precision on disk."""
    try:
        with np.load(path, allow_pickle=False) as data:
            weights = {k: data[k].astype(np.float32) for k in data.files if k != "settings"}
    except Exception as error:  # np.load raises half a dozen kinds for damaged archives
        raise InputError(f"{path}: the network's weights cannot be read: {error}") from error
    if "first.weight" not in weights or "dilations" not in weights:
        raise InputError(f"{path}: these are not the weights of this network")
    return Network(weights)


def _linear(weight: Floats, bias: Floats, x: Floats) -> Floats:
    """One matrix product for all frames (C, N) of all sequences."""
    result = weight @ x
    result += bias[:, None]
    return result


def _normed(x: Floats, out: Floats | None = None) -> Floats:
    """Columns (C, N) over the root of their mean square."""
    square = np.einsum("cn,cn->n", x, x)
    square *= np.float32(1.0 / len(x))
    square += np.float32(1e-6)
    return np.multiply(x, 1.0 / np.sqrt(square), out=out)


def _neighbours(x: Floats, d: int, taps: Floats, shape: tuple[int, int]) -> Floats:
    """(3 C, N): each frame of `_normed(x)` below that `d` frames before it and above that after it,
    zeros past the ends. taps: (3, C, N) to hold it. shape: sequences and their frames."""
    _normed(x, taps[1])
    before, own, after = taps.reshape(3, len(x), *shape)
    before[..., :d] = 0.0
    before[..., d:] = own[..., :-d]
    after[..., -d:] = 0.0
    after[..., :-d] = own[..., d:]
    return taps.reshape(-1, x.shape[1])
