# SPDX-License-Identifier: GPL-3.0-or-later
"""Files damaged with a knowledge of their structure, for every reader and every JSON of ours: each
gives a value or one line of error, in 20 s and 1 GB."""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faults_files as files
import numpy as np
from common import ROOT
from faults_runs import MEGABYTES, SECONDS, in_child

sys.path.append(str(ROOT / "tests"))
from damage_files import DAMAGED, damaged
from smpl_files import model

from lsmplify_core.body.smpl_file import load_smpl_file
from lsmplify_core.calibration.calibration_file import load_calibration
from lsmplify_core.cleanup.feet.contacts import load_contacts
from lsmplify_core.files.manifest import read_manifest
from lsmplify_core.files.results import is_result
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.mapping import load_mapping
from lsmplify_core.motion.motion import load_motion
from lsmplify_core.reading import read_tracks
from lsmplify_core.reading.motions import read_motions
from lsmplify_core.repair.repair_file import load_repairs
from lsmplify_core.runtime.errors import InputError

Random = np.random.Generator
BATCH = 25


@dataclass(frozen=True)
class Kind:
    """suffix: of the file. make: its damaged bytes. read: the reader."""

    suffix: str
    make: Callable[[Random], bytes]
    read: Callable[[Path], object]


def _bytes(whole: bytes) -> Callable[[Random], bytes]:
    return lambda random: damaged(whole, random)


def _json(value: Any) -> Callable[[Random], bytes]:
    """Two of three by their structure, the others by their bytes."""
    plain = files.json_text(value)

    def make(random: Random) -> bytes:
        if random.random() < 0.33:
            return damaged(plain, random)
        return files.json_text(files.spoiled_json(value, random))

    return make


def _arrays(arrays: dict[str, Any]) -> Callable[[Random], bytes]:
    def make(random: Random) -> bytes:
        whole = files.spoiled_npz(arrays, random)
        return damaged(whole, random) if random.random() < 0.2 else whole

    return make


def _pickles(value: dict[str, Any]) -> Callable[[Random], bytes]:
    def make(random: Random) -> bytes:
        whole = files.spoiled_pickle(value, random)
        return damaged(whole, random) if random.random() < 0.3 else whole

    return make


def _manifest(random: Random) -> bytes:
    record = {"take": "a", "outputs": {"a.npz": "0"}, "settings": {}, "error": None}
    lines = [files.json_text(files.spoiled_json(record, random)) for _ in range(3)]
    return damaged(b"\n".join([*lines, b""]), random)


_POSES = {
    "poses": np.zeros((12, 72)), "trans": np.zeros((12, 3)), "betas": np.zeros(10),
    "gender": np.array("male"), "mocap_framerate": np.array(30.0),
    "rest_joints": files.default_body().rest_joints, "track_names": np.array(files.NAMES),
    "track_error": np.zeros((12, 25)),
}  # fmt: skip
_TAKE = {"points": files.POINTS, "names": np.array(files.NAMES), "rate": np.array(30.0)}
_ESTIMATE = {"poses": np.zeros((12, 72)), "trans": np.zeros((12, 3)), "betas": np.zeros(10)}

KINDS: dict[str, Kind] = {
    **{
        name: Kind(form.suffix, _bytes(form.write()), read_tracks) for name, form in DAMAGED.items()
    },
    "take's arrays": Kind(".npz", _arrays(_TAKE), read_tracks),
    "motion's arrays": Kind(".npz", _arrays(_POSES), load_motion),
    "motion as tracks": Kind(".npz", _arrays(_POSES), read_tracks),
    "estimate's arrays": Kind(".npz", _arrays(_ESTIMATE), read_motions),
    "model's arrays": Kind(".npz", _arrays(model()), load_smpl_file),
    "model's pickle": Kind(".pkl", _pickles(model()), load_smpl_file),
    "estimate's pickle": Kind(".pkl", _pickles(_ESTIMATE), read_motions),
    "keypoints' values": Kind(".json", _json(files.keypoints()), read_tracks),
    "calibration": Kind(".json", _json(files.calibration()), load_calibration),
    "layout": Kind(".json", _json(files.layout()), lambda p: load_layout(str(p))),
    "mapping": Kind(".json", _json(files.mapping()), lambda p: load_mapping(p, files.NAMES)),
    "contacts": Kind(".json", _json(files.contacts()), load_contacts),
    "repairs": Kind(".json", _json(files.repairs()), load_repairs),
    "manifest": Kind(".jsonl", _manifest, read_manifest),
    "what is ours": Kind(".json", _json(files.calibration()), is_result),
}


def measured(name: str, count: int) -> dict[str, Any]:
    """So many files of a kind, in children of a batch each."""
    found: dict[str, Any] = {
        "kind": name, "files": 0, "refused": 0, "read": 0, "outside": [], "slowest": 0.0,
        "megabytes": 0.0,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as whole:
        folder = Path(whole) / "work"
        folder.mkdir()
        for first in range(0, count, BATCH):
            seeds = range(first, min(first + BATCH, count))
            run = in_child(lambda s=seeds: _batch(KINDS[name], s), folder, SECONDS * 3)
            _count(found, run.out, seeds)
            found["megabytes"] = max(found["megabytes"], run.megabytes)
            if run.code or run.megabytes > MEGABYTES:
                found["outside"].append(
                    (first, f"code {run.code}, {run.megabytes:.0f} MB: {run.err[-300:]}")
                )
    return found


def _count(found: dict[str, Any], out: str, seeds: range) -> None:
    told = [line.split("\t", 3) for line in out.splitlines() if line.count("\t") == 3]
    found["files"] += len(seeds)
    for seed, kind, seconds, text in told:
        found["slowest"] = max(found["slowest"], float(seconds))
        if kind == "outside" or float(seconds) > SECONDS:
            found["outside"].append((int(seed), text or f"{seconds} s"))
        else:
            found[kind] += 1
    if len(told) != len(seeds):
        found["outside"].append((seeds[len(told)], "died"))


def _batch(kind: Kind, seeds: range) -> int:
    import os
    import warnings

    warnings.simplefilter("ignore")
    path = Path(f"x{kind.suffix}").resolve()
    for seed in seeds:
        path.write_bytes(kind.make(np.random.default_rng([seed, 7])))
        began = time.perf_counter()
        what, text = "read", ""
        try:
            kind.read(path)
        except InputError as error:
            what, text = "refused", str(error)
            if "\n" in text or len(text) > 5000:
                what, text = "outside", f"not a line: {text[:200]!r}"
        except BaseException as error:
            what, text = "outside", f"{type(error).__name__}: {error}"
        spent = time.perf_counter() - began
        line = f"{seed}\t{what}\t{spent:.3f}\t{text[:300]!r}\n"
        os.write(1, line.encode("ascii", "backslashreplace"))
    return 0
