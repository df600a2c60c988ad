# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings said by hand: used as they are said, saved as layouts that every command reads."""

import json
from pathlib import Path

import pytest

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.mapping import (
    Mapping,
    load_mapping,
    mapping_of,
    match_of,
    save_mapping,
    signature,
)
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.runtime.errors import InputError

LAYOUT = load_layout("BODY_25")
NAMES = [f"marker {i}" for i in range(25)]


def by_hand(missing: int = 2) -> Mapping:
    """All but the last points mapped, in another order, to names that say nothing."""
    tracks: list[str | None] = list(reversed(NAMES[: 25 - missing]))
    return Mapping(LAYOUT, (*tracks, *(None for _ in range(missing))))


def test_a_mapping_beats_the_names() -> None:
    """Tracks whose names are swapped are taken as they were mapped."""
    names = list(LAYOUT.names)
    swapped = names.copy()
    swapped[1:3] = names[2:0:-1]
    match = match_of(Mapping(LAYOUT, tuple(swapped)), names)
    assert match.track_of[:4] == (0, 2, 1, 3)
    assert "as mapped" in match.evidence


def test_a_saved_mapping_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    save_mapping(by_hand(), path)
    again = load_mapping(path, NAMES)
    assert again.track_of == by_hand().track_of
    assert again.layout.names == LAYOUT.names
    assert (again.layout.joints == LAYOUT.joints).all()


def test_a_saved_mapping_is_a_layout(tmp_path: Path) -> None:
    """`--layout FILE` finds the same points by the tracks' names."""
    path = tmp_path / "mine.json"
    mapping = by_hand()
    save_mapping(mapping, path)
    found = match_layout(NAMES, load_layout(str(path)))
    here = match_of(mapping, NAMES)
    ways = [[(m.layout.keypoints[k].joint, NAMES[t]) for k, t in m.matched] for m in (found, here)]
    assert sorted(ways[0]) == sorted(ways[1])


def test_a_layout_is_read_as_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "layout.json"
    fields = {"name": "L", "keypoints": [
        {"name": n, "joint": j, "offset": [0, 0, 0], "aliases": [f"my {n}"]}
        for n, j in zip("abcdef", ("Pelvis", "L_Hip", "R_Hip", "L_Knee", "R_Knee", "Neck"),
                        strict=True)
    ]}  # fmt: skip
    path.write_text(json.dumps(fields))
    mapping = load_mapping(path, [f"my {n}" for n in "fedcba"])
    assert mapping.tracks == [f"my {n}" for n in "abcdef"]


def test_another_subjects_prefix_is_no_matter() -> None:
    mapping = mapping_of(match_layout(LAYOUT.names, LAYOUT), LAYOUT.names)
    match = match_of(mapping, [f"Ben:{n}" for n in LAYOUT.names])
    assert match.track_of == tuple(range(25))


def test_too_little_of_a_body_is_refused() -> None:
    few = Mapping(LAYOUT, (*NAMES[:3], *(None for _ in range(22))))
    with pytest.raises(InputError, match="only 3 body points"):
        match_of(few, NAMES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not a mapping or layout"),
        ('{"keypoints": []}', "no keypoints"),
        ('{"keypoints": [{"name": "a", "joint": "Tail", "point": "b"}]}', "Tail"),
        (
            '{"keypoints": [{"name": "a", "joint": "Head", "point": "p"},'
            ' {"name": "b", "joint": "Head", "point": "p"}]}',
            "'p' is there twice",
        ),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as caught:
        load_mapping(path, NAMES)
    assert "\n" not in str(caught.value)


def test_names_are_known_again_in_any_order() -> None:
    assert signature(NAMES) == signature(NAMES[::-1])
    assert signature(NAMES) != signature(NAMES[1:])
