# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and scale: how fast takes of some lengths are solved, and how much memory it takes."""

import os
import platform
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ..layouts.layout import load_layout
from ..layouts.matching import match_layout
from ..pipeline import solve
from ..tracks.tracks import Tracks
from .synthetic import strolling
from .takes import keypoints

LAYOUTS: Final = ("BODY_25", "CMU_41")
RATES: Final = (30.0, 120.0)
LENGTHS: Final = (300, 1000, 10000)


def measure(
    lengths: tuple[int, ...] = LENGTHS, tell: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """{"machine": …, "rows": […]}: one row a layout, rate and length.

    Each take is solved twice: once for the time, calibration and all, and once more under
    tracemalloc for the peak of memory, which slows the solve down.
    """
    rows: list[dict[str, Any]] = []
    for layout in LAYOUTS:
        for rate in RATES:
            for frames in lengths:
                tell(f"{layout}, {rate:g} Hz, {frames} frames")
                rows.append(measure_take(layout, rate, frames))
    return {"machine": machine(), "rows": rows}


def measure_take(layout_name: str, rate: float, frames: int) -> dict[str, Any]:
    """Solve a strolling person's points and say how long it took."""
    layout = load_layout(layout_name)
    points = keypoints(strolling(frames, rate), layout)
    tracks = Tracks(points.astype(np.float64), layout.names, rate, "benchmark", unit=1.0, up="+z")
    match = match_layout(tracks.names, layout)
    begin = time.perf_counter()
    solution = solve(tracks, match=match)
    seconds = time.perf_counter() - begin
    return {
        "layout": layout.name,
        "tracks": len(layout.names),
        "rate": rate,
        "frames": frames,
        "seconds": seconds,
        "frames_per_second": frames / seconds,
        "times_real_time": frames / rate / seconds,
        "seconds_by_step": solution.report["seconds"],
        "track_error_mm": solution.report["track_error_mm"]["mean"],
        "peak_memory_mb": _peak_memory(lambda: solve(tracks, match=match)),
    }


def _peak_memory(work: Callable[[], object]) -> float:
    """MB allocated at the worst moment of `work`, beyond what was there before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def machine() -> dict[str, Any]:
    """What a figure of speed was measured on."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
