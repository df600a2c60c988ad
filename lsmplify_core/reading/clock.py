# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns of times in seconds: clocks that count seconds or parts of them, dates, and h:m:s."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .dialect import number

Floats = NDArray[np.float64]

COMMON_RATES: Final = (
    10.0, 12.0, 12.5, 15.0, 20.0, 23.976, 24.0, 25.0, 29.97, 30.0, 40.0, 48.0, 50.0, 59.94, 60.0,
    72.0, 75.0, 80.0, 90.0, 100.0, 119.88, 120.0, 125.0, 144.0, 148.148, 150.0, 160.0, 179.82,
    180.0,
    200.0, 239.76, 240.0, 250.0, 300.0, 320.0, 360.0, 400.0, 480.0, 500.0, 600.0, 960.0, 1000.0,
)  # fmt: skip
"""Frames per second of cameras; 148.148 is that of Delsys and Theia."""

_UNITS: Final = (1.0, 1e-3, 1e-6, 1e-7, 1e-9)
"""Seconds in what clocks count: seconds, ms, µs, Windows' ticks, ns."""
_SLOWEST: Final = 8.0
_FASTEST: Final = 2000.0
"""Frames per second between which a camera's rate lies."""
_WORDS: Final = (
    (re.compile(r"(?<![a-z])(ns|nsec|nano\w*)(?![a-z])", re.I), 1e-9),
    (re.compile(r"ticks?(?![a-z])", re.I), 1e-7),
    (re.compile(r"(?<![a-z])(us|µs|μs|usec|micro\w*)(?![a-z])", re.I), 1e-6),
    (re.compile(r"(?<![a-z])(ms|msec|milli\w*)(?![a-z])", re.I), 1e-3),
    (re.compile(r"(?<![a-z])(s|secs?|seconds?)(?![a-z])", re.I), 1.0),
)
_HMS: Final = re.compile(
    r"(?:.*[T\s])?(\d{1,3}):(\d{1,2}):(\d{1,2})(?:([.,:;])(\d+))?(?:Z|[+-]\d\d:?\d\d)?"
)
_MS: Final = re.compile(r"(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)")
_DAY: Final = 86400.0
_SNAP: Final = 0.004
"""Share within which a measured rate is a common one."""


def is_time_title(title: str) -> bool:
    """Whether a column's title says that it holds times."""
    word = re.sub(r"[\[(].*?[\])]", "", title).strip().lower().replace("_", " ").strip("# ")
    word = re.sub(r"^t (?=(s|secs?|ms|us|ns|seconds|msec)$)", "", word)
    if word in (
        "t",
        "s",
        "sec",
        "secs",
        "seconds",
        "ms",
        "msec",
        "us",
        "ns",
        "utc",
        "clock",
        "ticks",
        "date",
        "datetime",
        "date time",
        "ts",
        "epoch",
    ):
        return True
    return re.fullmatch(r"(.*\W)?(time|times|timestamps?|timecode|time "
                        r"?stamp)(\W.*)?|.*timestamp.*|"
                        r"elapsed.*|time[a-z]*", word) is not None  # fmt: skip


def is_frame_title(title: str) -> bool:
    """Whether a column's title says that it numbers the frames."""
    word = re.sub(r"[\s_.\-]", "", title.strip().lower()).strip("#()")
    return word in (
        "frame", "frames", "framenumber", "frameno", "framenr", "frameid", "frameindex", "index",
        "idx", "sample", "samplenumber", "image", "imagenumber", "field", "bild", "nr", "no",
        "unnamed:0", "unnamed0", "fnum", "framenum", "fr",
    )  # fmt: skip


def seconds(cells: Sequence[str], title: str = "") -> Floats:
    """A column of times in seconds, NaN where a cell is no time.

    Args:
        cells: numbers in any of the units of a clock, ISO dates, or "h:m:s" with a fraction or a
            frame's number after them.
        title: of the column, which may name the unit.

    Returns:
        (T,) seconds since any moment.
    """
    values = np.array([number(c) for c in cells], dtype=np.float64)
    if np.isfinite(values).sum() >= 0.5 * len(values):
        return in_seconds(values, title)
    return _clock_times(cells)


def in_seconds(values: Floats, title: str = "") -> Floats:
    """Numbers of a clock in seconds: by the unit that the title names, if people are filmed at such
    a rate, else by the unit in which they are."""
    steps = np.diff(values[np.isfinite(values)])
    steps = steps[steps > 0]
    if not len(steps):
        return values
    step = float(np.median(steps))
    titled_unit = next((unit for word, unit in _WORDS if word.search(title)), None)
    if titled_unit is not None and _SLOWEST <= 1.0 / (step * titled_unit) <= _FASTEST:
        return values * titled_unit
    # times that are rounded coarsely repeat: what counts is how many pass in a step
    known = values[np.isfinite(values)]
    mean = float(known[-1] - known[0]) / max(len(known) - 1, 1)
    for one in (step, mean):
        for unit in _UNITS:
            if one > 0 and _SLOWEST <= 1.0 / (one * unit) <= _FASTEST:
                return values * unit
    return values * (titled_unit or 1.0)


def common_rate(rate: float) -> float:
    """The common rate that one is, or the rate itself."""
    nearest = min(COMMON_RATES, key=lambda r: abs(r / rate - 1.0))
    return nearest if abs(nearest / rate - 1.0) < _SNAP else rate


def _clock_times(cells: Sequence[str]) -> Floats:
    """ISO dates, h:m:s, m:s, and time codes h:m:s:f."""
    found = [_HMS.fullmatch(c.strip()) for c in cells]
    parts = [int(m[5]) for m in found if m and m[4] in (":", ";")]
    rate = float(max(parts) + 1) if parts else 1.0
    rate = min((r for r in COMMON_RATES if r >= rate - 0.5), default=rate)
    values = np.array([_one(c.strip(), m, rate) for c, m in zip(cells, found, strict=True)])
    back = np.diff(values, prepend=values[:1]) < -0.5 * _DAY
    return np.asarray(values + _DAY * np.cumsum(back), dtype=np.float64)


def _one(cell: str, found: re.Match[str] | None, rate: float) -> float:
    if found is not None:
        whole = 3600.0 * int(found[1]) + 60.0 * int(found[2]) + int(found[3])
        if found[5] is None:
            return whole
        frames = found[4] in (":", ";")
        return whole + (int(found[5]) / rate if frames else float(f"0.{found[5]}"))
    short = _MS.fullmatch(cell)
    if short is not None:
        return 60.0 * int(short[1]) + float(short[2].replace(",", "."))
    try:
        return datetime.fromisoformat(cell).timestamp()
    except (ValueError, OverflowError, OSError):
        return float("nan")
