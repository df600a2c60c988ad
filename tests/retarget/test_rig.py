# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig in the world: places, sizes, what is refused and with which words; maps as JSON."""

import numpy as np
import pytest

from lsmplify_core.retarget import (
    InputError,
    RigMap,
    check_map,
    checked_rig,
    map_from_json,
    map_to_json,
)

from . import rigs

ONE = np.tile(np.eye(4), (2, 1, 1))


def _rig(world=None, parents=(-1, 0), names=("a", "b"), matrices=ONE, lengths=(1.0, 2.0), **more):
    return checked_rig(names, parents, matrices, np.array(lengths), world, title="x", **more)


def test_bones_in_an_object_that_is_turned_scaled_and_moved() -> None:
    """A quarter turn about Z at twice the size; Blender's bones lie along Y."""
    world = np.array([[0, -2, 0, 5], [2, 0, 0, 6], [0, 0, 2, 7], [0, 0, 0, 1]], float)
    matrices = ONE.copy()
    matrices[1, :3, 3] = [1.0, 0.0, 3.0]
    rig = _rig(world, matrices=matrices)
    np.testing.assert_allclose(rig.heads, [[5, 6, 7], [5, 8, 13]], atol=1e-12)
    np.testing.assert_allclose(rig.tails, [[3, 6, 7], [1, 8, 13]], atol=1e-12)
    np.testing.assert_allclose(rig.axes[0], [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-12)
    assert rig.scale == pytest.approx(2.0)
    assert rig.ground == pytest.approx(7.0)
    assert rig.height == pytest.approx(6.0)
    assert rig.inherits.all()
    assert not rig.locked.any()
    assert (rig.limits[..., 0] == -np.inf).all()
    assert (rig.limits[..., 1] == np.inf).all()


def test_what_is_told_of_bones_is_kept() -> None:
    limits = np.arange(12.0).reshape(2, 3, 2)
    rig = _rig(inherits=[True, False], locked=[False, True], limits=limits, floor=-0.1)
    assert rig.inherits.tolist() == [True, False]
    assert rig.locked.tolist() == [False, True]
    assert (rig.limits == limits).all()
    assert rig.floor == -0.1


@pytest.mark.parametrize(
    ("linear", "words"),
    [
        (np.diag([1.0, 1.0, 1.0005]), None),
        (np.diag([1.0, 1.0, 1.002]), "unevenly"),
        (np.diag([1.0, 1.0, -1.0]), "negative scale or none"),
        (np.diag([2e-9, 2e-9, 2e-9]), None),
        (np.diag([5e-10, 5e-10, 5e-10]), "negative scale or none"),
        (np.array([[1.0, 5e-4, 0], [0, 1, 0], [0, 0, 1]]), None),
        (np.array([[1.0, 2e-3, 0], [0, 1, 0], [0, 0, 1]]), "unevenly"),
    ],
)
def test_an_armature_has_one_scale_and_no_shear(linear, words) -> None:
    world = np.eye(4)
    world[:3, :3] = linear
    if words is None:
        assert _rig(world).count == 2
        return
    with pytest.raises(InputError, match=f"armature 'x'.*{words}"):
        _rig(world)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"names": ("a", "a")}, "bone 'a' is there twice"),
        ({"parents": (1, 0)}, "bone 'a' is its own ancestor"),
        ({"parents": (-1, 1)}, "bone 'b' is its own ancestor"),
        ({"parents": (-1, 2)}, "parents are not among its bones"),
        ({"parents": (-2, 0)}, "parents are not among its bones"),
        ({"parents": (-1,)}, "parents are not among its bones"),
        ({"lengths": (1.0, np.nan)}, "rest pose holds values that are not numbers"),
        ({"matrices": ONE * np.nan}, "rest pose holds values that are not numbers"),
        ({"world": np.full((4, 4), np.inf)}, "its transform holds values that are not numbers"),
    ],
)
def test_what_no_armature_may_be_is_said_in_one_line(change, words: str) -> None:
    with pytest.raises(InputError, match=f"armature 'x'.*{words}") as error:
        _rig(**change)
    assert "\n" not in str(error.value)


def test_every_bone_comes_after_its_parent() -> None:
    rig = _rig(names=("a", "b", "c", "d"), parents=(2, 0, -1, 2),
               matrices=np.tile(np.eye(4), (4, 1, 1)), lengths=(1, 1, 1, 1))  # fmt: skip
    assert rig.parents_first() == [2, 0, 3, 1]
    assert rig.ancestors(1) == [0, 2]
    assert rig.ancestors(2) == []
    assert rig.index("d") == 3
    with pytest.raises(InputError, match="armature 'x' has no bone 'e'"):
        rig.index("e")


MAP = {**rigs.person_roles()}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Spine": ("spine", "tail")}, "no bone 'tail' for Spine; choose another"),
        ({"Head": ("neck",)}, "bone 'neck' is there twice, for Neck and Head"),
        ({"L_Knee": (), "Pelvis": ()}, "no bone is Pelvis, L_Knee; a person needs legs"),
        ({"Spine": (), "Head": ()}, "no bone is Spine or Head; a person needs a trunk"),
        ({"Head": ("head", "neck")}, "Head takes one bone, not 2"),
    ],
)
def test_what_is_wrong_with_a_map(change, words: str) -> None:
    with pytest.raises(InputError, match=f"map 'm' for armature 'person': .*{words}"):
        check_map(RigMap("m", {**MAP, **change}), rigs.person())


@pytest.mark.parametrize("left_out", ["Spine", "Head"])
def test_a_trunk_is_a_spine_or_a_head(left_out: str) -> None:
    check_map(RigMap("m", {r: c for r, c in MAP.items() if r != left_out}), rigs.person())


def test_a_map_as_json_and_back() -> None:
    rig_map = RigMap("m", {"Spine": ("a", "b"), "Head": ("h",), "Neck": ()},
                     rest={"Head": (0.1234567, -1.0, 0.0)})  # fmt: skip
    data = map_to_json(rig_map)
    assert data == {"name": "m", "bones": {"Spine": ["a", "b"], "Head": "h"},
                    "rest": {"Head": [0.123457, -1.0, 0.0]}}  # fmt: skip
    again = map_from_json(data, "m.json")
    assert dict(again.bones) == {"Spine": ("a", "b"), "Head": ("h",)}
    assert again.evidence == "read from m.json"
    assert map_from_json({"bones": {"Head": []}}, "dir/mine.json").name == "mine"
    assert not map_from_json({"bones": {"Head": []}}, "dir/mine.json").bones
    assert "rest" not in map_to_json(RigMap("m", {}))
    assert rig_map.first("Spine") == "a"
    assert rig_map.first("Neck") is None
    assert rig_map.first("L_Hip") is None
    assert rig_map.mapped == ("a", "b", "h")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"bones": {"Nose": "n"}}, "role 'Nose' is not one of"),
        ({"bones": {"Head": ["a", 3]}}, "role Head: its bones must be names"),
        ({"bones": {}, "rest": {"Nose": [0, 0, 0]}}, "role 'Nose'"),
        ({"bones": {}, "rest": {"Head": [0, 0, 0, 0]}}, "rest of Head is not three angles"),
        ({"bones": {}, "rest": {"Head": [6.4, 0, 0]}}, "rest of Head is not three angles"),
        ({"bones": {}, "rest": {"Head": [0, "a", 0, 0]}}, "rest of Head is not three angles"),
        ({"bones": {}, "rest": [1]}, '"rest" has the form'),
    ],
)
def test_what_is_wrong_with_a_map_file(data, words: str) -> None:
    with pytest.raises(InputError, match=f"m.json: {words}"):
        map_from_json(data, "m.json")


def test_corrections_up_to_a_whole_turn_are_read() -> None:
    data = {"bones": {}, "rest": {"Head": [6.29, -6.29, 2]}}
    assert map_from_json(data, "m.json").rest == {"Head": (6.29, -6.29, 2.0)}
