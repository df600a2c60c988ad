# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources measured by several processes at a time, each with its share of the threads."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import Final, TypeVar

from ..runtime.threads import share_of

P = TypeVar("P")
R = TypeVar("R")

_LEAST_EACH: Final = 4
"""Sources that a process must have to be worth its start."""
_LOOK_SECONDS: Final = 1.0
"""How often a process looks whether the one that started it is still there."""


def processes_for(sources: int, wanted: int) -> int:
    """How many processes measure so many sources: at most `wanted`, and one for a few."""
    return max(1, min(wanted, sources // _LEAST_EACH))


def side_by_side(
    work: Callable[[P], R], items: Sequence[P], processes: int, tell: Callable[[int], None]
) -> Iterator[tuple[int, R]]:
    """Call `work` on every item.

    Args:
        work: a function of a module or a partial of one, as its processes find it by name.
        items: its arguments.
        processes: how many run at a time; 1 for this one.
        tell: gets the number of an item that begins here, or that another process has done.

    Yields:
        In the items' order: which process, and the result.
    """
    if processes < 2:
        for number, item in enumerate(items):
            tell(number)
            yield os.getpid(), work(item)
        return
    with ProcessPoolExecutor(
        processes, initializer=_prepared, initargs=(share_of(processes), os.getpid())
    ) as pool:
        futures = [pool.submit(_work_here, work, item) for item in items]
        try:
            _told(futures, tell)
            for future in futures:
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _told(futures: "list[Future[tuple[int, R]]]", tell: Callable[[int], None]) -> None:
    """Tell of each as it is done; a failed one ends the waiting."""
    number_of = {future: number for number, future in enumerate(futures)}
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            if future.exception() is not None:
                return
            tell(number_of[future])


def _work_here(work: Callable[[P], R], item: P) -> tuple[int, R]:
    return os.getpid(), work(item)


def _prepared(threads: dict[str, str], parent: int) -> None:
    """A process that was started: its share of the threads, and its end with its parent's."""
    os.environ.update(threads)
    if hasattr(os, "getppid") and os.getppid() == parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
