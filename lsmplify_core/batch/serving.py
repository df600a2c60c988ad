# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that works on takes for another: it ends when that one does, at whatever it is."""

import json
import os
import queue
import signal
import threading
import warnings
from collections.abc import Callable
from typing import Any, Final

ANSWER: Final = b"lsmplify-answer "
"""How a line begins that is an answer: programs print lines of their own before ours begin."""

Work = Callable[[dict[str, Any]], dict[str, Any]]
"""Works on a job, both as plain values, and returns its outcome."""


def serve(prepare: Callable[[dict[str, Any]], Work]) -> None:
    """Work on jobs as they come on standard input, a line of JSON each, and answer each with one.

    A thread of its own reads: where the input ends, whoever gave the jobs is gone, and the process
    ends at once, in the middle of a job too.

    Args:
        prepare: given the first message; returns what works on the jobs after it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gives the jobs
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    messages: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(messages,), daemon=True).start()
    work = prepare(messages.get())
    while True:
        found = work(messages.get())
        answers.write(ANSWER + json.dumps(found).encode() + b"\n")
        answers.flush()


def _listen(messages: "queue.Queue[dict[str, Any]]") -> None:
    try:
        with os.fdopen(os.dup(0), "rb") as lines:
            for line in lines:
                messages.put(json.loads(line))
    finally:
        os._exit(0)
