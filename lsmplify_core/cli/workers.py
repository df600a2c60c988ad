# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes solved side by side by processes that end with this one, however it ends.

A worker reads takes from its standard input and answers on its standard output. The system closes
the pipes of a process that is killed, on every platform, so a worker whose input ends ends too, and
a worker whose output ends has died: its take is given to another once more, and the others' are not
lost.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final

from ..files.atomic import clear_left
from ..runtime.console import say
from ..runtime.threads import share_of
from .outcome import Judged, Outcome
from .take import TakeJob

_MOST_TRIES: Final = 2
"""Times that a take is tried: more often it is the take that kills the worker, by its memory."""
_START: Final = (
    "import sys; sys.path[:] = sys.argv[1:]; from lsmplify_core.cli.worker import serve; serve()"
)
"""What a worker runs. It finds modules where this process does, and not where it happens to
stand."""
_ANSWER_SECONDS: Final = 0.5
"""How long to wait for an answer before looking whether the user has stopped the run."""

Answer = tuple[int, Outcome | None, int]
"""Which take, its outcome or None where the worker died, and the worker's exit code."""


@dataclass
class _Team:
    """What the workers share, and `lost`, which makes the outcome of a take that killed them.
    threads: what the environment of each says of its share of the threads."""

    words: Sequence[str]
    jobs: Sequence[TakeJob]
    lost: Callable[[TakeJob, str], Outcome]
    waiting: deque[int]
    threads: dict[str, str]
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue[Answer])
    processes: "list[subprocess.Popen[bytes]]" = field(
        default_factory=list["subprocess.Popen[bytes]"]
    )


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
    count = min(count, len(jobs))
    team = _Team(words, jobs, lost, deque(range(len(jobs))), share_of(count))
    tries: Counter[int] = Counter()
    ready: dict[int, Outcome] = {}
    given = 0
    try:
        for _ in range(count):
            _start(team)
        while given < len(jobs):
            index, outcome, code = _next(team.answers)
            if outcome is None:
                tries[index] += 1
                outcome = _died(team, index, code, tries[index])
            if outcome is not None:
                ready[index] = outcome
            while given in ready:
                yield ready.pop(given)
                given += 1
    finally:
        _end(team)


def _next(answers: "queue.Queue[Answer]") -> Answer:
    while True:
        try:
            return answers.get(timeout=_ANSWER_SECONDS)
        except queue.Empty:
            continue


def _died(team: _Team, index: int, code: int, tries: int) -> Outcome | None:
    """Let another worker take over; the outcome where the take has had its tries."""
    job, how = team.jobs[index], _how(code)
    clear_left(job.out.parent)
    again = tries < _MOST_TRIES
    if again:
        say(f"warning: {job.path}: its worker {how}; the take is tried once more", error=True)
        with team.lock:
            team.waiting.appendleft(index)
    _start(team)
    if again:
        return None
    why = f"its worker {how}, {tries} times; perhaps it needs more memory: use --jobs 1"
    return team.lost(job, why)


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was killed ({signal.Signals(-code).name})"
    except ValueError:
        return f"was killed (signal {-code})"


def _start(team: _Team) -> None:
    """A new worker, and the thread that speaks with it."""
    quiet = None if "--debug" in sys.argv else subprocess.DEVNULL
    paths = [os.path.abspath(p) for p in sys.path]
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *paths],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, env=os.environ | team.threads,
    )  # fmt: skip
    team.processes.append(process)
    threading.Thread(target=_speak, args=(team, process), daemon=True).start()


def _speak(team: _Team, process: "subprocess.Popen[bytes]") -> None:
    """Give one take after the other to a worker until there is none, or it is dead."""
    assert process.stdin is not None
    assert process.stdout is not None
    first = True
    while True:
        with team.lock:
            if not team.waiting:
                break
            index = team.waiting.popleft()
        if first and not _tell(process.stdin, {"words": list(team.words)}):
            team.answers.put((index, None, process.wait()))
            return
        first = False
        outcome = _asked(process.stdin, process.stdout, team.jobs[index])
        if outcome is None:
            process.kill()
            team.answers.put((index, None, process.wait()))
            return
        team.answers.put((index, outcome, 0))
    _close(process)


def _asked(there: IO[bytes], back: IO[bytes], job: TakeJob) -> Outcome | None:
    """A worker's answer, None where it died."""
    if not _tell(there, {"job": encoded(job)}):
        return None
    try:
        found: dict[str, Any] = json.loads(back.readline())
    except (OSError, ValueError):
        return None
    lines = tuple((bool(error), str(line)) for error, line in found["lines"])
    judged = tuple(Judged(*fields) for fields in found["judged"])
    return Outcome(int(found["code"]), lines, judged, found["record"])


def _tell(pipe: IO[bytes], message: dict[str, Any]) -> bool:
    try:
        pipe.write(json.dumps(message).encode() + b"\n")
        pipe.flush()
    except (OSError, ValueError):  # dead, or closed by the run's end
        return False
    return True


def encoded(job: TakeJob) -> dict[str, Any]:
    """A job as plain values."""
    return {k: v if v is None or isinstance(v, bool) else str(v) for k, v in vars(job).items()}


def _close(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def _end(team: _Team) -> None:
    """End all workers and wait until they are gone; what they had begun to write is removed."""
    with team.lock:
        team.waiting.clear()
    for process in team.processes:
        if process.poll() is None:
            process.kill()
    for process in team.processes:
        process.wait()
    for folder in {job.out.parent for job in team.jobs}:
        clear_left(folder)
