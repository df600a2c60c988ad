# SPDX-License-Identifier: GPL-3.0-or-later
"""Real files: every whole body in shared/markers is solved without a hint; track errors in mm."""

from pathlib import Path
from typing import Any

from common import SHARED, absent, publish

from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

DATA = SHARED / "markers"


def main() -> None:
    """One line a file."""
    if not DATA.is_dir():
        absent("markers", DATA)
        return
    files = sorted((*DATA.rglob("*.c3d"), *DATA.rglob("*.trc"), *DATA.rglob("*.dat")))
    data = [solved(file) for file in files]
    lines = [[r["file"], *(r["figures"] or (r["error"], *[""] * 7))] for r in data]
    head = ["file", "layout", "tracks", "frames", "gaps", "mean", "median", "p95", "frames/s"]
    publish("markers", text_table(head, lines), data)


def solved(file: Path) -> dict[str, Any]:
    """Its report, or why it was not solved."""
    name = file.relative_to(DATA).as_posix()
    try:
        report = solve(read_tracks(file, fps=None if file.suffix != ".dat" else 30.0)).report
    except InputError as error:
        return {"file": name, "report": None, "figures": None, "error": str(error)[:60]}
    mm = report["track_error_mm"]
    figures = [
        report["layout"], str(report["tracks"]), str(report["frames"]), f"{report['gaps']:.1%}",
        *(f"{mm[k]:.1f}" for k in ("mean", "median", "p95")),
        f"{report['frames_per_second']:,.0f}",
    ]  # fmt: skip
    return {"file": name, "report": report, "figures": figures, "error": None}


if __name__ == "__main__":
    main()
