# SPDX-License-Identifier: GPL-3.0-or-later
"""The results in a folder, a row for each, the worst first: from motions, reports and the
manifest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from ..files.json_files import read_json
from ..files.manifest import NAME, read_manifest
from ..files.npz import names_in
from ..motion.motion import Motion, load_motion
from ..runtime.errors import InputError
from ..verdict import CHECK, DO_NOT_USE, GOOD, GRADES, Evidence, judge

FAILED: Final = "failed"
"""In the place of a grade where a take was not solved or its motion cannot be read."""
ORDER: Final = (FAILED, DO_NOT_USE, CHECK, GOOD)
"""The worst first."""


@dataclass(frozen=True)
class Row:
    """What is known of one result.

    Attributes:
        take: its name: the motion's without suffix, or the take's where there is no motion.
        verdict: a grade, or `FAILED`.
        reasons: of the verdict, as in a report.
        error: one line where it failed.
        error_mm: mean, median, p95 and max of the track errors; empty where there are none.
        seconds: that the take took, None where nobody wrote it down.
        file: the motion's, None where there is none.
        warnings: the report's sentences.
    """

    take: str
    verdict: str
    reasons: tuple[dict[str, Any], ...] = ()
    error: str = ""
    frames: int = 0
    rate: float = 0.0
    error_mm: dict[str, float] = field(default_factory=dict[str, float])
    seconds: float | None = None
    file: Path | None = None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file; `verdict` is the grade."""
        return {
            "take": self.take, "verdict": self.verdict, "reasons": list(self.reasons),
            "error": self.error or None, "frames": self.frames, "rate": self.rate,
            "track_error_mm": self.error_mm, "seconds": self.seconds,
            "file": None if self.file is None else self.file.name, "warnings": list(self.warnings),
        }  # fmt: skip


def summarised(folder: Path, reports: Path | None = None) -> list[Row]:
    """A row for every motion in a folder and for every take of its manifest that has none.

    Args:
        folder: where `lsmplify solve … -o FOLDER` wrote.
        reports: the folder of the reports, where it is not the motions' own and no manifest tells.

    Returns:
        Rows, the worst first: failed takes, then by grade, by reasons and by track error.

    Raises:
        InputError: it is no folder, or nothing in it is a result.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder of results")
    records = read_manifest(folder / NAME)
    rows: list[Row] = []
    of_file = {name: r for r in records.values() for name in _outputs(r)}
    files = [f for f in sorted(folder.glob("*.npz")) if "poses" in names_in(f)]
    for file in files:
        rows.append(_row(file, of_file.get(file.name), reports))
    there = {f.name for f in files}
    rows += [r for record in records.values() for r in _without_motion(record, there)]
    if not rows:
        raise InputError(f"{folder}: there are no motions (.npz) and no {NAME} in this folder")
    return sorted(rows, key=_badness)


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows have each verdict, the worst first."""
    grades = [row.verdict for row in rows]
    return {grade: grades.count(grade) for grade in ORDER}


def _row(file: Path, record: dict[str, Any] | None, reports: Path | None) -> Row:
    """A motion's row; its verdict is the report's, or found from the motion alone."""
    seconds = _number(record, "seconds")
    try:
        motion = load_motion(file)
    except InputError as error:
        return Row(file.stem, FAILED, error=str(error), file=file, seconds=seconds)
    report = _report_of(file, record, reports)
    if report is None:
        verdict = judge(Evidence(motion)).to_json()
        grade = (record or {}).get("verdict")
        if grade in GRADES and record is not None and len(_outputs(record)) == 1:
            verdict["grade"] = grade
        report = {"verdict": verdict, "warnings": []}
    verdict = cast("dict[str, Any]", report["verdict"])
    return Row(
        file.stem, verdict["grade"], tuple(verdict["reasons"]), "", motion.frames, motion.rate,
        _errors(motion), seconds, file, tuple(str(w) for w in report.get("warnings", ())),
    )  # fmt: skip


def _without_motion(record: dict[str, Any], there: set[str]) -> list[Row]:
    """Rows of a take that failed, or whose motions are no longer there."""
    seconds, take = _number(record, "seconds"), str(record["take"])
    if record.get("error"):
        return [Row(take, FAILED, error=str(record["error"]), seconds=seconds)]
    gone = [n for n in _outputs(record) if n.endswith(".npz") and n not in there]
    return [
        Row(Path(n).stem, FAILED, error=f"its motion {n} is not in the folder", seconds=seconds)
        for n in gone
    ]


def _report_of(
    file: Path, record: dict[str, Any] | None, reports: Path | None
) -> dict[str, Any] | None:
    """The report of a motion, from where it is likely to be; None where there is none."""
    name = f"{file.stem}.json"
    places = [file.with_name(name), file.parent / "reports" / name]
    if reports is not None:
        places.insert(0, reports / name)
    report_path = (record or {}).get("report")
    if isinstance(report_path, str):
        places += [
            Path(report_path).with_name(name),
            file.parent / Path(report_path).with_name(name),
        ]
    for place in places:
        if place.is_file() and (found := _read_report(place)) is not None:
            return found
    return None


def _read_report(place: Path) -> dict[str, Any] | None:
    """A report with a verdict; None for any other JSON."""
    try:
        data: Any = read_json(place, "a report")
    except InputError:
        return None
    report = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    verdict: Any = report.get("verdict")
    fields = cast("dict[str, Any]", verdict) if isinstance(verdict, dict) else {}
    reasons: Any = fields.get("reasons")
    whole = fields.get("grade") in GRADES and isinstance(reasons, list)
    whole = whole and all(isinstance(r, dict) and "text" in r for r in cast("list[Any]", reasons))
    return report if whole else None


def _errors(motion: Motion) -> dict[str, float]:
    if motion.track_error is None or not np.isfinite(motion.track_error).any():
        return {}
    error = 1000.0 * motion.track_error[np.isfinite(motion.track_error)]
    return {
        "mean": float(error.mean()), "median": float(np.median(error)),
        "p95": float(np.percentile(error, 95)), "max": float(error.max()),
    }  # fmt: skip


def _outputs(record: dict[str, Any]) -> list[str]:
    outputs: Any = record.get("outputs")
    return [str(n) for n in cast("dict[Any, Any]", outputs)] if isinstance(outputs, dict) else []


def _number(record: dict[str, Any] | None, key: str) -> float | None:
    value = (record or {}).get(key)
    return float(value) if isinstance(value, int | float) else None


def _badness(row: Row) -> tuple[int, int, float, str]:
    return ORDER.index(row.verdict), -len(row.reasons), -row.error_mm.get("p95", 0.0), row.take
