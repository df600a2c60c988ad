# SPDX-License-Identifier: GPL-3.0-or-later
"""Generators that yield progress: run to their end, passed on with their progress changed, or with
the seconds that are spent inside them, without what their driver does between the steps."""

import time
from collections.abc import Callable, Generator, MutableMapping
from contextlib import contextmanager
from typing import TypeVar

Y = TypeVar("Y")
Z = TypeVar("Z")
R = TypeVar("R")


@contextmanager
def timed(seconds: MutableMapping[str, float], key: str) -> Generator[None, None, None]:
    """Add the time that is spent within it to seconds[key]."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds[key] = seconds.get(key, 0.0) + time.perf_counter() - began


def with_seconds(
    steps: Generator[Y, None, R], seconds: dict[str, float], key: str
) -> Generator[Y, None, R]:
    """Pass a generator on and add the time spent in it to seconds[key]."""
    while True:
        began = time.perf_counter()
        try:
            value = next(steps)
        except StopIteration as end:
            return end.value
        finally:
            seconds[key] = seconds.get(key, 0.0) + time.perf_counter() - began
        yield value


def with_progress(steps: Generator[Y, None, R], change: Callable[[Y], Z]) -> Generator[Z, None, R]:
    """Pass a generator on with what it yields changed; its result stays."""
    while True:
        try:
            value = next(steps)
        except StopIteration as end:
            return end.value
        yield change(value)


def run_steps(steps: Generator[object, None, R]) -> R:
    """Drive a generator to its end and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
