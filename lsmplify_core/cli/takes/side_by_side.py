# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes solved side by side (`--jobs`): what workers are started with, and told."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ...batch.workers import Batch, side_by_side
from .outcome import Outcome, from_message
from .take import TakeJob

_START: Final = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from lsmplify_core.cli.takes.worker import serve_solves; serve_solves()"
)
"""What a worker runs. It finds modules where this process does, and not where it happens to
stand."""


def solved_side_by_side(
    words: Sequence[str],
    jobs: Sequence[TakeJob],
    count: int,
    lost: Callable[[TakeJob, str], Outcome],
) -> Iterator[Outcome]:
    """Outcomes in the order of the takes, each as soon as it and those before are there.

    Args:
        words: of the command, which the workers read their options from.
        jobs: the takes.
        count: how many are solved at a time.
        lost: the outcome, with its record, of a take whose workers died, and why.
    """
    paths = [os.path.abspath(p) for p in sys.path]
    batch = Batch(
        [sys.executable, "-c", _START, *paths], {"words": list(words)},
        [encoded(job) for job in jobs], [str(job.path) for job in jobs],
        sorted({job.out.parent for job in jobs}), from_message,
        lambda index, why: lost(jobs[index], why),
    )  # fmt: skip
    yield from side_by_side(batch, count)


def encoded(job: TakeJob) -> dict[str, Any]:
    """A job as plain values."""
    return {k: v if v is None or isinstance(v, bool) else str(v) for k, v in vars(job).items()}


def decoded(fields: dict[str, Any]) -> TakeJob:
    """The job that `encoded` made plain values of."""
    return TakeJob(**{k: _decoded(k, v) for k, v in fields.items()})


def _decoded(name: str, value: Any) -> Any:
    paths = ("path", "out", "report", "props", "manifest")
    return Path(value) if name in paths and value is not None else value
