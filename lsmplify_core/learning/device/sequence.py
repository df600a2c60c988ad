# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of the sequence solver on a device: `ik.refinement.sequence` for many chunks at once.

Elimination goes from frame to frame, so that a chunk by itself leaves a GPU idle: all chunks take
their n-th frame together. Shorter ones are filled up with frames that nothing is known of and
nothing hangs on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...body.markers import Comparison
from ...geometry.skeleton import N_POSED
from ...ik.refinement.sequence_equations import PriorTerms

_UNKNOWNS = 3 * N_POSED + 3


@dataclass(frozen=True)
class ChunkEquations:
    """Of a chunk's L frames, double precision: hessian (L, 69, 69) and rhs (L, 69) of the tracks
    alone, tensors; prior: what is added to them."""

    hessian: Tensor
    rhs: Tensor
    prior: PriorTerms


def joint_equations(comparison: Comparison, weights: Tensor) -> tuple[Tensor, Tensor]:
    """`ik.refinement.joint_equations` of tensors: (N, 69, 69) and (N, 69), double precision.

    Args:
        comparison: posed bodies and tracks, N frames.
        weights: (N, K) of the tracks.
    """
    rotations, levers = comparison.global_rotations[:, :N_POSED], comparison.levers
    frames, points = levers.shape[:2]
    axes = rotations.permute(0, 2, 3, 1)[:, None]  # (N, 1, in the world, the joint's own, J)
    turns = torch.linalg.cross(axes, levers[:, :, :, None], dim=2)
    root_weight = torch.sqrt(weights)[..., None]
    shifts = torch.eye(3, dtype=levers.dtype) * root_weight[..., None]
    jacobian = torch.cat((turns.reshape(frames, points, 3, -1), shifts), dim=-1)
    jacobian = jacobian.reshape(frames, 3 * points, _UNKNOWNS)
    transposed = jacobian.transpose(-1, -2)
    residuals = (comparison.residuals * root_weight).reshape(frames, -1, 1)
    rhs = (transposed @ residuals)[..., 0]
    return (transposed @ jacobian).to(torch.float64), rhs.to(torch.float64)


def solve_chunks(chunks: Sequence[ChunkEquations]) -> list[Tensor]:
    """The unknowns (L, 69) of each chunk, by block elimination of all of them side by side."""
    length = max(len(chunk.rhs) for chunk in chunks)
    diagonal, coupling, rhs = (
        torch.stack(parts) for parts in zip(*(_filled(c, length) for c in chunks), strict=True)
    )
    inverses: list[Tensor] = []
    reduced: list[Tensor] = []
    block, own = diagonal[:, 0], rhs[:, 0]
    for frame in range(length):
        if frame:
            before = coupling[:, frame - 1]
            block = diagonal[:, frame] - before[..., None] * inverses[-1] * before[:, None]
            own = rhs[:, frame] + before * _times(inverses[-1], reduced[-1])
        inverses.append(torch.linalg.inv_ex(block)[0])
        reduced.append(own)
    x = [_times(inverses[-1], reduced[-1])]
    for frame in range(length - 2, -1, -1):
        x.append(_times(inverses[frame], reduced[frame] + coupling[:, frame] * x[-1]))
    solved = torch.stack(x[::-1], dim=1)
    return [own[: len(chunk.rhs)] for own, chunk in zip(solved, chunks, strict=True)]


def _filled(chunk: ChunkEquations, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Blocks (length, 69, 69), couplings (length, 69) and right-hand sides (length, 69)."""
    own = len(chunk.rhs)
    prior = chunk.prior
    diagonal = torch.zeros((length, _UNKNOWNS, _UNKNOWNS), dtype=torch.float64)
    diagonal[:own] = chunk.hessian
    added = np.ones((length, _UNKNOWNS))
    added[:own] = prior.diagonal
    torch.diagonal(diagonal, dim1=1, dim2=2).add_(torch.as_tensor(added))
    coupling = np.zeros((length, _UNKNOWNS))
    coupling[: own - 1] = prior.off_diagonal
    rhs = torch.zeros((length, _UNKNOWNS), dtype=torch.float64)
    rhs[:own] = chunk.rhs - torch.as_tensor(prior.rhs)
    return diagonal, torch.as_tensor(coupling), rhs


def _times(matrices: Tensor, vectors: Tensor) -> Tensor:
    return (matrices @ vectors[..., None])[..., 0]
