# SPDX-License-Identifier: GPL-3.0-or-later
"""The inputs of `unseen.py`: small files of each kind with the motions that they were made of."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from common import ROOT, SHARED

from lsmplify_core.evaluation.clips import load_clip
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import cut, keypoints
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.array_types import Floats

sys.path.append(str(ROOT / "tests"))
from c3d_files import Odd, c3d_bytes

FRAMES: Final = 60
RATE: Final = 30.0
CLIPS: Final = ("02_10", "06_01", "13_37", "49_07")
"""Clips of motion/test that ../shared/cases was not made of."""


@dataclass(frozen=True)
class Input:
    """An input and what must come of it.

    Attributes:
        kind: the row of the table.
        name: of the input.
        write: makes it in a folder and returns its path.
        truths: the motions of the people in it.
        most_mm: how far joints may be off.
        refusal: what a refusal says that serves as well; empty where it must be solved.
        tells: what has to be said with a solution.
        untrusted: whether a verdict that is not good serves.
        any_size: whether the size may differ.
        rate: frames a second that must be found.
        layout: `--layout`.
        options: of the reading.
    """

    kind: str
    name: str
    write: Callable[[Path], Path]
    truths: tuple[Motion, ...] = ()
    most_mm: float = 40.0
    refusal: str = ""
    tells: str = ""
    untrusted: bool = False
    any_size: bool = False
    rate: float | None = None
    layout: str = "auto"
    options: dict[str, Any] = field(default_factory=dict)


@lru_cache
def truth(number: int = 0, frames: int = FRAMES, start: int = 0) -> Motion:
    """A clip's first frames at 30 a second, or a stroll where the clips are absent."""
    file = SHARED / "motion" / "test" / "cmu" / f"{CLIPS[number]}.npz"
    if not file.is_file():
        return strolling(frames, RATE, number)
    motion = load_clip(file, file.parents[1]).motion.at_rate(RATE)
    return cut(motion, start, start + frames)


def seen(layout: str, number: int = 0, noise: float = 0.002, frames: int = FRAMES) -> Floats:
    """(T, K, 3) metres: a layout's points on a clip, put on 4 mm off and seen with noise."""
    random = np.random.default_rng(number + 7)
    points = keypoints(truth(number, frames), load_layout(layout))
    points = points + 0.004 * random.standard_normal(points.shape[1:])
    return points + noise * random.standard_normal(points.shape)


def order(layout: str, names: str, number: int = 0) -> Floats:
    """A layout's points in the order of those names."""
    own = load_layout(layout)
    at = {n: k for k, n in enumerate(own.names)}
    for k, point in enumerate(own.keypoints):
        at |= {alias: k for alias in point.aliases if alias not in at}
    return seen(layout, number)[:, [at[n] for n in names.split()]]


def turned(points: Floats, pitch: float, roll: float = 0.0) -> Floats:
    """Points of a camera that looks up or down and is rolled, in degrees."""
    a, b = np.radians(pitch), np.radians(roll)
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    return points @ (x @ y).T


def y_up(points: Floats) -> Floats:
    """From Z up to Y up, right-handed."""
    return points[..., [0, 2, 1]] * [1.0, 1.0, -1.0]


def saved(name: str, data: Floats) -> Callable[[Path], Path]:
    """A .npy."""

    def write(folder: Path) -> Path:
        np.save(folder / name, data)
        return folder / name

    return write


def text(name: str, lines: Sequence[str]) -> Callable[[Path], Path]:
    """A text file."""

    def write(folder: Path) -> Path:
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder / name

    return write


def table(
    name: str, head: Sequence[str], columns: Floats, mark: str = ",", dot: str = ".",
    first: Sequence[str] | None = None, digits: int = 6,
) -> Callable[[Path], Path]:  # fmt: skip
    """A table of numbers (T, C) under titles; `first`: cells of a column before them."""
    rows: list[str] = [mark.join(head)] if head else []
    for t, row in enumerate(np.asarray(columns).reshape(len(columns), -1)):
        cells = ["" if np.isnan(x) else f"{x:.{digits}f}".replace(".", dot) for x in row]
        rows.append(mark.join([*([first[t]] if first is not None else []), *cells]))
    return text(name, rows)


def titles(names: Sequence[str], form: str = "{n}_{a}", axes: str = "xyz") -> list[str]:
    """A title a column."""
    return [form.format(n=n, a=a) for n in names for a in axes]


def trc(
    name: str, points: Floats, names: Sequence[str], rate: float = RATE,
    times: Floats | None = None, unit: float = 1000.0, says: str = "mm",
    numbers: Sequence[int] | None = None,
) -> Callable[[Path], Path]:  # fmt: skip
    """A TRC of points in metres."""
    clock = np.arange(len(points)) / rate if times is None else times
    counted = range(1, len(points) + 1) if numbers is None else numbers
    k = len(names)
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames",
        f"{rate:g}\t{rate:g}\t{len(points)}\t{k}\t{says}\t{rate:g}\t1\t{len(points)}",
        "Frame#\tTime\t" + "\t\t\t".join(names),
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, k + 1)), "",
    ]  # fmt: skip
    for number, at, frame in zip(counted, clock, points, strict=True):
        cells = ["" if np.isnan(x) else f"{unit * x:.5f}" for x in frame.ravel()]
        lines.append("\t".join([str(number), f"{at:.5f}", *cells]))
    return text(name, lines)


def c3d(
    name: str, points: Floats, names: Sequence[str], odd: Odd | None = None, cut_off: float = 0.0
) -> Callable[[Path], Path]:
    """A C3D of points in metres; `cut_off`: share of the file that is missing at its end."""

    def write(folder: Path) -> Path:
        data = c3d_bytes(1000.0 * points, list(names), odd)
        (folder / name).write_bytes(data[: round(len(data) * (1.0 - cut_off))])
        return folder / name

    return write


def names(layout: str) -> list[str]:
    """A layout's names."""
    return list(load_layout(layout).names)


def both(one: str, other: str) -> tuple[Floats, list[str], list[str]]:
    """Two people in two sets, 1.6 m apart."""
    a, b = seen(one, 0), seen(other, 1)
    b = b + (a.mean(axis=(0, 1)) - b.mean(axis=(0, 1))) * [1, 1, 0] + [1.6, 0.3, 0.0]
    return np.concatenate([a, b], axis=1), names(one), names(other)


def inputs() -> Iterator[Input]:
    """All of them, kind by kind."""
    from unseen_kinds import KINDS

    for make in KINDS:
        yield from make()


def stamps(kind: str, seconds: Floats) -> list[str]:
    """Times as a clock writes them: "iso", "hms", "ns", "us" or "ms"."""
    begin = datetime(2026, 3, 1, 11, 59, 59)
    if kind == "iso":
        return [(begin + timedelta(seconds=float(s))).isoformat(timespec="microseconds")
                for s in seconds]  # fmt: skip
    if kind == "hms":
        return [(begin + timedelta(seconds=float(s))).strftime("%H:%M:%S.%f")[:-3]
                for s in seconds]  # fmt: skip
    scale = {"ns": 1e9, "us": 1e6, "ms": 1e3}[kind]
    return [str(round((1.7e9 + float(s)) * scale)) for s in seconds]


def json_file(name: str, data: Any) -> Callable[[Path], Path]:
    """A JSON file."""
    return text(name, [json.dumps(data)])


def json_folder(name: str, frames: dict[int, Any], form: str) -> Callable[[Path], Path]:
    """A folder with a JSON file a frame."""

    def write(folder: Path) -> Path:
        (folder / name).mkdir()
        for number, data in frames.items():
            (folder / name / form.format(number)).write_text(json.dumps(data), encoding="utf-8")
        return folder / name

    return write
