# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained network's forward pass in NumPy, and what its outputs mean.

`lsmplify_core.learning.model` is the same network in torch; a test holds the two together.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import PoseSequence
from ..geometry.rotations import Array, sixd_to_matrix
from ..geometry.skeleton import N_POSED
from ..runtime.array_namespace import array_namespace
from ..runtime.errors import InputError

WIDTH: Final = 448
DILATIONS: Final = (1, 2, 4, 8, 1)
FRAME_RATE: Final = 15.0
"""Frames per second at which the network looks along time."""
N_OUTPUTS: Final = 6 * N_POSED + 3 + N_POSED
WEIGHTS: Final = Path(__file__).parents[1] / "weights" / "lsmplify.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Weights by name, float32, as `LearnedIK.state_dict()` names them."""

    weights: dict[str, Floats]

    def __call__(self, x: Floats) -> Floats:
        """features (S, L, 426) of S sequences of L frames -> raw outputs (S, L, 157)."""
        w = self.weights
        x = np.clip((x - w["mean"]) / w["spread"], -8.0, 8.0)
        x = _linear(x, w, "first")
        for i, dilation in enumerate(self.dilations):
            h = _normed(x) * w[f"blocks.{i}.scale"]
            h = np.maximum(_linear(_neighbours(h, dilation), w, f"blocks.{i}.mix"), 0.0)
            x = x + _linear(h, w, f"blocks.{i}.out")
        return _linear(_normed(x) * w["scale"], w, "last")

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
    """Read weights: those of a file, or those that solve. InputError where it is not the network's
    file."""
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


_solving: list[Path] = [WEIGHTS]
"""The weights that solve are the last."""


@lru_cache(maxsize=2)
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


def _linear(x: Floats, w: dict[str, Floats], name: str) -> Floats:
    """One matrix product for all sequences; NumPy would run one for each."""
    flat = x.reshape(-1, x.shape[-1]) @ w[f"{name}.weight"].T
    flat += w[f"{name}.bias"]
    return flat.reshape(*x.shape[:-1], -1)


def _normed(x: Floats) -> Floats:
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-6)


def _neighbours(h: Floats, dilation: int) -> Floats:
    """Each frame beside those `dilation` before and after it, zeros past the ends."""
    d = min(dilation, h.shape[1])
    padding = np.zeros_like(h[:, :d])
    before = np.concatenate((padding, h[:, :-d]), axis=1)
    after = np.concatenate((h[:, d:], padding), axis=1)
    return np.concatenate((before, h, after), axis=-1)
