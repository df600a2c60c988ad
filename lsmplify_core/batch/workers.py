# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes worked on side by side by processes that end with this one, however it ends.

A worker reads jobs from its standard input and answers on its standard output. The system closes
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
from pathlib import Path
from typing import IO, Any, Final, Generic, TypeVar

from ..files.atomic import clear_left
from ..runtime.console import say
from ..runtime.threads import share_of
from .serving import ANSWER

R = TypeVar("R")

_MOST_TRIES: Final = 2
"""Times that a take is tried: more often it is the take that kills the worker, by its memory."""
_ANSWER_SECONDS: Final = 0.5
"""How long to wait for an answer before looking whether the user has stopped the run."""

Message = dict[str, Any]
Answer = tuple[int, Message | None, int]
"""Which take, its outcome or None where the worker died, and the worker's exit code."""


@dataclass(frozen=True)
class Batch(Generic[R]):
    """Takes, and how they are worked on.

    Attributes:
        command: starts a worker: a program that calls `serving.serve`.
        first: the first message of each worker.
        jobs: the takes as plain values.
        names: of the takes, for messages.
        folders: that results go to; what killed workers left there is removed.
        decoded: a take's outcome from a worker's answer.
        lost: the outcome, with its record, of a take whose workers died, and why.
    """

    command: Sequence[str]
    first: Message
    jobs: Sequence[Message]
    names: Sequence[str]
    folders: Sequence[Path]
    decoded: Callable[[Message], R]
    lost: Callable[[int, str], R]


@dataclass
class _Team(Generic[R]):
    """What the workers share. threads: what the environment of each says of its share of the
    threads."""

    batch: Batch[R]
    waiting: deque[int]
    threads: dict[str, str]
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue[Answer])
    processes: "list[subprocess.Popen[bytes]]" = field(
        default_factory=list["subprocess.Popen[bytes]"]
    )


def side_by_side(batch: Batch[R], count: int) -> Iterator[R]:
    """Outcomes in the order of the takes, each as soon as it and those before are there.

    Args:
        batch: the takes.
        count: how many are worked on at a time.
    """
    takes = len(batch.jobs)
    count = min(count, takes)
    team = _Team(batch, deque(range(takes)), share_of(count))
    tries: Counter[int] = Counter()
    ready: dict[int, R] = {}
    given = 0
    try:
        for _ in range(count):
            _start(team)
        while given < takes:
            index, answer, code = _next(team.answers)
            if answer is not None:
                ready[index] = batch.decoded(answer)
            else:
                tries[index] += 1
                _died(team, index, code, tries[index], ready)
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


def _died(team: _Team[R], index: int, code: int, tries: int, ready: dict[int, R]) -> None:
    """Let another worker take over; the outcome is there where the take has had its tries."""
    how, name = _how(code), team.batch.names[index]
    _clear(team)
    again = tries < _MOST_TRIES
    if again:
        say(f"warning: {name}: its worker {how}; the take is tried once more", error=True)
        with team.lock:
            team.waiting.appendleft(index)
    _start(team)
    if not again:
        why = f"its worker {how}, {tries} times; perhaps it needs more memory: use --jobs 1"
        ready[index] = team.batch.lost(index, why)


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was killed ({signal.Signals(-code).name})"
    except ValueError:
        return f"was killed (signal {-code})"


def _start(team: _Team[R]) -> None:
    """A new worker, and the thread that speaks with it."""
    quiet = None if "--debug" in sys.argv else subprocess.DEVNULL
    process = subprocess.Popen(
        list(team.batch.command),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, env=os.environ | team.threads,
    )  # fmt: skip
    team.processes.append(process)
    threading.Thread(target=_speak, args=(team, process), daemon=True).start()


def _speak(team: _Team[R], process: "subprocess.Popen[bytes]") -> None:
    """Give one take after the other to a worker until there is none, or it is dead."""
    assert process.stdin is not None
    assert process.stdout is not None
    first = True
    while True:
        with team.lock:
            if not team.waiting:
                break
            index = team.waiting.popleft()
        if first and not _tell(process.stdin, team.batch.first):
            team.answers.put((index, None, process.wait()))
            return
        first = False
        answer = _asked(process.stdin, process.stdout, team.batch.jobs[index])
        if answer is None:
            process.kill()
            team.answers.put((index, None, process.wait()))
            return
        team.answers.put((index, answer, 0))
    _close(process)


def _asked(there: IO[bytes], back: IO[bytes], job: Message) -> Message | None:
    """A worker's answer, None where it died."""
    if not _tell(there, job):
        return None
    try:
        for line in back:
            if line.startswith(ANSWER) and line.endswith(b"\n"):
                return json.loads(line.removeprefix(ANSWER))
    except (OSError, ValueError):
        return None
    return None


def _tell(pipe: IO[bytes], message: Message) -> bool:
    try:
        pipe.write(json.dumps(message).encode() + b"\n")
        pipe.flush()
    except (OSError, ValueError):  # dead, or closed by the run's end
        return False
    return True


def _close(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def _end(team: _Team[R]) -> None:
    """End all workers and wait until they are gone; what they had begun to write is removed."""
    with team.lock:
        team.waiting.clear()
    for process in team.processes:
        if process.poll() is None:
            process.kill()
    for process in team.processes:
        process.wait()
    _clear(team)


def _clear(team: _Team[R]) -> None:
    for folder in team.batch.folders:
        clear_left(folder)
