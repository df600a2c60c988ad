# SPDX-License-Identifier: GPL-3.0-or-later
"""A thread pool for chunks of a take.

A linear-algebra library that splits every 69 × 69 system over all cores spends its time waiting,
and on a busy machine hundreds of times the work. So it is held to one thread here, and the chunks
of the take are what runs in parallel; NumPy lets go of Python's lock while it computes. A solve
keeps its threads from chunk to chunk, since starting them costs as much as a small chunk of work.
"""

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Barrier, Lock, active_count, local
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController  # pyright: ignore[reportMissingTypeStubs]

from .kernels import use_known_kernels
from .memory import BUFFER, room

P = TypeVar("P")
R = TypeVar("R")

_MOST_WORKERS = 8
_MATRIX = 192
"""Rows of a product that is large enough for a buffer."""
THREADS = "LSMPLIFY_THREADS"
"""The environment's variable that says how many threads a process may use."""


def workers() -> int:
    """How many chunks are worked on at a time: as the environment says, else one on each core that
    this process may use."""
    told = os.environ.get(THREADS, "")
    if told.isascii() and told.isdecimal() and int(told) > 0:
        return min(_MOST_WORKERS, int(told))
    return min(_MOST_WORKERS, _cores())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # less than all of them in a container or under taskset
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def share_of(processes: int) -> dict[str, str]:
    """What the environment of each of some processes says, that solve at the same time: its share
    of the threads, for chunks and for linear algebra."""
    threads = str(max(1, workers() // max(1, processes)))
    return dict.fromkeys((THREADS, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)


@dataclass
class _SharedPool:
    """The process's threads, while anybody uses them."""

    lock: Lock = field(default_factory=Lock)
    users: int = 0
    contexts: ExitStack = field(default_factory=ExitStack)
    pool: ThreadPoolExecutor | None = None

    def enter(self) -> ThreadPoolExecutor:
        with self.lock:
            if self.pool is None:
                self.contexts.enter_context(_one_blas_thread())
                pool = ThreadPoolExecutor(workers(), initializer=_mark_as_worker)
                self.pool = self.contexts.enter_context(pool)
                try:
                    _take_buffers(self.pool, workers())
                except BaseException:
                    self.pool = None
                    self.contexts.close()
                    raise
            self.users += 1
            return self.pool

    def leave(self) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self.pool = None
                self.contexts.close()


_SHARED_POOL = _SharedPool()
_THREAD = local()


def _mark_as_worker() -> None:
    _THREAD.is_worker = True


def _is_worker() -> bool:
    return getattr(_THREAD, "is_worker", False)


@contextmanager
def thread_pool() -> Generator[ThreadPoolExecutor, None, None]:
    """Within it linear algebra runs on one thread, for many small systems, and the threads that
    work side by side are kept. They end with the last of those who are within, in whatever order
    they came."""
    pool = _SHARED_POOL.enter()
    try:
        yield pool
    finally:
        _SHARED_POOL.leave()


def begin(work: Callable[[], object]) -> None:
    """Begin something that later work asks for again and then finds done, a file that is read and
    kept, in a thread of the pool. Without one, or with one thread to work with, it is left to who
    asks, and so is its error.

    Args:
        work: what is called; what it returns is dropped.
    """
    pool = _SHARED_POOL.pool
    if pool is not None and workers() > 1 and not _is_worker():
        _submit(pool, work)


def parallel_map(work: Callable[[P], R], items: Sequence[P]) -> Generator[int, None, list[R]]:
    """Call `work` on every item, several at a time; in the caller's own thread where there is but
    one item, or one thread to work with, and where the caller is itself such work: it would wait
    for threads that wait for it.

    None of it runs on when the generator ends, is closed, or an error comes out of it.

    Args:
        work: what is called, in any thread.
        items: its arguments.

    Yields:
        How many are done.

    Returns:
        The results in the items' order.
    """
    results: list[R] = []
    futures: list[Future[R]] = []
    with thread_pool() as pool:
        if (
            len(items) < 2 or workers() < 2 or _is_worker()
        ):  # waking a thread costs as much as a small chunk
            for item in items:
                results.append(work(item))
                yield len(results)
            return results
        try:
            for item in items:
                futures.append(_submit(pool, work, item))
            for future in futures:
                results.append(future.result())
                yield len(results)
        finally:
            for future in futures:
                future.cancel()
            wait(futures)
    return results


def _take_buffers(pool: ThreadPoolExecutor, count: int) -> None:
    """Where memory is bounded, let every thread call linear algebra while there is room for its
    buffers: later it would end the process where there is none.

    Raises:
        MemoryError: where there is none now.
    """
    left = room()
    if left is None or count < 2:
        return
    if left < count * BUFFER:
        raise MemoryError(f"{left >> 20} MB are left, and {count} threads need more")
    together = Barrier(count)

    def call() -> None:
        together.wait()
        matrix = np.ones((_MATRIX, _MATRIX))
        _ = matrix @ matrix

    try:
        for future in [_submit(pool, call) for _ in range(count)]:
            future.result()
    except BaseException:
        together.abort()  # the threads that wait for the others
        raise


def _submit(pool: ThreadPoolExecutor, work: Callable[..., R], *items: object) -> Future[R]:
    try:
        return pool.submit(work, *items)
    except RuntimeError as error:  # a thread that finds no memory for its stack
        raise MemoryError(str(error)) from error


def _one_blas_thread() -> AbstractContextManager[object]:
    controller: Any = _controller()
    return controller.limit(limits=1, user_api="blas")


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    with suppress(Exception):  # a library that cannot be asked is as good as it is
        use_known_kernels()
    return ThreadpoolController()


def prepare_linear_algebra() -> None:
    """What the first solve would else do to linear algebra's library: for a process whose threads
    call it by then, while they don't yet.

    It never fails. Where other threads run, which may be inside the library, or where an error
    comes out of it, all is left to the first solve."""
    if active_count() > 1:
        return
    with suppress(Exception):
        _controller()
