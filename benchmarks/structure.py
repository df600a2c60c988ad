# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that say something else than they did (counts, units, names, encodings, separators, rows):
each is refused in one line, or solved; and no pose that is wrong comes out without a word.

`python benchmarks/structure.py [FILES [READER …]]` (1,000 a reader), in children that may take 1 GB
more than the interpreter and the solver need to start. "silent" counts results of which a frame's
joints are more than 100 mm from every pose of the true take (after a turn about the vertical and a
shift), with no warning and the verdict "good".
"""

import hashlib
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from common import ROOT, publish

from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.people import find_people
from lsmplify_core.tracks.tracks import Tracks

sys.path.append(str(ROOT / "tests"))
from damage_files import DAMAGED, RATE
from structure_damage import structurally_damaged
from takes import waving

SECONDS: Final = 20.0
MEMORY: Final = 2**30
BATCH: Final = 100
OFF: Final = 0.1
"""Metres: joints further from every pose of the take are wrong."""
KINDS: Final = ("refused", "right", "told", "silent", "wrong")


def main(files: int = 1000, readers: tuple[str, ...] = ()) -> None:
    """One line a reader."""
    data = [measured(name, files) for name in readers or DAMAGED]
    head = ["reader", "files", *KINDS, "slowest s", "most MB"]
    lines = [
        [d["reader"], str(d["files"]), *(str(d[k]) for k in KINDS), f"{d['slowest']:.1f}",
         f"{d['megabytes']:.0f}"] for d in data
    ]  # fmt: skip
    publish("structure", text_table(head, lines), data)
    for d in data:
        for seed, what in d["faults"][:8]:
            print(f"{d['reader']} {seed}: {what}")


def measured(name: str, files: int) -> dict[str, Any]:
    """All files of a format, in children of a batch each."""
    found: dict[str, Any] = {
        "reader": name,
        "files": 0,
        "faults": [],
        "slowest": 0.0,
        "megabytes": 0.0,
    }
    found |= dict.fromkeys(KINDS, 0)
    context = multiprocessing.get_context("fork")
    for first in range(0, files, BATCH):
        results = context.Queue()
        seeds = range(first, min(first + BATCH, files))
        child = context.Process(target=_batch, args=(name, seeds, results))
        child.start()
        for seed in seeds:
            try:
                kind, text, seconds, megabytes = results.get(timeout=6 * SECONDS)
            except Exception:  # it hangs or has died
                child.kill()
                found["faults"].append((seed, "hangs or dies"))
                found["wrong"] += 1
                break
            kind = "wrong" if seconds > SECONDS else kind
            found["files"] += 1
            found[kind] += 1
            found["slowest"] = max(found["slowest"], seconds)
            found["megabytes"] = max(found["megabytes"], megabytes)
            if kind in ("silent", "wrong"):
                found["faults"].append((seed, text or f"{seconds:.1f} s"))
        child.join()
    return found


def _batch(name: str, seeds: range, results: Any) -> None:
    warnings.simplefilter("ignore")
    form = DAMAGED[name]
    whole = form.write()
    truth = waving(20, RATE).joints()[:, :22]
    limit: int | None = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"take{form.suffix}"
        for seed in seeds:
            if limit is None:  # what the solver itself takes is not the file's
                path.write_bytes(whole)
                solve(read_tracks(path))
                limit = _address_space() + MEMORY
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            random = np.random.default_rng([seed, len(whole), 7])
            path.write_bytes(structurally_damaged(whole, form.suffix, random))
            began = time.process_time()
            kind, text = outcome(path, truth)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
            results.put((kind, text, time.process_time() - began, peak))


def outcome(path: Path, truth: Any) -> tuple[str, str]:
    """ "refused" in one line, "right", "told" where a wrong result comes with a word, else
    "silent"; "wrong" for whatever must not happen."""
    try:
        tracks = read_tracks(path)
        same = _key(tracks)
        if same in _KNOWN:
            return _KNOWN[same]
        solutions = [solve(p.tracks) for p in find_people(tracks)]
    except InputError as error:
        text = str(error)
        return ("wrong", f"several lines: {text!r}") if "\n" in text else ("refused", text)
    except BaseException as error:
        return "wrong", f"{type(error).__name__}: {error}"
    worst, told = 0.0, False
    for solution in solutions:
        worst = max(worst, off(solution.motion.joints()[:, :22], truth))
        report = solution.report
        told = told or bool(report["warnings"]) or report["verdict"]["grade"] != "good"
    found = (
        ("right", "") if worst <= OFF else ("told" if told else "silent", f"{1000 * worst:.0f} mm")
    )
    _KNOWN[same] = found
    return found


_KNOWN: Final[dict[str, tuple[str, str]]] = {}
"""What came of tracks that were solved before, by `_key`: much damage does not reach the tracks."""


def _key(tracks: Tracks) -> str:
    """All of the tracks that a solve depends on."""
    said = (tracks.names, tracks.rate, tracks.unit, tracks.up, tracks.warnings, tracks.nameless)
    sure = b"" if tracks.confidence is None else tracks.confidence.tobytes()
    data = repr(said).encode("utf-8", "surrogatepass") + tracks.positions.tobytes() + sure
    return hashlib.sha256(data).hexdigest()


def off(found: Any, truth: Any) -> float:
    """Metres: the 90th percentile over frames of the mean joint distance to the nearest pose."""
    a = found - found.mean(axis=1, keepdims=True)
    b = truth - truth.mean(axis=1, keepdims=True)
    h = np.einsum("tji,sjk->tsik", a, b)
    yaw = np.arctan2(h[..., 0, 1] - h[..., 1, 0], h[..., 0, 0] + h[..., 1, 1])
    c, s = np.cos(yaw), np.sin(yaw)
    x = c[..., None] * a[:, None, :, 0] - s[..., None] * a[:, None, :, 1]
    y = s[..., None] * a[:, None, :, 0] + c[..., None] * a[:, None, :, 1]
    turned = np.stack((x, y, np.broadcast_to(a[:, None, :, 2], x.shape)), axis=-1)
    away = np.linalg.norm(turned - b[None], axis=-1).mean(axis=-1)
    return float(np.percentile(away.min(axis=1), 90))


def _address_space() -> int:
    words = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(words[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, tuple(sys.argv[2:]))
