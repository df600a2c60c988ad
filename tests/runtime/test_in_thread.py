# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever drives a generator in a thread is answered in time, whatever its steps take."""

import threading
import time
from collections.abc import Generator

import pytest

from lsmplify_core.runtime.in_thread import in_thread
from lsmplify_core.runtime.progress import run_steps


def counting(
    count: int, seconds: float, closed: threading.Event | None = None
) -> Generator[int, None, str]:
    try:
        for number in range(count):
            yield number
            time.sleep(seconds)
    finally:
        if closed is not None:
            closed.set()
    return "done"


def test_the_result_comes_through() -> None:
    assert run_steps(in_thread(counting(3, 0.0))) == "done"


def test_a_long_step_does_not_keep_the_driver() -> None:
    told = list(in_thread(counting(1, 0.3), every=0.01))
    assert len(told) >= 5  # a driver that waited for the step would see one
    assert set(told) <= {None, 0}


def test_closing_does_not_wait_for_the_step() -> None:
    go, closed = threading.Event(), threading.Event()

    def held() -> Generator[int, None, None]:
        try:
            yield 0
            go.wait(600)
            yield 1
        finally:
            closed.set()

    steps = in_thread(held(), every=0.01)
    while next(steps) is None:
        pass
    steps.close()
    assert not closed.is_set()  # the step goes on
    go.set()
    assert closed.wait(600)  # it ended in the thread, and the generator with it


def test_no_step_is_begun_after_closing() -> None:
    begun: list[int] = []

    def steps() -> Generator[int, None, None]:
        for number in range(100):
            begun.append(number)
            yield number
            time.sleep(0.05)

    driven = in_thread(steps(), every=0.01)
    while next(driven) is None:
        pass
    driven.close()
    time.sleep(0.15)
    count = len(begun)
    time.sleep(0.15)
    assert len(begun) == count


def test_an_error_is_raised_by_the_driver() -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        raise ValueError("no such take")

    with pytest.raises(ValueError, match="no such take"):
        run_steps(in_thread(failing()))
