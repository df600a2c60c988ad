# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings: which track is which point of a body, said by somebody instead of found by names.

The file is a layout file of the usual form whose keypoints have the tracks' own names, so that
`--layout FILE` reads it too. What a layout has no place for is in fields that its readers ignore:
`point`, the body point's name in the layout it comes from, and `unmapped`, the points without
track.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from ..files.atomic import write_whole
from ..files.json_files import read_json
from ..files.values import MOST_NAME
from ..runtime.errors import InputError
from .layout import Keypoint, Layout, layout_from_json, layout_to_json
from .matching import LEAST_JOINTS, LEAST_POINTS, Match, match_layout
from .names import plain


@dataclass(frozen=True)
class Mapping:
    """layout: the points that there are. track_of: for each of its points the track's name, or
    None."""

    layout: Layout
    track_of: tuple[str | None, ...]

    @property
    def tracks(self) -> list[str]:
        """The tracks that are mapped."""
        return [t for t in self.track_of if t is not None]


def mapping_of(match: Match, names: Sequence[str]) -> Mapping:
    """The mapping that a match of these tracks' names is."""
    found = (None if t is None else names[t] for t in match.track_of)
    return Mapping(match.layout, tuple(found))


def match_of(mapping: Mapping, names: Sequence[str]) -> Match:
    """The mapping on a take with these names: the same names, or else those that are compared alike
    (another subject's prefix, say). InputError where too little of a body is mapped."""
    by_name = {name: index for index, name in enumerate(names)}
    by_plain: dict[str, int] = {}
    for index, name in enumerate(names):
        by_plain.setdefault(plain(name), index)
    track_of: list[int | None] = []
    for wanted in mapping.track_of:
        index = None
        if wanted is not None:
            index = by_name.get(wanted, by_plain.get(plain(wanted)))
        track_of.append(None if index in track_of else index)
    keypoints = mapping.layout.keypoints
    joints = {k.joint for k, t in zip(keypoints, track_of, strict=True) if t is not None}
    count = sum(t is not None for t in track_of)
    if count < LEAST_POINTS or len(joints) < LEAST_JOINTS:
        raise InputError(
            f"only {count} body points have a track in the mapping of {mapping.layout.name}; "
            f"map {LEAST_POINTS} on {LEAST_JOINTS} joints at least"
        )
    evidence = f"{mapping.layout.name}: {count} of {len(keypoints)} points as mapped"
    return Match(mapping.layout, tuple(track_of), 1.0, evidence)


def signature(names: Sequence[str]) -> str:
    """A short word for a set of tracks' names, whatever their order."""
    text = "\n".join(sorted(names))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def mapping_to_json(mapping: Mapping) -> dict[str, Any]:
    """Ready for json.dump."""
    pairs = list(zip(mapping.layout.keypoints, mapping.track_of, strict=True))
    mapped = [replace(k, name=t, aliases=()) for k, t in pairs if t is not None]
    data = layout_to_json(Layout(mapping.layout.name, tuple(mapped)))
    points = [k.name for k, t in pairs if t is not None]
    for keypoint, point in zip(data["keypoints"], points, strict=True):
        keypoint["point"] = point
    left = tuple(k for k, t in pairs if t is None)
    data["unmapped"] = layout_to_json(Layout("", left))["keypoints"]
    return data


def mapping_from_json(data: Any, source: str, names: Sequence[str]) -> Mapping:
    """A mapping from parsed JSON; a plain layout is matched with the names. InputError says what is
    wrong with it."""
    layout = layout_from_json(data, source)
    fields = cast("dict[str, Any]", data)
    points = [cast("dict[str, Any]", k).get("point") for k in fields["keypoints"]]
    if not all(isinstance(p, str) and len(p) <= MOST_NAME for p in points):
        return mapping_of(match_layout(names, layout), names)
    mapped = [
        Keypoint(str(point), k.joint, k.offset)
        for point, k in zip(points, layout.keypoints, strict=True)
    ]
    left: tuple[Keypoint, ...] = ()
    if fields.get("unmapped"):
        left = layout_from_json({"keypoints": fields["unmapped"]}, source).keypoints
    whole = (*mapped, *left)
    twice, count = Counter(k.name for k in whole).most_common(1)[0]
    if count > 1:
        raise InputError(f"{source}: body point {twice!r} is there twice")
    return Mapping(Layout(layout.name, whole), (*layout.names, *(None for _ in left)))


def save_mapping(mapping: Mapping, path: Path) -> None:
    """Write the file, whole or not at all. InputError where it cannot be written."""
    text = json.dumps(mapping_to_json(mapping), indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode(errors="replace")))


def load_mapping(path: Path, names: Sequence[str]) -> Mapping:
    """Read a mapping, or a layout, for tracks with these names. InputError says what is wrong."""
    return mapping_from_json(read_json(path, "a mapping or layout"), str(path), names)
