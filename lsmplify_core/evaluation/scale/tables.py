# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a benchmark as text."""

from collections.abc import Callable
from typing import Any, Final

from ..tables import text_table

Row = dict[str, Any]


def as_text(found: dict[str, Any]) -> str:
    """All parts that were measured, one table each."""
    m = found["machine"]
    load = "" if m["load"] is None else f", load {m['load']:g}"
    head = (
        f"{m['system']} {m['processor']}, {m['cores']} cores{load}, Python {m['python']}, "
        f"NumPy {m['numpy']}"
    )
    parts = [f"{title}\n\n{table(found[name])}" for name, (title, table) in TABLES.items()
             if name in found]  # fmt: skip
    return "\n\n".join((head, *parts))


def _floor(found: Row) -> str:
    least = found["frames_per_second"]
    rows = [
        ["float32 products of the network's sizes", f"{found['gflops']:.0f} GFLOP/s",
         f"{found['network_mflop']:.1f} MFLOP a pass", f"{least['network']:,.0f}"],
        [f"{found['unknowns']} × {found['unknowns']} systems, float32",
         f"{found['solves']:,.0f} a second", "1 a frame", f"{least['systems']:,.0f}"],
    ]  # fmt: skip
    return text_table(["on all threads", "this machine", "the solver", "frames/s at most"], rows)


def _start(rows: list[Row]) -> str:
    lines = [[r["what"], f"{r['seconds']:.3f}", f"{r['processor']:.3f}"] for r in rows]
    return text_table(["a fresh process", "seconds", "processor s"], lines)


def _stages(rows: list[Row]) -> str:
    names = list(dict.fromkeys(s for r in rows for s in r["by_stage"]))
    order = sorted(names, key=lambda s: -max(r["by_stage"].get(s, 0.0) for r in rows))
    lines: list[list[str]] = []
    for stage in order:
        cells = [stage]
        for r in rows:
            seconds = r["by_stage"].get(stage, 0.0)
            cells += [f"{1e6 * seconds / _frames(r):.1f}", f"{100 * seconds / r['seconds']:.1f}"]
        lines.append(cells)
    lines.append(
        ["whole job", *(c for r in rows for c in (f"{1e6 * r['seconds'] / _frames(r):.1f}", "100"))]
    )
    head = ["stage", *(c for r in rows for c in (f"{r['layout']} µs/frame", "%"))]
    return text_table(head, lines)


def _frames(row: Row) -> int:
    return row["frames"] * row["people"]


def _curve(field: str) -> Callable[[list[Row]], str]:
    """A table over one field of the rows."""

    def table(rows: list[Row]) -> str:
        lines = [
            [
                f"{r[field]:,}", f"{r['seconds']:.2f}", f"{r['frames_per_second']:,.0f}",
                f"{r['frames_per_second'] / r['rate']:.1f}", f"{r['processor_us_a_frame']:.0f}",
                "–" if r["peak_mb"] is None else f"{r['peak_mb']:.0f}",
            ]
            for r in rows
        ]  # fmt: skip
        head = [field, "seconds", "frames/s", "× real time", "processor µs/frame", "peak MB"]
        return text_table(head, lines)

    return table


def _devices(rows: list[Row]) -> str:
    """A device's row beside NumPy's: what the device computes, the whole job, and how far apart the
    results are."""
    lines = [
        [
            r["layout"], r["device"], f"{r['solve_us_a_frame']:.1f}",
            f"{r['refine_us_a_frame']:.1f}", f"{r['seconds']:.2f}",
            f"{r['frames_per_second']:,.0f}", f"{r['processor_us_a_frame']:.0f}",
            f"{r['apart_deg']['mean']:.5f} / {r['apart_deg']['max']:.4f}",
            f"{r['apart_mm']['mean']:.5f} / {r['apart_mm']['max']:.4f}",
        ]
        for r in rows
    ]  # fmt: skip
    head = ["layout", "device", "solve µs/frame", "refine", "whole job s", "frames/s",
            "processor µs/frame", "° from NumPy, mean / most", "mm"]  # fmt: skip
    return text_table(head, lines)


TABLES: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "floor": ("Arithmetic", _floor),
    "start": ("Start", _start),
    "stages": ("Stages of a whole job, C3D to npz", _stages),
    "frames": ("By frames, 41 tracks", _curve("frames")),
    "tracks": ("By tracks", _curve("tracks")),
    "people": ("By people in one file", _curve("people")),
    "threads": ("By threads", _curve("threads")),
    "device": ("Network and refinement on a device, the rest in NumPy", _devices),
}
"""A title and a table for every part."""
