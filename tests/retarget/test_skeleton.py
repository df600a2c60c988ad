# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig's floor and height, where mirrored chains begin, and bones of no length."""

import numpy as np
import pytest

from lsmplify_core.retarget.structure.skeleton import skeleton_of

from . import rigs


def _body(**tails):
    """The person, with other tails of some bones."""
    person = rigs.person()
    ends = person.tails.copy()
    for name, tail in tails.items():
        ends[person.index(name)] = tail
    return skeleton_of(rigs.made(person.names, list(person.parents), person.heads, ends))


def test_mirrored_chains_begin_at_clavicles_and_thighs() -> None:
    body = skeleton_of(rigs.person())
    assert [body.rig.names[b] for b in body.starts()] == ["L clavicle", "L thigh"]
    assert body.sided(body.rig.index("L hand"))
    assert not body.sided(body.rig.index("head"))
    assert body.rig.names[body.other([body.rig.index("L shin")])[0]] == "R shin"


def test_a_bone_without_an_image_is_not_sided() -> None:
    person = rigs.person()
    heads = np.concatenate((person.heads, [[-0.8, 0.0, 1.44]]))
    rig = rigs.made([*person.names, "sword"], [*person.parents, person.index("R hand")],
                    heads, np.concatenate((person.tails, [[-0.8, -1.0, 1.44]])))  # fmt: skip
    assert not skeleton_of(rig).sided(rig.index("sword"))


def test_floor_and_height_go_from_the_toes_to_the_crown() -> None:
    body = _body()
    assert body.floor == pytest.approx(0.02)
    assert body.height == pytest.approx(1.74)


@pytest.mark.parametrize(
    ("head", "height"), [(1.80, 1.78), (1.87, 1.85), (2.4, 1.55 + 0.31), (1.4, 1.55)]
)
def test_a_tail_over_the_head_counts_up_to_a_fifth(head: float, height: float) -> None:
    """The highest head is the head's, 1.57 m, 1.55 over the toes."""
    others = {"neck": [0.0, 0.0, 1.5], "chest": [0.0, 0.0, 1.45]}
    body = _body(head=[0.0, -0.01, head], **others)
    assert body.height == pytest.approx(height)


@pytest.mark.parametrize(("toes", "floor"), [(0.0, 0.0), (-0.06, -0.06), (-0.5, 0.02 - 0.093)])
def test_a_tail_under_the_toes_counts_as_far_as_a_foot_is_high(toes: float, floor: float) -> None:
    body = _body(**{f"{s} toes": [0.11, -0.17, toes] for s in "LR"})
    assert body.floor == pytest.approx(floor)


def test_the_floor_is_that_of_mirrored_bones() -> None:
    """A tail of a cape in the middle may hang lower."""
    person = rigs.person()
    heads = np.concatenate((person.heads, [[0.0, 0.2, -0.4]]))
    rig = rigs.made([*person.names, "cape"], [*person.parents, 0], heads,
                    np.concatenate((person.tails, [[0.0, 0.2, -0.3]])))  # fmt: skip
    assert skeleton_of(rig).floor == pytest.approx(0.02 - 0.06 * 1.55)


def test_helpers_of_no_length_are_left_out_of_a_limb() -> None:
    """Half a hundredth of the height, 1.74 m, is 8.7 mm; the limit is 7 mm."""
    points = np.array([[0.1, 0, 0.9], [0.1, 0, 0.9], [0.1, 0, 0.5], [0.1, 0, 0.4915]])
    person = rigs.person()
    names = [*person.names, "a", "b", "c", "d"]
    parents = [*person.parents, 0, *range(person.count, person.count + 3)]
    rig = rigs.made(names, parents, np.concatenate((person.heads, points)),
                    np.concatenate((person.tails, np.add(points, [0.0, 0.0, 0.1]))))  # fmt: skip
    body = skeleton_of(rig)
    a, b, c, d = (rig.index(n) for n in "abcd")
    assert body.with_length([a, b, c], points[3]) == [b, c]
    assert body.with_length([a, b, c, d], points[3] - [0, 0, 0.006]) == [b, c]
    assert body.with_length([a], points[1]) == [a]
