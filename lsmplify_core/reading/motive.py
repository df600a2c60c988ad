# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV of OptiTrack Motive (format versions 1.1 to 1.25)."""

import re
from pathlib import Path
from typing import Final

from ..layouts.matching import shows_a_body
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .checked_input import make_tracks, matrix, read_text, unit_of, zeros_missing
from .clock import in_seconds
from .dialect import number, splitter
from .motive_local import global_places, parents_of
from .regular import frames_of

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


def read_motive(path: Path, fps: float | None = None) -> Tracks:
    """Markers of a Motive CSV, named "Skeleton:Label" as there.

    The first line holds pairs of keys and values (Export Frame Rate, Length Units, …). Then each
    column has a type, a name, an ID, what it is (Position, Rotation, …) and an axis, in as many
    rows. Empty cells are missing samples. Raises InputError, also for bones in local coordinates.
    """
    lines = [line for line in read_text(path).splitlines() if line.strip(" ,;\r\n")]
    if len(lines) < 4 or not is_motive(lines[0]):
        raise InputError(f"{path}: this is not a CSV of Motive")
    split = splitter(lines)
    words = split(lines[0])
    values = {k.lower(): v for k, v in zip(words[::2], words[1::2], strict=False)}
    rows = [split(line) for line in lines[1:]]
    titles = _titles(rows, path)
    kind, points = _chosen(_points(titles), path)
    local = values.get("coordinate space", "").lower().startswith("local") and kind in _OF_PARENTS
    parents = parents_of(titles, points) if local and kind == "bone" else None
    if local and parents is None:
        raise _local(kind, path)
    frames = [row for row in rows[len(titles) :] if number(row[0]) == number(row[0])]
    if not frames:
        raise InputError(f"{path}: there are no frames below the header")
    columns = list(points.values())
    turns = _rotations(titles) if local else {}
    data = matrix(frames, max(max(c) for c in (*columns, *turns.values())) + 1, path)
    rate = number(values.get("export frame rate", values.get("capture frame rate", "")))
    unit = unit_of(values.get("length units", ""))
    places = frames_of(
        len(data), str(path), data[:, 0], in_seconds(data[:, 1]), rate, "header (Export Frame Rate)"
    )
    positions = zeros_missing(data[:, columns])
    notes: tuple[str, ...] = ()
    if parents is not None:
        composed = global_places(data, points, parents, turns)
        if composed is None:
            raise _local(kind, path)
        positions = composed
        notes = ("bones in local coordinates were composed along the parents that the file says",)
    return make_tracks(positions, list(points), rate, fps, path, unit, frames=places,
                       warnings=notes)  # fmt: skip


def _local(kind: str, path: Path) -> InputError:
    return InputError(
        f"{path}: its {kind}s are in local coordinates, relative to their parents, which the file "
        "does not say with quaternions; export it from Motive with Coordinate Space set to Global"
    )


def _rotations(titles: list[list[str]]) -> Points:
    """The columns (x, y, z, w) of each bone's quaternion by the bone's name."""
    axes, what = titles[-1], titles[-2] if len(titles) > 1 else []
    named = [row for row in titles[:-2] if any(row)]
    at = next((i for i, row in enumerate(named) if _are_kinds(row)), None)
    if at is None or at + 1 >= len(named):
        return {}
    found: dict[str, dict[str, int]] = {}
    for column, axis in enumerate(axes):
        if _at(what, column).lower() == "rotation" and _at(named[at], column).lower() == "bone":
            own = found.setdefault(_at(named[at + 1], column), {})
            own.setdefault(axis.strip().lower(), column)
    whole = {n: [v[a] for a in "xyzw"] for n, v in found.items() if set(v) == set("xyzw")}
    return _with_root(whole)


def _titles(rows: list[list[str]], path: Path) -> list[list[str]]:
    """The rows above the frames; the last of them begins with "Frame"."""
    for i, row in enumerate(rows[:12]):
        if row and row[0].lower().startswith("frame"):
            return rows[: i + 1]
    raise InputError(f"{path}: the CSV has no row that begins with Frame")


def _points(titles: list[list[str]]) -> dict[str, Points]:
    """For each kind the points' columns by name."""
    axes, what = titles[-1], titles[-2] if len(titles) > 1 else []
    named = [row for row in titles[:-2] if any(row)]
    at = next((i for i, row in enumerate(named) if _are_kinds(row)), None)
    kinds = [] if at is None else named[at]
    names = next(iter(named[0 if at is None else at + 1 :]), [])
    found: dict[tuple[str, str], dict[str, int]] = {}
    for column, axis in enumerate(axes):
        if axis.strip().lower() in ("x", "y", "z") and _at(what, column).lower() == "position":
            key = (_at(kinds, column).lower() or "marker", _at(names, column))
            found.setdefault(key, {}).setdefault(axis.strip().lower(), column)
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
