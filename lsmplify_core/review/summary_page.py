# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of a folder as one HTML page that needs no other file."""

from collections.abc import Sequence
from html import escape
from typing import Final

from ..motion.motion import load_motion
from ..runtime.errors import InputError
from .folder_summary import FAILED, Row, counted
from .pictures import error_svg, poses_svg

_STYLE: Final = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff }
h1 { font-size: 1.2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid #ddd }
th { font-weight: 600; white-space: nowrap }
.figures { white-space: nowrap }
.badge { padding: .1rem .5rem; border-radius: .6rem; color: #fff; white-space: nowrap }
.good { background: #2e7d32 } .check { background: #b26a00 }
.do-not-use { background: #c62828 } .failed { background: #555 }
ul { margin: 0; padding-left: 1.1rem }
.quiet { color: #777 }
svg { display: block } svg line { stroke: #888; stroke-width: 1.6; stroke-linecap: round }
svg .l { stroke: #1e6fd0 } svg .r { stroke: #d9730d } svg .m { stroke: #555 }
.error line { stroke: #ccc; stroke-width: 1 }
.error polyline { fill: none; stroke: #1e6fd0; stroke-width: 1.2 }
.error circle { fill: #c62828 } .error text { font-size: 9px; fill: #777 }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #1c1c1e } th, td { border-color: #3a3a3c } svg .m { stroke: #aaa }
}
"""


def summary_page(rows: Sequence[Row], title: str) -> str:
    """The page.

    Args:
        rows: of `summarised`, in the order they are to stand in.
        title: the folder's name.

    Returns:
        HTML; whatever comes from outside is escaped.
    """
    counts = ", ".join(f"{n} {grade}" for grade, n in counted(rows).items() if n)
    body = "\n".join(_line(row) for row in rows)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}: {counts}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>{escape(title)}: {len(rows)} results, {counts}</h1>\n"
        "<table><thead><tr><th>verdict</th><th>take</th><th>poses over the take</th>"
        "<th>track error over time</th><th>why</th></tr></thead><tbody>\n"
        f"{body}\n</tbody></table></body></html>\n"
    )


def _line(row: Row) -> str:
    """One result."""
    badge = f'<span class="badge {row.verdict.replace(" ", "-")}">{escape(row.verdict)}</span>'
    poses, curve = _pictures(row)
    return (
        f"<tr><td>{badge}</td><td><b>{escape(row.take)}</b><br>"
        f'<span class="quiet figures">{_figures(row)}</span></td>'
        f"<td>{poses}</td><td>{curve}</td><td>{_why(row)}</td></tr>"
    )


def _pictures(row: Row) -> tuple[str, str]:
    if row.file is None or row.verdict == FAILED:
        return "", ""
    try:
        motion = load_motion(row.file)
    except InputError:  # taken away in between
        return "", ""
    return poses_svg(motion), error_svg(motion)


def _figures(row: Row) -> str:
    """Length, track error and time, a line each."""
    lines: list[str] = []
    if row.frames:
        lines.append(f"{row.frames} frames at {row.rate:g} per second")
    if row.error_mm:
        lines.append(f"error {row.error_mm['mean']:.1f} mm, 95 % under {row.error_mm['p95']:.1f}")
    if row.seconds is not None:
        lines.append(f"solved in {row.seconds:.1f} s")
    return "<br>".join(lines)


def _why(row: Row) -> str:
    """The error, or reasons and warnings that are not the verdict's own."""
    if row.error:
        return escape(row.error)
    reason_texts = [str(r["text"]) for r in row.reasons]
    items = [f"<li>{escape(t)}</li>" for t in reason_texts]
    items += [
        f'<li class="quiet">{escape(w)}</li>'
        for w in row.warnings
        if not any(t in w for t in reason_texts)
    ]  # fmt: skip
    return f"<ul>{''.join(items)}</ul>" if items else ""
