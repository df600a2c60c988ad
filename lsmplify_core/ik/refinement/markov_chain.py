# SPDX-License-Identifier: GPL-3.0-or-later
"""Equations of frames that each hang on the one before and the one after, solved from both ends.

    D_t u_t - u_(t-1) - u_(t+1) = b_t

Block elimination (Golub and Van Loan, "Matrix Computations", 4.5) goes towards the middle from the
first and from the last frame at once, and back outwards, so that one call of NumPy does a step of
both, and of as many chains as there are: blocks are small, and the calls' own time counts.
"""

from typing import Final

import numpy as np

from ...runtime.array_types import Floats

_STILL: Final = 1e30
"""What holds a frame that is added so that there is one in the middle: so much that it changes no
bit of the others."""


def solve_chains(diagonal: Floats, asked: Floats) -> Floats:
    """The unknowns of some chains.

    Args:
        diagonal: (T, B, n, n) the blocks D of B chains, symmetric and positive together.
        asked: (T, B, n) the right-hand sides b.

    Returns:
        (T, B, n) u. It is linear in T.
    """
    frames, chains, size = asked.shape
    half = frames // 2
    if frames % 2 == 0:
        still = np.broadcast_to(_STILL * np.eye(size), (1, chains, size, size))
        diagonal = np.concatenate((diagonal, still))
        asked = np.concatenate((asked, np.zeros((1, chains, size))))
    ends = np.concatenate((diagonal[:half], diagonal[:half:-1]), axis=1)
    wanted = np.concatenate((asked[:half], asked[:half:-1]), axis=1)[..., None]
    inverses: list[Floats] = []
    carried: list[Floats] = []
    middle, rest = diagonal[half], asked[half][..., None]
    for block, right in zip(ends, wanted, strict=True):
        if inverses:
            block, right = block - inverses[-1], right + carried[-1]
        inverses.append(np.linalg.inv(block))
        carried.append(inverses[-1] @ right)
    if half:
        middle = middle - inverses[-1][:chains] - inverses[-1][chains:]
        rest = rest + carried[-1][:chains] + carried[-1][chains:]
    result = np.empty((2 * half + 1, chains, size))
    result[half] = np.linalg.solve(middle, rest)[..., 0]
    beside = np.concatenate((result[half], result[half]))[..., None]
    for step in range(half - 1, -1, -1):
        beside = inverses[step] @ beside + carried[step]
        result[step], result[-1 - step] = beside[:chains, :, 0], beside[chains:, :, 0]
    return result[:frames]
