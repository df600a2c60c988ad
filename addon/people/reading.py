# SPDX-License-Identifier: GPL-3.0-or-later
"""The people in a source: by how the scene is ordered, else by names and places of the tracks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy

from ...lsmplify_core.layouts.matching import shows_a_body
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.people import find_people
from ..tracks.scene_tracks import SceneTracks

LEVEL = "lsmplify_level"
"""Custom property of the empty that levelled tracks hang on; it says nothing about who is who."""


@dataclass(frozen=True)
class Taken:
    """name: the person's, empty for someone alone. taken: their tracks."""

    name: str
    taken: SceneTracks


def people_in(
    taken: SceneTracks, objects: Sequence[bpy.types.Object], collection: bpy.types.Collection | None
) -> list[Taken]:
    """The people of a take, one at least.

    objects: those that the tracks are of, where they are objects; collection: what they came from.
    A scene that keeps each person's objects in a collection, or below a parent, is believed before
    the tracks' names are.
    """
    for groups in (_by_collection(objects, collection), _by_root(objects)):
        found = _bodies(taken, groups)
        if len(found) > 1:
            return found
    people = find_people(taken.tracks)
    if len(people) == 1:
        return [Taken("", replace(taken, tracks=people[0].tracks))]
    return [Taken(p.name, replace(taken, tracks=p.tracks)) for p in people]


def chosen(people: Sequence[Taken], name: str) -> list[Taken]:
    """The person of that name, or all where none is named. InputError where nobody is."""
    if not name:
        return list(people)
    found = [p for p in people if p.name == name]
    if not found:
        there = ", ".join(p.name or "one without a name" for p in people)
        raise InputError(f"there is no person {name!r} in the tracks; there are {there}")
    return found


def _bodies(taken: SceneTracks, groups: dict[str, set[str]]) -> list[Taken]:
    """Those groups of track names that are a body each."""
    found: list[Taken] = []
    for person, names in groups.items():
        indices = [i for i, n in enumerate(taken.tracks.names) if n in names]
        if shows_a_body([taken.tracks.names[i] for i in indices]):
            found.append(Taken(person, replace(taken, tracks=taken.tracks.select(indices))))
    return found


def _by_collection(
    objects: Sequence[bpy.types.Object], collection: bpy.types.Collection | None
) -> dict[str, set[str]]:
    if collection is None:
        return {}
    names = {o.name for o in objects}
    whole = f"{collection.name} "
    return {
        c.name.removeprefix(whole): names & {o.name for o in c.all_objects}
        for c in collection.children
    }


def _by_root(objects: Sequence[bpy.types.Object]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for item in objects:
        root = item
        while root.parent is not None and LEVEL not in root.parent:
            root = root.parent
        groups.setdefault(root.name if root is not item else "", set()).add(item.name)
    groups.pop("", None)
    return groups
