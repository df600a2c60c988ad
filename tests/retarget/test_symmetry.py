# SPDX-License-Identifier: GPL-3.0-or-later
"""The plane that mirrors a rig, and which bones are each other's mirror images."""

import numpy as np
import pytest

from lsmplify_core.retarget.mapping.by_structure import map_by_structure
from lsmplify_core.retarget.structure.symmetry import _cheapest, symmetry_of

from . import rigs


def _names(rig, found):
    """Bone -> its mirror image, by name; None where it has none."""
    return {
        rig.names[b]: rig.names[p] if p >= 0 else None for b, p in enumerate(found.partner.tolist())
    }


def _other(name: str) -> str:
    return {"L": "R", "R": "L"}.get(name[0], name[0]) + name[1:] if name[1] == " " else name


@pytest.mark.parametrize("degrees", [0.0, 22.3, 35.7, 90.0, 117.95, 178.4])
def test_the_plane_is_found_to_a_few_hundredths_of_a_degree(degrees: float) -> None:
    rig = rigs.set_in_world(rigs.person(), degrees, 1.0)
    found = symmetry_of(rig)
    wanted = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0.0])
    off = np.degrees(np.arccos(min(abs(found.across @ wanted), 1.0)))
    assert off < 0.03
    assert found.across[2] == 0.0
    assert _names(rig, found) == {n: _other(n) for n in rig.names}


@pytest.mark.parametrize("degrees", [0.0, 35.0])
def test_the_plane_lies_where_the_character_stands(degrees: float) -> None:
    rig = rigs.set_in_world(rigs.person(), degrees, 1.0, (0.4, 0.7, 0.0))
    found = symmetry_of(rig)
    assert found.middle == pytest.approx(np.array([0.4, 0.7, 0.0]) @ found.across, abs=1e-6)
    assert found.lateral(rig.heads[rig.index("head")]) == pytest.approx(0.0, abs=1e-6)
    left, right = (found.lateral(rig.heads[rig.index(f"{s} hand")]) for s in "LR")
    assert abs(left) == pytest.approx(0.69, abs=1e-3)
    assert left == pytest.approx(-right, abs=1e-6)


def test_a_flat_character_is_mirrored_across_not_in_its_own_plane() -> None:
    """All joints of a flat figure are their own mirror images in the plane that it lies in."""
    person = rigs.person()
    flat = np.array([1.0, 0.0, 1.0])
    rig = rigs.made(person.names, list(person.parents), person.heads * flat, person.tails * flat)
    assert abs(symmetry_of(rig).across[0]) == 1.0
    aside = rigs.set_in_world(rig, 90.0, 1.0)
    assert abs(symmetry_of(aside).across[1]) == pytest.approx(1.0)


def _with_pair(away: float, tail: float = 0.0):
    """The person with a pocket on each thigh, the right one's place off by some metres, its tail
    by others; 1.76 m high, so that 8.8 cm are the limit."""
    person = rigs.person()
    names = [*person.names, "L pocket", "R pocket"]
    parents = [*person.parents, person.index("L thigh"), person.index("R thigh")]
    left, right = np.array([0.2, 0.0, 0.8]), np.array([-0.2, 0.0, 0.8 - away])
    heads = np.concatenate((person.heads, [left, right]))
    tails = np.concatenate(
        (person.tails, [np.add(left, [0, 0, 0.3]), np.add(right, [0, 0, 0.3 + tail])])
    )
    return rigs.made(names, parents, heads, tails)


@pytest.mark.parametrize(
    ("away", "tail", "paired"),
    [(0.0, 0.0, True), (0.06, 0.0, True), (0.075, 0.0, False), (0.0, 0.2, True),
     (0.0, 0.33, False), (0.12, 0.0, False)],
)  # fmt: skip
def test_bones_may_lie_a_twentieth_of_the_height_off_their_image(away, tail, paired) -> None:
    """Tails, which follow their heads, count three tenths as much as heads."""
    rig = _with_pair(away, tail)
    found = _names(rig, symmetry_of(rig))
    assert (found["L pocket"] == "R pocket") == paired
    assert (found["R pocket"] is None) != paired


def test_each_bone_is_paired_once_the_nearest_first() -> None:
    cost = np.array([[0.01, 0.02, 0.3], [0.015, 0.03, 0.049], [0.2, 0.06, 0.051]])
    assert _cheapest(cost) == [(0, 0), (1, 1)]


def test_one_odd_bone_does_not_move_the_plane() -> None:
    """A sword in one hand."""
    person = rigs.person()
    names, parents = [*person.names, "sword"], [*person.parents, person.index("R hand")]
    heads = np.concatenate((person.heads, [[-0.8, 0.0, 1.4]]))
    tails = np.concatenate((person.tails, [[-0.8, -1.0, 1.4]]))
    rig = rigs.made(names, parents, heads, tails)
    found = symmetry_of(rig)
    assert found.across.tolist() == [1.0, 0.0, 0.0]
    assert abs(found.middle) < 1e-9
    assert _names(rig, found)["sword"] is None


@pytest.mark.parametrize("bones", [1, 3, 8])
def test_a_rig_with_something_in_one_hand_has_its_legs_and_arms(bones: int) -> None:
    """A sword, a whip: more bones on one side than on the other."""
    person = rigs.person()
    whip = np.array([[-0.8, -0.1 * i, 1.4] for i in range(bones)])
    names = [*person.names, *(f"whip{i}" for i in range(bones))]
    parents = [*person.parents, person.index("R hand"), *range(person.count, len(names) - 1)]
    rig = rigs.made(names, parents, np.concatenate((person.heads, whip)),
                    np.concatenate((person.tails, whip - [0.0, 0.1, 0.0])))  # fmt: skip
    assert dict(map_by_structure(rig).bones) == rigs.person_roles()
