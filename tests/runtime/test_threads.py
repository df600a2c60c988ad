# SPDX-License-Identifier: GPL-3.0-or-later
"""Work side by side: in order, no thread and no setting of a library left behind."""

import threading
import time
from collections.abc import Generator

import pytest
from threadpoolctl import threadpool_info

from lsmplify_core.runtime import threads
from lsmplify_core.runtime.progress import run_steps
from lsmplify_core.runtime.threads import (
    THREADS,
    begin,
    parallel_map,
    share_of,
    thread_pool,
    workers,
)


def blas_threads() -> list[int]:
    """Of NumPy's own library; others that a test has loaded are not its business."""
    return [
        lib["num_threads"]
        for lib in threadpool_info()
        if lib["user_api"] == "blas" and "numpy" in lib["filepath"]
    ]


def test_results_are_in_the_parts_order() -> None:
    def work(number: int) -> int:
        time.sleep(0.01 if number == 0 else 0.0)
        return number * number

    assert run_steps(parallel_map(work, range(5))) == [0, 1, 4, 9, 16]


def test_jobs_that_end_in_any_order_leave_nothing() -> None:
    """Two solves of one Blender, each a generator, the first of them ended first."""
    before, threads = blas_threads(), threading.active_count()
    first, second = parallel_map(str, range(3)), parallel_map(str, range(3))
    next(first)
    next(second)
    assert blas_threads() == [1] * len(before)
    first.close()
    assert blas_threads() == [1] * len(before)
    assert run_steps(second) == ["0", "1", "2"]
    assert blas_threads() == before
    assert threading.active_count() == threads


def test_a_job_keeps_its_threads() -> None:
    with thread_pool():
        names = {
            name
            for _ in range(4)
            for name in run_steps(parallel_map(lambda _: threading.current_thread().name, range(8)))
        }
        assert len(names) <= (threading.active_count() - 1)


def test_an_error_ends_the_work_and_comes_out() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise ValueError("one")
        time.sleep(0.005)
        done.append(number)

    with thread_pool():
        with pytest.raises(ValueError, match="one"):
            run_steps(parallel_map(work, range(50)))
        finished_by_then = len(done)
        time.sleep(0.05)
        assert len(done) == finished_by_then < 49


def test_the_environment_says_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS, "3")
    assert workers() == 3
    for nonsense in ("0", "-1", "many", "", "²"):
        monkeypatch.setenv(THREADS, nonsense)
        assert 1 <= workers() <= 8, nonsense


@pytest.mark.parametrize(
    ("threads", "processes", "each"), [("8", 2, "4"), ("2", 2, "1"), ("2", 5, "1")]
)
def test_processes_share_the_threads(
    monkeypatch: pytest.MonkeyPatch, threads: str, processes: int, each: str
) -> None:
    """Two solves of as many threads as cores each would wait for one another."""
    monkeypatch.setenv(THREADS, threads)
    assert set(share_of(processes).values()) == {each}
    assert THREADS in share_of(processes)


def test_work_that_has_parts_of_its_own_does_them_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """All threads at such work would wait for threads to do its parts, for ever."""
    monkeypatch.setenv(THREADS, "2")

    def whole(number: int) -> list[tuple[int, int]]:
        return run_steps(parallel_map(lambda part: (part, threading.get_ident()), [number] * 3))

    with thread_pool():
        found = run_steps(parallel_map(whole, range(4)))
    assert [[part for part, _ in parts] for parts in found] == [[n] * 3 for n in range(4)]
    assert all(len({thread for _, thread in parts}) == 1 for parts in found)
    assert threading.get_ident() not in {thread for parts in found for _, thread in parts}


@pytest.mark.parametrize(("threads", "times"), [("1", 0), ("2", 1)])
def test_what_is_begun_ends_with_the_pool(
    monkeypatch: pytest.MonkeyPatch, threads: str, times: int
) -> None:
    """It is done when the threads end, and its error stops nothing; one thread does not begin."""
    monkeypatch.setenv(THREADS, threads)
    called: list[int] = []

    def work() -> None:
        called.append(threading.get_ident())
        raise ValueError

    begin(work)
    assert not called
    with thread_pool():
        begin(work)
    assert len(called) == times
    assert threading.get_ident() not in called


class Asked:
    """Stands in for the look at linear algebra's libraries: how often it was asked for."""

    def __init__(self, error: Exception | None = None) -> None:
        self.times, self.error = 0, error

    def __call__(self) -> list[str]:
        self.times += 1
        if self.error is not None:
            raise self.error
        return []


@pytest.fixture
def uncached() -> Generator[None, None, None]:
    threads._controller.cache_clear()
    yield
    threads._controller.cache_clear()


def test_libraries_are_left_alone_while_another_thread_may_be_in_them(
    uncached: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An extension is enabled while another add-on computes: the first solve asks again."""
    asked = Asked()
    monkeypatch.setattr(threads, "use_known_kernels", asked)
    monkeypatch.setattr(threads, "active_count", lambda: 2)
    threads.prepare_linear_algebra()
    assert asked.times == 0
    with thread_pool():
        assert asked.times == 1


def test_alone_they_are_asked_once(uncached: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    monkeypatch.setattr(threads, "use_known_kernels", asked)
    monkeypatch.setattr(threads, "active_count", lambda: 1)
    threads.prepare_linear_algebra()
    with thread_pool():
        assert asked.times == 1


@pytest.mark.parametrize("name", ["use_known_kernels", "ThreadpoolController"])
def test_a_library_that_cannot_be_asked_keeps_nothing_from_starting(
    uncached: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    asked = Asked(OSError("an odd system"))
    monkeypatch.setattr(threads, name, asked)
    monkeypatch.setattr(threads, "active_count", lambda: 1)
    threads.prepare_linear_algebra()
    assert asked.times == 1
