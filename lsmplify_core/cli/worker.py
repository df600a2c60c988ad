# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that solves takes for another: it ends when that one does, at whatever it is."""

import argparse
import json
import os
import queue
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import IO, Any


def serve() -> None:
    """Solve takes as they come on standard input, a line of JSON each, and answer each with one.

    A thread of its own reads: where the input ends, whoever gave the takes is gone, and the process
    ends at once, in the middle of a solve too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gives the takes
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    messages: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(messages,), daemon=True).start()
    args: argparse.Namespace | None = None
    while True:
        message = messages.get()
        if "words" in message:
            args = _prepared(message["words"])
        elif args is not None:
            _answer(answers, message["job"], args)


def _listen(messages: "queue.Queue[dict[str, Any]]") -> None:
    try:
        for line in sys.stdin.buffer:
            messages.put(json.loads(line))
    finally:
        os._exit(0)


def _prepared(words: list[str]) -> argparse.Namespace:
    from .main import parsed
    from .solve import prepare

    args = parsed(words)
    prepare(args)
    return args


def _answer(answers: IO[bytes], fields: dict[str, Any], args: argparse.Namespace) -> None:
    from .take import TakeJob, tried

    job = TakeJob(**{k: _decoded(k, v) for k, v in fields.items()})
    outcome = tried(job, args)
    judged = [(j.name, j.grade, j.reason) for j in outcome.judged]
    found = {
        "code": outcome.code, "lines": outcome.lines, "judged": judged, "record": outcome.record
    }  # fmt: skip
    answers.write(json.dumps(found).encode() + b"\n")
    answers.flush()


def _decoded(name: str, value: Any) -> Any:
    paths = ("path", "out", "report", "props", "manifest")
    return Path(value) if name in paths and value is not None else value
