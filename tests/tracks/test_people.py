# SPDX-License-Identifier: GPL-3.0-or-later
"""Several people in one take are told apart, and one person is never made two."""

from dataclasses import replace

import numpy as np
import pytest
from takes import points_of, tracks_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.tracks.people import find_people
from lsmplify_core.tracks.tracks import Tracks, checked_tracks

LAYOUT = "CMU_41"


def walker(path: np.ndarray) -> Motion:
    """The waving person along a path (T, 2) of metres on the floor."""
    motion = waving(len(path))
    root = motion.root.copy()
    root[:, :2] = path
    return replace(motion, root=root)


def crossing(people: int = 2, frames: int = 60) -> np.ndarray:
    """(people, T, K, 3): they pass each other at arm's length, the middle frames close together."""
    t = np.linspace(-2.0, 2.0, frames)
    paths = [np.stack((t * (-1) ** i, 0.55 * i + 0 * t), axis=1) for i in range(people)]
    return np.stack([points_of(walker(p), LAYOUT) for p in paths])


def together(points: np.ndarray, names: list[list[str]]) -> Tracks:
    every = [name for own in names for name in own]
    return checked_tracks(np.concatenate(list(points), axis=1), every, 30.0, "test")


SPELLINGS = {
    "colon": lambda who, name: f"{who}:{name}",
    "take and colon": lambda who, name: f"Take 1:{who}:{name}",
    "underscore": lambda who, name: f"{who}_{name}",
    "at the end": lambda who, name: f"{name}_{who}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("people", [("Anna", "Ben"), ("P1", "P2"), ("Anna", "Ben", "Cleo")])
def test_people_are_split_by_their_names(spelling: str, people: tuple[str, ...]) -> None:
    names = [[SPELLINGS[spelling](who, n) for n in load_layout(LAYOUT).names] for who in people]
    points = crossing(len(people))
    found = find_people(together(points, names))
    assert [p.name for p in found] == list(people)
    for person, own, truth in zip(found, names, points, strict=True):
        assert list(person.tracks.names) == own
        np.testing.assert_array_equal(person.tracks.positions, truth)


@pytest.mark.parametrize("people", [2, 3])
@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_repeated_names_are_split_by_place(people: int, gaps: float) -> None:
    """Every name's copies come in an order of their own, as people import them."""
    random = np.random.default_rng(1)
    points = crossing(people)
    order = np.stack([random.permutation(people) for _ in load_layout(LAYOUT).names])
    mixed = np.stack([points[order[:, i], :, np.arange(points.shape[2])] for i in range(people)])
    mixed = mixed.swapaxes(1, 2).copy()
    mixed[random.random(mixed.shape[:3]) < gaps] = np.nan
    plain_names = list(load_layout(LAYOUT).names)
    found = find_people(together(mixed, [plain_names] * people))
    assert [p.name for p in found] == [f"Person {i + 1}" for i in range(people)]
    for person in found:
        first = person.tracks.positions[:, 0]
        seen = np.isfinite(first).all(axis=-1)
        who = next(
            i for i in range(people) if np.allclose(points[i][seen][:, 0], first[seen], atol=1e-9)
        )
        assert len(person.tracks.names) == len(plain_names)
        index = [plain_names.index(n.split(".")[0]) for n in person.tracks.names]
        truth, own = points[who][:, index], person.tracks.positions
        assert np.nanmax(np.abs(own - truth)) < 1e-9


def test_ghosts_belong_to_nobody() -> None:
    names = [[f"{who}:{n}" for n in load_layout(LAYOUT).names] for who in ("Anna", "Ben")]
    tracks = together(crossing(), names)
    ghosts = np.ones((tracks.frames, 3, 3))
    more = checked_tracks(
        np.concatenate((tracks.positions, ghosts), axis=1),
        [*tracks.names, "*101", "*102", "Box:1"], 30.0,
    )  # fmt: skip
    assert [len(p.tracks.names) for p in find_people(more)] == [41, 41]


@pytest.mark.parametrize(
    "layout", ["BODY_25", "COCO_17", "CMU_41", "Vicon_53", "OpenCap", "SMPL_24"]
)
@pytest.mark.parametrize("prefix", ["", "Anna:"])
def test_someone_alone_stays_one_with_all_tracks(layout: str, prefix: str) -> None:
    tracks = tracks_of(waving(20), layout)
    tracks = replace(tracks, names=tuple(prefix + n for n in tracks.names))
    found = find_people(tracks)
    assert [p.name for p in found] == ["Anna" if prefix else "Person"]
    assert found[0].tracks.names == tracks.names


def test_one_person_twice_is_one_person() -> None:
    """Raw and filtered points in one file."""
    points = points_of(waving(30))
    names = list(load_layout("BODY_25").names)
    both = np.stack((points, points + 0.01))
    for words in (names, [f"{n}_study" for n in names], [f"raw:{n}" for n in names]):
        assert len(find_people(together(both, [words, names]))) == 1


def test_upper_and_lower_body_under_two_words_are_one_person() -> None:
    tracks = tracks_of(waving(20), LAYOUT)
    height = tracks.positions[0, :, 2]
    words = np.where(height > np.median(height), "Upper", "Lower")
    names = tuple(f"{w}:{n}" for w, n in zip(words, tracks.names, strict=True))
    assert len(find_people(replace(tracks, names=names))) == 1


def test_no_body_is_one_person_and_nothing_is_raised() -> None:
    tracks = checked_tracks(np.ones((3, 2, 3)), ["Cube", "Lamp"], 30.0)
    assert [p.tracks for p in find_people(tracks)] == [tracks]


@pytest.mark.parametrize(("common", "people"), [(8, 1), (20, 2)])
def test_people_carry_mostly_the_same_markers(common: int, people: int) -> None:
    """Two words with a third of their names in common are no two people, wherever they are."""
    names = list(load_layout(LAYOUT).names)
    points = crossing(2)
    own = [names[: 20 + common // 2], names[20 - common // 2 : 40]]
    if common == 20:
        own = [names[:40], names[:40]]
    index = [[names.index(n) for n in group] for group in own]
    positions = np.concatenate([p[:, i] for p, i in zip(points, index, strict=True)], axis=1)
    every = [f"{w}_{n}" for w, group in zip(("Anna", "Ben"), own, strict=True) for n in group]
    assert len(find_people(checked_tracks(positions, every, 30.0, "test"))) == people
