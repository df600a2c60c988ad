# SPDX-License-Identifier: GPL-3.0-or-later
"""What the readers share: text and tables from files, and the last step to Tracks."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks, checked_tracks
from ..tracks.units import UNITS
from .dialect import number
from .regular import Frames

Floats = NDArray[np.float64]

DEFAULT_RATE: Final = 30.0
"""Frames per second of files that have no rate: what most video has."""

_FEW_NAMES: Final = 4
"""Fewer names say nothing of a row."""
_AXIS_OR_UNIT: Final = re.compile(r"[xyz]\d*|mm|cm|m|in|ft", re.IGNORECASE)
"""What stands above columns of numbers and names no marker."""
_UNIT_WORDS: Final = {
    "m": "m", "meter": "m", "metre": "m", "cm": "cm", "centimeter": "cm", "centimetre": "cm",
    "mm": "mm", "millimeter": "mm", "millimetre": "mm", "in": "in", "inch": "in", "inches": "in",
    "inche": "in", "ft": "ft", "foot": "ft", "feet": "ft",
}  # fmt: skip


def unit_of(word: str) -> float | None:
    """Metres in a unit that a file names in its own way ("Millimeters", "mm", "Meters"), or
    None."""
    plain = word.strip().strip("\x00").lower()
    name = _UNIT_WORDS.get(plain, _UNIT_WORDS.get(plain.rstrip("s")))
    return None if name is None else UNITS[name]


def read_text(path: Path) -> str:
    """The file's text, in UTF-8, UTF-16 or Windows' Western encoding."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    if len(data) > 64 and data[1:400:2].count(0) > 0.6 * len(data[1:400:2]):
        return data.decode("utf-16-le", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # what spreadsheets of Western Europe write
        return data.decode("cp1252", errors="replace")


def matrix(rows: Sequence[Sequence[str]], width: int, path: Path) -> Floats:
    """(rows, width) numbers, NaN for empty cells, words and rows that are too short.

    InputError for tables that are mostly holes: their widths are a damage's, and the memory for
    them could be any amount.
    """
    filled = sum(min(len(row), width) for row in rows)
    if len(rows) * width > 20 * filled + 10_000:
        raise InputError(
            f"{path}: its {len(rows)} rows have {filled} numbers in all, and the longest {width}; "
            "the table is damaged"
        )
    data = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        numbers = [number(cell) for cell in row[:width]]
        data[i, : len(numbers)] = numbers
    return data


def zeros_missing(positions: Floats, always: bool = True) -> Floats:
    """Points exactly at the origin made NaN, as optical systems write what they didn't see.

    always: also points that never are anywhere else; without, those are kept, as the root of
    root-centred keypoints is.
    """
    zero = (positions == 0).all(axis=-1)
    if not always:
        zero &= ~zero.all(axis=0)
    positions[zero] = np.nan
    return positions


def make_tracks(
    positions: Floats, names: Sequence[str], rate: float | None, fps: float | None, path: Path,
    unit: float | None = None, up: str | None = None, confidence: Floats | None = None,
    warnings: tuple[str, ...] = (), frames: Frames | None = None, nameless: bool = False,
) -> Tracks:  # fmt: skip
    """Checked tracks.

    Args:
        positions: (N, K, 3) samples.
        names: of the points.
        rate: frames per second that the file says, if it does.
        fps: what the user says, who is believed.
        path: the file.
        unit: metres in one of the file's, if it says.
        up: the axis that the file calls up, if it does.
        confidence: (N, K) from 0 to 1.
        warnings: sentences.
        frames: where the samples lie, if not one in each frame; their rate counts.
        nameless: whether the names are those of an order that was taken for the points'.

    Returns:
        Tracks; without a usable rate at 30 frames a second, with a note.

    Raises:
        InputError: where a row of titles or numbers stands in place of the names.
    """
    refuse_titles(names, path)
    if frames is not None:
        positions = frames.spread(positions)
        confidence = None if confidence is None else np.nan_to_num(frames.spread(confidence))
        rate = frames.rate
        warnings = (*warnings, *frames.warnings)
    known = rate if rate is not None and np.isfinite(rate) and 0 < rate < 1e5 else None
    if fps is None and known is None:
        says = "has no frame rate" if rate is None else f"says {rate:g} frames a second"
        warnings = (*warnings, f"the file {says}; {DEFAULT_RATE:g} per second were taken")
    use = fps if fps is not None and np.isfinite(fps) and fps > 0 else known or DEFAULT_RATE
    tracks = checked_tracks(positions, list(names), use, str(path), unit, up)
    if confidence is not None:
        tracks = replace(tracks, confidence=confidence)
    start = 0.0 if frames is None else frames.start
    return replace(tracks, warnings=(*warnings, *tracks.warnings), nameless=nameless, start=start)


def refuse_titles(names: Sequence[str], path: Path) -> None:
    """Refuse names most of which are numbers with a fraction, axes or units: the row of names is
    lost, and the row of titles or samples below was read in its place. Whole numbers may be names.

    Raises:
        InputError: for such names.
    """
    titles = [n for n in names if _AXIS_OR_UNIT.fullmatch(n.strip()) or _is_fraction(n)]
    if len(names) >= _FEW_NAMES and len(titles) > 0.5 * len(names):
        raise InputError(
            f"{path}: its tracks are named {titles[0]!r}, {titles[1]!r} and so on: the row of "
            "names is missing, and the one below stands in its place; export the file again"
        )


def _is_fraction(name: str) -> bool:
    return "." in name and bool(np.isfinite(number(name)))
