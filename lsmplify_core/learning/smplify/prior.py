# SPDX-License-Identifier: GPL-3.0-or-later
"""The prior of body poses: a mixture of Gaussians, as SMPLify's (Bogo et al. 2016, §3).

Fitted on the training clips by `python -m lsmplify_core.learning.smplify.prior CLIPS`, which writes
`prior.npz` beside this file. Covariances are kept as a few factors and a diagonal, 10 kB in all;
whole ones are 16 times as large and SMPLify is no more exact with them.
"""

import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from ...files.atomic import write_whole
from ...geometry.rotations import matrix_to_axis_angle
from ...runtime.array_types import Floats
from ..data import load_clips

FILE: Final = Path(__file__).parent / "prior.npz"
N_POSE: Final = 63
"""Axis-angles of 21 joints: all but pelvis and hands."""
_COMPONENTS: Final = 8
_LEAST: Final = 0.03
"""Radians: no direction of a component is narrower."""
_FACTORS: Final = 8
_POSES: Final = 40_000
_ROUNDS: Final = 30


class PosePrior:
    """Minus the log of the likeliest component's weighted density, as SMPLify takes it."""

    def __init__(self, file: Path = FILE) -> None:
        """Read the fitted mixture."""
        with np.load(file, allow_pickle=False) as data:
            means, factors, spread, weights = (
                data[k].astype(np.float64) for k in ("means", "factors", "spread", "weights")
            )
        diagonal = np.eye(means.shape[1]) * np.square(spread)[:, None]
        covariances = factors @ np.swapaxes(factors, -1, -2) + diagonal
        precisions = np.linalg.inv(covariances)
        logdet = np.linalg.slogdet(covariances)[1]
        self.means = torch.as_tensor(means, dtype=torch.float32)
        self.precisions = torch.as_tensor(precisions, dtype=torch.float32)
        constants = 0.5 * (logdet - logdet.min()) - np.log(weights)
        self.constants = torch.as_tensor(constants, dtype=torch.float32)

    def __call__(self, pose: Tensor) -> Tensor:
        """pose: (63,) axis-angles -> a number."""
        away = pose - self.means
        energy = 0.5 * torch.einsum("ki,kij,kj->k", away, self.precisions, away)
        return torch.min(energy + self.constants)


def fit_prior(poses: Floats, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Means (K, 63), covariances (K, 63, 63) and weights (K,) by k-means and its groups' moments.

    poses: (N, 63).
    """
    means = poses[random.choice(len(poses), _COMPONENTS, replace=False)]
    group = np.zeros(len(poses), dtype=np.intp)
    for _ in range(_ROUNDS):
        apart = np.square(means).sum(axis=1) - 2 * poses @ means.T
        group = np.argmin(apart, axis=1)
        means = np.stack([poses[group == k].mean(axis=0) for k in range(_COMPONENTS)])
    floor = _LEAST**2 * np.eye(poses.shape[1])
    covariances = np.stack([np.cov(poses[group == k].T) + floor for k in range(_COMPONENTS)])
    return means, covariances, np.bincount(group, minlength=_COMPONENTS) / len(poses)


def factored(covariance: Floats, count: int) -> tuple[Floats, Floats]:
    """Factors (D, count) and spread (D,) with F Fᵀ + diag(spread²) near a covariance (D, D).

    Factor analysis by principal axes: factors of what the diagonal leaves, in turns.
    """
    factors = np.zeros((len(covariance), count))
    for _ in range(_ROUNDS):
        rest = np.maximum(np.diag(covariance - factors @ factors.T), _LEAST**2)
        values, axes = np.linalg.eigh(covariance - np.diag(rest))
        factors = axes[:, -count:] * np.sqrt(np.maximum(values[-count:], 0))
    rest = np.maximum(np.diag(covariance - factors @ factors.T), _LEAST**2)
    return factors, np.sqrt(rest)


def main() -> None:
    """Fit on the clips below the folder given and write the file."""
    random = np.random.default_rng(0)
    rotations = load_clips(Path(sys.argv[1])).rotations[:, 1:]
    chosen = rotations[random.choice(len(rotations), _POSES, replace=False)].numpy()
    poses = matrix_to_axis_angle(chosen.astype(np.float64)).reshape(len(chosen), N_POSE)
    means, covariances, weights = fit_prior(poses, random)
    factors, spread = zip(*(factored(c, _FACTORS) for c in covariances), strict=True)
    named = {"means": means, "factors": factors, "spread": spread, "weights": weights}
    arrays: dict[str, Any] = {k: np.asarray(v, dtype=np.float16) for k, v in named.items()}
    write_whole(FILE, lambda file: np.savez_compressed(file, **arrays))


if __name__ == "__main__":
    main()
