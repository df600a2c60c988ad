# SPDX-License-Identifier: GPL-3.0-or-later
"""A generator driven by a thread of its own, so that a window answers however long a step takes."""

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

Y = TypeVar("Y")
R = TypeVar("R")

EVERY: Final = 0.01
"""Seconds after which progress is told again, whether there is any or not."""


@dataclass
class _Work(Generic[Y, R]):
    """What the thread and its driver share. stop: whether no further step is to be begun."""

    steps: Generator[Y, None, R]
    ended: threading.Event = field(default_factory=threading.Event)
    stop: bool = False
    last: Y | None = None
    result: list[R] = field(default_factory=list[Any])
    error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop:
                self.last = next(self.steps)
            self.steps.close()
        except StopIteration as end:
            self.result.append(end.value)
        except BaseException as error:  # the driver raises it where it is understood
            self.error = error
        finally:
            self.ended.set()


def in_thread(steps: Generator[Y, None, R], every: float = EVERY) -> Generator[Y | None, None, R]:
    """Drive a generator in a thread.

    Closing it returns at once: the step that runs is ended in the thread, no other is begun, and
    what it would have come to is dropped. So the generator must touch nothing that others use.

    Args:
        steps: the generator; not begun yet.
        every: seconds from one yield to the next.

    Yields:
        What the generator yielded last; None before its first.

    Returns:
        Its result.

    Raises:
        BaseException: what it raises.
    """
    work = _Work(steps)
    threading.Thread(target=work.run, name="lsmplify-solve", daemon=True).start()
    try:
        while not work.ended.wait(every):
            yield work.last
    finally:
        work.stop = True
    if work.error is not None:
        raise work.error
    return work.result[0]
