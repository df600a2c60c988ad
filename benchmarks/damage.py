# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged files: each reader gives one line of error or a take, in 2 s and 1 GB, or it is counted.

Takes are held against the undamaged one. No reader can tell a flipped bit of a sample from a sample
in formats without check sums, so "altered" says how often damage passes unseen; it is no success.

`python benchmarks/damage.py [FILES]` (1,000 a reader). The files are made in children that may take
1 GB more than the interpreter needs to start, and are killed when they hang. The same seeds always.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, publish

from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks

sys.path.append(str(ROOT / "tests"))
from damage_files import DAMAGED, damaged

SECONDS = 2.0
MEMORY = 2**30
BATCH = 50


def main(files: int = 1000) -> None:
    """One line a reader."""
    data = [measured(name, files) for name in DAMAGED]
    head = ["reader", "files", "refused", "same", "altered", "wrong", "slowest s", "most MB"]
    lines = [
        [d["reader"], *map(str, (d["files"], d["refused"], d["same"], d["altered"],
                                 len(d["wrong"]))),
         f"{d['slowest']:.2f}", f"{d['megabytes']:.0f}"] for d in data
    ]  # fmt: skip
    publish("damage", text_table(head, lines), data)
    for d in data:
        for seed, what in d["wrong"][:5]:
            print(f"{d['reader']} {seed}: {what}")


def measured(name: str, files: int) -> dict[str, Any]:
    """All files of a format, in children of a batch each."""
    found: dict[str, Any] = {
        "reader": name, "files": 0, "refused": 0, "same": 0, "altered": 0, "wrong": [],
        "slowest": 0.0,
        "megabytes": 0.0,
    }  # fmt: skip
    context = multiprocessing.get_context("fork")
    first = 0
    while first < files:
        end, mine = min(first + BATCH, files), context.Queue()
        child = context.Process(target=_batch, args=(name, range(first, end), mine))
        child.start()
        while first < end:
            try:
                seed, kind, text, seconds, megabytes = mine.get(timeout=SECONDS + 10.0)
            except Exception:  # it hangs or has died: that file is wrong, the next go on
                child.kill()
                found["wrong"].append((first, "hangs or dies"))
                first += 1
                found["files"] += 1
                break
            found["files"] += 1
            found["slowest"] = max(found["slowest"], seconds)
            found["megabytes"] = max(found["megabytes"], megabytes)
            if kind == "wrong" or seconds > SECONDS:
                found["wrong"].append((seed, text or f"{seconds:.1f} s"))
            else:
                found[kind] += 1
            first += 1
        child.join()
    return found


def _batch(name: str, seeds: range, results: Any) -> None:
    warnings.simplefilter("ignore")
    before = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (before + MEMORY, before + MEMORY))
    form = DAMAGED[name]
    whole = form.write()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"take{form.suffix}"
        path.write_bytes(whole)
        true = read_tracks(path)
        for seed in seeds:
            path.write_bytes(damaged(whole, np.random.default_rng([seed, len(whole)])))
            began = time.process_time()
            kind, text = outcome(path, true)
            spent = time.process_time() - began
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
            results.put((seed, kind, text, spent, peak))


def outcome(path: Path, true: Tracks) -> tuple[str, str]:
    """ "refused" with one line, "same" as the true take, "altered", or "wrong" and why."""
    try:
        tracks = read_tracks(path)
    except InputError as error:
        text = str(error)
        return ("wrong", f"several lines: {text!r}") if "\n" in text else ("refused", text)
    except BaseException as error:
        return "wrong", f"{type(error).__name__}: {error}"
    shape = tracks.positions.shape
    good = shape[1:] == (len(tracks.names), 3) and not np.isinf(tracks.positions).any()
    if not good:
        return "wrong", f"a take of shape {shape}"
    like = (tracks.names, tracks.rate, tracks.unit) == (true.names, true.rate, true.unit)
    same = like and shape == true.positions.shape
    same = same and np.allclose(tracks.positions, true.positions, equal_nan=True)
    return ("same" if same else "altered"), ""


def _address_space() -> int:
    words = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(words[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
