# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic that bounds the solver: how fast this machine multiplies and solves, and how much
of both a frame asks for."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

import numpy as np

from ...geometry.skeleton import N_POSED
from ...ik.learned.network import load_network
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map, workers

UNKNOWNS: Final = 3 * (N_POSED + 1)
"""Of a frame: a rotation vector in each posed joint, and the root's place."""
_ROWS: Final = 512
"""Frames that the network takes at once."""
_SECONDS: Final = 0.3
_REPEATS: Final = 5


def measure_floor() -> dict[str, Any]:
    """Figures of the machine and of a frame.

    `gflops`: 10⁹ operations a second of float32 products of the network's own sizes, on all
    threads. `solves`: symmetric systems a second of a frame's size, on all threads.
    `network_mflop`: 10⁶ operations of one pass of the network over a frame. `frames_per_second`:
    what the products of one pass alone would allow, and what one system a frame would.
    """
    network = network_mflop()
    gflops, solves = _products(), _solves()
    return {
        "threads": workers(), "gflops": gflops, "solves": solves, "network_mflop": network,
        "unknowns": UNKNOWNS,
        "frames_per_second": {"network": 1e3 * gflops / network, "systems": solves},
    }  # fmt: skip


def network_mflop() -> float:
    """10⁶ operations, a multiplication and an addition for each weight, of one pass of the network
    over a frame."""
    weights = load_network().weights
    return 2e-6 * sum(w.size for w in weights.values() if w.ndim >= 2)


def _products() -> float:
    random = np.random.default_rng(0)
    matrices = [w for w in load_network().weights.values() if w.ndim >= 2]
    pairs = [
        (random.standard_normal((_ROWS, _inputs(w)), dtype=np.float32), _flat(w)) for w in matrices
    ]
    work = 2e-9 * _ROWS * sum(w.size for w in matrices)

    def multiply(_: int) -> None:
        for rows, weights in pairs:
            np.matmul(rows, weights)

    return work * _per_second(multiply)


def _flat(weights: Any) -> Any:
    return np.ascontiguousarray(weights.reshape(weights.shape[0], -1).T)


def _inputs(weights: Any) -> int:
    return int(weights[0].size)


def _solves() -> float:
    random = np.random.default_rng(0)
    square = random.standard_normal((64, UNKNOWNS, UNKNOWNS), dtype=np.float32)
    systems = square @ np.swapaxes(square, -1, -2) + UNKNOWNS * np.eye(UNKNOWNS, dtype=np.float32)
    right = random.standard_normal((64, UNKNOWNS, 1), dtype=np.float32)

    def solve(_: int) -> None:
        np.linalg.solve(systems, right)

    return 64 * _per_second(solve)


def _per_second(work: Callable[[int], None]) -> float:
    """How often `work` is done in a second by all threads side by side; the median of some runs."""
    began = time.perf_counter()
    work(0)
    once = max(time.perf_counter() - began, 1e-5)
    count = max(1, round(_SECONDS / once)) * workers()
    rates: list[float] = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        run_steps(parallel_map(work, range(count)))
        rates.append(count / (time.perf_counter() - began))
    return median(rates)
