# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains of frames solved from both ends: the same as one matrix for all frames."""

import numpy as np
import pytest

from lsmplify_core.ik.refinement.markov_chain import solve_chains


@pytest.mark.parametrize("frames", [1, 2, 3, 6, 7])
def test_both_ends_meet_as_one_matrix_would(frames: int) -> None:
    """Even numbers of frames too, which have none in the middle."""
    random = np.random.default_rng(frames)
    chains, size = 3, 4
    half = random.standard_normal((frames, chains, size, size))
    diagonal = half @ np.swapaxes(half, -1, -2) + 2.5 * np.eye(size)
    asked = random.standard_normal((frames, chains, size))
    found = solve_chains(diagonal, asked)
    assert found.shape == asked.shape
    for chain in range(chains):
        whole = -np.kron(np.eye(frames, k=1) + np.eye(frames, k=-1), np.eye(size))
        for t in range(frames):
            here = slice(t * size, (t + 1) * size)
            whole[here, here] = diagonal[t, chain]
        wanted = np.linalg.solve(whole, asked[:, chain].reshape(-1)).reshape(frames, size)
        np.testing.assert_allclose(found[:, chain], wanted, rtol=0, atol=1e-10)
