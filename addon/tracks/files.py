# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as they come into the scene: read, upright, told apart by people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...lsmplify_core.geometry.resampling import key_frames, positions_at
from ...lsmplify_core.layouts.matching import best_match
from ...lsmplify_core.reading import read_tracks
from ...lsmplify_core.runtime.console import one_line
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.people import Person, find_people
from ...lsmplify_core.tracks.tracks import Tracks
from ...lsmplify_core.tracks.units_and_axes import World, converted, find_world


@dataclass(frozen=True)
class Take:
    """name: the file's. people: their tracks, in metres with Z up where a body tells how. path: of
    the file."""

    name: str
    people: list[Person]
    warnings: tuple[str, ...] = ()
    path: str = ""

    @property
    def tracks(self) -> Tracks:
        """Those of the first person: what holds for the whole file is said there."""
        return self.people[0].tracks


def read_take(
    path: Path, unit: str | None = None, up: str | None = None, image: str | None = None
) -> Take:
    """Read a file, or a folder that is one take. InputError where it cannot be read.

    Args:
        path: of the file or folder.
        unit: "m", "cm", …; None where it is to be found.
        up: an axis or a direction; None where it is to be found.
        image: width and height of the picture, as "1920x1080", for points that are shares of it.
    """
    tracks = read_tracks(path, unit=unit, up=up, image=image)
    people, warnings = _upright(find_people(tracks))
    found = tuple(w for p in people for w in p.tracks.warnings)
    told = tuple(dict.fromkeys((*found, *warnings)))
    return Take(one_line(path.stem or path.name), people, told, str(path))


def at_rate(take: Take, rate: float) -> Take:
    """The take at another rate, every moment of it where it was; a moment between a sample that was
    seen and one that was not is not seen."""
    people: list[Person] = []
    for person in take.people:
        tracks = person.tracks
        _, samples = key_frames(0.0, rate / tracks.rate, tracks.frames, True)
        positions = positions_at(tracks.positions, samples)
        changed = replace(tracks, positions=positions, rate=rate, confidence=None)
        people.append(replace(person, tracks=changed))
    return replace(take, people=people)


def from_start(take: Take) -> Take:
    """The take as if its file's clock began with it."""
    people = [replace(p, tracks=replace(p.tracks, start=0.0)) for p in take.people]
    return replace(take, people=people)


def _upright(people: Sequence[Person]) -> tuple[list[Person], tuple[str, ...]]:
    """All of them by what the first body says: a file has one unit and one up. As they are, with
    the reason, where no body is found."""
    problem = ""
    for person in people:
        try:
            world = find_world(person.tracks, best_match(person.tracks.names))
        except InputError as error:
            problem = problem or str(error)
            continue
        moved = [replace(p, tracks=converted(p.tracks, world)) for p in people]
        return moved, ()
    return list(people), (problem,)


def world_of_file(path: Path) -> World | None:
    """How a file's tracks became metres with Z up when they were imported; None where no body told.

    InputError where the file cannot be read any more.
    """
    for person in find_people(read_tracks(path)):
        try:
            return find_world(person.tracks, best_match(person.tracks.names))
        except InputError:
            continue
    return None
