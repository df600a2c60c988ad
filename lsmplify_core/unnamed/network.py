# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that looks at a handful of frames of nameless points and says which joint carries each.

Points attend to each other (a set transformer: no order, any number). What is known of every pair
steers the attention and is handed on by it: how far the two are apart, how much that changes, which
is higher, and whether one lies clockwise from the other, which tells left from right.
`lsmplify_core.learning.unnamed.model` is the same network in torch; a test holds the two together.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import N_POSED
from ..runtime.errors import InputError

FRAMES: Final = 8
"""Frames that the network looks at together."""
WIDTH: Final = 96
LAYERS: Final = 4
HEADS: Final = 4
PAIR_WIDTH: Final = 16
N_INPUTS: Final = 3 * FRAMES
N_PAIR: Final = 5
N_OUTPUTS: Final = N_POSED + 3
OFFSET_SCALE: Final = 0.1
"""Metres in one unit of the predicted offsets."""
WEIGHTS: Final = Path(__file__).parents[1] / "weights" / "unnamed.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PointNetwork:
    """Weights by name, float32, as `PointLabeller.state_dict()` names them."""

    weights: dict[str, Floats]

    def __call__(self, points: Floats, pairs: Floats) -> Floats:
        """points (B, K, 24), pairs (B, K, K, 5) -> raw outputs (B, K, 25): 22 scores of the joints,
        then the offset in the joint's frame in tenths of a metre."""
        w = self.weights
        x = _linear(points, w, "first")
        hidden = np.maximum(_linear(pairs, w, "pair_first"), 0.0)
        hidden = np.maximum(_linear(hidden, w, "pair_second"), 0.0)
        bias = _linear(hidden, w, "pair_last")
        b, k = x.shape[:2]
        for i in range(LAYERS):
            h = _normed(x) * w[f"blocks.{i}.scale"]
            query, key, value = (
                part.reshape(b, k, HEADS, -1).transpose(0, 2, 1, 3)
                for part in np.split(_linear(h, w, f"blocks.{i}.attend"), 3, axis=-1)
            )
            score = query @ key.transpose(0, 1, 3, 2) / np.sqrt(query.shape[-1])
            score = score + bias[..., i * HEADS : (i + 1) * HEADS].transpose(0, 3, 1, 2)
            share = _softmax(score)
            mixed = (share @ value).transpose(0, 2, 1, 3).reshape(b, k, -1)
            told = (share.transpose(0, 2, 1, 3) @ hidden).reshape(b, k, -1)
            x = x + _linear(np.concatenate((mixed, told), axis=-1), w, f"blocks.{i}.mix")
            h = _normed(x) * w[f"blocks.{i}.scale_again"]
            h = np.maximum(_linear(h, w, f"blocks.{i}.widen"), 0.0)
            x = x + _linear(h, w, f"blocks.{i}.out")
        return _linear(_normed(x) * w["scale"], w, "last")


@lru_cache(maxsize=2)
def load_point_network(path: Path = WEIGHTS) -> PointNetwork:
    """Read weights (half precision on disk). InputError where the file is not the network's."""
    try:
        with np.load(path, allow_pickle=False) as data:
            weights = {k: data[k].astype(np.float32) for k in data.files if k != "settings"}
    except Exception as error:  # np.load raises half a dozen kinds for damaged archives
        raise InputError(
            f"{path}: the weights for points without names cannot be read: {error}"
        ) from error
    if "pair_first.weight" not in weights:
        raise InputError(f"{path}: these are not the weights for points without names")
    return PointNetwork(weights)


def _linear(x: Floats, w: dict[str, Floats], name: str) -> Floats:
    flat = x.reshape(-1, x.shape[-1]) @ w[f"{name}.weight"].T
    flat += w[f"{name}.bias"]
    return flat.reshape(*x.shape[:-1], -1)


def _normed(x: Floats) -> Floats:
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-6)


def _softmax(x: Floats) -> Floats:
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)
