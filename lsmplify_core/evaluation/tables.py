# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as text and CSV."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy.figures import summary
from ..files.atomic import write_whole
from ..geometry.skeleton import JOINT_NAMES
from ..runtime.console import one_line
from .metrics import by_frame_index
from .run import Group
from .scores import Score, by_joint, more, row

EDGES = (0, 5, 15, 30, 60, 120, 300, 600)
"""Frame indices at which the table of drift begins a new line."""

_COLUMNS = {
    "method": "method", "stride": "stride", "frames": "frames", "geodesic_deg": "geo°",
    "geodesic_observed_deg": "geo obs°", "swing_deg": "swing°", "twist_deg": "twist°",
    "frames_above_15_deg": ">15°", "mpjpe_mm": "MPJPE", "mpkpe_mm": "MPKPE", "pve_mm": "PVE",
    "pa_pve_mm": "PA-PVE", "jitter_km_s3": "jitter", "jitter_truth_km_s3": "(truth)",
    "foot_sliding_mm": "slide", "frames_per_second": "frames/s",
}  # fmt: skip


def rows_table(rows: list[dict[str, Any]]) -> str:
    """The rows side by side; lengths in mm, jitter in km/s³."""
    return text_table(
        list(_COLUMNS.values()), [[_shown(r[key], key) for key in _COLUMNS] for r in rows]
    )


def more_table(groups: list[Group]) -> str:
    """What the rows leave out."""
    figures = [more(g.scores) for g in groups]
    lines = [
        [g.method, *(_shown(v) for v in f.values())] for g, f in zip(groups, figures, strict=True)
    ]
    return text_table(["method", *figures[0]], lines)


_ANATOMY = {
    "elbow_sideways_p95_deg": "elbow side° p95", "knee_sideways_p95_deg": "knee side° p95",
    "knee_twist_p95_deg": "knee twist° p95", "hyperextension_p95_deg": "hyperext° p95",
    "wrist_twist_excess_deg": "wrist twist°", "wrist_twist_excess_p95_deg": "p95",
    "collar_elevation_off_deg": "collar°", "toe_bend_push_off_deg": "toe push-off°",
    "range_violations_per_1000": "violations ‰",
}  # fmt: skip


def anatomy_table(groups: list[Group]) -> str:
    """Figures that need no truth, of every method's result and of the truth, as they are."""
    rows = [(g.method, summary([s.anatomy for s in g.scores])) for g in groups]
    rows.append(("source data", summary([s.anatomy_truth for s in groups[0].scores])))
    return anatomy_lines(rows)


def anatomy_lines(rows: list[tuple[str, dict[str, float | None]]]) -> str:
    """A table of figures that need no truth (`anatomy.figures.summary`), a line a name."""
    lines = [[name, *(_shown(figures[key]) for key in _ANATOMY)] for name, figures in rows]
    return text_table(["method", *_ANATOMY.values()], lines)


def joint_table(group: Group) -> str:
    """Degrees by joint."""
    table = by_joint(group.scores)
    lines = [[JOINT_NAMES[j], *(f"{v:.1f}" for v in table[j])] for j in range(len(table))]
    return text_table([group.method, "geodesic°", "swing°", "twist°"], lines)


def frame_table(group: Group) -> str:
    """Drift: degrees and millimetres by how far into its clip a frame lies."""
    angles = by_frame_index([s.angles.mean(axis=1) for s in group.scores], EDGES)
    places = by_frame_index([s.mpjpe for s in group.scores], EDGES)
    lines = [
        [str(first), str(count), f"{angle:.1f}", f"{place:.1f}"]
        for (first, count, angle), (_, _, place) in zip(angles, places, strict=True)
    ]
    return text_table(["from frame", "frames", "geodesic°", "MPJPE"], lines)


def worst_table(group: Group, count: int) -> str:
    """The clips with the largest mean rotation error, each with its worst frame."""
    ranked = sorted(group.scores, key=lambda s: -float(s.angles.mean()))[:count]
    return text_table(
        [group.method, "frames", "geodesic°", "MPJPE", "worst frame", "geodesic°"],
        [_worst(s) for s in ranked],
    )


def _worst(one: Score) -> list[str]:
    angles = one.angles.mean(axis=1)
    frame = int(np.argmax(angles))
    return [one_line(one.name), str(one.frames), f"{angles.mean():.1f}", f"{one.mpjpe.mean():.1f}",
            str(frame), f"{angles[frame]:.1f}"]  # fmt: skip


def text_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Columns in plain text: the first to the left, the others to the right."""
    widths = [max(len(line[i]) for line in (head, *lines)) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (head, *lines)
    )


def write_clips_csv(groups: list[Group], path: Path) -> None:
    """One line a method and clip, with the columns of the rows and more."""
    lines: list[dict[str, Any]] = []
    for group in groups:
        for one in group.scores:
            figures = {**row([one], group.conditions.layout), **more([one])}
            lines.append(
                {"clip": one.name, "method": group.method, "stride": group.stride, **figures}
            )
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    write_whole(path, lambda file: file.write(text.getvalue().encode()))


def _shown(value: Any, key: str = "") -> str:
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    if key == "frames_per_second":
        return f"{value:,.0f}"
    return f"{100 * value:.1f}%" if key == "frames_above_15_deg" else f"{value:.2f}"
