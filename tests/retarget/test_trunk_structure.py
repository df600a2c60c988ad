# SPDX-License-Identifier: GPL-3.0-or-later
"""The trunk by structure: pelvis, spine, neck, head and root of bodies of a few bones."""

import numpy as np
import pytest

from lsmplify_core.retarget import InputError
from lsmplify_core.retarget.structure.trunk import (
    _chest_without_arms,
    _head,
    _highest,
    _under_spine,
    find_trunk,
)

from .bodies import both, found, skeleton

LEGS = both([("L thigh", "hips", (0.055, 0, 0.53), (0.055, 0, 0.3)),
             ("L shin", "L thigh", (0.055, 0, 0.3), (0.055, 0, 0.05))])  # fmt: skip


def _up(*heights, first="hips", names=None):
    """Bones in the middle, one on the other, at heights; named by them in hundredths."""
    names = names or [f"z{round(100 * z)}" for z in heights]
    return [
        (n, first if i == 0 else names[i - 1], (0, 0, z), (0, 0, z + 0.05))
        for i, (n, z) in enumerate(zip(names, heights, strict=True))
    ]


def _body(*middle, arms_on="z75", legs=LEGS, high=0.82, hips="", before=()):
    """A person of height 1: hips, what is over them, legs and arms of a collar and three bones."""
    arms = both([
        ("L collar", arms_on, (0.02, 0, high - 0.02), (0.1, 0, high)),
        ("L upper", "L collar", (0.1, 0, high), (0.25, 0, high)),
        ("L lower", "L upper", (0.25, 0, high), (0.4, 0, high)),
        ("L hand", "L lower", (0.4, 0, high), (0.45, 0, high)),
    ]) if arms_on else []  # fmt: skip
    return skeleton([*before, ("hips", hips, (0, 0, 0.55), (0, 0, 0.6)), *middle, *legs, *arms])


def _trunk(body):
    leg = {"Hip": found(body, "L thigh"), "Knee": found(body, "L shin")}
    arm = None
    if "L upper" in body.rig.names:
        arm = {"Collar": found(body, "L collar"), "Shoulder": found(body, "L upper"),
               "Elbow": found(body, "L lower"), "Wrist": found(body, "L hand")}  # fmt: skip
    return {
        role: [body.rig.names[b] for b in chain]
        for role, chain in find_trunk(body, leg, arm).items()
    }


USUAL = _up(0.65, 0.75, 0.85, 0.9)


def test_pelvis_spine_neck_and_head() -> None:
    assert _trunk(_body(*USUAL)) == {
        "Pelvis": ["hips"], "Spine": ["z65", "z75"], "Neck": ["z85"], "Head": ["z90"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("crown", "neck", "head"),
    [(0.95, ["z85", "z90"], ["z95"]), (0.99, ["z85"], ["z90"])],
)
def test_what_begins_high_over_the_shoulders_is_the_heads_end(crown, neck, head) -> None:
    """The shoulders are at 0.82; 0.15 over them the skull ends."""
    found = _trunk(_body(*_up(0.65, 0.75, 0.85, 0.9, crown)))
    assert (found["Neck"], found["Head"]) == (neck, head)


@pytest.mark.parametrize(("carrier", "spine"), [(0.83, True), (0.86, False)])
def test_what_carries_the_arms_from_over_them_is_the_neck(carrier: float, spine: bool) -> None:
    """3ds Max's Biped hangs clavicles on the neck; 0.02 over the shoulders, which are at 0.82."""
    name = f"z{round(100 * carrier)}"
    found = _trunk(_body(*_up(0.65, 0.75, carrier, 0.9), arms_on=name))
    assert (name in found["Spine"]) == spine
    assert (found["Neck"] == [name]) != spine
    assert found["Head"] == ["z90"]


def test_without_arms_the_chest_is_two_bones_under_the_top() -> None:
    found = _trunk(_body(*USUAL, arms_on=None))
    assert found == {
        "Pelvis": ["hips"], "Spine": ["z65", "z75"], "Neck": ["z85"], "Head": ["z90"],
    }  # fmt: skip
    short = _body(*_up(0.7), arms_on=None)
    assert _chest_without_arms(short, *found_in(short, "hips", "z70")) == found_in(short, "hips")[0]


def found_in(body, *names):
    """The bones of these names."""
    return found(body, *names)


def test_pelvis_and_spine_on_a_third_bone() -> None:
    legs = [(n, "pelvis" if p == "hips" else p, h, t) for n, p, h, t in LEGS]
    found = _trunk(_body(("pelvis", "hips", (0, 0, 0.56), (0, 0, 0.5)), *USUAL, legs=legs))
    assert (found["Torso"], found["Pelvis"], found["Spine"]) == (
        ["hips"], ["pelvis"], ["z65", "z75"],
    )  # fmt: skip


@pytest.mark.parametrize(("place", "is_pelvis"), [(0.54, True), (0.60, False), (0.40, False)])
def test_legs_on_the_first_bone_of_the_spine(place: float, is_pelvis: bool) -> None:
    """The bone under that is the pelvis where it lies nearer to the hips, 0.53 high, by more than a
    hundredth: the first of the spine is 0.59 high. A tenth away it is something else."""
    first = [("low", "", (0, 0, place), (0, 0, 0.58))]
    body = _body(*USUAL, hips="low", before=first)
    hips, low = found(body, "hips", "low")
    body.rig.heads[hips, 2] = 0.59
    middle = np.array([0.0, 0.0, 0.53])
    assert _under_spine(body, hips, middle, 1.0) == (low if is_pelvis else hips)


@pytest.mark.parametrize(("own", "is_pelvis"), [(0.545, False), (0.555, True), (0.7, True)])
def test_the_bone_under_the_spine_is_nearer_by_a_hundredth(own: float, is_pelvis: bool) -> None:
    body = _body(*USUAL, hips="low", before=[("low", "", (0, 0, 0.54), (0, 0, 0.58))])
    hips, low = found(body, "hips", "low")
    body.rig.heads[hips, 2] = own
    found_pelvis = _under_spine(body, hips, np.array([0.0, 0.0, 0.53]), 1.0)
    assert found_pelvis == (low if is_pelvis else hips)
    assert _under_spine(body, low, np.zeros(3), 1.0) == low  # nothing is under it


@pytest.mark.parametrize(("far", "is_pelvis"), [(0.09, True), (0.12, False)])
def test_the_bone_under_the_spine_lies_by_the_hips(far: float, is_pelvis: bool) -> None:
    body = _body(*USUAL, hips="low", before=[("low", "", (0, far, 0.53), (0, 0, 0.58))])
    hips, low = found(body, "hips", "low")
    body.rig.heads[hips, 2] = 0.8
    assert (_under_spine(body, hips, np.array([0.0, 0.0, 0.53]), 1.0) == low) == is_pelvis


@pytest.mark.parametrize(("x", "top"), [(0.015, "tip"), (0.03, "z90")])
def test_the_top_lies_in_the_middle(x: float, top: str) -> None:
    """A bone that is its own image but off the plane by more than 0.02 loses ten times that."""
    body = _body(*USUAL, ("tip", "z90", (x, 0, 0.95), (x, 0, 1.0)))
    assert body.rig.names[_highest(body, found(body, "hips")[0])] == top
    assert body.rig.names[_highest(body, found(body, "z65")[0])] == top


def _head_of(body, *above, shoulders=0.82):
    arm = {"Shoulder": found(body, "L upper"), "Elbow": found(body, "L lower")}
    return body.rig.names[
        found(body, *above)[_head(body, found(body, *above), shoulders, 1.0, arm)]
    ]


def test_the_first_bone_with_a_face_is_the_head() -> None:
    eyes = both([("L eye", "z87", (0.03, -0.05, 0.92), (0.03, -0.1, 0.92))])
    body = _body(*_up(0.65, 0.75, 0.85, 0.87, 0.93), *eyes)
    assert _head_of(body, "z85", "z87", "z93") == "z87"
    many = [(f"jaw{i}", "z85", (0, -0.05, 0.88), (0, -0.1, 0.88)) for i in range(2)]
    body = _body(*_up(0.65, 0.75, 0.85, 0.87, 0.93), *many)
    assert _head_of(body, "z85", "z87", "z93") == "z85"
    body = _body(*_up(0.65, 0.75, 0.85, 0.87, 0.93), *many[:1])
    assert _head_of(body, "z85", "z87", "z93") == "z93"


@pytest.mark.parametrize(("face", "head"), [(0.88, "z87"), (0.889, "face")])
def test_a_face_on_the_heads_own_place_hangs_on_the_head(face: float, head: str) -> None:
    """Within 0.0125 of the height."""
    body = _body(*_up(0.65, 0.75, 0.85, 0.87), ("face", "z87", (0, 0, face), (0, 0, 0.93)),
                 *both([("L eye", "face", (0.03, -0.05, 0.92), (0.03, -0.1, 0.92))]))  # fmt: skip
    assert _head_of(body, "z85", "z87", "face") == head


def test_arms_on_the_neck_are_no_face() -> None:
    body = _body(*_up(0.65, 0.75, 0.85, 0.93), arms_on="z75")
    body.tree.children[found(body, "z85")[0]] += found(body, "L upper", "R upper")
    assert _head_of(body, "z85", "z93") == "z93"


@pytest.mark.parametrize(("crown", "head"), [(0.94, "crown"), (0.97, "z85")])
def test_without_shoulders_the_way_up_begins_a_little_under_its_first_bone(crown, head) -> None:
    """0.04 of a person under 0.85; 0.15 over that is 0.96."""
    body = _body(*_up(0.65, 0.75, 0.85), ("crown", "z85", (0, 0, crown), (0, 0, 1.0)))
    assert _head_of(body, "z85", "crown", shoulders=float("nan")) == head


@pytest.mark.parametrize(
    ("grounds", "root"),
    [((0.0,), "g0"), ((0.4,), "g0"), ((0.0, 0.4), "g0"), ((0.0, 0.2, 0.4), "g0"), ((), None)],
)
def test_the_root_is_what_all_hangs_on(grounds, root) -> None:
    before = [
        (f"g{i}", f"g{i - 1}" if i else "", (0, 0.3, z), (0, 0.3, z + 0.1))
        for i, z in enumerate(grounds)
    ]
    hips = f"g{len(grounds) - 1}" if grounds else ""
    found = _trunk(_body(*USUAL, before=before, hips=hips))
    assert found.get("Root") == ([root] if root else None)


@pytest.mark.parametrize(("low", "root"), [(0.25, "b"), (0.35, "a")])
def test_of_what_all_hangs_on_the_last_low_one_is_the_root(low: float, root: str) -> None:
    """Under 0.3 of the height; a camera rig's high null over it is none."""
    before = [("a", "", (0, 0.3, 0.5), (0, 0.3, 0.6)), ("b", "a", (0, 0.3, low), (0, 0.3, 0.6))]
    assert _trunk(_body(*USUAL, before=before, hips="b"))["Root"] == [root]


def test_legs_that_hang_on_nothing_and_a_body_without_a_trunk_are_said() -> None:
    legs = [(n, "" if p == "hips" else p, h, t) for n, p, h, t in LEGS]
    with pytest.raises(InputError, match="'made': its legs hang on no common bone"):
        _trunk(_body(*USUAL, legs=legs))
    with pytest.raises(InputError, match="'made': no trunk was found"):
        _trunk(_body(arms_on=None))
