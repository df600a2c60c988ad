# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks' names against layouts', and the shipped layouts themselves."""

import json
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.layouts.layout import layout_to_json, load_layout, shipped_layouts
from lsmplify_core.layouts.matching import best_match, match_layout
from lsmplify_core.layouts.names import plain
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.body_fit import rest_points


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna:LSHO", "lsho"), ("left_shoulder", "LeftShoulder"), ("l_knee", "LKnee"),
        ("R.Hip", "right hip"), ("Nose.001", "nose"), ("TakeoMonday:C7", "c7"),
        ("L-Ankle", "left ankle"),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_sides_stay_apart() -> None:
    assert plain("LSHO") != plain("RSHO")
    assert plain("left_knee") != plain("right_knee")


@pytest.mark.parametrize("name", shipped_layouts())
def test_every_shipped_layout_finds_itself(name: str) -> None:
    layout = load_layout(name)
    match = best_match([f"Anna:{n}" for n in layout.names])
    assert match.layout.name == name
    assert len(match.matched) == len(layout.keypoints)


@pytest.mark.parametrize("name", shipped_layouts())
def test_every_shipped_layout_is_symmetric(name: str) -> None:
    """Every point off the midline has its mirror image, but for the one that tells back from
    front."""
    points = rest_points(load_layout(name))
    middle = default_body().rest_joints[0, 0]
    mirrored = (points - [middle, 0, 0]) * [-1, 1, 1] + [middle, 0, 0]
    apart = np.linalg.norm(points[:, None] - mirrored[None], axis=-1).min(axis=0)
    lonely = [n for n, d in zip(load_layout(name).names, apart, strict=True) if d > 1e-3]
    assert set(lonely) <= {"RBAC", "RBAK", "OFFSET", "HeadSide"}


@pytest.mark.parametrize("name", shipped_layouts())
def test_the_form_survives_json(name: str, tmp_path: Path) -> None:
    layout = load_layout(name)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(layout_to_json(layout)))
    again = load_layout(str(path))
    assert again.names == layout.names
    np.testing.assert_allclose(again.offsets, layout.offsets, atol=1e-4)


def test_a_part_of_a_body_is_enough() -> None:
    names = ["LShoulder", "RShoulder", "LElbow", "RElbow", "LWrist", "RWrist", "Neck", "Nose"]
    match = best_match(names)
    assert len(match.matched) == 8


@pytest.mark.parametrize("names", [[], ["Cube", "Lamp"], ["LKnee", "RKnee", "LAnkle"]])
def test_no_body_is_refused_in_one_line(names: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        best_match(names)
    assert "\n" not in str(caught.value)


def test_a_layout_that_does_not_fit_names_what_is_missing() -> None:
    with pytest.raises(InputError, match="missing: LFHD"):
        match_layout(["LHip", "RHip"], load_layout("CMU_41"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"keypoints": []}', '{"keypoints": [{"name": "a", "joint": "Knee"}]}',
     '{"keypoints": [{"name": "a", "joint": "Head", "offset": [1, 2]}]}',
     '{"keypoints": [{"name": "a", "joint": "Head", "offset": [1e9, 0, 0]}]}',
     '{"keypoints": [{"name": "a", "joint": "Head"}, {"name": "a", "joint": "Head"}]}'],
)  # fmt: skip
def test_broken_layout_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(InputError, match="broken"):
        load_layout(str(path))
