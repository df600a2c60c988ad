# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process costs before the first frame is solved: imports, and the first solve."""

import subprocess
import sys
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
    (20 frames) and of the next; medians over so many processes."""
    runs = [_once() for _ in range(repeats)]
    return [
        {
            "what": name,
            "seconds": median(run[name][0] for run in runs),
            "processor": median(run[name][1] for run in runs),
        }
        for name in runs[0]
    ]


def _once() -> dict[str, tuple[float, float]]:
    found = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True,
                           check=False)  # fmt: skip
    if found.returncode:
        raise InputError(f"a fresh process could not solve: {found.stderr.strip()[-200:]}")
    return parse_json(found.stdout, "the starting process", "figures")
