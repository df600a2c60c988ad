# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV of OptiTrack Motive (format versions 1.1 to 1.25)."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...layouts.matching import shows_a_body
from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, matrix, read_text, unit_of, zeros_missing
from ..clock import in_seconds
from ..dialect import number, splitter
from ..regular import Frames, frames_of
from .motive_local import global_places, parents_of

_KINDS: Final = ("marker", "bone marker", "rigid body marker", "bone", "rigid body")
"""What is taken, in this order, if it shows a body: what was measured, else the markers as the
skeleton has them, else those of rigid bodies, else the skeleton's joints, else rigid bodies'
centres. Rotations and errors never are."""
_OF_PARENTS: Final = ("bone", "rigid body")
"""Kinds whose places are relative to their parents where the coordinate space is local."""
_UNLABELLED: Final = re.compile(r"(.*[:\s])?(unlabell?ed|unnamed|active)[\s_]*\d*", re.IGNORECASE)

Points = dict[str, list[int]]


def is_motive(text: str) -> bool:
    """Whether a file begins as Motive's CSV does."""
    return text.lstrip('\ufeff \r\n"').lower().startswith("format version")


@dataclass(frozen=True)
class MotiveTable:
    """A CSV of Motive, parsed.

    values: pairs of the first line, keys in lower case. titles: the rows above the frames. rows:
    the frames. frames: where they lie. local: whether places are relative to parents. unit: metres
    in one of the file's, or None.
    """

    values: dict[str, str]
    titles: list[list[str]]
    rows: list[list[str]]
    frames: Frames
    local: bool
    unit: float | None


def motive_table(path: Path) -> MotiveTable:
    """The CSV's parts. Raises InputError for what is none of Motive's."""
    lines = [line for line in read_text(path).splitlines() if line.strip(" ,;\r\n")]
    if len(lines) < 4 or not is_motive(lines[0]):
        raise InputError(f"{path}: this is not a CSV of Motive")
    split = splitter(lines)
    words = split(lines[0])
    values = {k.lower(): v for k, v in zip(words[::2], words[1::2], strict=False)}
    rows = [split(line) for line in lines[1:]]
    titles = _titles(rows, path)
    frames = [row for row in rows[len(titles) :] if number(row[0]) == number(row[0])]
    if not frames:
        raise InputError(f"{path}: there are no frames below the header")
    clock = matrix([row[:2] for row in frames], 2, path)
    rate = number(values.get("export frame rate", values.get("capture frame rate", "")))
    places = frames_of(
        len(frames), str(path), clock[:, 0], in_seconds(clock[:, 1]), rate,
        "header (Export Frame Rate)",
    )  # fmt: skip
    local = values.get("coordinate space", "").lower().startswith("local")
    return MotiveTable(
        values, titles, frames, places, local, unit_of(values.get("length units", ""))
    )


def read_motive(path: Path, fps: float | None = None) -> Tracks:
    """Markers of a Motive CSV, named "Skeleton:Label" as there.

    The first line holds pairs of keys and values (Export Frame Rate, Length Units, …). Then each
    column has a type, a name, an ID, what it is (Position, Rotation, …) and an axis, in as many
    rows. Empty cells are missing samples. Raises InputError, also for bones in local coordinates.
    """
    table = motive_table(path)
    kind, points = _chosen(_points(table.titles), path)
    local = table.local and kind in _OF_PARENTS
    parents = parents_of(table.titles, points) if local and kind == "bone" else None
    if local and parents is None:
        raise _local(kind, path)
    columns = list(points.values())
    turns = _rotations(table.titles) if local else {}
    data = matrix(table.rows, max(max(c) for c in (*columns, *turns.values())) + 1, path)
    positions = zeros_missing(data[:, columns])
    notes: tuple[str, ...] = ()
    if parents is not None:
        composed = global_places(data, points, parents, turns)
        if composed is None:
            raise _local(kind, path)
        positions = composed
        notes = ("bones in local coordinates were composed along the parents that the file says",)
    return make_tracks(positions, list(points), table.frames.rate, fps, path, table.unit,
                       frames=table.frames, warnings=notes)  # fmt: skip


def _local(kind: str, path: Path) -> InputError:
    return InputError(
        f"{path}: its {kind}s are in local coordinates, relative to their parents, which the file "
        "does not say with quaternions; export it from Motive with Coordinate Space set to Global"
    )


def _rotations(titles: list[list[str]]) -> Points:
    """The columns (x, y, z, w) of each bone's quaternion by the bone's name."""
    found: dict[str, dict[str, int]] = {}
    for column, title in enumerate(column_titles(titles)):
        if title.what == "rotation" and title.kind == "bone":
            found.setdefault(title.name, {}).setdefault(title.axis, column)
    whole = {n: [v[a] for a in "xyzw"] for n, v in found.items() if set(v) == set("xyzw")}
    return _with_root(whole)


@dataclass(frozen=True)
class Title:
    """What a column is: its kind, name, quantity ("position"), and axis, all but the name in lower
    case."""

    kind: str
    name: str
    what: str
    axis: str


def column_titles(titles: list[list[str]]) -> list[Title]:
    """The title of each column."""
    axes, what = titles[-1], titles[-2] if len(titles) > 1 else []
    named = [row for row in titles[:-2] if any(row)]
    at = next((i for i, row in enumerate(named) if _are_kinds(row)), None)
    kinds = [] if at is None else named[at]
    names = next(iter(named[0 if at is None else at + 1 :]), [])
    return [
        Title(_at(kinds, c).lower(), _at(names, c), _at(what, c).lower(), axis.strip().lower())
        for c, axis in enumerate(axes)
    ]


def _titles(rows: list[list[str]], path: Path) -> list[list[str]]:
    """The rows above the frames; the last of them begins with "Frame"."""
    for i, row in enumerate(rows[:12]):
        if row and row[0].lower().startswith("frame"):
            return rows[: i + 1]
    raise InputError(f"{path}: the CSV has no row that begins with Frame")


def _points(titles: list[list[str]]) -> dict[str, Points]:
    """For each kind the points' columns by name."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for column, title in enumerate(column_titles(titles)):
        if title.axis in ("x", "y", "z") and title.what == "position":
            key = (title.kind or "marker", title.name)
            found.setdefault(key, {}).setdefault(title.axis, column)
    points: dict[str, Points] = {}
    for (kind, name), v in found.items():
        if len(v) == 3 and name:
            points.setdefault(kind, {})[name] = [v["x"], v["y"], v["z"]]
    return points


def _chosen(points: dict[str, Points], path: Path) -> tuple[str, Points]:
    """The first kind whose labelled points show a body; else the one with the most points."""
    named = {
        k: {n: c for n, c in p.items() if not _UNLABELLED.fullmatch(n)} for k, p in points.items()
    }
    order = [k for k in _KINDS if points.get(k)]
    if not order:
        raise InputError(f"{path}: no columns of markers; export them from Motive with Markers on")
    for kind in order:
        own = _with_root(named[kind]) if kind == "bone" else named[kind]
        if _of_a_body(list(own)):
            return kind, own if kind == "bone" else named[kind]
    kind = next((k for k in order if len(named[k]) >= 6), order[0])
    return kind, points[kind]


def _of_a_body(names: list[str]) -> bool:
    """Whether the names show somebody, of one of the skeletons at least."""
    groups: dict[str, list[str]] = {}
    for name in names:
        prefix, _, rest = name.rpartition(":")
        groups.setdefault(prefix, []).append(rest)
    return any(shows_a_body(g) for g in groups.values())


def _with_root(bones: Points) -> Points:
    """A skeleton's first bone, which has the skeleton's name alone, named as its hip."""
    roots = {name.rpartition(":")[0] for name in bones}
    return {
        f"{n}:Hip" if n in roots and f"{n}:Hip" not in bones else n: c for n, c in bones.items()
    }


def _at(row: list[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _are_kinds(row: list[str]) -> bool:
    words = {c.lower() for c in row[2:] if c}
    return bool(words) and all(w.endswith(("marker", "bone", "rigid body")) for w in words)
