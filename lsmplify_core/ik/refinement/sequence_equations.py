# SPDX-License-Identifier: GPL-3.0-or-later
"""The normal equations of all frames of a take together, as they are: blocks of 69 unknowns.

`sequence` says what they minimise. They are solved by elimination from end to end and back, which
is the smoother of Rauch, Tung and Striebel (1965) in information form. They solve noisy takes and
spans with poses that are known (`cleanup.resolve.constrained`), and are what `sequence_parts` is
held against, which is three times as fast and leaves something out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence, compare
from ...geometry.rotations import turn_between
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats
from .gauss_newton import flat
from .joint_equations import joint_equations

CORRELATION_TIME: Final = 0.3
"""Seconds, τ: over which a deviation falls to 1/e. Larger values carry evidence further into gaps,
and hold fast movement back that the network did not see."""
ROOT_SIGMA: Final = 0.03
"""Metres: the error expected of the network's root. Larger values let the root follow noise."""
DAMPING: Final = 1e-6
"""m² per rad² on every unknown: keeps the system regular where nothing is observed."""


@dataclass(frozen=True)
class BlockTridiagonal:
    """Block-tridiagonal equations of T frames for 69 unknowns each: a rotation vector in each
    joint's own axes (all x, all y, all z), then the root's shift in the world.

    diagonal: (T, 69, 69) blocks D_t. off_diagonal: (T - 1, 69), the numbers of the diagonal
    matrices L_t: the block between frames t and t + 1 is -diag(L_t). rhs: (T, 69).
    """

    diagonal: Floats
    off_diagonal: Floats
    rhs: Floats


def sequence_equations(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    sigma: Floats,
    noise: float,
    rate: float,
    correlation_time: float = CORRELATION_TIME,
) -> BlockTridiagonal:
    """The normal equations of a step, multiplied by noise²: (JᵀJ + noise² P) x = Jᵀr - noise² P δ.

    Args:
        poses: T frames to step from.
        observations: the tracks of the same frames.
        prior: the network's poses, T frames.
        sigma: (T, 22) radians, the error that the network expects of itself.
        noise: metres, the standard deviation of the tracks' samples along an axis.
        rate: frames per second.
        correlation_time: seconds over which a deviation falls to 1/e.

    Returns:
        Equations of the step in the joints' own axes.
    """
    hessian, rhs = joint_equations(compare(poses, observations), observations)
    terms = prior_terms(poses, prior, sigma, noise, rate, correlation_time)
    every = np.arange(hessian.shape[-1])
    hessian[:, every, every] += terms.diagonal
    return BlockTridiagonal(hessian, terms.off_diagonal, rhs - terms.rhs)


@dataclass(frozen=True)
class PriorTerms:
    """What the prior adds to the equations of T frames.

    diagonal: (T, 69), to the diagonals of their blocks, the damping too. off_diagonal: (T - 1, 69),
    as in `BlockTridiagonal`. rhs: (T, 69), noise² P δ, which is subtracted.
    """

    diagonal: Floats
    off_diagonal: Floats
    rhs: Floats


def prior_terms(
    poses: PoseSequence,
    prior: PoseSequence,
    sigma: Floats,
    noise: float,
    rate: float,
    correlation_time: float,
) -> PriorTerms:
    """noise² P and noise² P δ; the arguments are those of `sequence_equations`."""
    turned = turn_between(prior.rotations[:, :N_POSED], poses.rotations[:, :N_POSED])
    deviation = np.concatenate((flat(turned), poses.root - prior.root), axis=1)
    sigma_of_unknowns = np.concatenate(
        (*[sigma] * 3, np.full((len(deviation), 3), ROOT_SIGMA)), axis=1
    )
    weight = (noise / sigma_of_unknowns).astype(np.float64)
    own_precision, neighbour_precision = markov_precision(
        len(deviation), float(np.exp(-1.0 / (correlation_time * rate)))
    )
    off_diagonal = neighbour_precision * weight[:-1] * weight[1:]
    prior_diagonal = np.square(weight) * own_precision[:, None]
    prior_rhs = prior_diagonal * deviation
    prior_rhs[:-1] -= off_diagonal * deviation[1:]
    prior_rhs[1:] -= off_diagonal * deviation[:-1]
    return PriorTerms(prior_diagonal + DAMPING, off_diagonal, prior_rhs)


def markov_precision(frames: int, ar1: float) -> tuple[Floats, float]:
    """Inverse covariance of a stationary AR(1) process of unit variance, which is tridiagonal:

        P_tt = (1 + φ²) / (1 - φ²), at both ends 1 / (1 - φ²);   P_t,t+1 = -φ / (1 - φ²)

    Args:
        frames: T.
        ar1: φ, the AR(1) coefficient: the correlation of one frame with the next, 0 to below 1.

    Returns:
        The diagonal (T,), and φ / (1 - φ²), which is subtracted beside it.
    """
    if frames == 1:
        return np.ones(1), 0.0
    diagonal = np.full(frames, 1.0 + ar1**2)
    diagonal[[0, -1]] = 1.0
    return diagonal / (1.0 - ar1**2), ar1 / (1.0 - ar1**2)


def solve_block_tridiagonal(system: BlockTridiagonal) -> Floats:
    """The unknowns (T, 69), by block elimination (Golub and Van Loan, "Matrix Computations", 4.5):

        D'_t = D_t - L_t D'_(t-1)⁻¹ L_t        b'_t = b_t + L_t D'_(t-1)⁻¹ b'_(t-1)
        x_T  = D'_T⁻¹ b'_T                     x_t  = D'_t⁻¹ (b'_t + L_t x_(t+1))

    with L between each frame and the one before. It is linear in T.
    """
    inverses: list[Floats] = []
    reduced_rhs: list[Floats] = []
    block, rhs = system.diagonal[0], system.rhs[0]
    for frame in range(len(system.diagonal)):
        if frame:
            coupling = system.off_diagonal[frame - 1]
            block = system.diagonal[frame] - coupling[:, None] * inverses[-1] * coupling
            rhs = system.rhs[frame] + coupling * (inverses[-1] @ reduced_rhs[-1])
        inverses.append(_inverse(block))
        reduced_rhs.append(rhs)
    x = [inverses[-1] @ reduced_rhs[-1]]
    for frame in range(len(reduced_rhs) - 2, -1, -1):
        x.append(inverses[frame] @ (reduced_rhs[frame] + system.off_diagonal[frame] * x[-1]))
    return np.stack(x[::-1])


def _inverse(block: Floats) -> Floats:
    """The inverse of a symmetric positive matrix, by that of its first half and of Schur's
    complement: two inverses of half the size and products cost half as much as one inverse."""
    half = len(block) // 2
    first, mixed = np.linalg.inv(block[:half, :half]), block[:half, half:]
    across = first @ mixed
    last = np.linalg.inv(block[half:, half:] - mixed.T @ across)
    corner = across @ last
    result = np.empty_like(block)
    np.add(first, corner @ across.T, out=result[:half, :half])
    np.negative(corner, out=result[:half, half:])
    result[half:, :half] = result[:half, half:].T
    result[half:, half:] = last
    return result
