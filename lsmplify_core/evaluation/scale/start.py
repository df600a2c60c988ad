# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process costs before the first frame is solved: imports, and the first solve."""

import os
import subprocess
import sys
import tempfile
from statistics import median
from typing import Any, Final

from ...files.json_files import parse_json
from ...runtime.errors import InputError

_CODE: Final = """
import json, time
took = {}
def told(name, began):
    took[name] = (time.perf_counter() - began[0], time.process_time() - began[1])
def now():
    return time.perf_counter(), time.process_time()
began = now(); import numpy; told("NumPy", began)
began = now(); import lsmplify_core; lsmplify_core.solve; told("import", began)
from lsmplify_core.evaluation.scale.takes import TakeSpec
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import keypoints
from lsmplify_core.layouts.layout import load_layout
layout = load_layout("BODY_25")
points = keypoints(strolling(20, 30.0), layout)
tracks = lsmplify_core.Tracks(points.astype(float), layout.names, 30.0, unit=1.0, up="+z")
for name in ("first solve", "second solve"):
    began = now(); lsmplify_core.solve(tracks); told(name, began)
print(json.dumps(took))
"""


def measure_start(repeats: int) -> list[dict[str, Any]]:
    """Seconds by the clock and of processor time: of the imports, of the first solve of a process
    (20 frames) and of the next; medians over so many processes.

    Python keeps what it compiled, as it does of an installed package, in a folder that lasts as
    long as the measurement. What the first process takes, which compiles everything, comes last.
    """
    with tempfile.TemporaryDirectory() as compiled:
        first = _once(compiled)
        runs = [_once(compiled) for _ in range(repeats)]
    seconds, processor = first["import"]
    never = {"what": "import, not compiled", "seconds": seconds, "processor": processor}
    return [*_medians(runs), never]


def _medians(runs: list[dict[str, tuple[float, float]]]) -> list[dict[str, Any]]:
    return [
        {
            "what": name,
            "seconds": median(run[name][0] for run in runs),
            "processor": median(run[name][1] for run in runs),
        }
        for name in runs[0]
    ]


def _once(compiled: str) -> dict[str, tuple[float, float]]:
    """What a process took that keeps its compiled modules in a folder."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    found = subprocess.run(
        [sys.executable, "-c", _CODE], capture_output=True, text=True, check=False,
        env={**environment, "PYTHONPYCACHEPREFIX": compiled},
    )  # fmt: skip
    if found.returncode:
        raise InputError(f"a fresh process could not solve: {found.stderr.strip()[-200:]}")
    return parse_json(found.stdout, "the starting process", "figures")
