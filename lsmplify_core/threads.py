# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on pieces of a take side by side.

A linear-algebra library that splits every 69 × 69 system over all cores spends its time waiting,
and on a busy machine hundreds of times the work. So it is held to one thread here, and the pieces
of the take are what runs in parallel; NumPy lets go of Python's lock while it computes.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController  # pyright: ignore[reportMissingTypeStubs]

P = TypeVar("P")
R = TypeVar("R")

_MOST_WORKERS = 8


def workers() -> int:
    """How many pieces are worked on at a time."""
    return min(_MOST_WORKERS, os.cpu_count() or 1)


def one_blas_thread() -> AbstractContextManager[object]:
    """Within it, linear algebra runs on one thread: for many small systems."""
    controller: Any = _controller()
    return controller.limit(limits=1, user_api="blas")


def side_by_side(work: Callable[[P], R], parts: Sequence[P]) -> Generator[int, None, list[R]]:
    """Call `work` on every part, several at a time; yields how many are done.

    No thread is left when the generator ends, is closed, or an error comes out of it.
    """
    results: list[R] = []
    with one_blas_thread(), ThreadPoolExecutor(max(1, min(workers(), len(parts)))) as pool:
        try:
            for result in _begun(pool, work, parts):
                results.append(result)
                yield len(results)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return results


def _begun(pool: ThreadPoolExecutor, work: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
    try:
        return pool.map(work, parts)
    except RuntimeError as error:  # a thread that finds no memory for its stack
        raise MemoryError(str(error)) from error


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
