# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes solved on the workers of a Dask cluster (`lsmplify solve … --dask ADDRESS`).

The client keeps no state of its own: what a worker finished is a file, so that a worker that dies
costs the takes that it was at, and these are given to another. Files are read and written by the
workers; the folders must be storage that all of them see under the same path.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ... import __version__
from ...runtime.errors import InputError
from .outcome import Outcome

CONNECT_SECONDS: Final = 10
"""How long the scheduler may take to answer; longer only delays the message that it is not
there."""
WORKER_SECONDS: Final = 60
"""How long to wait for the first worker; clusters that start nodes on demand need minutes and are
better asked for a node before."""
DEATHS: Final = 3
"""Workers that may die at one take before it counts as failed: more often it is the take that kills
them, by its memory."""


def solved_on_dask(
    address: str,
    solve: Callable[[Any], Outcome],
    jobs: Sequence[tuple[Any, ...]],
    lost: Callable[[Any, str], Outcome],
) -> Iterator[Outcome]:
    """Each take's result as it is done, in no order.

    Args:
        address: Of the scheduler, as tcp://host:8786.
        solve: What a worker runs on a job; picklable by name. It turns bad input into a result.
        jobs: A take each; the first is its path.
        lost: The outcome of a job whose workers died, or that raised what it should not.

    Raises:
        InputError: No scheduler or worker answers, a worker lacks this version of lsmplify, or
            dask.distributed is not installed here.
    """
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise InputError(
            f"--dask needs dask.distributed ({error}); install it with: pip install "
            "lsmplify[cluster]"
        ) from error
    with _client(Client, address) as client:
        _check_workers(client, address)
        names = [f"lsmplify-{i}-{Path(job[0]).name}" for i, job in enumerate(jobs)]
        futures = [
            client.submit(solve, job, key=name, pure=False)
            for job, name in zip(jobs, names, strict=True)
        ]
        takes = {future.key: job for future, job in zip(futures, jobs, strict=True)}
        for future in as_completed(futures, loop=client.loop):
            error = future.exception()
            if error is None:
                yield future.result()
            elif isinstance(error, KilledWorker):
                yield lost(takes[future.key], _deaths(error))
            else:
                said = str(error).strip().splitlines()[:1] or [type(error).__name__]
                yield lost(takes[future.key], said[0])
            future.release()


def absolute(args: argparse.Namespace) -> argparse.Namespace:
    """The options with every path made absolute, for workers that run in another folder."""
    changed = argparse.Namespace(**vars(args))
    for name, value in vars(args).items():
        names_a_file = isinstance(value, str) and value and Path(value).is_file()
        if isinstance(value, Path) or names_a_file:
            setattr(changed, name, type(value)(str(Path(value).resolve())))
    return changed


def _client(kind: Any, address: str) -> Any:
    try:
        return kind(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"--dask {address}: no scheduler answers there; start one with `dask scheduler` and "
            "give its address as tcp://host:8786"
        ) from error


def _check_workers(client: Any, address: str) -> None:
    """InputError where there is no worker, or one that would solve with other code."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        raise InputError(
            f"--dask {address}: the scheduler has no workers after {WORKER_SECONDS} s; start some "
            f"with `dask worker {address} --nthreads 1`"
        ) from error
    try:
        found: dict[str, str] = client.run(version_here)
    except Exception as error:  # what a worker raises is raised here; a missing module for one
        raise InputError(f"--dask {address}: a worker cannot import lsmplify: {error}") from error
    for worker, version in found.items():
        if version != __version__:
            raise InputError(
                f"--dask {address}: the worker {worker} has lsmplify {version} and this is "
                f"{__version__}; install the same on all"
            )


def version_here() -> str:
    """The version that a worker has."""
    return __version__


def _deaths(error: Any) -> str:
    return (
        f"the worker died {DEATHS} times or more while it solved this; "
        f"perhaps it needs more memory ({type(error).__name__})"
    )
